"""Where to: an address after words of the directive ("livrer à …", "adresse : …"), after the day, or a street that something is
brought to ("on est au 5 rue des Lilas")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from processors.facts_date_words import DAY, MONTH
from processors.facts_dates import date_spans, plain_text
from processors.facts_numbers import POSTCODE, Found, trimmed

_LONGEST = 160
#: Lines of one address.
_LINES = 4
_STREETS = (
    r"rue|avenue|av|ave|bd|bld|blvd|boulevard|place|impasse|chemin|allee|route|quai|cours|street|road|lane|derb|zankat|zan9at|zenqat|"
    r"zanqat|zenkat|zan9a|zanqa|zenqa|zenka|zanka"
)
#: Places by what they are; alone they tell no address: "livrez au magasin".
_SITES = (
    r"zone|z\.?\s?i\.?|lot|lotissement|quartier|residence|immeuble|imm\.?|usine|depot|entrepot|magasin|boutique|atelier|chantier|laboratoire|labo|hotel|"
    r"riad|cafe|restaurant|boulangerie|patisserie|pharmacie|clinique|ecole|gare|souk|marche\s(?:de|central|couvert)|mall|centre\scommercial|galerie|kiosque|"
    r"epicerie|l?hanout|l?7anout|l?mahal|snack|supermarche|cuisine\scentrale|economat|plateforme|local|quai|reception|siege|bureaux?|"
    r"parc|complexe|cooperative|douar|ksar|kasbah|lieu[- ]dit|domaine|"
    r"ferme|moulin|pepiniere|entree|entrance|hall|halle|stand|z\.?a\.?|technopole|"
    r"park|unit|estate|warehouse|shop|store|farm|hay|7ay|place|adresse|address"
)
#: Words that stand in addresses.
_PLACE = re.compile(
    rf"\b(?:{_STREETS}|bd\.?|{_SITES}|cite|hameau|faubourg|ruelle|villa|st\.|rd\.?|km\s?\d+|شارع|زنقة|حي|حانوت|قيسارية|حومة|عمارة|تجزئة|المنطقة|طريق|درب|سوق|مستودع)\b|\b[a-z]{{1,2}}\d{{1,2}}[a-z]?\s?\d[a-z]{{2}}\b"
)
_SITE_ALONE = re.compile(rf"(?:{_SITES}|{_STREETS})s?")
#: What is to be done rather than where to: "à confirmer", "à convenir ensemble".
_TO_DO = re.compile(r"(?:[a-z]{2,12}(?:er|ir|dre|tre)|vot?re\s(?:convenance|charge)|nos\s(?:soins|frais))(?![^\W_])")
_NOWHERE = re.compile(
    r"(?:reception|commande)\sd[ue]\s(?!l)|(?:l['’])?(?:adresse|address)\s(?:habituelle|d['’]habitude)"
    r"|(?:usual|same|meme)\s(?:adresse|address|place)|domicile\b"
)
_SOMEBODY = re.compile(r"(?:m|mr|mme|mlle|monsieur|madame|si|lalla)\.?\s")
#: What stands printed below an address and is none of it.
_PRINTED = re.compile(
    r"(?:cachet|signature|visa|bon\spour|le\s(?:client|responsable|gerant|directeur)|fait\s|arrete|observations?|remarques?|conditions|page|merci|total|nb\b|date|"
    r"signe|lu\set\s|designation|quantite|qte|montant|reference|commande|cordialement|service|stamp|signed|produit|article)"
)
#: What has its number before its name as a street has: "9 lotissement Les Cèdres".
_NUMBERED = r"lot(?!\s(?:de|d['’]))|lotissement|residence|cite|hameau|passage|faubourg|ruelle"
_NUMBER = r"(?:n\s?[°ºo]?\s?)?\d{1,4}"
#: A street with its number, in either order.
_STREET = re.compile(
    rf"(?<![\w.,/])(?:{_NUMBER}(?:\s?(?:bis|ter)\b)?\s?,?\s(?:[^\W\d_]+\s){{0,2}}(?:{_STREETS}|{_NUMBERED})(?![^\W_])"
    rf"|(?:{_STREETS})\s(?:[^\W\d_][\w'’-]*\s){{0,5}}{_NUMBER}(?!\d|\s?(?:[x×*]\s?\d|h\b)))"
    r"|(?<!\w)(?:شارع|زنقة|درب)\s[^\n,.]{0,40}?\d{1,4}"
)
#: A number of something else than a house: "50 paquets de roses au 3 rue Haute".
_NO_STREET = re.compile(
    r"(?:(?:de|d['’]|des|les|of|the|nos|mes)\s?)?\d{1,6}(?:\s\d{3})*\s(?!(?:bis|ter)\b)"
    rf"(?P<what>(?:(?!(?:{_STREETS}|{_NUMBERED}|{_SITES})(?![^\W_]))[^\W\d_][\w'’-]*\s){{1,4}})(?:de|d['’]|of|dyal|a|au|en)\s"
)
#: Four digits before the name of a town, after a comma: Belgium, Switzerland, the Netherlands.
_SHORT_CODE = re.compile(r"(?:^|,\s?)\d{4}(?=\s[A-ZÀ-Ý][A-Za-zà-ÿ'’-]{2,})")
#: Streets are named after days: "bd du 20 Août", "avenue du 6 Novembre".
_DAY_OF_STREET = re.compile(rf"\b(?:{_STREETS}|bd\.?|quartier|hay)\s(?:d[ue]\s)?$")
#: What is called so, between the day and its street: " : Épicerie Le Grand Panier, ".
_CALLED = re.compile(r"\s?[:,]\s?(?P<name>[A-ZÀ-Ý][\w'’&-]*(?:\s[\w'’&-]+){0,5})\s?,\s?")
_THE = re.compile(r"(?:The|La|Le|Les)\s$")
#: What a line tells of that an address below it, or behind it, is for.
_DELIVERED = re.compile(r"\b(?:livr\w*|deliver\w*|land|recevoir|reception\w*|deposer?|expedi\w*)\b")
#: What stands in a letterhead or below a signature.
_HOUSE = re.compile(r"\b(?:capital|ice|rc|tel|gsm|fax|siege|siret|siren|tva|vat|www|sarl|s\.a\.r\.l)\b")
#: Dots that end no sentence.
_SHORT = re.compile(r"\b(?:av|ave|bd|bld|blvd|st|ste|rd|imm|app|apt|appt|res|n|no|z\.?i|q\.?i|fbg|pl|bp|mr|m|mme|dr)\.(?=\s)")
_AFTER = (
    r"avant|comme|attn|att|a\s+l['’]attention|pour\s+le|au\s+plus|svp|stp|merci|by|before"
    r"|sous|dans\s+les?|imperativement|please|nhar|tel|gsm|fax|livraison|livrable|paiement|reglement|cordialement|contact|3afak\w*|inchallah|lah"
    r"|choukran|thanks?|urgent|de\s+preference|عافاك|شكرا|قبل|نهار|يوم"
)
_THEN = (
    r"le\s+(?=\d|lundi|mardi|mercredi|jeudi|vendredi|samedi)|on\s+(?=\d|mon|tue|wed|thu|fri)|a\s+partir\s+d|et\s+(?=factur|envoy|livr)"
    r"|(?:entre|vers)\s+\d"
)
_END = re.compile(
    rf"\n|[;!?]|\.(?=\s|$)|\s[-–—]\s|\s\|\s|,?\s(?:{_AFTER})(?![^\W_])|,?\s(?:{_THEN})|,?\s(?:à|a)\s(?:traiter|confirmer|convenir|preciser|definir|voir)\b|,\s(?:on|nous|je|c['’]?\s?est|il|elle|we|i|prix|taman)\s"
    r"|\s\(?(?:\+\d{2,3}|0)\s?[1-9](?:[\s.-]?\d{2}){3,4}"
)
#: Words with which no address begins.
_BEGINS_NONE = re.compile(
    rf"(?:{_AFTER}|{_THEN})(?![^\W_])|avt?\.?\s(?:(?:le|la|les)\s)?(?:\d{{1,2}}\s?[/.-]\s?\d|\d{{1,2}}\s(?:{MONTH})\b|fin\b|mi-|(?:{DAY})\b)"
)
_TO = r"(?:à|a|o|au|aux|at|to|chez|sur|dans|vers|f|l|fi|ل|ف|الى)"
_INTO = (
    rf"(?:(?:les\s+(?:deux|trois)|le\s+tout|tout|them|{_TO}|notre|nos|mon|ma|mes|our|my|the|la|le|les|nous|moi|lui|eux|lia|liya|lina|nouveau|nouvelle|new)"
    r"(?![^\W_]|['’])\s?[:,]?\s?|l['’]|d['’]){0,5}"
)
#: What may stand between a word that leads to an address and the colon: "adresse du dépôt :".
_OPENING = re.compile(
    rf"(?P<colon>(?:\s(?P<words>[^\W\d_]{{2,12}}(?:\s[^\W\d_]{{2,12}}){{0,2}}))?\s{{0,3}}(?:[:=]|\.{{2,60}}|;(?=\S)|\t|\|)\s{{0,3}}|\s(?:is|est|c['’]est)\s)|,?\s+{_INTO}"
)
#: What stands between a day and the place: "le 8 janvier au matin, au 22 rue des Forges".
_AFTER_DAY = re.compile(
    rf"(?:\s(?:au\s|le\s)?(?:matin|soir|midi|apres[- ]midi|morning|afternoon|max\w*|au\s+plus\s+tard|svp|stp|please|merci|inchallah))?"
    rf"\s?[,:]?\s{_INTO}"
)
_AT_NAMED = re.compile(
    r",?\s(?:au|a\sla|a\sl['’]|chez|to|at)\s?(?:(?:notre|nos|our|the|mon|ma)\s)?[^\W\d_]{3,16}(?:\s[^\W\d_]{2,12}){0,2}\s?:\s"
)
#: Before a street, in its line: something is brought there.
_BROUGHT = re.compile(rf"(?:^|[\s,:(])(?P<to>{_TO})\s(?P<name>(?:[^\W\d_][\w'’-]*\s?[,:]?\s?){{0,5}})$")
#: Addresses that nothing is delivered to.
_BILLED = re.compile(r"\b(?:factur\w*|e-?\s?mails?|mail|courriels?|web|ip|billing|invoic\w*|electronique|postale|email)\b")
_OTHER = re.compile(rf"{_BILLED.pattern}|\bsieges?\b")
_OURS = re.compile(r"(?:notre|nos|mon|ma|our|my)\s")
#: What the place is called, before its address.
_NAMED = re.compile(r"[^\W\d_][^\n:;.!?,\d]{1,30}\s?:\s?")
#: Ways of delivering that are no places.
_MANNER = re.compile(
    r"(?:franco|gratuit\w*|offerte?|urgent\w*|express\w*|rapide\w*|possible|asap|a\s+convenir|ddp|dap|exw|fob|cif|ctm|aramex|transport\w*|free|"
    r"incluse?|comprise?|standard|normale?|souhaitee?|prevue?|complete|unique|totale?|partielle?|immediate|ok|oui|non|yes|no)(?![^\W_])[^\n]{0,30}"
)


def any_phrase(words: Sequence[str]) -> str:
    """A pattern for any of these phrases, folded, blanks as they come."""
    folded = sorted((plain_text(w).strip() for w in words), key=len, reverse=True)
    return "|".join(r"\s+".join(re.escape(part) for part in phrase.split()) for phrase in folded)


def is_place(said: str) -> bool:
    """Whether words look like an address rather than a name or a day."""
    return any(p.search(said) for p in (POSTCODE, _SHORT_CODE)) or _PLACE.search(plain_text(said)) is not None


class AddressReader:
    """Where to, after one of the words: with a colon whatever stands there, else what looks like a place."""

    def __init__(self, after: Sequence[str]) -> None:
        self._pattern = re.compile(rf"(?<!\w)(?:{any_phrase(after)})(?![^\W_]|-[^\W\d_])")

    def find(self, text: str, day: date) -> Found | None:
        """The surest one, the first of several; None where there is none."""
        plain = _SHORT.sub(lambda m: m[0][:-1] + " ", plain_text(text))
        dates = [d for d in date_spans(text, day) if not _DAY_OF_STREET.search(plain, max(0, d[0] - 24), d[0])]
        led = list(self._led(text, plain, dates))
        # of one that holds another after a colon ("livraison S14, adresse : …") the other one is meant
        inner = [f for f, _ in led if not any(colon and _holds(f.spans[0], o.spans[0]) for o, colon in led)]
        found = [*inner, *_brought(text, plain, dates)]
        return max(found, key=lambda f: f.confidence, default=None)

    def _led(self, text: str, plain: str, dates: Sequence[tuple[int, int]]) -> Iterator[tuple[Found, bool]]:
        """Addresses after one of the words, and whether a colon stands between."""
        for match in list(self._pattern.finditer(plain))[:50]:
            if _OURS.match(match[0]) and plain[max(0, match.start() - 3) : match.start()] in ("de ", " of"):
                continue  # "le besoin de notre boutique d'Agdal"
            opening = _OPENING.match(plain, match.end())
            if opening is None or (opening["words"] and _OTHER.search(opening["words"])):
                continue
            start = opening.end()
            for first, last in dates:
                between = plain[match.end() : first]
                if 0 < len(between) <= 25 and "\n" not in between and (after := _AFTER_DAY.match(plain, last)) is not None:
                    if (
                        "\n" not in plain[last : after.end()]
                        and self._pattern.match(plain, after.end()) is None
                        and (found := _taken(text, plain, dates, after.end(), place_only=True)) is not None
                    ):
                        yield found, False
                    break
            colon = bool(opening["colon"])
            if text[start : start + 1].isupper() and (article := _THE.search(text, opening.start(), start)) is not None:
                start = article.start()  # "deliver to The Yoga Barn"
            named = _NAMED.match(plain, start) if not colon else None
            if named is not None:  # "à notre siège : 45 rue …", but not "… de facturation : 45 rue …"
                start = named.end()
            if _BILLED.search(plain, opening.end(), start) or _BILLED.match(plain, start):
                continue
            below = colon or "\n" in opening[0]
            found = _taken(text, plain, dates, start, lines=below, place_only=named is not None)
            if found is not None:
                yield found, colon


def _holds(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one != other and one[0] <= other[0] and other[1] <= one[1]


def _brought(text: str, plain: str, dates: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Streets that something is brought to, or that stand right after a day; and what is named after one: "le 14 mars au dépôt : …"."""
    for _, last in dates:
        at = _AT_NAMED.match(plain, last)
        if at is not None and _OTHER.search(at[0]) is None:
            found = _taken(text, plain, dates, at.end(), place_only=True, sure=0.7)
            if found is not None:
                yield found
    for match in list(_STREET.finditer(plain))[:20]:
        start = match.start()
        line = plain.rfind("\n", 0, start) + 1
        if _OTHER.search(plain, line, start):
            continue
        told = _BROUGHT.search(plain, line, start)
        if told is not None:
            name = told.start("name")
            start = name if text[name : name + 1].isupper() else start
        elif (called := _called(text, dates, start)) >= 0:
            start = called
        elif _below_delivery(plain, dates, line, start):
            start = line
        elif not any(0 <= start - last <= 3 and "\n" not in plain[last:start] for _, last in dates):
            start = match.start() if plain[match.start()] > "\u0600" else -1
        if start >= 0 and (found := _taken(text, plain, dates, start, place_only=True, sure=0.7)) is not None:
            yield found


def _called(text: str, dates: Sequence[tuple[int, int]], street: int) -> int:
    """Where the name of the place begins that stands between a day and a street, -1 where none does."""
    for _, last in dates:
        if 0 < street - last <= 60 and (match := _CALLED.fullmatch(text, last, street)) is not None:
            return match.start("name")
    return -1


def _below_delivery(plain: str, dates: Sequence[tuple[int, int]], line: int, street: int) -> bool:
    """Whether a street stands in a line of its own right below one that tells the day of delivery."""
    above = plain.rfind("\n", 0, max(0, line - 1)) + 1
    if not line or re.fullmatch(r"[^\d\n:;.!?]{0,40}", plain[line:street]) is None:
        return False
    told = _DELIVERED.search(plain, above, line) is not None and any(above <= a < line for a, _ in dates)
    return told and _HOUSE.search(plain, line, street) is None and _OTHER.search(plain, above, line) is None


def _taken(
    text: str,
    plain: str,
    dates: Sequence[tuple[int, int]],
    start: int,
    *,
    place_only: bool = False,
    lines: bool = False,
    sure: float = 0.85,
) -> Found | None:
    """The address that begins at a place, None where none does. ``lines``: it may go on in the lines below."""
    if lines and plain[start : start + 1] == "\n":
        start += 1
    stop = _END.search(plain, start)
    ends = [stop.start() if stop else len(text), start + _LONGEST, *(a for a, _ in dates if a >= start)]
    end = min(ends)
    if _MANNER.fullmatch(plain, *trimmed(text, start, end)):
        return None
    first = trimmed(text, start, end)[0]
    if (
        _BEGINS_NONE.match(plain, first)
        or _NOWHERE.match(plain, first)
        or (text[first : first + 1].islower() and _TO_DO.match(plain, first) and not _PLACE.match(plain, first))
    ):
        return None
    if lines and plain[end : end + 1] == "\n":
        end = _more_lines(text, plain, start, end)
    start, end = trimmed(text, start, end)
    said = text[start:end]
    place = is_place(said)
    named = said[:1].isupper() or (said[:1].isdigit() and place)
    if _SITE_ALONE.fullmatch(plain, start, end) or (not place and _SOMEBODY.match(plain, start)):
        return None
    counted = _NO_STREET.match(plain, start)
    if counted is not None and text[counted.start("what")].islower():
        return None
    if any(a <= start < b for a, b in dates) or len(said) < 3 or not any(map(str.isalpha, said)):
        return None
    if not place and (place_only or not named):
        return None
    value = ", ".join(part.strip(" ,") for part in said.split("\n") if part.strip(" ,"))
    return Found(value, ((start, end),), sure if place else 0.65)


def _more_lines(text: str, plain: str, start: int, end: int) -> int:
    """Where an address ends that goes on below: the lines up to one that is no part of it, where one of them is a place."""
    reached, at = end, end
    for _ in range(_LINES - 1):
        following = plain.find("\n", at + 1)
        following = len(plain) if following < 0 else following
        line = text[at + 1 : following]
        stop = _END.search(plain, at + 1, following)
        if (
            not line.strip()
            or stop is not None
            or ":" in line
            or _PRINTED.match(plain, at + 1 + len(line) - len(line.lstrip()))
            or not (line.strip()[:1].isupper() or line.strip()[:1].isdigit())
        ):
            break
        at = following
        if is_place(line):
            reached = at
        elif len(line.split()) > 3 or not all(w[0].isupper() or len(w) < 4 for w in re.findall(r"[^\W\d_]+", line)):
            break
        elif is_place(text[start:reached]):
            reached = at
    return reached
