"""Goods that are to come in parts: "1000 tout de suite et le reste en janvier", "en deux livraisons". One delivery is what a request has:
how many of them come when is for a person to settle."""

from __future__ import annotations

import re

_MONTH = (
    r"(?:janv?i?e?r?|fevr?i?e?r?|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|january|february|march|april|may|june|"
    r"july|august|september|october|november|december|yanayer|fibrayer)"
)
#: What is left once a part has come; folded.
_REST = (
    r"(?:(?<![^\W_])(?:le\s(?:reste|restant|solde)|les?\sautres?|l['’]autre\smoitie|la\s(?:suite|deuxieme\smoitie|seconde\smoitie)|"
    r"the\s(?:rest|remainder|balance|other\shalf|others)|l?ba9i|l?baqi)|(?:و)?الباقي)(?:\s[^\W\d_]+){0,2}?"
)
_WHEN = (
    r"(?:\s(?:(?:en|fin|debut|mi|courant|in|early|late|end\sof|f|fi|pour|by|d['’]ici)[\s-](?:le\s|la\s|de\s)?"
    rf"(?:{_MONTH}|mois|semaine|l?ch?har)|(?:le|the|on|nhar|pour\sle|avant\sle)\s(?:mois|\d{{1,2}}|lundi|mardi|mercredi|jeudi|vendredi|samedi)|"
    r"(?:la\s)?semaine\sprochaine|le\smois\sprochain|next\s(?:week|month|year)|plus\stard|apres|ensuite|later|afterwards|(?:dans|in|apres|after)\s"
    r"(?:une?|deux|trois|two|three|\d{1,2})\s(?:jours?|semaines?|mois|days?|weeks?|months?)|mn\sb3d|men\sb3d|mora\w*)|\s?من\s?بعد|\s?في\s?شهر)(?![^\W_])"
)
_SPLIT = re.compile(
    rf"{_REST}{_WHEN}"
    r"|(?<![^\W_])(?:livr\w*|deliver\w*|expedi\w*|envoy\w*)?\s?(?:en|in|3la|f)\s(?:deux|trois|quatre|plusieurs|two|three|four|several|jouj|[2-9])\s"
    r"(?:fois|livraisons?|temps|envois?|expeditions?|deliveries|shipments|lots|parts|times|marrat)(?![^\W_])(?!\s(?:de|of|x)\s\d)"
    r"|(?<![^\W_])livraisons?\s(?:partielles?|echelonnees?|fractionnees?|etalees?)(?![^\W_])"
    r"|(?<![^\W_])(?:partial|split|staggered)\s(?:deliver(?:y|ies)|shipments?)(?![^\W_])"
)
#: What is paid in parts is not delivered in parts.
_PAID = re.compile(
    r"(?<![^\W_])(?:acomptes?|avances?|arrhes|paie\w*|paye\w*|paya\w*|regl\w*|virements?|cheques?|traites?|factur\w*|pay|paid|payment|payable|"
    r"deposit|invoice\w*|l?flouss?)(?![^\W_])|%|(?:(?<![^\W_])(?:dhs?|mad|eur|euros?|dollars?)|€|\$)\s"
    r"(?:maintenant|(?:tout\s)?de\ssuite|aujourd|cette|now|today|daba|a\sla)(?![^\W_])"
)
#: Nobody says so who denies it.
_DENIED = re.compile(r"(?<![^\W_])(?:pas|sans|jamais|not|no|never|machi|bla)\s(?:de\s|d['’]|a\s|any\s)?(?:[^\W\d_]+\s)?$")
_BEGINS = re.compile(r"[,;:.!?\n(]\s|[\n(]")
_ENDS = re.compile(r"[;.!?\n)]")
#: Characters before the words in which their clause begins.
_BEFORE = 80


def split_delivery(plain: str) -> tuple[int, int] | None:
    """Where a folded text says that the goods are to come in parts, with the part that comes first; None where it does not."""
    for match in _SPLIT.finditer(plain):
        low = max(0, match.start() - _BEFORE)
        cuts = [low, *(m.end() for m in _BEGINS.finditer(plain, low, match.start()))]
        start = cuts[-1]
        if not plain[start : match.start()].strip() and len(cuts) > 1 and match[0].startswith(("le", "la", "the", "l")):
            start = cuts[-2]  # "1000 tout de suite, le reste en janvier"
        stop = _ENDS.search(plain, match.end())
        clause = plain[start : stop.start() if stop else len(plain)]
        if _PAID.search(clause) is None and _DENIED.search(plain, low, match.start()) is None:
            return start, match.end()
    return None
