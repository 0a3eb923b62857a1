"""Numbers that stand beside what is ordered and count something else: rates, delays, registers, people, rooms, pages, contents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from processors.gated import Gated
from processors.goods_units import Units, unit_after

_PEOPLE = (
    r"personnes?|clients?|invites?|convives?|couverts?|employes?|salaries?|eleves?|etudiants?|enfants?|participants?|visiteurs?|membres?|abonnes?|"
    r"patients?|collaborateurs?|collegues?|people|guests?|customers?|employees|students|visitors|members|followers|covers|pax|nas\b|klian"
)
_PLACES = (
    r"magasins?|boutiques?|points?\sde\svente|agences?|restaurants?|hotels?|sites?|chambres?|tables?|places?|etages?|rooms?|shops?|stores?|seats?|branches|"
    r"livraisons?|fois(?!\s\d)|deliveries|expeditions?|lots?|articles?|lignes?|references?|modeles?|tailles?|formats?|sizes?|models|items|lines"
)
_THINGS = r"cafes?|repas|menus?|plats?\sdu|bouteilles?|pots?|bottles?|jars?|meals?|mails?|photos?|pages?|copies|signatures?"
_CONTENTS = r"cl|ml|dl|litres?|l|cc|oz|lbs?|m2|m²|m3|km|kms|kw|°c?|degres|dpi|px|pixels?|mo|go|pts?"
#: What has a number for its name.
_NAMED = (
    r"chambre|room|poste|ext(?:ension)?|pages?|articles?|code(?:\s(?:article|client|postal|produit))?|comptes?|account|clients?|stand|hall|table|salle|"
    r"suite|etage|floor|porte|door|casier|parking|photos?|images?|img|fig(?:ure)?|catalogue|version|norme|iso|chapitre|chapter|dossier|badge|matricule|"
    r"vol|train|bus|tram|sortie|exit|autoroute|nationale|local|villa|lettre|semaine|collection|modele|model|ticket|facture|invoice|marche|contrat|avenant"
)
_PATTERNS = (
    r"(?<![\w.,])\d{1,3}(?:[.,]\d{1,2})?\s?%",
    r"(?<![\w.,])\d{1,3}[^\S\n]?(?:jours?|jrs?|j|semaines?|mois|ans|annees?|days?|weeks?|months?|years?|heures?|h|hours?|nhar|simanat?|chhour)(?![^\W_])",
    r"\b(?:semaine|sem\.?|week|wk)[^\S\n]?(?:n\s?°\s?)?\d{1,2}(?!\d)",
    rf"(?<![\w.,])\d{{1,3}}(?:[ .,]?\d{{3}})?[^\S\n]?(?:{_PEOPLE}|{_PLACES}|{_THINGS})(?![^\W_])",
    rf"(?<![\w.,])\d{{1,4}}(?:[.,]\d{{1,2}})?[^\S\n]?(?:{_CONTENTS})(?![^\W_])",
    # what is not to be gone beyond, the year of a footer
    r"\b(?:depasser|exceder|exceed|limitee?s?\sa)\s\d{1,5}(?:[.,]\d)?[^\S\n]?(?:tonnes?|t|kg|m|metres?|cm|palettes?|cartons?)(?![^\W_])",
    r"(?:©|\(c\)|\bcopyright)[^\S\n]{0,2}(?:19|20)\d\d(?!\d)",
    # what one of them holds: "1 carton(s) = 500 pces"
    r"(?<![\w.,])1\s?[^\W\d_]{2,12}(?:\(s\))?(?:\sd[eu]\s[^\W\d_]{2,12})?\s?(?:=|contient|contains)\s?\d[\d .,]{0,8}",
)
OTHER_NUMBERS = tuple(Gated(p) for p in _PATTERNS)
_LABELLED = Gated(
    rf"(?<![^\W_])(?:{_NAMED})[^\S\n]{{0,2}}(?:(?:est|is|le|la|n\s?[°o]|no\.?|numero|num\.?|number|#|:)[^\S\n]{{0,2}}){{0,3}}[a-z]{{0,2}}\d(?:[\d.]{{0,7}}\d)?(?![\w])"
)
#: Registers and addresses, and offers: they are blanked before prices are looked for.
REGISTERS = tuple(
    Gated(p)
    for p in (
        r"\b(?:ice|rc|if|cnss|patente|siret|siren|capital|tp|cp|bp|lot|km|etage|quai|porte|apt|appt|bureau|gsm|fax|tel|whatsapp|rib|iban)\b"
        r"\.?\s{0,2}(?:n\s?°)?\s{0,2}[:.]?\s{0,2}\+?\d[\d .()/-]{0,30}\d?(?:\s?(?:dhs?|mad|€|eur))?",
        r"\b(?:devis|offre|dv|quote|quotation)\s{0,2}(?:n\s?°)?\s{0,2}[a-z]{0,4}[-/]?\d[\w/-]*",
    )
)
#: Units of weight: of what is put into the goods rather than of the goods, after these.
_WEIGHTS = frozenset(("kg", "g", "gr", "tonne", "t", "litre", "l", "lb"))
_HOLDS = re.compile(
    r"(?<![^\W_])(?:pour|capacite|contenance|contenant|resistan\w+|support\w*|port(?:e|er|ent)|jusqu['’]a|format|holds?|holding|capacity|up\sto|carr(?:y|ies)|"
    r"charge|poids|de|d['’]|of|dyal)\s?(?::|a|de|maxi?\w*|utile|mini?\w*)?\s?(?:environ\s)?$"
)


def labelled(bare: str, units: Units) -> Iterator[tuple[int, int]]:
    """Where what has a number for its name stands, unless the number counts what follows: "chambre 312", "page 12"."""
    for match in list(_LABELLED.finditer(bare))[:60]:
        if unit_after(bare, match.end(), units) is None and re.match(r"[.,\s]?\d", bare[match.end() : match.end() + 2]) is None:
            yield match.span()


def contents(unit: str, before: str) -> bool:
    """Whether a weight is of what is put into the goods: "pour 500 g de café", "capacité 5 kg"."""
    return unit in _WEIGHTS and _HOLDS.search(before) is not None
