"""Texts for people: Jinja templates in a sandbox, one a language, with the values a case offers them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from core.french import greets, of

#: The values that every text may use, filled by core.text_values; a text that asks for another is refused at load.
#: ``missing``, ``wanted`` and ``reasons`` are lists of sentences; ``facts`` (name, label, value, state, origin, words) and
#: ``files`` (name, type, size, url) are lists of mappings; ``unsure`` (what is missing or doubtful),
#: ``lines`` (of a request for several things) and
#: ``alerts`` (the others) are lists of sentences; ``facts`` are those of the whole request: what each of several lines says stands in
#: ``lines`` alone, what a message puts on top in ``added``, [] when it does not. ``waiting`` is what else waits for an administrator who
#: named none; ``follows`` names the person's validated requests that it may add to; ``decided`` and ``cancelled`` are whether a person
#: judged the request, and who cancelled it ("customer", "us", ''). ``fact`` maps a fact's name to its value, that of the
#: first line; ``file_count`` is a number. ``unverified`` is '' unless the author of an administrator's reply could not be verified: then
#: why. ``outdated`` is whether the facts are others than in the last notice.
#: ``asides`` are the words of what is another matter than the request. All others are text, '' when unknown.
OFFERED_VALUES: frozenset[str] = frozenset(
    {
        *("name", "email", "phone", "language", "subject", "kind", "business", "reference"),
        *("amount", "unit", "price", "old_price", "price_reason", "days_left", "expires_on", "opened_on"),
        *("missing", "wanted", "facts", "fact", "files", "file_count", "files_urls"),
        *("summary", "message", "note", "reasons", "status", "stage", "who", "how", "evidence"),
        *(
            "unsure",
            "lines",
            "alerts",
            "asides",
            "confidence",
            "repeats",
            "added",
            "corrected",
            "waiting",
            "follows",
            "decided",
            "cancelled",
        ),
        *("ticket_url", "task_url", "case_url", "approve_url", "unverified", "outdated"),
    }
)

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
)

_ENVIRONMENT.filters |= {"of": of, "greets": greets}

_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")


class TextError(ValueError):
    """The template is broken; ``line`` counts from 1 inside the template."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@lru_cache(maxsize=512)
def _compiled(source: str) -> Template:
    template = _ENVIRONMENT.from_string(source)
    # A chain of mappings otherwise, which every rendering would copy name by name.
    template.globals = dict(template.globals)
    return template


def parse_text(source: str) -> nodes.Template:
    """The template's syntax tree, each node with its line. Raises TextError when it cannot be read."""
    try:
        return _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        raise TextError(f"le texte n'est pas lisible : {error.message}", error.lineno) from None
    except RecursionError:
        raise TextError("le texte n'est pas lisible : trop d'emboîtements") from None


def names_in(source: str) -> frozenset[str]:
    """The values the template asks for. Raises TextError when it cannot be read."""
    return frozenset(meta.find_undeclared_variables(parse_text(source)))


@lru_cache(maxsize=512)
def _names(source: str) -> frozenset[str]:
    return names_in(source)


@dataclass(frozen=True, slots=True)
class Text:
    """One text in its languages: ``subject`` and ``body`` map a language to a template; French is always there.

    ``channels`` holds versions for one channel, under "fr whatsapp". ``buttons`` are (choice, title by language) of the quick
    replies that go with it on channels that have them; a choice is one of core.quote.CHOICES.
    """

    name: str
    body: Mapping[str, str]
    subject: Mapping[str, str]
    channels: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[tuple[str, Mapping[str, str]], ...] = ()

    def told_in(self, language: str) -> str:
        """The language in which somebody who writes that one reads it: French where it is not written in his."""
        return language if language in self.body else "fr"

    def names(self, language: str, channel: str = "") -> frozenset[str]:
        """The values that ``render`` asks for."""
        return frozenset().union(*(_names(source) for source in self._sources(language, channel)))

    def render(self, language: str, values: Mapping[str, object], channel: str = "") -> tuple[str, str]:
        """(subject, body) in that language, in French when there is none in it; as written for that channel where it is."""
        subject, body = self._sources(language, channel)
        subject, body = _compiled(subject).render(values) if "{" in subject else subject, _compiled(body).render(values)
        # Parts left out by ``{% if %}`` leave blank lines behind; an author need not count them.
        return " ".join(subject.split()), _BLANKS.sub("\n\n", body).strip() + "\n"

    def _sources(self, language: str, channel: str) -> tuple[str, str]:
        lang = self.told_in(language)
        return self.subject.get(lang, ""), self.channels.get(f"{lang} {channel}") or self.body[lang]
