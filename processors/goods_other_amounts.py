"""Amounts that are no price of what is ordered: costs beside it, what was paid already, what others ask, what was asked before, and
prices under a condition."""

from __future__ import annotations

import re

from processors.facts_money import TAX

_PART = re.compile(r"[,;!?\n()|•]|\.(?=\s|$)|\s[-–—]\s|(?<![^\W_])(?:et|and|mais|but|puis|w)(?![^\W_])")
_AWAY = 60
#: Costs and payments that are none of one thing.
_COSTS = (
    r"budget(?!\s(?:accepte|valide|convenu|approved|agreed))\w*|capital|virements?|cheques?\sde|chiffre\sd['’]affaires|turnover|revenue|acomptes?|remises?|rabais|frais|port|transport\w*|caution|avances?|deposit|discount|cliches?|outillage|montage|calage|"
    r"shipping|freight|carriage|postage|courier|delivery\s(?:fee|cost|charge)s?|fees?|setup|plate|tooling|penalites?|timbre|arrhes|"
    r"tawsil|twsil|توصيل|النقل"
)
#: Another's price, or an earlier one.
_ELSE = (
    r"concurren\w+|ailleurs|competitors?|elsewhere|others?|au\slieu\sd[eu']?|a\sla\splace\sd[eu']?|instead\sof|rather\sthan|contre|plutot\sque|avant|"
    r"avant\sc['’]etait|auparavant|jusque[- ]la|ancien(?:ne)?s?|l['’]ancien|old\sprice|previous\w*|payait|payions|used\sto\spay|"
    r"la\sderniere\sfois|l['’]an(?:nee)?\s(?:dernier|dernieres?|passee?)|last\s(?:time|year)|3iwad|versee?s?|verse|viree?s?|"
    r"deja\s(?:regle|paye|verse)\w*|paid"
)
_BEFORE = re.compile(rf"(?<![^\W_])(?P<what>{_COSTS}|{_ELSE})(?![^\W_])")
_AFTER = re.compile(
    rf"\s?(?:(?:{TAX}|/\s?\w+|(?:la|l['’]|le)\s?\w+)\s?)?(?:(?:d['’]|de\s|of\s|for\s(?:the\s)?|pour\s(?:le\s|la\s|les\s)?)(?:{_COSTS})(?![^\W_])"
    r"|(?:la\sderniere\sfois|l['’]an(?:nee)?\s(?:dernier|derniere|passee?)|last\s(?:time|year)|avant|chez\sun\sautre|ailleurs|elsewhere|sinon|otherwise|"
    r"wla\sla|a\sla\slivraison\sprecedente)(?![^\W_]))"
)
#: What an earlier paper came to, wherever its number stands: "le devis précédent (DV-118) était de 2 400".
_WAS = re.compile(
    r"(?<![^\W_])(?:precedente?s?|anterieure?s?|anciens?|anciennes?|derniere?s?|d['’]avant|previous|earlier|last|former)(?![^\W_])[^;!?\n]{0,60}?"
    r"(?<![^\W_])(?:etai(?:en)?t|fut|furent|coutai(?:en)?t|valai(?:en)?t|s['’]elevai(?:en)?t|(?:se\s)?montai(?:en)?t|faisai(?:en)?t|was|were|came\sto|cost)"
    r"(?:\s(?:bien|donc|alors|de|a|at|of|for|environ|about)){0,3}\s?$"
)
_PAPER = re.compile(r"(?<![^\W_])(?:devis|offre|facture|commande|proforma|bon|quote|quotation|offer|invoice|order)(?![^\W_])")
#: What is still to be paid: "votre dernier tarif était de 98".
_RATE = re.compile(r"(?<![^\W_])(?:tarif|prix|price|rate|pu)(?![^\W_])")
_SENTENCE = re.compile(r"\.\s|[;!?\n]")
#: What it depends on: "0,70 si 10 000", "0.65 from 20,000".
_CONDITION = re.compile(
    rf"\s?(?:(?:{TAX}|/\s?\w+|(?:la|l['’]|le)\s?\w+)\s?)?"
    r"(?:si|if|a\spartir\sd|des|au[- ]dela|pour\s(?:plus|moins|au\smoins)|from|over|"
    r"above|under|below|ila)\s"
)
_CONDITION_BEFORE = re.compile(r"(?<![^\W_])(?:si|if|ila|a\scondition)\s(?:[^,;.!?\n]{0,30})$")
_TOLD_NOW = re.compile(r"(?<![^\W_])(?:total\w*|montant|prix|price|pu|tarif|taman|soit|maintenant|now|daba)(?![^\W_])")
#: An amount of tax is no price.
_OF_TAX = re.compile(
    r"(?<!hors )(?<!ex )(?<!excl )(?<!incl )(?<!plus )(?<!of )(?<!\+ )(?<!\+)(?<!avec )\b(?:tva|vat)"
    r"\s{0,3}(?:\(?[\d\x1f]{1,2}(?:[.,\x1f][\d\x1f]{1,2})?[\s\x1f]?[%\x1f]\)?)?\s{0,3}(?:amount|montant)?\s{0,3}[:=|]?\s{0,12}$"
)


def other_amount(plain: str, start: int, end: int) -> bool:
    """Whether the amount between two places of a folded text is none of what is ordered."""
    line = plain.rfind("\n", max(0, start - _AWAY), start) + 1
    if _OF_TAX.search(plain, max(line, start - _AWAY), start):
        return True
    if _of_a_paper(plain, max(line, start - 2 * _AWAY), start):
        return True
    parts = [m.end() for m in _PART.finditer(plain, max(line, start - _AWAY), start)]
    begin = max([line, start - _AWAY, 0, *parts])
    last = max((m.end() for m in _BEFORE.finditer(plain, begin, start)), default=-1)
    if last >= 0 and not any(map(str.isdigit, plain[last:start])) and _TOLD_NOW.search(plain, last, start) is None:
        return True
    after = _AFTER.match(plain, end)
    return after is not None and ". " not in plain[end - 1 : after.end()]  # "0,85 dh ht. Ailleurs …"


def _of_a_paper(plain: str, begin: int, start: int) -> bool:
    """Whether the amount is told to be what an earlier offer or order came to."""
    begin = max([begin, *(m.end() for m in _SENTENCE.finditer(plain, begin, start))])
    said = _WAS.search(plain, begin, start) is not None and _PAPER.search(plain, begin, start) is not None
    return said and _RATE.search(plain, begin, start) is None


def conditional(plain: str, start: int, end: int) -> bool:
    """Whether an amount holds only if something else does: "0,70 si 10 000"."""
    return _CONDITION.match(plain, end) is not None or _CONDITION_BEFORE.search(plain, max(0, start - 45), start) is not None
