from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.intake.declared import read_declaration
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_declared(tmp_path: Path) -> None:
    """Without platform.toml nothing is assumed: no zone, no marks, no nulls."""
    declared = read_declaration(tmp_path).tables["billing"]
    assert (declared.time_zone, declared.decimal, declared.null, declared.file) == (None, None, (), None)


def test_a_table_overrides_the_top_level(tmp_path: Path) -> None:
    """What stands at the top holds for every table that does not say otherwise."""
    (tmp_path / "platform.toml").write_text(
        'name = "Harbour Ads"\ncountry = "gb"\ntime_zone = "Europe/London"\nnull = ["-"]\n'
        '[tables.billing]\ntime_zone = "Europe/Moscow"\nnull = { amount = ["n/a"] }\n'
    )
    declaration = read_declaration(tmp_path)
    assert (declaration.name, declaration.country) == ("Harbour Ads", "GB")
    assert declaration.tables["ads"].time_zone == "Europe/London"
    billing = declaration.tables["billing"]
    assert (billing.time_zone, billing.null, dict(billing.column_null)) == (
        "Europe/Moscow",
        ("-",),
        {"amount": ("n/a",)},
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name = ", "is not TOML"),
        ("colour = 1", "unknown colour at the top level"),
        ('[tables.bill]\nfile = "x"', "unknown bill"),
        ('[tables.billing]\nfyle = "x"', "unknown fyle in"),
        ('[tables.billing]\ncolumns = { amonut = "x" }', "unknown amonut in columns"),
        ('[tables.billing]\ncolumns = "x"', "maps our names to theirs"),
        ('time_zone = "Mars/Olympus"', "no IANA time zone"),
        ('time_zone = "../../etc/passwd"', "no IANA time zone"),
        ('decimal = "x"', 'is "." or ","'),
        ('decimal = ","\nthousands = ","', "the same mark"),
        ('thousands = "]"', "thousands"),
        ('delimiter = ";;"', "single character"),
        ('encoding = "utf-99"', "not known"),
        ('null = "n/a"', "list of texts"),
        ("[tables.billing]\nfile = 3", "not a text"),
        ("files = 3", "not a table"),
        ("name = 3", "texts"),
    ],
)
def test_wrong_declarations_are_refused(tmp_path: Path, text: str, what: str) -> None:
    """A typing mistake in platform.toml is refused with its place; it never changes what is read."""
    (tmp_path / "platform.toml").write_text(text)
    with pytest.raises(DebarError) as caught:
        read_declaration(tmp_path)
    assert caught.value.code == "DBR-I003"
    assert what in caught.value.what
