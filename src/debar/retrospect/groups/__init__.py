"""Groups of accounts that act as one, proposed without a named subject.

Law: a group opens questions. It says what chance does not explain at a stated false discovery rate, and what
speaks against it; it names no owner, and no plan takes evidence from it.
"""

from debar.retrospect.groups.finding import RATE_MAX, find_groups
from debar.retrospect.groups.results import Group, Groups, HeldBy, Tie

__all__ = ["RATE_MAX", "Group", "Groups", "HeldBy", "Tie", "find_groups"]
