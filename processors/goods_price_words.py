"""What people say around the price of goods: of one, of a thousand, of all, and in which currency."""

from __future__ import annotations

import re

from processors.facts_money import CURRENCY, TAX
from processors.facts_numbers import NUMBER
from processors.gated import Gated

WHOLE = re.compile(
    r"\s{0,2}(?:\([^)\n]{0,20}\)\s?)?(?:pour\s+)?(?:for\s+)?(?:le\s+t(?:ou)?t|tt|l['’]ensemble|the\s+lot|everything|all(?=\s*[.,;\n]|\s*$)|en\s+tout|au\s+total|in\s+total|all\s+in|lkoll)"
)
TOTAL_CUE = re.compile(
    r"\btotal\w*|\ble\s+t(?:ou)?t\b|\btt\b|\bl['’]ensemble\b|\bthe\s+lot\b|\blkoll\b|\bko(?:u)?lchi\b|\bmontant|\bamount"
    r"|(?<!prix )(?<!prix, )(?<!tarif )(?<!tarif, )\bsoit\b|"
    r"\bsomme|\ben\s+tout|\ba\s+payer\b|\bcomes?\s+to\b|\bmakes\b|\b(?:ca|cela)\s+(?:nous\s|me\s)?fait\b|\bfacture[zr]?\b|\bmajmou3|المجموع|الاجمالي|=\s?$"
)
UNIT_CUE = re.compile(
    r"\bp\.?\s?u\b|\bprix|\bunit\w*|\bprice|\btarif|\brate\b|\beach\b|\btaman|\btmen|\btamane|الثمن|ثمن|السعر|\b[aà]\s+$|\bat\s+$|@\s?$"
    r"|\bb\s?$|\bpour\s+$|ب\s?$"
)
PER_THOUSAND = re.compile(
    r"\s?(?:/|\ble\b|\bles\b|\bpar\b|\bper\b|\bpour\b|\ba\b|\bthe\b|\bl\b|\bdu\b|\bd\b)?\s?"
    r"(?:mille\b|1[\s.,]?000\b|millier\b|thousand\b|l?['’]?\s?alf\b|lmille\b|k\b|للالف|الالف|لالف)"
)
#: The same before the amount: "le mille à 380 dh", "la palette : 900 dh".
PER_BEFORE = re.compile(
    r"\b(?:le|la|les|l['’]|par|per|the|pour)\s?(?:(?P<thousand>mille|1\s?000|millier|thousand|alf)|(?P<unit>[^\W\d_]{2,14}))"
    r"\s?(?:\b(?:a|at|est|fait|coute)\b|[:=@])\s?$"
)
CONNECTED = re.compile(r"\s?(?:/|\b(?:le|la|l['’]?|par|per|chaque|the|a|un|une|each|du|l|d)\b['’]?|ال|لل|ل)\s?")
BARE_EACH = re.compile(
    r"\s?(?:each\b|chacune?\b|chaque\b|l?wa7da\b|l?\s?wahe?da?\b|للواحدة?|الواحدة?|ea\b|/\s?u\b|u\b(?=\s|$|[.,;]))"
)
MONEY_AFTER_TAX = Gated(rf"(?<![\w.,/])(?P<n>{NUMBER})\s?(?P<tax>{TAX})\s?(?P<cur>{CURRENCY})(?![^\W_])")
PRICED = Gated(
    rf"(?:(?P<unit>\bp\.?\s?u\.?|\bprix\s+unit\w*\.?|\bunit\s+price|\bprix(?:\s+(?:convenu|de\s+vente))?|\bprice|\btarif|\btaman|الثمن|السعر)"
    rf"|(?P<total>\b(?:montant|total|amount)(?:\s+(?:total|general|net))?))"
    rf"[^\S\n]{{0,2}}(?P<tax>{TAX})?[^\S\n]{{0,2}}(?:\(?\s?(?:en\s|in\s)?(?P<cur>{CURRENCY})(?![^\W_])\s?\)?)?[^\S\n]{{0,2}}(?:[:=]|\bde\b|\best\b|\bis\b|\ba\b)?[^\S\n]{{0,2}}(?P<n>{NUMBER})(?!\s?(?:{CURRENCY}|%|unit|piece|pcs))"
)
#: What follows a hundredth of a currency: a tax, what it is for, an end; "10 ct de …" are boxes.
OF_ONE = rf"(?=\s?(?:{TAX}|/|le\b|la\b|l['’]|par\b|per\b|each\b|chaque\b|piece\b|pce\b|unite\b|u\b|the\b|a\b|[,.;:)!?\n]|$))"
#: "14 centimes HT pièce", "14 cts", "12 c€".
HUNDREDTHS = Gated(
    rf"(?<![\w.,/])(?P<n>\d{{1,4}}(?:[.,]\d{{1,3}})?)\s?(?:(?:centimes?|santimes?|cents(?=\s(?:each|per|a|ex)\b))(?![^\W_])"
    rf"|(?P<euro>c€|€\s?cts?|cents?\s(?:d['’]\s?)?euros?)|cts?{OF_ONE})(?:\s(?:d['’]\s?|de\s)?(?P<cur>{CURRENCY})(?![^\W_]))?"
)
#: "1dh80", "1 dh 80": the currency stands where the comma would.
PARTED = Gated(
    rf"(?<![\w.,/])(?P<n>\d{{1,5}})\s?(?P<cur>dhs?|mad|drhm?s?|dirh?ams?|euros?|eur|€)(?:(?P<c>\d{{2}})(?![\w]|[.,]\d)|\s(?P<d>\d{{2}})(?!\d|[.,]\d)(?=\s?(?:{TAX}|/|le\b|la\b|l['’]|par\b|per\b|each\b|chaque\b|[,.;:)!?\n]|$)))"
)
PRICED_AT = Gated(
    rf"(?:(?:\b[aà]|\bat|\bb)\s{{1,2}}|@\s{{0,2}})(?P<n>\d{{1,4}}[.,]\d{{1,4}})(?![\d.,]*\d|\s?(?:{CURRENCY}|%|cm|mm|kg|g\b|m\b|x))"
)
#: A number with a tax is a price in no currency: "0,19 ht".
TAXED = re.compile(rf"(?<![\w.,/])(?P<n>{NUMBER})\s?(?P<tax>h\.?t\.?|t\.?t\.?c\.?)(?![^\W_])")
DECIMAL = r"\d{1,4}[.,](?:\d{1,2}|\d{4})(?![\d.,]*\d|\s?(?:%|cm|mm|kg|g\b|m\b|[x×]))"
GOES_ON = re.compile(
    rf"\s?(?:pour\s(?:\w+\s?){{1,5}})?\s?(?:,|;|/|-|\bet\b|\band\b|\bpuis\b|\bw\b|\bou\b)\s?(?:et\s|puis\s)?(?:a\s|@\s?)?(?P<n>{DECIMAL})"
)
AND = re.compile(r"\s?(?:,|;|/|-|\bet\b|\band\b|\bpuis\b|\bw\b)\s?(?:a\s)?")
LEADS_ON = re.compile(rf"(?<![\w.,/])(?P<n>{DECIMAL})\s?(?:,|;|/|-|\bet\b|\band\b|\bpuis\b|\bw\b)\s?(?:a\s)?")
#: A decimal number that ends a line or a part.
ENDING = re.compile(
    r"(?<![\w.,/×*+])(?<![x×*+] )(?:(?<!\d[ \u00a0\u202f])|(?!\d{3}))"
    r"(?P<n>\d{1,3}[.,]\d{1,2}|0[.,]\d{3})[^\S\n]*(?=\n|$|[,;)](?:\s|$)|\.(?:\s|$)|\s(?:et|w|and|plus|\+)\s)"
)
TAX_BEFORE = re.compile(rf"(?<![^\W_])(?P<tax>{TAX})\s?\)?\s{{0,2}}[:=]?\s{{0,2}}$")
APART = re.compile(r"[ \u00a0\t|]{2,}")
LOT = re.compile(
    r"\b(?:le\s+t(?:ou)?t|tt|l['’]ensemble|en\s+t(?:ou)?t|the\s+lot|lkoll|ko(?:u)?lchi)\s{0,2}(?:a|pour|at|for|b|[:=])?\s{0,2}$"
)
#: What all prices of a text are told to be: "all prices ex VAT".
TAX_SAID = re.compile(
    rf"\b(?:(?:le\s)?tout|all|prices?|prix|tarifs?|montants?|amounts?)\s+(?:(?:are|is|sont|en|in|s['’]entendent|indiques|exprimes|{CURRENCY})\s+){{0,3}}(?P<tax>{TAX})"
    rf"(?![^\W_])(?!\s?[:=]?\s?\d)"
)
#: The same of the currency: "prix en dh ht".
ALL_IN = re.compile(
    rf"\b(?:prix|tarifs?|prices?|montants?|amounts?)\s(?:(?:sont|are|all|indiques|exprimes|unitaires?)\s){{0,2}}(?:en|in)\s(?P<cur>{CURRENCY})"
    rf"(?:\s(?P<tax>{TAX}))?(?![^\W_])"
)
CURRENCY_SAID = Gated(rf"\b(?:devise|currency|monnaie)\s{{0,2}}[:=]?\s{{0,2}}(?P<cur>{CURRENCY})(?![^\W_])")
#: A currency beside a word of prices: "prix en DH", "Total HT MAD", "P.U. (EUR)".
CURRENCY_BESIDE = Gated(
    rf"(?:\b(?:prix|price|prices|montants?|amounts?|total|totaux|tarifs?|pu|p\.u\.?|unitaire|cost|ht|ttc|en|in|devise|currency)\s?|\()"
    rf"[(]?(?P<cur>{CURRENCY})(?![^\W_])"
)
