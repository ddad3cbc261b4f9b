"""What ads say: texts that are copied, and words that few accounts use.

Law: a text is split in SQL that means the same on every engine. Copies of one text are one value however
often it was varied, so that a hundred variants are one coincidence and not a hundred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.model.step import Step

if TYPE_CHECKING:
    from debar.model.ports import Engine

SHINGLE_WORDS: Final = 5
"""Texts are compared by runs of so many words."""

SKETCH: Final = 8
"""Of a text's runs of words, those with the smallest digests stand for it."""

ALIKE: Final = 2
"""Two texts are variants of one when they share one in so many of the smaller one's sketch."""

WORD_LETTERS: Final = 3
"""Shorter words are left out."""

RARE: Final = 16
"""A word or a phrase that more accounts use is no habit of anybody."""

ROUNDS_MAX: Final = 30

PUNCTUATION: Final = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n\r\u00a0«»“”„‘’‚…–—•·→►▶✅'
"""Characters that separate words; apostrophes inside a word stay."""

WORDS: Final = "TRIM(REGEXP_REPLACE(TRANSLATE(LOWER(text), $punctuation, $blanks), ' +', ' ', 'g'))"
"""SQL of an ad's words, as ``creative_texts`` holds them, from its column ``text``."""

WORDS_PARAMETERS: Final = {"punctuation": PUNCTUATION, "blanks": " " * len(PUNCTUATION)}


def text_steps(ads: str = "ads") -> tuple[Step, ...]:
    """Return the steps from the table of ads to distinct texts.

    Returns:
        ``creative_texts`` (text_no, words: lower case, one blank between words) and ``creative_uses``
        (account_no, text_no, each once).
    """
    return (
        Step(
            name="creative_said",
            sql=(
                f"SELECT DISTINCT a.account_no, {WORDS} AS words FROM {ads} AS d"
                " JOIN creative_accounts AS a ON a.account_id = d.account_id WHERE d.text IS NOT NULL"
            ),
            parameters=WORDS_PARAMETERS,
        ),
        Step(
            name="creative_texts",
            sql=(
                "SELECT CAST(ROW_NUMBER() OVER (ORDER BY words) AS INTEGER) AS text_no, words FROM ("
                "SELECT DISTINCT words FROM creative_said WHERE words <> '') AS w"
            ),
        ),
        Step(
            name="creative_uses",
            sql=(
                "SELECT s.account_no, t.text_no FROM creative_said AS s"
                " JOIN creative_texts AS t ON t.words = s.words"
            ),
        ),
    )


def sketch_steps() -> tuple[Step, ...]:
    """Return the steps that find variants of one text.

    Every text is compared with the first text that has one of its runs of words: linear in the number of
    texts, however many variants a text has.

    Returns:
        ``creative_sketches`` (text_no, run) and ``creative_variants`` (text_no, first_no < text_no).
    """
    runs = " UNION ALL ".join(
        f"SELECT text_no, UNNEST(REGEXP_EXTRACT_ALL({_without(skipped)},"
        f" '([^ ]+ ){{{SHINGLE_WORDS - 1}}}[^ ]+')) AS run FROM creative_texts"
        for skipped in range(SHINGLE_WORDS)
    )
    return (
        Step(
            name="creative_sketches",
            sql=(
                "SELECT text_no, run FROM (SELECT text_no, run,"
                " ROW_NUMBER() OVER (PARTITION BY text_no ORDER BY run) AS place"
                f" FROM (SELECT DISTINCT text_no, MD5(run) AS run FROM ({runs}) AS r) AS d) AS p"
                f" WHERE place <= {SKETCH}"
            ),
        ),
        Step(
            name="creative_variants",
            sql=(
                "WITH firsts AS (SELECT run, MIN(text_no) AS first_no FROM creative_sketches GROUP BY run"
                " HAVING COUNT(*) > 1), sizes AS ("
                "SELECT text_no, COUNT(*) AS size FROM creative_sketches GROUP BY text_no), met AS ("
                "SELECT s.text_no, f.first_no, COUNT(*) AS shared FROM creative_sketches AS s"
                " JOIN firsts AS f ON f.run = s.run WHERE s.text_no > f.first_no"
                " GROUP BY s.text_no, f.first_no)"
                " SELECT m.text_no, m.first_no FROM met AS m JOIN sizes AS a ON a.text_no = m.text_no"
                " JOIN sizes AS b ON b.text_no = m.first_no"
                f" WHERE {ALIKE} * m.shared >= LEAST(a.size, b.size)"
            ),
        ),
    )


def _without(skipped: int) -> str:
    """Return SQL of a text without its first words."""
    return f"REGEXP_REPLACE(words, '^([^ ]+ ){{{skipped}}}', '')" if skipped else "words"


def gather_variants(engine: Engine) -> None:
    """Make ``creative_families`` (text_no, family_no): texts that hang together through variants.

    Labels spread from text to text and jump to the label of their label, until none changes.
    """
    engine.run(
        Step(
            name="creative_edges",
            sql=(
                "SELECT text_no AS one, first_no AS other FROM creative_variants"
                " UNION ALL SELECT first_no, text_no FROM creative_variants"
            ),
        )
    )
    engine.run(
        Step(
            name="creative_families",
            sql="SELECT DISTINCT text_no, text_no AS family_no FROM creative_sketches",
        )
    )
    for _ in range(ROUNDS_MAX):
        engine.run(_SPREAD)
        ((changed,),) = engine.rows(
            "SELECT COUNT(*) FROM creative_spread AS s JOIN creative_families AS f ON f.text_no = s.text_no"
            " WHERE s.family_no < f.family_no"
        )
        engine.run(Step(name="creative_families", sql="SELECT text_no, family_no FROM creative_spread"))
        if not changed:
            break


_SPREAD: Final = Step(
    name="creative_spread",
    sql=(
        "WITH near AS (SELECT f.text_no, LEAST(f.family_no, COALESCE(MIN(n.family_no), f.family_no))"
        " AS family_no FROM creative_families AS f LEFT JOIN creative_edges AS e ON e.one = f.text_no"
        " LEFT JOIN creative_families AS n ON n.text_no = e.other GROUP BY f.text_no, f.family_no)"
        " SELECT a.text_no, b.family_no FROM near AS a JOIN near AS b ON b.text_no = a.family_no"
    ),
)


def unit_step() -> Step:
    """Return the step ``creative_units``: account_no, text_no, unit_no (the text's family), each once."""
    return Step(
        name="creative_units",
        sql=(
            "SELECT u.account_no, u.text_no, COALESCE(f.family_no, u.text_no) AS unit_no"
            " FROM creative_uses AS u LEFT JOIN creative_families AS f ON f.text_no = u.text_no"
        ),
    )


def copy_step() -> Step:
    """Return the step ``creative_copy_in``: account_no, unit_no, value (both the family of texts)."""
    return Step(
        name="creative_copy_in",
        sql=(
            "SELECT DISTINCT u.account_no, f.family_no AS unit_no, f.family_no AS value"
            " FROM creative_uses AS u JOIN creative_families AS f ON f.text_no = u.text_no"
        ),
    )


def word_step() -> Step:
    """Return the step ``creative_word_in``: account_no, unit_no, value (a word), each once.

    Words of one account stay: they are what it does not share.
    """
    return Step(
        name="creative_word_in",
        sql=(
            "SELECT DISTINCT u.account_no, u.unit_no, w.word AS value FROM creative_units AS u"
            " JOIN (SELECT text_no, UNNEST(STRING_SPLIT(words, ' ')) AS word FROM creative_texts) AS w"
            f" ON w.text_no = u.text_no WHERE LENGTH(w.word) >= {WORD_LETTERS}"
        ),
    )


def phrase_step() -> Step:
    """Return the step ``creative_phrase_in``: account_no, unit_no, value (two neighbouring words)."""
    split = " UNION ALL ".join(
        f"SELECT text_no, UNNEST(REGEXP_EXTRACT_ALL({_without(skipped)}, '[^ ]+ [^ ]+')) AS phrase"
        " FROM creative_texts"
        for skipped in (0, 1)
    )
    return Step(
        name="creative_phrase_in",
        sql=(
            "SELECT DISTINCT u.account_no, u.unit_no, w.phrase AS value FROM creative_units AS u"
            f" JOIN ({split}) AS w ON w.text_no = u.text_no"
        ),
    )
