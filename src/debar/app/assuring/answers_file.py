"""Read what reviewers answered.

Law: a file that cannot be read whole is refused with the record that is wrong; an empty answer is no answer.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from debar.linking.assurance.labels import Label
from debar.linking.assurance.strata import is_stratum
from debar.model.problem import DebarError, Place
from debar.model.step import Step, quote_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from debar.model.ports import Engine

REQUIRED: Final = ("account_a", "account_b", "judgement")
WORDS: Final = ("positive", "negative", "unsure", "")


def read_table(engine: Engine, path: Path, required: Sequence[str], code: str) -> list[dict[str, str]]:
    """Read a CSV or Parquet file as texts, one mapping a record.

    Args:
        engine: Reads it.
        path: The file.
        required: Columns that must be there.
        code: The code of the error.

    Raises:
        DebarError: ``code``, it is missing, cannot be read, or lacks a column.
    """
    place = Place(file=path.name)
    if not path.is_file():
        raise DebarError(code, "there is no such file", place=place, hint="a CSV or Parquet file")
    name = quote_text(str(path))
    if path.suffix == ".parquet":
        source = f"read_parquet({name})"
    else:
        source = f"read_csv({name}, header = true, all_varchar = true, delim = ',')"
    step = Step(name="answers", sql=f"SELECT * FROM {source}")
    if not engine.try_run(step):
        raise DebarError(code, "the file is no readable table", place=place, hint="CSV in UTF-8, or Parquet")
    columns = [column.strip().lower() for column in engine.columns("answers")]
    missing = [column for column in required if column not in columns]
    if missing:
        raise DebarError(
            code, f"the table lacks {', '.join(missing)}", place=place, hint=f"columns {', '.join(required)}"
        )
    rows = engine.rows("SELECT * FROM answers")
    engine.drop("answers")
    return [
        {column: "" if cell is None else str(cell).strip() for column, cell in zip(columns, row, strict=True)}
        for row in rows
    ]


def read_labels(engine: Engine, path: Path) -> tuple[Label, ...]:
    """Read reviewed pairs: unsure and unanswered ones are left out.

    Raises:
        DebarError: DBR-A090, a record is none, or two contradict each other.
    """
    found: dict[tuple[str, str], Label] = {}
    for record, row in enumerate(read_table(engine, path, REQUIRED, "DBR-A090"), start=1):
        word = row["judgement"].lower()
        a, b = sorted((row["account_a"], row["account_b"]))
        if word not in WORDS or not a or a == b:
            raise _refused(path, record, "judgement", row["judgement"], "is no judgement on two accounts")
        if word not in ("positive", "negative"):
            continue
        try:
            stratum, pairs = _stratum(row)
        except ValueError:
            raise _refused(path, record, "draw", row.get("draw", ""), "was not drawn by debar") from None
        label = Label(account_a=a, account_b=b, same=word == "positive", stratum=stratum, stratum_pairs=pairs)
        if found.setdefault((a, b), label).same != label.same:
            raise _refused(path, record, "judgement", word, "contradicts an earlier answer on the same pair")
    return tuple(found[key] for key in sorted(found))


def _refused(path: Path, record: int, column: str, value: str, what: str) -> DebarError:
    return DebarError(
        "DBR-A090",
        f"a label {what}",
        place=Place(file=path.name, record=record, column=column, value=value[:80]),
        hint="judgement is positive, negative, unsure or empty; leave the column draw as it was",
    )


def _stratum(row: Mapping[str, str]) -> tuple[str | None, int | None]:
    """Return stratum and size, from the column that hides them or from plain ones; None without either."""
    if row.get("draw"):
        return read_draw(row["draw"])
    if row.get("stratum") and row.get("stratum_pairs"):
        return _checked(row["stratum"], row["stratum_pairs"])
    return None, None


def draw_of(stratum: str, pairs: int) -> str:
    """Write a stratum and its size so that a reviewer does not read them at a glance.

    Example:
        >>> read_draw(draw_of("firm 6", 812))
        ('firm 6', 812)
    """
    return base64.urlsafe_b64encode(f"{stratum};{pairs}".encode()).decode()


def read_draw(text: str) -> tuple[str, int]:
    """Read :func:`draw_of` back.

    Raises:
        ValueError: It is none.
    """
    try:
        stratum, pairs = base64.urlsafe_b64decode(text.encode()).decode().split(";")
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("not a draw") from error
    return _checked(stratum, pairs)


def _checked(stratum: str, pairs: str) -> tuple[str, int]:
    if not is_stratum(stratum) or int(pairs) < 1:
        raise ValueError("no such stratum")
    return stratum, int(pairs)


def judged_labels(rows: Iterable[tuple[str, str, str]]) -> tuple[Label, ...]:
    """Make labels of reviewers' latest words; these were not drawn by lot."""
    return tuple(
        Label(account_a=a, account_b=b, same=word == "positive")
        for a, b, word in rows
        if word in ("positive", "negative")
    )
