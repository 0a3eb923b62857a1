"""Dimensions: "80 x 120 x 45 cm", "L80 H120 P45", "largeur 80cm, hauteur 1m20", "6'2\\"", "Ø 40 mm", in millimetres with their axes.

A measure is a number with what may stand around it (axis, unit); measures that "x", commas or words join make one object.
Ranges ("entre 80 et 90") are no dimension, and the unit that was not written is taken from its neighbours, else centimetres
when that is plausible, and then hardly sure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from core.reading import Dimensions
from processors.facts_numbers import (
    NUMBER,
    Found,
    blank,
    has_digit,
    in_digits,
    measurable,
    only_names_3d,
    parse_number,
    spelled_from,
    trimmed,
)
from processors.gated import Gated

_MM = {
    "mm": Decimal(1),
    "cm": Decimal(10),
    "dm": Decimal(100),
    "m": Decimal(1000),
    "in": Decimal("25.4"),
    "ft": Decimal("304.8"),
}

_AXES = {
    "hauteur d'assise": r"hauteurs?\s+d['’]\s?assise|seat\s+height",
    "largeur": r"largeurs?|larg\.?(?!\w)|larges?|width|wide|across|breite|breit|ancho|anchura|larghezza|breedte",
    "hauteur": r"hauteurs?|haut\.?(?!\w)|hautes?|height|high|tall|höhe|hoch|alto|altura|altezza|hoogte",
    "profondeur": r"profondeurs?|prof\.?(?!\w)|profonde?s?|depth|deep|tiefe|tief|fondo|profundidad|profondità|diepte",
    "longueur": r"longueurs?|long\.?(?!\w)|longue?s?|length|länge|lang|largo|lunghezza|lengte",
    "diamètre": r"diam[èe]tres?|diam\.?(?!\w)|diameter|durchmesser|diámetro|diametro|[ØøΦ⌀]",
    "épaisseur": r"[ée]paisseurs?|[ée]p\.(?!\w)|[ée]pais(?:se)?s?|thickness|thick|dicke|dick|espesor|spessore|dikte",
    "côté": r"c[ôo]t[ée]s?",
}  # fmt: skip
_AXIS_WORD = "|".join(_AXES.values())
_AXIS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _AXES.items()}
_UNIT = (
    r"mm|millim[èe]tres?|millimeters?|cm|cms|centim[èe]tres?|centimeters?|zentimeter|dm|m|ms|m[èe]tres?|meters?|mts?|metros?|metri"
    r"|inch(?:es)?|in|pouces?|po|pollici|pulgadas|ft|feet|foot|pieds?|\"|”|″|''"
)
_JOIN = r"(?:x|×|\*|✕|par|by|sur|per|por|mal|bei)"
_LABEL_GAP = (
    r"(?:\s|:|=|\.|\(|~|≈|de|du|d['’]|est|is|of|env(?:iron|\.)?|approx(?:\.|imativement|imately)?|about|ca\.?|max\.?|totale?"
    r"|hors\s+tout){0,6}"
)
_MEASURE = Gated(
    rf"(?:(?<![^\W_])(?:(?P<word>{_AXIS_WORD}){_LABEL_GAP}|(?P<letter>[LlHhPpDdWw])\s?[:=.]?\s?))?"
    rf"(?<![\d.,/])(?:(?<![^\W_])|(?<=[LlHhPpDdWwxXØø]))"
    rf"(?:(?P<m>\d{{1,2}})\s?m(?:[èe]tres?\s)?\s{{0,16}}(?P<m_cm>\d{{2}})(?:\s?cm)?(?![\w²³])"
    rf"|(?P<ft>\d{{1,3}})\s?(?:['’′](?=\d)|(?:ft|feet|foot|pieds?)\b\.?)"
    rf"(?:\s?(?P<ft_in>\d{{1,2}}(?:[.,]\d{{1,2}})?)\s?(?:\"|”|″|''|in(?:ch(?:es)?)?\b|pouces?\b)?)?"
    rf"|(?P<number>{NUMBER})(?:\s?(?P<unit>{_UNIT})(?![^\W\dxX_]|[²³2]|x[a-wyz]))?)"
    rf"(?:[ \u00a0]?\((?P<in_brackets>[LlHhPpDdWw])\)|[ \u00a0]?(?P<after_letter>[LlHhPpDdWw])(?![\w'’]|\s?[:=.]?\s?\d)"
    rf"|[ \u00a0]?(?:de\s|d['’]|in\s|en\s|\()\s?(?P<of>{_AXIS_WORD})(?![^\W_])"
    rf"|[ \u00a0](?P<after>{_AXIS_WORD})(?![^\W_])(?!\s?[:=.]?\s?(?:de\s)?\d))?",
    re.IGNORECASE,
)
_RANGE = Gated(
    rf"\b(?:entre|between|de|from|zwischen)\s+{NUMBER}\s?(?:{_UNIT})?\s+(?:et|and|[àa]|to|und)\s+{NUMBER}\s?(?:{_UNIT})?(?!\w)"
    rf"|(?<![\w.,x×*-]){NUMBER}\s?(?:-|–|à|ou|or|to)\s?{NUMBER}\s?(?:{_UNIT})(?![\w-])",
    re.IGNORECASE,
)
_HEADER = re.compile(
    rf"(?<![^\W_])(?P<a>[LlHhPpDdWw]|{_AXIS_WORD})\.?\s?[x×*/,-]\s?(?P<b>[LlHhPpDdWw]|{_AXIS_WORD})(?:\.?\s?[x×*/,-]\s?(?P<c>[LlHhPpDdWw]|{_AXIS_WORD}))?(?![^\W_])",
    re.IGNORECASE,
)
_HEADER_UNIT = re.compile(rf"(?:\b(?:en|in)\s+|\(\s?(?:en\s|in\s)?)({_UNIT})(?![^\W_])", re.IGNORECASE)
_JOINED = re.compile(rf"\s*\)?\s*{_JOIN}\s*", re.IGNORECASE)
_LISTED = re.compile(r"[\s,;.&+•*/|)–-]*(?:et|and|und|y|e|pour|sur|par|x|×)?[\s:•*-]*", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:environ|env\.?|approx\w*\.?|about|roughly|around|à peu près|près de|circa|ca\.?|~|≈|quelque)\s*$", re.IGNORECASE
)
_CUE = re.compile(
    r"\b(?:dim(?:ensions?|s)?|taille|tailles|mesur\w{1,6}|format|fait|font|size|measur\w{1,6}|cotes|encombrement|maße)\b",
    re.IGNORECASE,
)
_DISTANCE = re.compile(r"(?:\bà|\bat|distance\s+de|rayon\s+de|within|câble\s+de|cable\s+of)\s*$", re.IGNORECASE)
#: What nobody writes to a maker of models of things: below a millimetre, above fifty metres.
_LEAST, _MOST = Decimal(1), Decimal(50_000)
_MAX_MEASURES = 400


@dataclass(frozen=True, slots=True)
class _Measure:
    value: Decimal
    unit: str
    axis: str  # an axis' name, a letter not yet understood, or ''
    start: int
    end: int
    letter: bool = False


def find_dimensions(text: str) -> Found | None:
    """The dimensions of the thing a text speaks of, or None; the first thing's where several are measured."""
    said = in_digits(text)
    if not has_digit(said) or only_names_3d(said):
        return None
    readable = measurable(blank(said, _RANGE))
    groups = _groups(readable, _measures(readable))
    found = [f for f in (_value(readable, group) for group in groups) if f is not None]
    if not found:
        return None
    best = max(
        found, key=lambda f: (f.confidence >= 0.6, len(f.value.lengths) > 1 if isinstance(f.value, Dimensions) else False)
    )
    others = [f for f in found if f is not best and f.confidence >= 0.6 and f.value != best.value]
    confidence = best.confidence * (0.7 if others else 1.0)
    spans = tuple((spelled_from(text, start) if said != text else start, end) for start, end in best.spans)
    spans = tuple(trimmed(text, *span) for span in spans)
    return Found(best.value, spans, round(confidence, 2))


def _unit(written: str | None) -> str:
    unit = (written or "").lower().replace("è", "e")
    if unit in ('"', "”", "″", "''", "in", "inch", "inches", "pouce", "pouces", "po", "pollici", "pulgadas"):
        return "in"
    if unit in ("ft", "feet", "foot", "pied", "pieds"):
        return "ft"
    for prefix, name in (("mil", "mm"), ("mm", "mm"), ("c", "cm"), ("z", "cm"), ("d", "dm"), ("m", "m")):
        if unit.startswith(prefix):
            return name
    return ""


def _axis(word: str) -> str:
    return next((name for name, pattern in _AXIS.items() if pattern.fullmatch(word)), word)


def _measures(text: str) -> list[_Measure]:
    found: list[_Measure] = []
    for match in _MEASURE.finditer(text):
        measure = _measure(text, match)
        if measure is not None:
            found.append(measure)
            if len(found) >= _MAX_MEASURES:
                break
    return found


def _measure(text: str, match: re.Match[str]) -> _Measure | None:
    end = match.end()
    if match["m"]:
        value, unit = Decimal(f"{match['m']}.{match['m_cm']}"), "m"
    elif match["ft"]:
        inches = parse_number(match["ft_in"] or "0") or Decimal(0)
        value, unit = Decimal(match["ft"]) * 12 + inches, "in"
    else:
        number = parse_number(match["number"])
        if number is None:
            return None
        value, unit = number, _unit(match["unit"])
        written = match["unit"] or ""
        if (
            unit == "in"
            and written.lower() == "in"
            and not re.match(
                r"\s*(?:$|[.,;:)\n]|[x×*]|by\b|wide|tall|high|long|deep|thick|[whdl]\b)",
                text[match.end("unit") : match.end("unit") + 12],
                re.I,
            )
        ):
            unit, end = "", match.end("number")
        if written in ('"', "”") and _closes_quote(text, match.start("unit")):
            unit, end = "", match.end("number")
        if written == "M" and "." not in match["number"] and "," not in match["number"]:
            unit, end = "", match.end("number")
    if match["after"] and not match["unit"] and not match["m"] and not match["ft"] and match["after"].lower().endswith("s"):
        return None  # "en 2 hauteurs"
    whole = end == match.end()
    word = match["word"] or (match["of"] or match["after"] if whole else "") or ""
    letter = match["letter"] or (match["in_brackets"] or match["after_letter"] if whole else "") or ""
    start = match.start()
    if (
        whole
        and letter
        and not word
        and match["after_letter"]
        and not match["letter"]
        and not match["unit"]
        and text[match.start("after_letter") - 1] == " "
    ):
        letter, end = "", match.end("number")  # "80 l" may be litres, "24 h" hours
    return _Measure(value, unit, _axis(word) if word else letter, start, end, bool(letter and not word))


def _closes_quote(text: str, at: int) -> bool:
    line = text[max(0, at - 200) : at]
    line = line[line.rfind("\n") + 1 :]
    return len(re.findall(r"(?<!\d)[\"“”]", line)) % 2 == 1


def _groups(text: str, measures: list[_Measure]) -> list[list[_Measure]]:
    groups: list[list[_Measure]] = []
    for measure in measures:
        if groups:
            last = groups[-1][-1]
            between = text[last.end : measure.start]
            if len(between) <= 60 and len(groups[-1]) < 6:
                if _JOINED.fullmatch(between) and len(groups[-1]) < 4:
                    groups[-1].append(measure)
                    continue
                axes = {m.axis for m in groups[-1]}
                if measure.axis and last.axis and measure.axis not in axes and not re.search(r"\n\s*\n|[!?…]", between):
                    near = _LISTED.fullmatch(between) is not None
                    if near or (not measure.letter and not last.letter and len(between) <= 40 and "." not in between):
                        groups[-1].append(measure)
                        continue
        groups.append([measure])
    return groups


def _value(text: str, group: list[_Measure]) -> Found | None:
    start, end = group[0].start, group[-1].end
    before, after = text[max(0, start - 60) : start], text[end : end + 40]
    header, span = _header(text, start, end, len(group)) if not any(m.axis for m in group) else ((), (start, end))
    if header:
        group = [replace(m, axis=axis) for m, axis in zip(group, header, strict=True)]
    elif _is_count(group):
        group = group[1:]  # "3 x 80 cm": three of them
        span = (group[0].start, end)
    confidence = 0.95 if all(m.axis for m in group) else 0.9
    units = [m.unit for m in group]
    if not any(units):
        header_unit = _HEADER_UNIT.search(before) or _HEADER_UNIT.match(after.lstrip(" "))
        default = _unit(header_unit[1]) if header_unit else ""
        if not default:
            default, confidence = _plausible(group, _CUE.search(before) is not None)
        if not default:
            return None
        units = [default] * len(group)
    elif not all(units):
        units = _carried(group)
        confidence -= 0.05
    if len(group) == 1:
        only = group[0]
        if only.letter and not only.unit:
            return None
        if not only.axis:
            if _DISTANCE.search(before) and units[0] in ("m", "ft"):
                return None
            confidence = min(confidence, 0.6 if _CUE.search(before) else 0.5)
    if sum(m.letter for m in group) == 1 and len(group) > 1 and not header:
        confidence -= 0.1
    if _ABOUT.search(before) or "env" in text[start:end].lower() or "approx" in text[start:end].lower():
        confidence *= 0.8
    lengths = []
    letters = {m.axis for m in group if m.letter or header}
    for measure, unit in zip(group, units, strict=True):
        length = (measure.value * _MM[unit]).quantize(Decimal("0.1")).normalize()
        if not _LEAST <= length <= _MOST:
            return None
        lengths.append((_axis_of_letter(measure.axis, letters), Decimal(f"{length:f}")))
    return Found(Dimensions(tuple(lengths)), (span,), round(confidence, 2))


def _is_count(group: list[_Measure]) -> bool:
    """Whether the first of two numbers tells how many: "3 x 80 cm"."""
    if len(group) != 2 or group[0].axis or group[0].unit or group[0].value > 4:
        return False
    return group[1].unit in ("cm", "mm") and group[1].value >= 30


def _header(text: str, start: int, end: int, size: int) -> tuple[tuple[str, ...], tuple[int, int]]:
    """The axes named before or after a series: "(L x l x H) : 80 x 40 x 75"; and the span with them."""
    for low, high in ((max(0, start - 60), start), (end, end + 30)):
        for match in list(_HEADER.finditer(text, low, min(high, len(text))))[-1:]:
            axes = tuple(_axis(a) for a in match.groups() if a)
            gap = text[match.end() : start] if high == start else text[end : match.start()]
            if len(axes) == size and re.fullmatch(r"[\s:=().\-–]*(?:(?:en|in)?\s*(?:mm|cm|m))?[\s:=().\-–]*", gap):
                return axes, (min(start, match.start()), max(end, match.end()))
    return (), (start, end)


def _plausible(group: list[_Measure], cued: bool) -> tuple[str, float]:
    values = [m.value for m in group]
    named = all(m.axis for m in group)
    if len(group) == 1 and (not named or group[0].letter):
        return "", 0.0
    if min(values) < (2 if named or len(group) > 2 or cued else 5):
        return "", 0.0
    if max(values) <= 400:
        return "cm", 0.55 if named or cued or len(group) > 2 else 0.4
    if min(values) >= 50 and max(values) <= 5000 and (named or cued or len(group) > 2):
        return "mm", 0.4
    return "", 0.0


def _carried(group: list[_Measure]) -> list[str]:
    """A unit for every measure: its own, else that of the next that has one, else of the one before."""
    units: list[str] = [m.unit for m in group]
    for i in range(len(units) - 2, -1, -1):
        units[i] = units[i] or units[i + 1]
    for i in range(1, len(units)):
        units[i] = units[i] or units[i - 1]
    # "1m20 x 80": nobody means eighty metres
    return ["cm" if not m.unit and u == "m" and m.value >= 10 else u for m, u in zip(group, units, strict=True)]


def _axis_of_letter(axis: str, letters: set[str]) -> str:
    """What L, l, H, P, D, W stand for; L is the length where a width is named beside it, else the width."""
    if len(axis) != 1 or axis not in "LlHhPpDdWw":
        return axis
    if axis in "Hh":
        return "hauteur"
    if axis in "PpDd":
        return "profondeur"
    if axis in "Ww":
        return "largeur"
    if axis == "L" and letters & {"l", "W", "w"}:
        return "longueur"
    if axis == "l" and letters & {"W", "w"}:
        return "longueur"
    return "largeur"
