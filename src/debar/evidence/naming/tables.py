"""Word lists that comparing names rests on: legal forms, titles, spellings, short forms, places.

Law: tables of facts that a reader can check; no code but what folds them into lookups.
"""

from __future__ import annotations

from typing import Final


def words_of(text: str) -> list[str]:
    """Return the words of a list that is written as one text."""
    return text.split()


FORM_PHRASES: Final = (
    ("obshchestvo s ogranichennoi otvetstvennostyu", "ooo"),
    ("obshchestvo s ogranichennoy otvetstvennostyu", "ooo"),
    ("obschestvo s ogranichennoi otvetstvennostiu", "ooo"),
    ("tovarishchestvo s ogranichennoy otvetstvennostyu", "too"),
    ("tovarystvo z obmezhenoyu vidpovidalnistyu", "tov"),
    ("otkrytoe aktsionernoe obshchestvo", "oao"),
    ("zakrytoe aktsionernoe obshchestvo", "zao"),
    ("publichnoe aktsionernoe obshchestvo", "pao"),
    ("aktsionernoe obshchestvo", "ao"),
    ("avtonomnaya nekommercheskaya organizatsiya", "ano"),
    ("federalnoe gosudarstvennoe unitarnoe predpriyatie", "fgup"),
    ("individualnyi predprinimatel", "ip"),
    ("individualnyy predprinimatel", "ip"),
    ("autonomous non profit organization", "ano"),
    ("autonomous nonprofit organization", "ano"),
    ("autonomous non commercial organization", "ano"),
    ("open joint stock company", "jsc"),
    ("public joint stock company", "jsc"),
    ("closed joint stock company", "jsc"),
    ("joint stock company", "jsc"),
    ("limited liability company", "llc"),
    ("limited liability partnership", "llp"),
    ("limited partnership", "lp"),
    ("private limited company", "ltd"),
    ("public limited company", "plc"),
    ("private limited", "ltd"),
    ("gesellschaft mit beschrankter haftung", "gmbh"),
    ("eingetragener verein", "ev"),
    ("societe a responsabilite limitee", "sarl"),
    ("societatea cu raspundere limitata", "srl"),
    ("sociedad de responsabilidad limitada", "srl"),
    ("sociedade limitada", "ltda"),
    ("societa a responsabilita limitata", "srl"),
    ("societe anonyme", "sa"),
    ("sociedad anonima", "sa"),
    ("sociedade anonima", "sa"),
    ("societa per azioni", "spa"),
    ("naamloze vennootschap", "nv"),
    ("besloten vennootschap", "bv"),
    ("spolka z ograniczona odpowiedzialnoscia", "spzoo"),
    ("spolecnost s rucenim omezenym", "sro"),
    ("korlatolt felelossegu tarsasag", "kft"),
    ("perseroan terbatas", "pt"),
    ("limited sirketi", "ltd"),
    ("anonim sirketi", "as"),
    ("sp z o o", "spzoo"),
    ("s r o", "sro"),
    ("d o o", "doo"),
    ("s l", "sl"),
    ("s a", "sa"),
)
"""Legal forms written out, after transliteration; a longer phrase stands before what it contains."""

FORMS: Final[dict[str, str]] = {
    **{form: form for form in words_of("llp lp plc ag kg kgaa ug se sas sarl srl spa bvba")},
    **{form: form for form in words_of("sa ab aps fgup ip doo kft pt ev ltda sl nv bv na ano oy as")},
    **dict.fromkeys(words_of("gmbh mbh ggmbh"), "gmbh"),
    **dict.fromkeys(words_of("ltd limited pte pty pvt sdn bhd kk"), "ltd"),
    **dict.fromkeys(words_of("inc incorporated corp corporation co company cie"), "corp"),
    **dict.fromkeys(words_of("llc pllc ooo spzoo sro too tov"), "llc"),
    **dict.fromkeys(words_of("jsc pjsc ojsc cjsc oao zao pao ao"), "jsc"),
    "aktiengesellschaft": "ag",
    "oyj": "oy",
    "asa": "as",
}
"""Words that say what kind of legal person somebody is, not who; forms of one kind to one of them."""

NATIVE_FORMS: Final = (
    ("股份有限公司", "corp"),
    ("有限责任公司", "ltd"),
    ("有限責任公司", "ltd"),
    ("有限公司", "ltd"),
    ("株式会社", "ltd"),
    ("有限会社", "ltd"),
    ("合同会社", "llc"),
    ("주식회사", "ltd"),
    ("유한회사", "llc"),
    ("(주)", "ltd"),
    ("ذ.م.م", "llc"),
    ("ש.מ", "ltd"),
    ('בע"מ', "ltd"),
    ("บริษัท", "corp"),
    ("จำกัด", "ltd"),
)
"""Legal forms that are recognised before transliteration; the longer before what it contains."""

TITLES: Final = frozenset(
    words_of(
        "mr mrs ms miss dr prof professor sir lord dame monsieur madame mme herr frau don dona shaikh sheikh "
        "haji hajji mullah maulavi general gen col president hon rev the jr sr md phd esq"
    )
)
"""Forms of address, degrees and the article; they name nobody."""

GRAMMAR: Final = frozenset(
    words_of(
        "for of to in on at by with from and or a an de la le les du des der die das et y i z el von van den "
        "het di da do dos del della u s com net www"
    )
)
"""Words of the grammar; an acronym passes over them."""

OFFICES: Final = (
    frozenset(
        words_of(
            "rep representative representatives congressman congresswoman senator sen governor gov "
            "mayor delegate "
            "assemblymember assemblyman assemblywoman councilmember councilman councilwoman "
            "commissioner judge "
            "justice sheriff treasurer attorney secretary speaker chancellor minister mp mep deputy alderman "
            "district house senate congress assembly office state us usa united states federal city "
            "county town "
            "council committee campaign exploratory victory elect reelect vote team friends citizens people "
            "supporters official "
        )
    )
    | GRAMMAR
)
"""Words of an office, a campaign or the grammar: what somebody runs for or as, not who they are."""

GENERIC: Final = frozenset(
    words_of(
        "group holding holdings international global services service solutions systems industries industry "
        "media news network trading trade bank partners management capital fund trust agency association "
        "organization institute foundation center business gruppe groupe grupo gruppo communications "
        "consulting marketing digital online technology technologies tech labs studio studios enterprises "
        "ventures investments financial insurance energy health healthcare medical pharma foods motors "
        "properties realty estate development construction engineering logistics transport travel education "
        "school college university society club union federation alliance coalition league council party "
        "action pac political leadership national american america public private community local new "
        "democratic republican conservative liberal labor green progressive democrats republicans "
        "project initiative movement campaign workers voters families future better first 1"
    )
)
"""Words that many organisations bear; alike they say little."""

PLACES: Final = frozenset(
    words_of(
        "afghanistan albania algeria argentina armenia australia austria azerbaijan bahrain bangladesh "
        "belarus belgium bolivia bosnia brazil brasil bulgaria cambodia cameroon canada chad chile china "
        "colombia congo croatia cuba cyprus czechia denmark deutschland ecuador egypt england espana estonia "
        "ethiopia finland france georgia germany ghana greece guatemala hungary iceland india indonesia iran "
        "iraq ireland israel italia italy jamaica japan jordan kazakhstan kenya korea kuwait kyrgyzstan "
        "latvia lebanon libya lithuania luxembourg macedonia malaysia malta mexico moldova mongolia "
        "montenegro morocco myanmar nepal netherlands nigeria norway oman pakistan palestine panama paraguay "
        "peru philippines poland polska portugal qatar romania russia rossiya rwanda schweiz scotland "
        "senegal serbia singapore slovakia slovenia somalia spain sudan suisse svizzera sweden switzerland "
        "syria taiwan tajikistan tanzania thailand tunisia turkey turkiye turkmenistan uganda uk ukraine "
        "uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe africa asia europe emea apac "
        "alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho "
        "illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota "
        "mississippi missouri montana nebraska nevada hampshire jersey york carolina dakota ohio oklahoma "
        "oregon pennsylvania rhode tennessee texas utah vermont virginia washington wisconsin wyoming "
        "london paris berlin moscow moskva moskau beijing shanghai shenzhen hongkong tokyo dubai delhi "
        "mumbai sydney toronto chicago boston houston miami philadelphia madrid roma rome milan milano "
        "north south east west northern southern eastern western central"
    )
)
"""Countries, large regions, the states of the United States and a few capitals: branches differ in them."""

SPELLINGS: Final[dict[str, str]] = {
    **dict.fromkeys(words_of("und et y"), "and"),
    **dict.fromkeys(words_of("ibn ben"), "bin"),
    **dict.fromkeys(words_of("intl internat"), "international"),
    **dict.fromkeys(words_of("organisation organizatsiya org"), "organization"),
    **dict.fromkeys(words_of("mohammed mohammad mohamed mohamad muhammed muhamed muhamad"), "muhammad"),
    **dict.fromkeys(words_of("first 1st"), "1"),
    **dict.fromkeys(words_of("second 2nd two"), "2"),
    **dict.fromkeys(words_of("third 3rd three"), "3"),
    **dict.fromkeys(words_of("fourth 4th four"), "4"),
    **dict.fromkeys(words_of("fifth 5th five"), "5"),
    **dict.fromkeys(words_of("sixth 6th six"), "6"),
    **dict.fromkeys(words_of("seventh 7th seven"), "7"),
    **dict.fromkeys(words_of("eighth 8th eight"), "8"),
    **dict.fromkeys(words_of("ninth 9th nine"), "9"),
    **dict.fromkeys(words_of("tenth 10th ten"), "10"),
    **dict.fromkeys(words_of("assn assoc"), "association"),
    **dict.fromkeys(words_of("natl nat"), "national"),
    **dict.fromkeys(words_of("dept dpt"), "department"),
    **dict.fromkeys(words_of("univ"), "university"),
    **dict.fromkeys(words_of("govt"), "government"),
    **dict.fromkeys(words_of("cmte cte comm cttee comite komitet"), "committee"),
    **dict.fromkeys(words_of("bros"), "brothers"),
    **dict.fromkeys(words_of("mfg"), "manufacturing"),
    **dict.fromkeys(words_of("tech"), "technology"),
    **dict.fromkeys(words_of("svcs svc"), "services"),
    **dict.fromkeys(words_of("mgmt"), "management"),
    **dict.fromkeys(words_of("dist"), "district"),
    **dict.fromkeys(words_of("fdn"), "foundation"),
    **dict.fromkeys(words_of("centre tsentr zentrum"), "center"),
    **dict.fromkeys(words_of("labour"), "labor"),
    **dict.fromkeys(words_of("defence"), "defense"),
    **dict.fromkeys(words_of("programme"), "program"),
    **dict.fromkeys(words_of("theatre"), "theater"),
    **dict.fromkeys(words_of("saint sankt"), "st"),
}
"""Spellings and abbreviations of one word, to one of them."""

TENS: Final = {
    word: 10 * number
    for number, word in enumerate(words_of("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
} | {"fourty": 40}
"""Number words that a digit may follow."""

_GIVEN_NAMES = (
    "william:will bill billy liam|robert:rob bob bobby|richard:rick dick rich|james:jim jimmy jamie"
    "|john:jack johnny jon|michael:mike mick|joseph:joe joey|thomas:tom tommy|charles:charlie chuck"
    "|edward:ed eddie ted|david:dave|daniel:dan danny|matthew:matt|anthony:tony|christopher:chris kit"
    "|nicholas nicolas:nick|andrew:andy drew|steven stephen:steve|gregory:greg"
    "|jeffrey geoffrey:jeff|kenneth:ken"
    "|donald:don|ronald:ron|timothy:tim|patrick:pat|samuel:sam|benjamin:ben"
    "|alexander aleksandr aleksander:alex"
    " sasha|alexandra:alex sandra|elizabeth:liz beth betty lizzie eliza"
    "|katherine catherine:kate katie kathy cathy"
    "|margaret:maggie peggy meg|jennifer:jen jenny|rebecca:becca becky|susan:sue|deborah debra:deb debbie"
    "|barbara:barb|patricia:pat patty|victoria:vicky|jessica:jess|cynthia:cindy|pamela:pam|kimberly:kim"
    "|valerie:val|christine christina:chris tina|peter:pete|lawrence:larry|raymond:ray|gerald:jerry"
    "|frederick friedrich:fred|leonard:leo len|philip phillip:phil|douglas:doug|francis:frank|vincent:vince"
    "|walter:walt|joshua:josh|zachary:zach zack|jacob:jake|nathaniel nathan:nate|maxwell:max"
    "|theodore:ted theo"
    "|alfred:al fred|albert:al bert|eugene:gene|harold:harry hal|henry:hank harry|abigail:abby|amanda:mandy"
    "|mikhail:misha|dmitri dmitry dmitrii:dima|sergei sergey:seryozha|yevgeny evgeny evgeniy yevgeniy:zhenya"
    "|aleksei alexey alexei aleksey:alyosha|yuri yury iurii:yura"
)


def _pairs(group: str) -> list[frozenset[str]]:
    """Return the pairs of one group: each full name with every name of it; two short forms make no pair."""
    full, _, short = group.partition(":")
    return [frozenset((whole, other)) for whole in full.split() for other in [*full.split(), *short.split()]]


ONE_GIVEN_NAME: Final = frozenset(pair for group in _GIVEN_NAMES.split("|") for pair in _pairs(group))
"""Pairs of given names that may be one person's: ``Bob``, ``Robert``."""

GIVEN_NAMES: Final = frozenset(name for pair in ONE_GIVEN_NAME for name in pair)
"""Given names that many people bear."""

TAILS: Final = (
    " not authorized by ",
    " this message has not been ",
    " sponsored by ",
    " with funding from ",
    " c o ",
    " care of ",
)
"""Phrases that begin what a law or a printer adds behind a name."""

HEADS: Final = ("paid for by the ", "paid for by ", "ads paid for by ", "ad paid for by ", "sponsored by ")
"""Phrases that stand before a name."""

ALIASES: Final = (
    " doing business as ",
    " trading as ",
    " also known as ",
    " dba ",
    " d b a ",
    " aka ",
    " fka ",
)
"""Phrases between two names of one party."""
