"""The retrospective as a verb, with groups that act as one: from files to answers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

import pytest
from click.testing import CliRunner

from browsers import flaws
from creative_worlds import ad_world, plant
from debar.app.looking_back import election_words_in
from debar.cli.commands import debar

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from playwright.sync_api import Browser

MEMBERS = ("account-0003", "account-0014", "account-0031")
PICTURES_RIGHT = (
    "Math.max(...[...document.querySelectorAll('.multiples svg')].map(e => e.getBoundingClientRect().right))"
)
WINDOW = ("--from", "2022-01-01", "--to", "2022-12-31")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a platform's export in which three accounts act as one."""
    world = ad_world(2, accounts=60)
    plant(world, MEMBERS, "launch", times=12)
    return world.write(tmp_path_factory.mktemp("platform"))


@pytest.fixture(scope="module")
def whole(folder: Path) -> dict[str, Any]:
    """Return what is said of groups when nobody is asked for."""
    found: dict[str, Any] = json.loads(retrospect(folder, "--groups", "0.05", "--json").stdout)["groups"]
    return found


def retrospect(folder: Path, *options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(debar, ["retrospect", str(folder), *WINDOW, *options])


def test_groups_are_found_without_a_name_and_said_with_what_speaks_against_them(
    folder: Path, whole: dict[str, Any]
) -> None:
    """The planted three come out with names, what ties them, what chance gives and why it may be wrong."""
    (group,) = whole["groups"]
    assert [member["account_id"] for member in group["members"]] == list(MEMBERS)
    text = retrospect(folder, "--groups", "0.05").stdout
    assert "Groups that act as one: questions to ask, never a reason for a ban" in text
    assert "at most 5 % are chance alone, on average" in text
    assert "Name of account-0003, Name of account-0014, Name of account-0031" in text
    assert "days with launches within 30 seconds of each other, where chance gives" in text
    assert "against: Nothing but launches together" in text


def test_whoever_is_asked_about_groups_are_of_the_whole_platform(folder: Path, whole: dict[str, Any]) -> None:
    """Setting one account against the others changes nothing about who acts as one."""
    asked = retrospect(folder, "--groups", "0.05", "--json", "--subject", "account:account-0001").stdout
    assert json.loads(asked)["groups"] == whole


def test_without_a_rate_no_group_is_looked_for(folder: Path) -> None:
    """Groups are off unless a rate is stated."""
    assert json.loads(retrospect(folder, "--json").stdout)["groups"] is None
    assert "act as one" not in retrospect(folder).stdout


def test_the_ads_of_a_group_are_as_many_as_it_says(folder: Path, whole: dict[str, Any]) -> None:
    """Its figure leads to exactly its members' ads of the window, also of members nobody asked about."""
    (group,) = whole["groups"]
    options = ("--groups", "0.05", "--rows", "group=1", "--subject", "account:account-0001", "--json")
    found = json.loads(retrospect(folder, *options).stdout)
    assert found["count"] == group["ads"]
    assert {row["account_id"] for row in found["rows"]} == set(MEMBERS)


def test_the_ads_behind_a_signal_are_as_many_as_it_says(folder: Path, whole: dict[str, Any]) -> None:
    """What holds a group together leads to exactly the ads in which it can be seen."""
    (group,) = whole["groups"]
    (held,) = [held for held in group["signals"] if held["signal"] == "launch"]
    found = json.loads(retrospect(folder, "--groups", "0.05", "--rows", "group=1:launch", "--json").stdout)
    assert found["count"] == held["ads"] == 36


@pytest.mark.parametrize(
    "options",
    [
        ("--rows", "group=1"),
        ("--groups", "0.05", "--rows", "group=2"),
        ("--groups", "0.05", "--rows", "group=x"),
        ("--groups", "0.05", "--rows", "group=1:copy"),
    ],
)
def test_a_group_that_was_not_found_has_no_rows(folder: Path, options: tuple[str, ...]) -> None:
    """Without --groups there is none, and a number too high is none: refused, not empty."""
    result = retrospect(folder, *options)
    assert "DBR-T003" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize("rate", ["0", "0.21", "1", "many"])
def test_a_rate_is_more_than_nothing_and_at_most_a_fifth(folder: Path, rate: str) -> None:
    """What is less sure than a lead is not shown."""
    assert retrospect(folder, "--groups", rate).exit_code == 2


@pytest.fixture(scope="module")
def page(folder: Path) -> Path:
    """Write the report with its groups."""
    written = folder / "report.html"
    assert retrospect(folder, "--groups", "0.05", "--html", str(written)).exit_code == 0
    return written


def test_each_count_of_a_group_leads_to_its_rows_in_the_page(page: Path) -> None:
    """The ads of the group and of its signal are links, and what they lead to is there."""
    text = page.read_text()
    section = text[text.index('id="groups"') : text.index('id="rows"')]
    links = set(re.findall(r'href="#(rows-\d+)"', section))
    assert len(links) >= 2
    assert all(f'id="{link}"' in text for link in links)
    assert "group=1:launch: 36 rows" in text
    assert "--groups 0.05 --rows" in text


@pytest.mark.ci
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_leaves_the_paper(
    page: Path, browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    """The report with its groups, wide and on a telephone, light and dark: no flaw, no sideways scrolling."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=True
    )
    shown = context.new_page()
    shown.goto(page.as_uri())
    assert flaws(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    assert shown.evaluate(PICTURES_RIGHT) <= width
    context.close()


@pytest.mark.ci
@pytest.mark.browser
def test_on_paper_the_table_of_groups_is_unfolded(page: Path, browser: Browser) -> None:
    """Who prints the report reads the groups as a table too."""
    context = browser.new_context()
    shown = context.new_page()
    shown.goto(page.as_uri())
    table = shown.locator("#groups ~ details.data table").first
    assert not table.is_visible()
    shown.emulate_media(media="print")
    assert table.is_visible()
    context.close()


def test_words_of_an_election_come_from_a_file(folder: Path, tmp_path: Path) -> None:
    """Remarks are left out; a file without words, or that is no text, is refused with its code."""
    file = tmp_path / "words.txt"
    file.write_text("# 2016\nElectoral  College\n\nclinton*\n")
    assert election_words_in(file) == ("clinton*", "electoral college")
    assert election_words_in(None) is None
    file.write_text("# 2016\n")
    refused = retrospect(folder, "--election-words", str(file))
    assert (refused.exit_code, "DBR-T004" in refused.stderr) == (2, True)
    file.write_bytes(b"\xff\xfe\x00")
    assert "DBR-A008" in retrospect(folder, "--election-words", str(file)).stderr
