"""A plan's reasons in the reader's language.

Law: a plan tells its reasons in English; in any other language the same reason is told anew from its parts,
never translated word by word. What the parts cannot tell is said to stand in the case file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.notices.messages import Catalogue

_PLAIN = frozenset({"positive", "negative", "unsure", "created_at"})
"""Kinds of reasons that name no value."""

_ROLES = frozenset({"independent", "unclear", "operator", "passed_on"})


def reason_sentence(reason: Mapping[str, Any], words: Catalogue) -> str:
    """Tell a reason in a sentence or two.

    Args:
        reason: As :meth:`debar.model.reason.Reason.as_json` gives it.
        words: The language.
    """
    if words.language == "en":
        return str(reason["sentence"])
    kind, family = str(reason["kind"]), words.say_known("family", str(reason["family"]))
    if f"family.{reason['family']}" not in words.sentences:
        family = words.say("family.other")
    if kind in _PLAIN:
        return words.say(f"reason.{kind}")
    if kind == "none":
        return words.say("reason.none", family=family)
    if not reason["shown"]:
        return words.say("reason.other", family=family)
    value = words.value(kind, str(reason["shown"]))
    count = int(reason["shared_by"])
    if count == 1:
        return words.say("reason.own", value=value)
    key = "reason.shared.alone" if count == 2 else "reason.shared"
    said = words.say(key, value=value, count=count)
    role = reason["role"]
    return f"{said} {words.say(f'reason.{role}')}" if role in _ROLES else said
