"""How a page is made: its template, its language, its clock, who looks at it, and the headers that keep it safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core.document import SOURCE
from core.reading import Evidence
from core.wording import alert_details, sum_name
from engine.case_labels import CHANNELS, LANGUAGES, OFFERS, label
from engine.reason_words import parked, told, translated
from web.pages.assets import Assets
from web.pages.language import COOKIE, Speech, catalogue, choose

TEMPLATES = Path(__file__).parent.parent / "templates"
THEME_COOKIE, THEMES = "theme", ("auto", "light", "dark")
#: A year, in seconds: how long a choice of language or light is remembered.
REMEMBERED = 31_536_000
#: Nothing from elsewhere, no script or style in the page itself.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; connect-src 'self'; "
    "font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: The viewer of 3D files brings styles of its own, unpacks what is packed with WebAssembly, and stands in a frame of ours.
VIEWER_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' data: blob:; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence over the page: what was just done, or why it was not. ``about`` is (address, name) of what it was done to, where the
    page shows something else."""

    text: str
    kind: str = "success"
    about: tuple[str, str] | None = None


class Pages:
    """Renders the templates of one installation. ``zone`` gives the business's zone, ``house`` what is shown as its name.

    ``units`` gives what amounts are counted in, as Speech has it.
    """

    def __init__(
        self,
        *,
        assets: Assets,
        clock: Callable[[], datetime],
        zone: Callable[[], str],
        house: Callable[[], str],
        units: Callable[[], Mapping[str, Mapping[str, tuple[str, str]]]],
    ) -> None:
        self.assets, self._clock, self._zone, self._house, self._units = assets, clock, zone, house, units
        self._environments = {language: _environment(language, assets) for language in LANGUAGES}

    def speech(self, request: Request) -> Speech:
        """The language and clock for who asks."""
        language = choose(request.cookies.get(COOKIE, ""), request.headers.get("accept-language", ""))
        return Speech(language, self._zone(), self._clock(), self._units())

    def show(self, request: Request, template: str, status: int = 200, *, policy: str = POLICY, **values: Any) -> HTMLResponse:
        """The page as an answer."""
        speech = self.speech(request)
        theme = request.cookies.get(THEME_COOKIE, "auto")
        known: dict[str, Any] = {
            "speech": speech,
            "say": speech.say,
            "lang": speech.language,
            "theme": theme if theme in THEMES else "auto",
            "here": request.url.path,
            "address": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "house": self._house(),
            "notice": None,
            "person": None,
            "csrf": "",
            "counts": {},
            "register": {},
        }
        text = self._environments[speech.language].get_template(template).render(known | values)
        headers = {
            "Content-Security-Policy": policy,
            "Content-Language": speech.language,
            "Vary": "Cookie, Accept-Language",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
            # A browser that sends no referrer sends no origin with forms either, and those are looked at.
            "Referrer-Policy": "same-origin",
        }
        if policy == VIEWER_POLICY:
            headers["X-Frame-Options"] = "SAMEORIGIN"
        return HTMLResponse(text, status, headers)


def back(path: str) -> RedirectResponse:
    """After a form: look at that page of ours. 303, so that a reload posts nothing again."""
    return RedirectResponse(safe_path(path), 303)


def told_of(place: str, told: str, case_id: str) -> RedirectResponse:
    """``back`` with the sentence of what was done to a case, which is named where the page is not its own."""
    of = "" if place.rpartition("/")[2] == case_id else f"&of={case_id}"
    return back(f"{place}?told={told}{of}")


def safe_path(path: str, otherwise: str = "/") -> str:
    """The path when it leads to this site and nowhere else."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or any(ord(c) < 33 or c == "\\" for c in path):
        return otherwise
    return path


def _environment(language: str, assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    words = catalogue(language)

    def one(sentence: str) -> str:
        found = words.get(sentence, sentence)
        return found if isinstance(found, str) else found[0]

    def many(single: str, plural: str, number: int) -> str:
        found = words.get(single, (single, plural))
        forms = (found, found) if isinstance(found, str) else (found[0], found[-1])
        return forms[0 if (number < 2 if language == "fr" else number == 1) else 1]

    environment.install_gettext_callables(one, many, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["asset"] = assets.url
    environment.globals["channel_label"] = lambda name: label(CHANNELS, name)[language]
    environment.globals["offer_label"] = lambda status: label(OFFERS, status)[language]
    environment.filters["plain"] = plain_number
    environment.filters["marked"] = marked
    environment.filters["within"] = within
    environment.filters["paper_of"] = paper_of
    environment.filters["begun"] = begun
    environment.filters["told"] = told
    environment.filters["parked"] = parked
    environment.filters["translated"] = translated
    environment.filters["details"] = alert_details
    environment.filters["sum_name"] = sum_name
    return environment


def plain_number(value: Decimal | None) -> str:
    """A number as it is typed into a field."""
    return "" if value is None else f"{value.normalize():f}"


def begun(text: str) -> str:
    """The text as a sentence begins; names in it keep their letters, an address that it begins with too."""
    return text if "@" in text.partition(" ")[0] else text[:1].upper() + text[1:]


def paper_of(evidence: Sequence[Evidence]) -> str:
    """The anchor of the file that proves a fact, '' when none of them does."""
    found = next((proof.source for proof in evidence if proof.source.startswith(SOURCE)), "")
    return f"paper-{found.removeprefix(SOURCE)[:12]}" if found else ""


def within(spans: list[tuple[int, int, str]], start: int, end: int) -> list[tuple[int, int, str]]:
    """The spans of a piece of a text, counted from its beginning."""
    return [(max(a, start) - start, min(b, end) - start, fact) for a, b, fact in spans if a < end and b > start]


def marked(text: str, spans: list[tuple[int, int, str]], called: Callable[[str], str]) -> Markup:
    """The text with the spans (start, end, address of the fact) highlighted, the facts as they are ``called``; everything in it is
    escaped, and spans never overlap."""
    out, at = Markup(), 0
    for start, end, fact in sorted(spans):
        if start < at or end <= start or end > len(text):
            continue
        out += text[at:start]
        out += Markup('<mark class="evidence" data-fact="{}" title="{}">{}</mark>').format(fact, called(fact), text[start:end])
        at = end
    return out + text[at:]
