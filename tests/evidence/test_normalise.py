from __future__ import annotations

import subprocess
import sys

import pytest

from debar.evidence.normalise import is_shared_host, normalise, passes_luhn, registrable, tidy, words_key

CASES = [
    ("email", " Joe.Doe+ads@GoogleMail.com ", "joedoe@gmail.com"),
    ("email", "Ann.Lee+x@Harbour.example", "ann.lee@harbour.example"),
    ("email", "info@Müller.de", "info@xn--mller-kva.de"),
    ("phone", "+44 20 7946 0958", "+442079460958"),
    ("phone", "0044 20 7946 0958", "+442079460958"),
    ("domain", "https://WWW.RT.com/news?x=1", "rt.com"),
    ("domain", "ads.paper-lantern.co.uk", "paper-lantern.co.uk"),
    ("domain", "news.harbour.example", "harbour.example"),
    ("domain", "президент.рф", "xn--d1abbgf6aiiy.xn--p1ai"),
    ("domain", "lantern.wordpress.com", "lantern.wordpress.com"),
    ("domain", "m.facebook.com", "m.facebook.com"),
    ("domain", "bit.ly", "bit.ly"),
    ("ip", "::ffff:8.8.8.8", "8.8.8.8"),
    ("ip", "2001:0DB8:0::1", "2001:db8::1"),
    ("card", "fp_Az09", "fp_Az09"),
    ("bank", "gb29 nwbk 6016 1331 9268 19", "GB29NWBK60161331926819"),
    ("vat_id", "de 123.456.788", "DE123456788"),
    ("legal_id", "10-27/700", "1027700"),
    ("device", "AB-CD:ef", "abcdef"),
    ("admin", "Ann+x@Harbour.example", "ann@harbour.example"),
    ("admin", "User-77", "user-77"),
    ("page", "https://Facebook.com/Harbour/", "facebook.com/harbour"),
    ("page", "@Harbour", "harbour"),
    ("pixel", "ua-1234-1", "UA12341"),
    ("landing_path", "https://www.Harbour.example//Vote%20now/?x=1#y", "harbour.example/Vote%20now"),
    ("utm", "https://h.example/?utm_source=fb&utm_campaign=Spring%202016", "fb / spring 2016"),
    ("address", "12 High St.,  Leeds LS1 4AP", "12 high st leeds ls1 4ap"),
    ("passport", "  X  99 ", "X 99"),
]

NAMES = [
    ("Harbour Media Ltd.", "harbour media ltd"),
    ("Harbour Media LIMITED", "harbour media ltd"),
    ("ООО «Ромашка»", "ооо ромашка"),
    ("OOO Ромашка", "ооо ромашка"),
    ("Общество с ограниченной ответственностью «Ромашка»", "ооо ромашка"),
    ("АНО «ТВ-Новости»", "ано тв новости"),
    ("ANO TV-Novosti", "ано tv novosti"),
    ("Laterne GmbH", "laterne gmbh"),
    ("Laterne Gesellschaft mit beschränkter Haftung", "laterne gmbh"),
    ("Linterna S.A.", "linterna sa"),
    ("Lanterna S. A.", "lanterna s a"),
    ("Lygte A/S", "lygte as"),
    ("L.L.C. Lantern", "llc lantern"),
    ("Ｌａｎｔｅｒｎ　Ｌｔｄ", "lantern ltd"),
    ("مؤسسة النور", "مؤسسة النور"),
    ("今日俄罗斯", "今日俄罗斯"),
    ("Ελληνική Φωνή", "ελληνική φωνή"),
    ("हिन्दी समाचार", "हिन्दी समाचार"),
    ("Straße & Söhne", "strasse söhne"),
]


@pytest.mark.parametrize(("kind", "raw", "expected"), CASES)
def test_one_spelling(kind: str, raw: str, expected: str) -> None:
    """Each kind has one spelling a thing, and that spelling is its own."""
    assert normalise(kind, raw).value == expected
    assert normalise(kind, expected).value == expected


@pytest.mark.parametrize(("raw", "expected"), NAMES)
def test_legal_names(raw: str, expected: str) -> None:
    """Legal names keep word order and every script's letters; legal forms have one spelling each."""
    assert normalise("legal_name", raw).value == expected
    assert normalise("legal_name", expected).value == expected


def test_different_forms_stay_different() -> None:
    """A namesake with another legal form is another key."""
    assert normalise("legal_name", "RT Ltd").value != normalise("legal_name", "RT GmbH").value


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "-",
        "--",
        "n/a",
        "N/A",
        "None",
        "test",
        "UNKNOWN",
        "000000",
        "xxx",
        ".",
        "null",
        "無し"[:0],
        "нет",
        "不明",
        "\u200b",
    ],
)
def test_placeholders_are_refused(raw: str) -> None:
    """What somebody writes where there is nothing to say is no identifier."""
    with pytest.raises(ValueError, match=r"^placeholder$"):
        normalise("legal_id", raw)


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        ("card", "4242 4242 4242 4242", "card number in clear"),
        ("card", "378282246310005", "card number in clear"),
        ("email", "ann", "not an e-mail address"),
        ("email", "n/a@harbour.example", "placeholder"),
        ("email", "ann@localhost", "not a host name"),
        ("phone", "07911 123456", "no country code"),
        ("phone", "+44 1", "phone number"),
        ("phone", "call us", "no country code"),
        ("ip", "10.0.0.1", "not a public IP address"),
        ("ip", "300.1.1.1", "not an IP address"),
        ("domain", "localhost", "not a host name"),
        ("domain", "http://1.2.3.4/", "not a host name"),
        ("domain", "ftp://harbour.example", "not a web address"),
        ("landing_path", "https://harbour.example/", "front page"),
        ("utm", "https://h.example/?utm_source=fb", "no campaign"),
        ("legal_name", "🚀", "no letters"),
        ("legal_name", "GmbH", "only a legal form"),
        ("legal_id", "xy" * 1500, "too long"),
        ("text_hash", "vote for us", "too short"),
        ("bank", "0000-0000", "placeholder"),
    ],
)
def test_refusals_say_why_without_the_value(kind: str, raw: str, reason: str) -> None:
    """A value that cannot be of its kind is refused with a plain reason that does not repeat it."""
    with pytest.raises(ValueError, match=reason) as caught:
        normalise(kind, raw)
    assert len(raw) < 6 or raw not in str(caught.value)


def test_card_fingerprints_may_be_digits() -> None:
    """A string of digits that fails the check digit is a fingerprint."""
    assert normalise("card", "4242424242424241").value == "4242424242424241"
    assert [passes_luhn(digits) for digits in ("79927398713", "79927398710")] == [True, False]


def test_domains_are_derived_from_mail_of_ones_own_only() -> None:
    """An address implies its domain, unless everybody can have an address there."""
    own = normalise("email", "ann@mail.harbour.example")
    assert own.derived == (("email_domain", "harbour.example"),)
    assert own.near == (("email_domain", "mail.harbour.example"), ("email_free", "no"))
    free = normalise("email", "ann@mail.ru")
    assert free.derived == ()
    assert free.near == (("email_domain", "mail.ru"), ("email_free", "yes"))


def test_near_keys() -> None:
    """Prefix, country and parts of an address are weaker keys of their own."""
    assert normalise("ip", "198.51.100.77").near == (("ip_prefix", "198.51.100.0/24"),)
    assert normalise("ip", "2001:db8:1:2::7").near == (("ip_prefix", "2001:db8:1::/48"),)
    assert normalise("phone", "020 7946 0958", country="GB").near == (("phone_country", "GB"),)
    assert normalise("address", "12 High St, Leeds, LS1 4AP", country="GB").near == (
        ("address_postcode", "GB LS14AP"),
        ("address_street", "GB 12 high st"),
        ("address_city", "GB leeds"),
    )


def test_text_hashes() -> None:
    """Case, punctuation and addresses do not change a text's hash; a hash is its own."""
    text = "Vote early, vote OFTEN today! https://h.example/x"
    value = normalise("text_hash", text).value
    assert value == normalise("text_hash", "vote early  vote often today").value
    assert normalise("text_hash", value).value == value
    assert len(normalise("text_hash", "今日俄罗斯电视台新闻频道").value) == 64


def test_shared_hosts() -> None:
    """A social network's or shortener's own host says nothing about an owner."""
    assert [
        is_shared_host(host) for host in ("www.facebook.com", "bit.ly", "lantern.wordpress.com", "rt.com")
    ] == [
        True,
        True,
        False,
        False,
    ]
    assert registrable("www.harbour.example") == "harbour.example"


def test_tidy_and_words() -> None:
    """Invisible characters go; letters with marks stay."""
    assert tidy("\ufeff a\u200b\tb\x00 ") == "a b"
    assert words_key("Zażółć—Łódź! 2") == "zażółć łódź 2"


def test_nothing_is_asked_of_a_network_and_phones_load_late() -> None:
    """Importing the normaliser loads neither phonenumbers nor tldextract."""
    code = "import sys, debar.evidence.normalise; print('phonenumbers' in sys.modules, 'tldextract' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("legal_id", "Registered in US-CA"),
        ("legal_id", "pending registration"),
        ("legal_id", "EIN ID 00-0000000"),
        ("tax_id", "XX-123456789"),
        ("vat_id", "DE999999999"),
        ("legal_name", "These ads ran without a disclaimer"),
        ("address", "US"),
        ("address", "New York"),
        ("domain", "www.example.com"),
        ("email", "ana@example.org"),
    ],
)
def test_what_stands_on_thousands_of_strangers_is_refused(kind: str, raw: str) -> None:
    """A register's name, filled-in digits, a country, a manual's host: nobody's sign."""
    with pytest.raises(ValueError, match=r"placeholder|register|nobody"):
        normalise(kind, raw)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("legal_id", "Registered in US-CA 1424396"),
        ("legal_id", "SC 0000"),
        ("address", "Plaza Mayor, Madrid"),
        ("address", "PO Box 9"),
        ("domain", "lantern.example"),
    ],
)
def test_what_names_somebody_is_kept(kind: str, raw: str) -> None:
    """An entry of a register, a street without a number, a reserved suffix with a name before it."""
    assert normalise(kind, raw).value
