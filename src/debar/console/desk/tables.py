"""The platform's tables, read once and again when their files change.

Law: one thread uses them; what reviewers have said since they were read is taken in before each use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debar.app.opening import open_platform, renew_judgements
from debar.model.problem import DebarError
from debar.register.address import open_register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from debar.app.opening import Opened, Setting


@dataclass(slots=True)
class PlatformTables:
    """A platform's tables.

    Args:
        platform: Where they are; None for a desk that only shows what is there.
        setting: The register and the policy.
    """

    platform: Path | None
    setting: Setting
    _opened: Opened | None = None
    _files: tuple[tuple[str, int, int], ...] = ()
    _judged_to: int = 0

    def opened(self, say: Callable[[str], None]) -> Opened:
        """Return the tables as the files and the register are now.

        Raises:
            DebarError: DBR-K015, the desk has no platform; or what reading refuses.
        """
        if self.platform is None:
            raise DebarError(
                "DBR-K015", "this desk has no platform", hint="start the console with --platform"
            )
        files = _state(self.platform)
        with open_register(self.setting.register_address(), read_only=True) as register:
            judgements = register.judgements()
        if self._opened is None or files != self._files:
            say("reading the platform")
            self._opened = open_platform(self.platform, self.setting)
            self._files = files
        else:
            renew_judgements(self._opened, tuple(j for j in judgements if j.seq > self._judged_to))
        self._judged_to = max([self._judged_to, *(j.seq for j in judgements)])
        return self._opened


def _state(platform: Path) -> tuple[tuple[str, int, int], ...]:
    """Return name, size and time of change of each file."""
    files = [platform] if platform.is_file() else sorted(p for p in platform.rglob("*") if p.is_file())
    return tuple((str(path), (stat := path.stat()).st_size, stat.st_mtime_ns) for path in files)
