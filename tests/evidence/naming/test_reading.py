from __future__ import annotations

import pytest

from debar.evidence.naming.reading import read_name, repaired


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ООО «Спутник»", ("sputnik",)),
        ("LIMITED LIABILITY COMPANY ISKUSSTVO KRASOTY", ("iskusstvo", "krasoty")),
        ("S.A. Média", ("media",)),
        ("株式会社トヨタ", ("toyota",)),
        ("U.S. Department of State", ("us", "department", "of", "state")),
        ("United States Department of State", ("us", "department", "of", "state")),
        ("Fund III LP", ("fund", "3")),
        ("Brigade Forty-Four", ("brigade", "44")),
        ("Chris4Arizona", ("chris", "for", "arizona")),
        ("United Democracy Project (UDP)", ("united", "democracy", "project")),
        ("Paid for by Friends of Ada", ("friends", "of", "ada")),
        ("Yes on 9, sponsored by the Ada League", ("yes", "on", "9")),
        ("Protect Ada % Colleen Example", ("protect", "ada")),
        ("Ada Fund. Not authorized by any candidate.", ("ada", "fund")),
        ("Xi Jinping", ("xi", "jinping")),
        ("Malcolm X", ("malcolm", "10")),
        ("SE Industries", ("industries",)),
        ("As We Speak", ("we", "speak")),
        ("We Speak As One", ("we", "speak", "as", "one")),
        ("Co., Ltd.", ("co",)),
        ("The", ("the",)),
        ("(?!)", ("(?!)",)),
    ],
)
def test_a_name_is_read_to_the_words_that_say_who(name: str, words: tuple[str, ...]) -> None:
    """Forms, titles, what a printer adds, and scripts go; who it is stays, and something always stays."""
    assert words == read_name(name).aliases[0]


def test_kinds_of_legal_person_are_told_apart_from_the_name() -> None:
    """Written out, abbreviated, in another script: one kind."""
    forms = [
        read_name(name).forms
        for name in ("Ada GmbH", "Ada Gesellschaft mit beschränkter Haftung", "Ада ООО", "Ada LLC", "Ada")
    ]
    assert [{"gmbh"}, {"gmbh"}, {"llc"}, {"llc"}, set()] == forms


def test_a_party_may_state_two_names() -> None:
    """Behind "dba" stands another name of the same party."""
    assert (("ada", "works"), ("lovelace", "prints")) == read_name(
        "Ada Works LLC DBA Lovelace Prints"
    ).aliases


@pytest.mark.parametrize(
    ("garbled", "meant"),
    [
        ("FERN‚àö√ÖNDEZ", "FERNÁNDEZ"),
        ("Arizona‚Äö√Ñ√¥s Future", "Arizona’s Future"),
        ("candidateâ\x80\x99s committee", "candidate’s committee"),
        ("ZoÃ«", "Zoë"),
        ("Zoë", "Zoë"),
        ("Искусство", "Искусство"),
        ("plain", "plain"),
        ("Ã", "Ã"),
    ],
)
def test_a_name_read_in_a_wrong_encoding_is_repaired(garbled: str, meant: str) -> None:
    """UTF-8 read as something else, once or twice, is read again; what is right stays as it is."""
    assert meant == repaired(garbled)


def test_letters_of_another_script_are_kept_beside_the_latin_ones() -> None:
    """Only a name without any Latin letter is compared in its own script."""
    assert ("спутник", "", "", "") == tuple(
        read_name(name).letters for name in ("Спутник", "RT Россия", "Sputnik", "(?!)")
    )
