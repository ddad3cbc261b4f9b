"""ISO 4217 currencies and the digits of their minor unit.

Law: a table of facts, nothing else. Codes that ended (BYR, HRK, SIT) stay: old billing names them.
Source: ISO 4217 list one and list three.
"""

from __future__ import annotations

from typing import Final

_NO_DIGITS = "BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF "

_TWO_DIGITS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CNY COP CRC CUC CUP CVE CYP CZK DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP "
    "GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL "
    "LTL LVL MAD MDL MGA MKD MMK MNT MOP MRO MRU MTL MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD "
    "PAB PEN PGK PHP PKR PLN QAR ROL RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SIT SKK SLE SLL SOS SRD "
    "SSP STD STN SVC SYP SZL THB TJS TMT TOP TRL TRY TTD TWD TZS UAH USD UYU UZS VED VEF VES WST XCD "
    "YER ZAR ZMK ZMW ZWL "
)

_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND "

MINOR_DIGITS: Final[dict[str, int]] = {
    **dict.fromkeys(_NO_DIGITS.split(), 0),
    **dict.fromkeys(_TWO_DIGITS.split(), 2),
    **dict.fromkeys(_THREE_DIGITS.split(), 3),
}
"""Currency code to the number of decimals of its minor unit."""
