"""Templates: texts that WhatsApp approved, the only ones that pass when the customer has not written for 24 hours.

The setting (TWILIO_TEMPLATES) gives them by the name of the directive's text that they stand for, by language where they have
one, ``*`` for every other text; after the ContentSid the values of their variables {{1}}, {{2}} … in order::

    quote=HX0123…:name,text,button1,button2; quote.en=HX4567…:name,text; *=HX89ab…:name,text

``name`` the person · ``text`` the whole text in one line, its reference at the end · ``reference`` the mark alone · ``subject``
· ``buttonN`` what the N-th quick reply sends back. A template must hold ``text``, or be approved for just this one text and
hold ``reference``; a quote always needs ``text``: nobody may agree to a price that he was not shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.whatsapp.text import flat, units
from core.effects import SendMessage
from core.errors import Rejected

#: UTF-16 units of a text inside a template: WhatsApp takes 1,024 for the whole.
LONGEST = 900
_SID = re.compile(r"HX[0-9a-fA-F]{32}")
_NAME = re.compile(r"\*|[a-z][a-z0-9_-]{0,60}(?:\.[a-z]{2})?", re.IGNORECASE)
_VALUE = re.compile(r"name|text|reference|subject|button[1-3]")


@dataclass(frozen=True, slots=True)
class Template:
    """A template by its ContentSid; ``values`` says what {{1}}, {{2}} … are."""

    sid: str
    values: tuple[str, ...]

    @property
    def buttons(self) -> int:
        """How many quick replies it sends back something for."""
        return sum(value.startswith("button") for value in self.values)

    def variables(self, payload: SendMessage, marked: str, word: str) -> str:
        """ContentVariables (JSON). Raises Rejected for a text that does not fit, or a quote that would not be shown."""
        if payload.purpose == "quote" and "text" not in self.values:
            raise Rejected("le modèle WhatsApp ne montre pas le devis : un prix qui n'est pas montré ne peut pas être accepté")
        text = flat(payload.text)
        if "reference" not in self.values:
            text = f"{text} {word} {marked}"
        if "text" in self.values and units(text) > LONGEST:
            raise Rejected(f"le texte est trop long pour un modèle WhatsApp ({units(text)} caractères, {LONGEST} au plus)")
        known = {
            "name": flat(payload.to_name)[:100] or "—",
            "text": text,
            "reference": marked,
            "subject": flat(payload.subject)[:200] or "—",
            **{f"button{n}": value[:200] for n, (_, value) in enumerate(payload.buttons, 1)},
        }
        return json.dumps({str(n): known.get(v) or "—" for n, v in enumerate(self.values, 1)}, ensure_ascii=False)


def parse_templates(setting: str) -> dict[str, Template]:
    """The setting, read. Raises ValueError with a sentence."""
    found: dict[str, Template] = {}
    for entry in filter(None, (e.strip() for e in setting.split(";"))):
        name, _, rest = (p.strip() for p in entry.partition("="))
        sid, _, values = (p.strip() for p in rest.partition(":"))
        if not _NAME.fullmatch(name):
            raise ValueError(f"« {name} » n'est pas le nom d'un texte (ou *) : nom=HX…:valeurs")
        if not _SID.fullmatch(sid):
            raise ValueError(f"« {name} » : « {sid} » n'est pas un ContentSid (HX et 32 chiffres hexadécimaux)")
        listed = tuple(filter(None, (v.strip() for v in values.split(","))))
        if wrong := [v for v in listed if not _VALUE.fullmatch(v)]:
            raise ValueError(
                f"« {name} » : « {wrong[0]} » n'est pas une valeur (name, text, reference, subject, button1 à button3)"
            )
        if "text" not in listed and (name == "*" or "reference" not in listed):
            raise ValueError(
                f"« {name} » : il faut la valeur text"
                + ("" if name == "*" else ", ou reference pour un modèle approuvé pour ce seul texte")
            )
        found[name] = Template(sid, listed)
    return found


def chosen(templates: Mapping[str, Template], payload: SendMessage) -> Template | None:
    """The template for a text: in its language, else for its name, else the one for all."""
    names = (f"{payload.template}.{payload.language}", payload.template, "*")
    return next((templates[name] for name in names if name in templates), None)
