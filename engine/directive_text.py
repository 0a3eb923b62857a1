"""Texts of a business: sections ``## fr`` and ``## en`` of a document in messages/, and what their templates may do.

``## fr whatsapp`` is the French text as it goes out on WhatsApp; without it the one of ``## fr`` does.

Templates are jinja2, cut down to what a text needs: values, ``if``, ``for`` over a list that is offered, a few filters. Nothing
in a template can call, import, multiply or loop without end, so a text can neither fail nor hang once it was accepted here:
every text is also rendered with full and with empty values.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from jinja2 import nodes

from core.quote import CHOICES
from core.texts import OFFERED_VALUES, Text, TextError, parse_text
from engine.directive_problem import Problems, shown, suggestion
from engine.directive_schema import TextPart

#: The longest text in one language, in characters.
MOST_TEXT = 20_000
SENTENCES = ("missing", "wanted", "reasons", "unsure", "lines", "alerts", "added", "corrected", "waiting")
LISTS = frozenset({*SENTENCES, "facts", "files"})
FIELDS: Mapping[str, frozenset[str]] = {
    "facts": frozenset({"name", "label", "value", "state", "origin", "words"}),
    "files": frozenset({"name", "type", "size", "url"}),
}
FILTERS = frozenset(
    {"join", "length", "upper", "lower", "capitalize", "trim", "first", "last", "default", "indent", "of", "greets"}
)
#: Channels that a text may be written for, beside the text for all.
CHANNELS = ("whatsapp",)
#: Characters of a button's title (WhatsApp's limit).
MOST_TITLE = 20
_HEADING = re.compile(r"##[ ]+([A-Za-z]{2})(?:[ ]+([A-Za-z]+))?[ ]*\Z")
_PLAIN: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Const, nodes.Compare, nodes.Operand),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Keyword),
)  # fmt: skip
#: What cannot fail once its names are known: no filter, no comparison, no sum.
_SURE: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr),
    *(nodes.If, nodes.And, nodes.Or, nodes.Not, nodes.For),
)  # fmt: skip


def sections(body: str, first: int, languages: Iterable[str] | None, problems: Problems) -> dict[str, tuple[str, int]]:
    """Each language's text with the line it begins on. What stands before the first heading is a note for people."""
    found: dict[str, tuple[str, int]] = {}
    language, start, held = "", first, list[str]()
    for number, line in enumerate([*body.split("\n"), "## --"], first):
        heading = _HEADING.match(line)
        if heading is None and line != "## --":
            held.append(line)
            continue
        if language and language not in found:
            found[language] = ("\n".join(held), start)
        if heading is not None:
            language, start, held = heading[1].casefold(), number + 1, []
            if heading[2] is not None:
                channel, plain = heading[2].casefold(), language
                language = f"{plain} {channel}"
                if channel not in CHANNELS:
                    problems.add(
                        number, f"« ## {language} » : {shown(channel)} n'est pas un canal{suggestion(channel, CHANNELS)}"
                    )
                elif plain not in found:
                    problems.add(
                        number, f"« ## {language} » vient sans « ## {plain} »", f"écrivez d'abord la partie « ## {plain} »"
                    )
            elif languages is not None and language not in languages:
                problems.add(number, f"« ## {language} » n'est pas une langue de cette maison{suggestion(language, languages)}")
            if language in found:
                problems.add(number, f"« ## {language} » est écrit deux fois", "gardez une seule des deux parties")
    return found


def compile_text(
    name: str,
    part: TextPart,
    body: str,
    first: int,
    *,
    languages: Iterable[str] | None,
    fact_names: Iterable[str] | None,
    problems: Problems,
    trusted: bool = False,
) -> Text | None:
    """The text, or None with its problems told. ``trusted``: it was filled in to see before."""
    before = len(problems.found)
    subject = dict(part.subject or {})
    found = sections(body, first, languages, problems)
    if "fr" not in found:
        problems.add(first, "il manque la partie française", "ajoutez une ligne « ## fr », puis le texte")
    for language, (source, line) in found.items():
        if not source.strip():
            problems.add(line - 1, f"la partie « ## {language} » est vide")
        elif len(source) > MOST_TEXT:
            problems.add(line, f"ce texte dépasse {MOST_TEXT} caractères")
        elif not trusted:
            check_template(source, line, fact_names, problems)
        if name != "note" and " " not in language and language not in subject:
            problems.add(
                part.line("subject"), f"il manque l'objet du message en « {language} »", "ajoutez-le sous « subject: »"
            )
    for source in () if trusted else subject.values():
        check_template(source, part.line("subject"), fact_names, problems, one_line=True)
    buttons = _buttons(part, problems)
    if len(problems.found) > before:
        return None
    bodies = {language: source for language, (source, _) in found.items() if " " not in language}
    channels = {language: source for language, (source, _) in found.items() if " " in language}
    return Text(name, bodies, subject, channels, buttons)


def _buttons(part: TextPart, problems: Problems) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The quick replies under a text, in the order that people see."""
    if part.buttons is None:
        return ()
    found = []
    for choice in CHOICES:
        titles: Mapping[str, str] | None = getattr(part.buttons, choice)
        for title in (titles or {}).values():
            if len(title) > MOST_TITLE or not title.isprintable() or not title.strip():
                problems.add(
                    part.buttons.line(choice),
                    f"un bouton porte 1 à {MOST_TITLE} caractères, sans retour à la ligne : {shown(title)}",
                )
        if titles:
            found.append((choice, titles))
    return tuple(found)


def check_template(
    source: str, line: int, fact_names: Iterable[str] | None, problems: Problems, *, one_line: bool = False
) -> bool:
    """Tell what is wrong in one template that begins on ``line``; whether it may be used."""
    before = len(problems.found)
    try:
        tree = parse_text(source)
        _Checker(line, one_line, None if fact_names is None else frozenset(fact_names), problems).check(tree)
        if len(problems.found) == before and not _plain_sailing(tree):
            for values in (_values("x"), _values("")):
                Text("", {"fr": source}, {}).render("fr", values)
    except TextError as error:
        at = line if one_line else line + error.line - 1
        problems.add(at, str(error), "les valeurs s'écrivent « {{ name }} », les conditions « {% if name %} … {% endif %} »")
    except Exception as error:
        # Whatever a template can do wrong must be told now: later it would hold up a case.
        problems.add(line, f"ce texte ne peut pas être rempli : {str(error)[:120]}")
    return len(problems.found) == before


def _plain_sailing(node: nodes.Node, depth: int = 0) -> bool:
    """Whether nothing in a tree that was checked can fail when it is filled in: trying that out is most of what a check takes."""
    if depth > 40 or not isinstance(node, _SURE) or (isinstance(node, nodes.Name) and node.name == "loop"):
        return False
    return all(_plain_sailing(child, depth + 1) for child in node.iter_child_nodes())


class _Checker:
    def __init__(self, line: int, one_line: bool, fact_names: frozenset[str] | None, problems: Problems) -> None:
        self.first, self.one_line, self.fact_names, self.problems = line, one_line, fact_names, problems
        self.budget = 3000

    def add(self, node: nodes.Node, message: str, todo: str = "") -> None:
        self.problems.add(self.first if self.one_line else self.first + node.lineno - 1, message, todo)

    def check(self, node: nodes.Node, loops: Mapping[str, str] | None = None) -> None:
        """Walk the tree; ``loops`` maps the names of loops around to the list they go through."""
        loops = loops or {}
        self.budget -= 1
        if self.budget == 0:
            self.add(node, "ce texte compte trop de valeurs et de conditions")
        if self.budget <= 0:
            return
        if isinstance(node, nodes.For):
            self.loop(node, loops)
            return
        if isinstance(node, nodes.Name):
            if node.name not in OFFERED_VALUES and node.name not in loops and node.name != "loop":
                self.add(
                    node, f"{shown(node.name)} n'est pas une valeur offerte aux textes{suggestion(node.name, OFFERED_VALUES)}"
                )
            return
        if isinstance(node, nodes.Getattr):
            self.field(node, loops)
            return
        if isinstance(node, nodes.Filter):
            if node.name not in FILTERS:
                self.add(node, f"{shown('| ' + node.name)} n'est pas possible dans un texte{suggestion(node.name, FILTERS)}")
            for argument in (*node.args, *(keyword.value for keyword in node.kwargs)):
                value = argument.value if isinstance(argument, nodes.Const) else None
                if not (isinstance(value, str) and len(value) <= 40) and not (isinstance(value, int) and 0 <= value <= 20):
                    self.add(node, f"{shown('| ' + node.name)} : seuls un mot entre guillemets ou un petit nombre vont ici")
            if node.node is not None:
                self.check(node.node, loops)
            return
        if not isinstance(node, _PLAIN):
            self.add(
                node,
                "cette tournure n'est pas possible dans un texte",
                "un texte connaît « {{ valeur }} », « {% if … %} », « {% for x in missing %} » et quelques filtres (| join)",
            )
            return
        for child in node.iter_child_nodes():
            self.check(child, loops)

    def loop(self, node: nodes.For, loops: Mapping[str, str]) -> None:
        if not isinstance(node.target, nodes.Name) or node.recursive or len(loops) >= 2:
            self.add(node, "cette boucle n'est pas possible dans un texte", "écrivez « {% for x in missing %} … {% endfor %} »")
            return
        listed = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        if listed not in LISTS:
            self.add(node, f"une boucle parcourt une liste offerte{suggestion(listed, LISTS)}")
        inner = {**loops, node.target.name: listed}
        for child in (*node.body, *node.else_, *([node.test] if node.test is not None else [])):
            self.check(child, inner)

    def field(self, node: nodes.Getattr, loops: Mapping[str, str]) -> None:
        owner = node.node.name if isinstance(node.node, nodes.Name) else ""
        if owner == "fact":
            if self.fact_names is not None and node.attr not in self.fact_names:
                self.add(
                    node, f"aucune directive ne connaît le fait {shown(node.attr)}{suggestion(node.attr, self.fact_names)}"
                )
        elif owner == "loop":
            if node.attr not in ("first", "last", "index"):
                self.add(node, f"« loop.{node.attr} » n'existe pas{suggestion(node.attr, ('first', 'last', 'index'))}")
        elif loops.get(owner) in FIELDS:
            known = FIELDS[loops[owner]]
            if node.attr not in known:
                self.add(node, f"« {owner}.{node.attr} » n'existe pas{suggestion(node.attr, known)}")
        else:
            self.check(node.node, loops)
            self.add(node, f"« .{node.attr} » n'est pas possible ici")


def _values(word: str) -> dict[str, object]:
    """Values to try a text with: everything known, or nothing."""
    many = 2 if word else 0
    return {
        **dict.fromkeys(OFFERED_VALUES, word),
        **{name: [word] * many for name in SENTENCES},
        **{name: [dict.fromkeys(fields, word)] * many for name, fields in FIELDS.items()},
        "fact": defaultdict(lambda: word),
        "file_count": many,
    }
