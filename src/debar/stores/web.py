"""Read and send over HTTP: the published record, and outside witnesses.

Law: http and https only, with a limit on time and on size; no answer is trusted here, callers verify it.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

from debar.model.problem import EXIT_REFUSED, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS_MAX: Final = 30.0
_BYTES_MAX: Final = 32 * 2**20
"""No file of a published record is larger: 256 entries of 64 KiB."""


def is_web(address: str) -> bool:
    """Tell whether an address is one of the web."""
    return address.startswith(("http://", "https://"))


def web_reader(base: str) -> Callable[[str], bytes | None]:
    """Return how files below an address are read.

    Raises (when it reads):
        DebarError: DBR-S060, the server cannot be reached, or answers with something else.
    """
    assert is_web(base), "only http and https are read"

    def fetch(path: str) -> bytes | None:
        address = f"{base.rstrip('/')}/{path}"
        status, body = _exchange(urllib.request.Request(address))  # noqa: S310 - the scheme was checked
        if status == 404:
            return None
        if status != 200:
            raise _unreachable(address, f"it answered with status {status}")
        return body

    return fetch


def get(address: str) -> tuple[int, bytes]:
    """Return the status and the body that an address answers with.

    Raises:
        DebarError: DBR-S060, the server cannot be reached.
    """
    assert is_web(address), "only http and https are read"
    return _exchange(urllib.request.Request(address))  # noqa: S310 - the scheme was checked


def post(address: str, body: bytes, *, content_type: str = "") -> tuple[int, bytes]:
    """Send a body, and return the status and the answer's body.

    Raises:
        DebarError: DBR-S060, the server cannot be reached.
    """
    if not is_web(address):
        raise _unreachable(address, "only http and https are spoken")
    headers = {"Content-Type": content_type} if content_type else {}
    return _exchange(urllib.request.Request(address, data=body, headers=headers, method="POST"))  # noqa: S310 - see above


def _exchange(request: urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS_MAX) as answer:  # noqa: S310 - see above
            body = answer.read(_BYTES_MAX + 1)
            status = int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_BYTES_MAX)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise _unreachable(request.full_url, str(reason)) from None
    if len(body) > _BYTES_MAX:
        raise _unreachable(request.full_url, "the answer is longer than any file of a record")
    return status, body


def _unreachable(address: str, why: str) -> DebarError:
    return DebarError(
        "DBR-S060",
        "the address cannot be read",
        place=Place(file=address),
        details=(why,),
        hint="check the address in a browser; a record that cannot be read is not one that was checked",
        exit_code=EXIT_REFUSED,
    )
