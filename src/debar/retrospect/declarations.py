"""Ads that speak of an election and were not declared political.

Law: a word is only a word: how often it stands in declared ads, and in undeclared ads of others at other
times, is told beside every finding. Where no ad says that it was not declared, nothing is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.model.problem import EXIT_USAGE, DebarError
from debar.retrospect.against import shares
from debar.retrospect.clock import share
from debar.retrospect.steps import UNATTRIBUTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from debar.model.ports import Engine
    from debar.model.window import Window
    from debar.retrospect.against import Measured

TEXTS_MIN: Final = 5
"""An account with fewer ads whose text and declaration are known has no subject."""

WORD_LETTERS: Final = 3
"""A shorter word, such as a party's two letters, stands in texts about anything."""

SHIPPED: Final = {
    "en": "ballot* candidate candidates congress congressman congresswoman democrats election* electoral"
    " governor parliament president presidential referendum republicans senate senator senators vote* voting",
    "de": "abgeordnete* bundestag* kandidat* landtag* volksabstimmung* wahl wahlen wahlkampf* wahlrecht"
    " wähler* stimmzettel",
    "fr": "candidat candidats candidate députés électeur* électoral* élection* présidentiel* référendum"
    " scrutin sénat sénateur* voter votez",
    "es": "candidata candidato candidatos diputado* elección elecciones electoral* presidencial* referéndum"
    " senado senador* urnas votar vota voto votos",
    "pt": "candidata candidato candidatos deputado* eleição eleições eleitor* eleitoral presidencial urnas"
    " votar vote voto votos",
    "it": "candidata candidati candidato elettor* elezion* parlamento referendum senato senatore votare vota"
    " voto voti",
    "nl": "kandidaat kandidaten kiezers referendum stem stembus* stemmen tweede_kamer verkiezing*",
    "pl": "głosowa* głosuj* kandydat* poseł posłów referendum sejm* senat* wybory wyborcz* wyborów",
    "cs": "hlasova* kandidát* poslanec poslanci prezidentsk* referendum senát* volby volební* voleb volič*",
    "sv": "folkomröstning* kandidat* riksdag* rösta röster val valet väljar*",
    "ru": "выборы выборов выборам выборах голосова* голосуй* депутат* избирател* кандидат* президент*"
    " референдум*",
    "uk": "вибори виборів виборам виборах виборц* голосува* голосуй* депутат* кандидат* президент*"
    " референдум*",
}
"""Language to words of elections; ``*`` stands for any ending, ``_`` for a space. No person, no party: who
stands for election is for the one who asks to say."""


def shipped_words() -> tuple[str, ...]:
    """Return the shipped words of all languages, each once, in order."""
    return tuple(sorted({word.replace("_", " ") for words in SHIPPED.values() for word in words.split()}))


def read_words(lines: Iterable[str]) -> tuple[str, ...]:
    """Read words of an election: each line a word or phrase, ``*`` at its end for any ending.

    Raises:
        DebarError: DBR-T004, there is none, or one has fewer than three letters.

    Example:
        >>> read_words(["Electoral  College", "Clinton*"])
        ('clinton*', 'electoral college')
    """
    words = tuple(sorted({" ".join(line.split()).lower() for line in lines if line.strip()}))
    short = [word for word in words if sum(letter.isalnum() for letter in word) < WORD_LETTERS]
    if short or not words:
        raise DebarError(
            "DBR-T004",
            "the list of election words cannot be used",
            hint=f"one word or phrase a line, each of at least {WORD_LETTERS} letters; * for any ending",
            exit_code=EXIT_USAGE,
            details=tuple(short[:10]),
        )
    return words


def pattern(words: Sequence[str]) -> str:
    r"""Return a regular expression, read alike by RE2 and by Java, of any of the words in small letters.

    Example:
        >>> pattern(["vote*", "polling day"])
        '(?:^|[^\\p{L}\\p{N}])(?:vote\\p{L}*|polling[ ]day)(?:$|[^\\p{L}\\p{N}])'
    """
    either = "|".join(_escaped(word.removesuffix("*")) + r"\p{L}*" * word.endswith("*") for word in words)
    return rf"(?:^|[^\p{{L}}\p{{N}}])(?:{either})(?:$|[^\p{{L}}\p{{N}}])"


def bound(words: Sequence[str]) -> dict[str, object]:
    """Return what the questions of this file bind for a list of words."""
    stems = "|".join(_escaped(word.removesuffix("*")) for word in words)
    return {"stems": stems, "pattern": pattern(words)}


def _escaped(word: str) -> str:
    """Write each character that is no letter or figure as a class of its own."""
    return "".join(c if c.isalnum() else "[\\" + c + "]" if c in "\\]^-[&" else f"[{c}]" for c in word)


_HIT: Final = (
    "CASE WHEN regexp_matches(lower({table}.text), $stems)"
    " THEN regexp_matches(lower({table}.text), $pattern) ELSE FALSE END"
)
"""The stems alone are a necessary condition that costs a thirtieth of whole words of any script."""

_BY_ACCOUNT: Final = f"""
SELECT
  r.account_id,
  r.asked,
  SUM(CASE WHEN NOT r.declared_political AND {_HIT.format(table="r")} THEN 1 ELSE 0 END),
  COUNT(*)
FROM retrospect_said AS r
WHERE r.text IS NOT NULL AND r.declared_political IS NOT NULL AND r.account_id <> '{UNATTRIBUTED}'
GROUP BY r.account_id, r.asked
HAVING COUNT(*) >= {TEXTS_MIN}
ORDER BY r.account_id"""

_BESIDE: Final = f"""
SELECT a.declared_political, SUM(CASE WHEN {_HIT.format(table="a")} THEN 1 ELSE 0 END), COUNT(*)
FROM ads AS a
LEFT JOIN retrospect_accounts AS s ON s.account_id = a.account_id
WHERE s.account_id IS NULL AND a.text IS NOT NULL AND (
  a.declared_political
  OR (
    NOT a.declared_political
    AND CAST(COALESCE(a.created_at, a.started_at) AS DATE) NOT BETWEEN $start AND $end
  )
)
GROUP BY a.declared_political"""


def are_told(engine: Engine) -> bool:
    """Tell whether any ad of the window says that it was not declared political, and has a text."""
    return bool(
        engine.rows("SELECT 1 FROM retrospect_said WHERE NOT declared_political AND text IS NOT NULL LIMIT 1")
    )


def undeclared(engine: Engine, words: Sequence[str]) -> list[Measured]:
    """Return of each account the share of its ads that speak of an election and were not declared."""
    return shares(engine.rows(_BY_ACCOUNT, bound(words)), "ads")


def how_often(engine: Engine, words: Sequence[str], window: Window) -> tuple[int | None, int | None]:
    """Return how often such a word stands in others' declared ads, and in undeclared ones at other times.

    Returns:
        Both in millionths of the ads with a text; None where there are no such ads.
    """
    values = {**bound(words), "start": window.start, "end": window.end}
    rates = {bool(declared): share(int(hits), ads) for declared, hits, ads in engine.rows(_BESIDE, values)}
    return rates.get(True), rates.get(False)
