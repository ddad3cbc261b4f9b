"""Public ad archives as platform folders, and by which columns each is recognised.

Law: amounts are intervals with a currency; absent is not zero; no two currencies and no two accounts of the
same money are ever added; every figure carries the digest of its file and its row.
"""

from __future__ import annotations

from debar.intake.archives.google import import_google
from debar.intake.archives.meta import import_meta
from debar.intake.archives.snapchat import import_snapchat
from debar.intake.archives.writing import ImportedArchive

__all__ = ["ImportedArchive", "import_google", "import_meta", "import_snapchat"]
