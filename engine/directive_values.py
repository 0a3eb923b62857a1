"""Small values of the documents (durations, amounts, days, conditions, names), each with its own sentence when it is wrong."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

from core.case import Stage
from core.condition import Condition, ConditionError, parse_condition
from core.message import Family
from engine.directive_problem import shown, suggestion
from engine.directive_yaml import Map, Seq

STAGES: tuple[str, ...] = get_args(Stage)
FAMILIES: tuple[str, ...] = get_args(Family)
#: In the question of a choice: what there is to choose from.
CHOICES = re.compile(r"\{\{\s*choices\s*\}\}")


def wrong(sentence: str) -> PydanticCustomError:
    """A problem told in our own words."""
    return PydanticCustomError("guichet", "{sentence}", {"sentence": sentence})


_UNITS = {
    timedelta(minutes=1): ("minute", "minutes", "min"),
    timedelta(hours=1): ("hour", "hours", "heure", "heures", "h"),
    timedelta(days=1): ("day", "days", "jour", "jours", "j"),
    timedelta(weeks=1): ("week", "weeks", "semaine", "semaines"),
}
_DURATION = re.compile(r"(\d{1,6})\s*([a-z]+)\Z")
_LONGEST = timedelta(days=3660)


def duration(value: object) -> timedelta:
    """« 3 days », « 3 jours », « 36 hours », « 2 semaines »."""
    match = _DURATION.match(value.strip().casefold()) if isinstance(value, str) else None
    if match is not None:
        for unit, words in _UNITS.items():
            if match[2] in words:
                length = int(match[1]) * unit
                if not timedelta(0) < length <= _LONGEST:
                    raise wrong(f"{shown(value)} doit être plus long que zéro et durer au plus dix ans")
                return length
    raise wrong(f"{shown(value)} n'est pas une durée ; écrivez par exemple « 3 days », « 36 hours » ou « 2 weeks »")


def condition(value: object) -> Condition:
    """A parsed ``when:``."""
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} n'est pas une condition ; écrivez par exemple « complexity = simple »")
    try:
        return parse_condition(value)
    except ConditionError as error:
        raise wrong(f"cette condition n'est pas lisible : {error}") from None


def amount(value: object) -> Decimal | None:
    """A positive number, or None for « admin » (a person sets the price)."""
    if value == "admin":
        return None
    hint = "écrivez un nombre plus grand que zéro (1 ou 1.5), ou « admin » quand une personne fixe le prix"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(f"{shown(value)} n'est pas un montant ; {hint}")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal(0)
    if not 0 < number <= 1_000_000:
        raise wrong(f"{shown(value)} n'est pas un montant possible ; {hint}")
    return number


def day(value: object) -> date:
    """2025-01-31."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise wrong(f"{shown(value)} n'existe pas au calendrier") from None
    raise wrong(f"{shown(value)} n'est pas une date ; écrivez année-mois-jour, par exemple 2025-01-31")


def known_zone(value: str) -> str:
    """A time zone by its IANA name."""
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise wrong(f"{shown(value)} n'est pas un fuseau horaire ; écrivez par exemple Europe/Paris") from None
    return value


def localized(value: object) -> object:
    """One text alone is French."""
    return {"fr": value} if isinstance(value, str) else value


def has_french(value: dict[str, str]) -> dict[str, str]:
    """Every text exists in French; language codes have two letters."""
    for language, text in value.items():
        if not re.fullmatch(r"[a-z]{2}", language):
            raise wrong(f"{shown(language)} n'est pas un code de langue (fr, en, …)")
        if not text.strip():
            raise wrong(f"le texte pour « {language} » est vide")
    if "fr" not in value:
        raise wrong("la version française (fr) manque")
    return value


def one_or_more(value: object) -> object:
    """One value alone is a list of one."""
    if value is None or isinstance(value, list):
        return value
    alone = Seq(0)
    alone.append(value)
    return alone


def words(value: object) -> object:
    """A list of words, each alone or as {word: …, weight: …}; one alone keeps its line all the same."""
    if not isinstance(value, Seq):
        return value
    result: list[object] = []
    for item, line in zip(value, value.lines, strict=True):
        if isinstance(item, str):
            alone = Map(line)
            alone["word"], alone.lines["word"] = item, line
            result.append(alone)
        else:
            result.append(item)
    return result


def spelled(value: object) -> object:
    """A list of units, or each with its words ({carton: [cartons, boîtes]}), or with its names too ({carton: {names: …, words: …}})."""
    if isinstance(value, Seq):
        result: Map = Map(value.lines[0] if value.lines else 0)
        for item, line in zip(value, value.lines, strict=True):
            if not isinstance(item, str):
                raise wrong("une unité s'écrit en un mot, ou avec ses mots : « {carton: [cartons, boîtes]} »")
            result[item], result.lines[item] = Map(line), line
        return result
    if isinstance(value, Map):
        result = Map(value.line)
        for unit, item in value.items():
            line = value.lines.get(unit, value.line)
            part = item
            if isinstance(item, Seq):
                part = Map(line)
                part["words"], part.lines["words"] = item, line
            result[unit], result.lines[unit] = part, line
        return result
    return value


def factors(value: object) -> object:
    """« quantity × unit_price »: the names of the facts that are multiplied."""
    if not isinstance(value, str):
        raise wrong("un fait calculé s'écrit « quantity × unit_price »")
    result = Seq(0)
    for part in re.split(r"[×*]", value):
        result.append(part.strip())
        result.lines.append(0)
    if len(result) != 2:
        raise wrong("un fait calculé est le produit de deux faits : « quantity × unit_price »")
    return result


def named(pattern: str, example: str) -> AfterValidator:
    """A name of that form."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise wrong(f"{shown(value)} ne peut pas servir de nom ici ; écrivez par exemple « {example} »")
        return value

    return AfterValidator(check)


def _family(value: str) -> str:
    if value.startswith(".") and re.fullmatch(r"\.[a-z0-9]{1,12}", value):
        return value
    if value not in FAMILIES:
        raise wrong(f"{shown(value)} n'est ni une extension (« .glb ») ni une famille de fichiers{suggestion(value, FAMILIES)}")
    return value


def _scalar(value: object) -> object:
    if not isinstance(value, str | int | float | bool):
        raise wrong("il faut ici un seul mot ou nombre")
    return value


Scalar = Annotated[Any, AfterValidator(_scalar)]
ShortText = Annotated[str, Field(min_length=1, max_length=500)]
Localized = Annotated[dict[str, str], BeforeValidator(localized), AfterValidator(has_french)]
Duration = Annotated[timedelta, PlainValidator(duration)]
Durations = Annotated[list[Duration], BeforeValidator(one_or_more), Field(max_length=10)]
When = Annotated[Condition, PlainValidator(condition)]
FileKind = Annotated[str, AfterValidator(_family)]
Name = Annotated[str, named(r"[a-z][a-z0-9_-]{0,60}", "modelisation")]
FactName = Annotated[str, named(r"(?!(and|or|not|has)\Z)[a-z][a-z0-9_]{0,40}", "dimensions")]
Value = Annotated[str, named(r"(?!(and|or|not|has)\Z)[a-z0-9][a-z0-9_-]{0,40}", "standard")]
Language = Annotated[str, named(r"[a-z]{2}", "fr")]
