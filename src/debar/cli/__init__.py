"""The terminal: options in, answers out.

Law: the command line only reads options and prints answers; what a verb does is in :mod:`debar.app`.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit with the documented code."""
    from debar.cli.commands import debar

    debar()
