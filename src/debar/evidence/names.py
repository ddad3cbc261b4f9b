"""Word lists that normalising rests on: legal forms, free mail, shared hosts, placeholders.

Law: tables of facts that a reader can check; no code.
"""

from __future__ import annotations

from typing import Final

_PLACEHOLDERS = (
    "|n/a|na|n.a|none|null|nil|nan|test|tests|testing|tbd|tba|todo|unknown|undefined|unspecified|no|not set"
    "|not available|not applicable|not provided|empty|default|dummy|sample|example|foo|bar|asdf|qwerty|xxx"
    "|abc|anonymous|redacted|missing|deleted|1234|12345|123456|1234567|12345678|123456789|1234567890|0123456789"
    "|нет|неизвестно|тест|нет данных|keine|kein|unbekannt|ninguno|aucun|inconnu|brak|无|不明|なし|#n/a"
    "|لا يوجد|these ads ran without a disclaimer|this ad ran without a disclaimer|no disclaimer"
    "|without a disclaimer|no name|noname|company name|not known|not given|see above|same as above"
    "|pending|withheld|sin nombre|sans nom|без названия|sconosciuto"
    "|desconhecido|desconocido|não informado|nie podano|neznámý|okänd|ukjent|ukendt|tuntematon|bilinmiyor"
    "|غير معروف|未知|無|없음|लागू नहीं"
)

PLACEHOLDERS: Final = frozenset(_PLACEHOLDERS.split("|"))
"""Folded texts that people write where they have nothing to say; the empty text is one."""

GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})
"""Hosts where dots in the local part make no difference."""

_FREE_MAIL = (
    "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.co.in "
    "yahoo.co.jp yahoo.com.br ymail.com rocketmail.com outlook.com outlook.fr outlook.de outlook.es "
    "hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.es hotmail.it live.com live.co.uk live.fr "
    "msn.com icloud.com me.com mac.com aol.com proton.me protonmail.com protonmail.ch pm.me tutanota.com "
    "tuta.io tuta.com gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de mail.com email.com "
    "zoho.com zohomail.com fastmail.com fastmail.fm hushmail.com mailfence.com startmail.com posteo.de "
    "mailbox.org mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru yandex.com yandex.by yandex.kz "
    "yandex.ua ya.ru rambler.ru lenta.ru autorambler.ru ro.ru qq.com foxmail.com 163.com 126.com yeah.net "
    "sina.com sina.cn sohu.com aliyun.com 139.com 189.cn naver.com daum.net hanmail.net nate.com orange.fr "
    "wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it wp.pl o2.pl onet.pl "
    "interia.pl op.pl seznam.cz email.cz centrum.cz azet.sk ukr.net i.ua meta.ua abv.bg mail.bg "
    "rediffmail.com uol.com.br bol.com.br terra.com.br comcast.net verizon.net att.net sbcglobal.net "
    "bellsouth.net cox.net btinternet.com sky.com ntlworld.com bigpond.com optusnet.com.au mailinator.com "
    "guerrillamail.com 10minutemail.com temp-mail.org yopmail.com trashmail.com "
)

FREE_MAIL: Final = frozenset(_FREE_MAIL.split())
"""Hosts where anybody can have an address: their domain links nobody."""

_SHARED_HOSTS = (
    "facebook.com fb.com fb.me instagram.com twitter.com x.com youtube.com youtu.be vk.com ok.ru t.me "
    "telegram.me telegram.org tiktok.com linkedin.com pinterest.com reddit.com tumblr.com snapchat.com "
    "whatsapp.com wa.me discord.gg discord.com medium.com substack.com blogspot.com wordpress.com "
    "livejournal.com weebly.com wixsite.com squarespace.com webflow.io github.io gitlab.io netlify.app "
    "vercel.app pages.dev web.app firebaseapp.com herokuapp.com myshopify.com shopify.com etsy.com "
    "amazon.com ebay.com apps.apple.com itunes.apple.com play.google.com sites.google.com docs.google.com "
    "forms.gle google.com linktr.ee carrd.co bit.ly bitly.com goo.gl t.co tinyurl.com ow.ly buff.ly is.gd "
    "rb.gy rebrand.ly cutt.ly lnkd.in dlvr.it trib.al shorturl.at tiny.cc adf.ly clck.ru vk.cc "
    "eventbrite.com meetup.com change.org gofundme.com patreon.com paypal.com paypal.me soundcloud.com "
    "spotify.com open.spotify.com petitions.whitehouse.gov wikipedia.org archive.org dropbox.com "
    "typeform.com surveymonkey.com mailchi.mp list-manage.com hubspot.com unbouncepages.com "
)

SHARED_HOSTS: Final = frozenset(_SHARED_HOSTS.split())
"""Hosts that many strangers publish on, and link shorteners: the registered part is nobody's sign."""

RESERVED_SUFFIXES: Final = frozenset({"example", "test", "invalid", "localhost", "local", "internal"})
"""Last labels that nobody can register (RFC 2606, RFC 6761); the label before stands for the owner."""

EXAMPLE_HOSTS: Final = frozenset(
    {"example.com", "example.org", "example.net", "domain.com", "yourdomain.com", "yoursite.com"}
)
"""Host names that stand in manuals (RFC 2606) and in forms that nobody filled in."""

LEGAL_FORM_PHRASES: Final[dict[str, str]] = {
    "общество с ограниченной ответственностью": "ооо",
    "публичное акционерное общество": "пао",
    "закрытое акционерное общество": "зао",
    "открытое акционерное общество": "оао",
    "акционерное общество": "ао",
    "автономная некоммерческая организация": "ано",
    "федеральное государственное унитарное предприятие": "фгуп",
    "индивидуальный предприниматель": "ип",
    "gesellschaft mit beschrankter haftung": "gmbh",
    "gesellschaft mit beschränkter haftung": "gmbh",
    "société à responsabilité limitée": "sarl",
    "société anonyme": "sa",
    "sociedad anónima": "sa",
    "sociedad de responsabilidad limitada": "srl",
    "limited liability company": "llc",
    "limited liability partnership": "llp",
    "public limited company": "plc",
    "joint stock company": "jsc",
    "private limited": "pvt ltd",
    "autonomous non profit organization": "ано",
    "autonomous nonprofit organization": "ано",
    "autonomous non commercial organization": "ано",
    "pty limited": "pty ltd",
    "sp z o o": "spzoo",
    "spółka z ograniczoną odpowiedzialnością": "spzoo",
}
"""Legal forms written out, to their short form; longer phrases stand before the ones they contain."""

_FORMS = (
    "ltd llc llp plc gmbh ag kg sa sas sarl srl spa bv nv ab oy as aps sro inc corp jsc pjsc pte pvt pty "
    "spzoo ug se ооо оао зао пао ао ано фгуп ип тов"
)

LEGAL_FORMS: Final[dict[str, str]] = {
    **{
        form: form
        for form in [
            "ltd",
            "llc",
            "llp",
            "plc",
            "gmbh",
            "ag",
            "kg",
            "sa",
            "sas",
            "sarl",
            "srl",
            "spa",
            "bv",
            "nv",
            "ab",
            "oy",
            "as",
            "aps",
            "sro",
        ]
    },
    **{
        form: form
        for form in [
            "ооо",
            "оао",
            "зао",
            "пао",
            "ао",
            "ано",
            "фгуп",
            "ип",
            "тов",
            "inc",
            "corp",
            "jsc",
            "pjsc",
            "pte",
            "pvt",
            "pty",
            "spzoo",
            "ug",
            "se",
        ]
    },
    "limited": "ltd",
    "incorporated": "inc",
    "corporation": "corp",
    "company": "co",
    "co": "co",
    "ooo": "ооо",
    "oao": "оао",
    "zao": "зао",
    "pao": "пао",
    "ano": "ано",
    "fgup": "фгуп",
    "fsue": "фгуп",
    "mbh": "gmbh",
    "oyj": "oy",
    "株式会社": "株式会社",
    "有限公司": "有限公司",
}
"""Short legal forms, to one spelling each; Latin spellings of Russian forms are folded together."""

ACCOUNT_WORDS: Final = frozenset(
    [
        "account",
        "accounts",
        "ad",
        "ads",
        "main",
        "marketing",
        "new",
        "official",
        "old",
        "online",
        "page",
        "performance",
        "retargeting",
        "test",
    ]
)
"""Words of an account's name that say which account it is, not whose."""

NAME_LETTERS_MIN: Final = 5
"""A name with fewer letters ("RT") is no evidence: too many have it by accident."""
