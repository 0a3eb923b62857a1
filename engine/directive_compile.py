"""The documents of one business, read, checked against each other and compiled into core.directive's values.

Pure: it takes the documents as text, so that a revision kept in the store compiles again just as it did from the folder.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Generic, TypeVar

from core.directive import Business, Example
from core.texts import Text
from engine.directive_build import build_directive, build_grid
from engine.directive_check import check_choices, check_condition, check_directive, check_example, check_grid, needed_texts
from engine.directive_problem import DirectiveErrors, Problems, nearest, shown, suggestion
from engine.directive_read import read_model
from engine.directive_schema import ApprovePart, BusinessPart, DirectivePart, ExamplePart, GridPart, ListPart, Part, TextPart
from engine.directive_text import check_template, compile_text
from engine.directive_yaml import Document, Map, read_document

#: Folder of the texts inside a business's folder.
MESSAGES = "messages"
#: At most so many documents, and so many characters in all of them.
MOST_DOCUMENTS, MOST_CHARACTERS = 300, 2_000_000

_KINDS: Mapping[str, type[Part]] = {
    "directive": DirectivePart,
    "grid": GridPart,
    "business": BusinessPart,
    "list": ListPart,
}


def normal(text: str) -> str:
    """The document without byte order mark, with line feeds, composed accents: the same whatever machine wrote it."""
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def revision_of(documents: Mapping[str, str]) -> str:
    """SHA-256 (hex) over names and normalised contents."""
    digest = hashlib.sha256()
    for name, text in sorted((normal(n), normal(t)) for n, t in documents.items()):
        for part in (name.encode("utf-8", "replace"), text.encode("utf-8", "replace")):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def compile_business(name: str, documents: Mapping[str, str], where: str = "", *, trusted: bool = False) -> Business:
    """The business that the documents say (``{"modelisation.md": text, "messages/quote.md": text}``).

    ``where`` is how people know the folder, directives/<name> when not given. Raises DirectiveErrors with every problem.
    ``trusted`` documents were found good before, by another process: their texts are not filled in once more to see.
    The same documents give the same value: reading them takes a while, so the last few are kept.
    """
    return _compiled(name, where or f"directives/{name}", tuple(documents.items()), trusted)


@lru_cache(maxsize=8)
def _compiled(name: str, where: str, documents: tuple[tuple[str, str], ...], trusted: bool) -> Business:
    problems = Problems()
    business = _Compiler(name, where, problems, trusted).compile(dict(documents))
    if problems.found or business is None:
        raise DirectiveErrors(problems.found)
    return business


P = TypeVar("P", bound=Part)


@dataclass(slots=True)
class _Read(Generic[P]):
    """A document that was read, with what is left of it."""

    path: str
    document: Document
    part: P
    doubtful: frozenset[str]


@dataclass(slots=True)
class _Compiler:
    name: str
    where: str
    problems: Problems
    trusted: bool = False
    directives: list[_Read[DirectivePart]] = field(default_factory=list)
    grids: list[_Read[GridPart]] = field(default_factory=list)
    businesses: list[_Read[BusinessPart]] = field(default_factory=list)
    lists: list[_Read[ListPart]] = field(default_factory=list)
    texts: list[_Read[TextPart]] = field(default_factory=list)
    #: Kinds of documents of which one could not be read: what it would have offered is not reported as missing.
    broken: set[str] = field(default_factory=set)
    broken_texts: set[str] = field(default_factory=set)
    broken_grids: set[str] = field(default_factory=set)

    def compile(self, documents: Mapping[str, str]) -> Business | None:
        documents = {normal(name): normal(text) for name, text in documents.items()}
        if len(documents) > MOST_DOCUMENTS or sum(map(len, documents.values())) > MOST_CHARACTERS:
            most = f"{MOST_DOCUMENTS} documents et {MOST_CHARACTERS} caractères"
            self.problems.add(1, f"ce dossier est trop grand : au plus {most}", path=self.where)
            return None
        for path, text in sorted(documents.items()):
            self.read(path, text)
        business = self.business()
        self.fill_choices()
        grids = {read.part.grid: build_grid(read.part) for read in self.grids}
        texts, own_texts = self.compile_texts(business)
        self.check_together(texts, own_texts)
        examples = {read.part.directive: self.examples(read) for read in self.directives}
        if self.problems.found or business is None:
            return None
        revision = revision_of(documents)
        directives = tuple(
            build_directive(
                read.part,
                read.document,
                self.name,
                business.zone,
                revision,
                {**texts, **own_texts.get(read.part.directive, {})},
                grids,
                examples[read.part.directive],
            )
            for read in self.directives
        )
        return Business(
            self.name,
            business.business,
            revision,
            directives,
            business.zone,
            tuple(business.languages),
            tuple(a.strip().casefold() for a in business.accounts),
        )

    # ------------------------------------------------------------ reading
    def read(self, path: str, text: str) -> None:
        shown_path = f"{self.where}/{path}"
        is_text = PurePosixPath(path).parts[0] == MESSAGES
        stem = PurePosixPath(path).stem
        document = read_document(shown_path, text, self.problems)
        if document is None:
            self.broken.add("text" if is_text else "document")
            self.broken_texts.add(stem)
            return
        if is_text:
            part, doubtful = read_model(TextPart, document.data, self.problems)
            if part is not None:
                self.texts.append(_Read(path, document, part, doubtful))
            else:
                self.broken_texts.add(stem)
            return
        kind = self.kind(document.data)
        if kind == "directive":
            self.keep(DirectivePart, self.directives, path, document)
        elif kind == "grid":
            self.keep(GridPart, self.grids, path, document)
        elif kind == "business":
            self.keep(BusinessPart, self.businesses, path, document)
        elif kind == "list":
            self.keep(ListPart, self.lists, path, document)
        else:
            self.broken.add("document")

    def kind(self, data: Map) -> str:
        """What sort of document it is, told by the word that names it."""
        named = [kind for kind in _KINDS if kind in data]
        if len(named) == 1:
            return named[0]
        if named:
            self.problems.add(data.lines[named[1]], f"un document ne peut pas être à la fois {' et '.join(named)}")
            return ""
        for key in list(data):
            if meant := nearest(key, _KINDS):
                self.problems.add(data.lines[key], f"{shown(key)} n'est pas un mot connu ici ; vouliez-vous dire « {meant} » ?")
                data[meant], data.lines[meant] = data.pop(key), data.lines[key]
                return meant
        self.problems.add(
            data.line,
            "on ne sait pas ce que décrit ce document",
            "il doit dire « directive: nom », « grid: nom », « list: nom » ou « business: nom » ; les textes vont dans messages/",
        )
        return ""

    def keep(self, kind: type[P], into: list[_Read[P]], path: str, document: Document) -> None:
        name = document.data.get("grid")
        part, doubtful = read_model(kind, document.data, self.problems)
        if part is None and isinstance(name, str):
            self.broken_grids.add(name)
        elif part is None:
            self.broken.add("document")
        else:
            into.append(_Read(path, document, part, doubtful))

    def fill_choices(self) -> None:
        """Give every choice that names a list the values of that list."""
        lists: dict[str, _Read[ListPart]] = {}
        for read in self.lists:
            self.problems.path = read.document.path
            name = read.part.name
            if name in lists:
                self.problems.add(read.part.line("list"), f"{shown(name)} sert déjà dans {lists[name].document.path}")
            lists.setdefault(name, read)
            check_choices(read.part.values, self.problems)
            if not read.part.values and "values" not in read.doubtful:
                said = f"la liste {shown(name)} n'a pas de « values »"
                self.problems.add(read.part.line("list"), said, "énumérez ses valeurs et leurs mots")
        for directive in self.directives:
            self.problems.path = directive.document.path
            for fact in directive.part.facts.values():
                if fact.source is None:
                    continue
                if fact.choices:
                    self.problems.add(fact.line("list"), "un choix a ses « choices » ou une « list », pas les deux")
                elif (found := lists.get(fact.source)) is not None:
                    fact.choices = found.part.values
                elif "document" not in self.broken:
                    meant = suggestion(fact.source, lists)
                    self.problems.add(fact.line("list"), f"la liste {shown(fact.source)} n'existe pas{meant}")

    # ------------------------------------------------------------ checks across documents
    def business(self) -> BusinessPart | None:
        for read in self.businesses[1:]:
            first = self.businesses[0].path
            self.problems.add(read.part.line("business"), f"la maison est déjà décrite dans {first}", path=read.document.path)
        if self.businesses:
            return self.businesses[0].part
        if "document" not in self.broken:
            self.problems.add(
                1, "il manque le document qui nomme la maison", "ajoutez business.md avec « business: Nom »", path=self.where
            )
        return None

    def check_together(self, texts: Mapping[str, Text], own_texts: Mapping[str, Mapping[str, Text]]) -> None:
        add = self.problems.add
        seen: dict[tuple[str, str], str] = {}
        for read in self.directives:
            part, path = read.part, read.document.path
            for word, value in (("directive", part.directive), ("kind", part.kind)):
                if (word, value) in seen:
                    add(part.line(word), f"{shown(value)} sert déjà dans {seen[word, value]}", path=path)
                seen.setdefault((word, value), path)
        grids: dict[str, _Read[GridPart]] = {}
        for grid in self.grids:
            if grid.part.grid in grids:
                other = grids[grid.part.grid].document.path
                add(grid.part.line("grid"), f"{shown(grid.part.grid)} sert déjà dans {other}", path=grid.document.path)
            grids.setdefault(grid.part.grid, grid)
            self.problems.path = grid.document.path
            check_grid(grid.part, grid.doubtful, self.problems)
            for example in grid.document.examples:
                add(example.line, "les exemples se mettent dans le document d'une directive")
        defaults = [read for read in self.directives if read.part.default]
        if not defaults and "document" not in self.broken and not any("default" in r.doubtful for r in self.directives):
            todo = "écrivez « default: true » dans celle qui reçoit tout ce que rien ne reconnaît"
            add(1, "aucune directive n'est celle par défaut", todo, path=self.where)
        for read in defaults[1:]:
            first = defaults[0].document.path
            add(
                read.part.line("default"),
                f"une seule directive peut être celle par défaut (déjà {first})",
                path=read.document.path,
            )
        complained: set[tuple[str, str]] = set()
        for read in self.directives:
            self.problems.path = read.document.path
            check_directive(read.part, read.doubtful, self.problems)
            self.check_ticket(read.part)
            self.check_quote(read, grids, complained)
            self.check_texts(read, {*texts, *own_texts.get(read.part.directive, {})}, complained)

    def check_quote(
        self, read: _Read[DirectivePart], grids: Mapping[str, _Read[GridPart]], complained: set[tuple[str, str]]
    ) -> None:
        """The grid exists, and its conditions speak of this directive's facts."""
        options = next((g.options for g in read.part.gates if isinstance(g.options, ApprovePart)), None)
        if options is None:
            return
        grid = grids.get(options.quote)
        if grid is None:
            if "document" not in self.broken and options.quote not in self.broken_grids:
                meant = suggestion(options.quote, {*grids, *self.broken_grids})
                self.problems.add(options.line("quote"), f"la grille {shown(options.quote)} n'existe pas{meant}")
            return
        self.problems.path = grid.document.path
        for revision in grid.part.prices:
            for row in revision.rows:
                if row.when is not None and (grid.path, row.when.source) not in complained:
                    before = len(self.problems.found)
                    check_condition(row.when, row.line("when"), read.part, read.doubtful, self.problems)
                    if len(self.problems.found) > before:
                        complained.add((grid.path, row.when.source))
        self.problems.path = read.document.path

    def check_ticket(self, part: DirectivePart) -> None:
        for name, source in part.ticket.properties.items():
            line = part.ticket.line("properties")
            if not name.strip():
                self.problems.add(line, "une propriété du ticket n'a pas de nom")
            if not self.trusted:
                check_template(source, line, self.fact_names(), self.problems, one_line=True)
        for source in part.ticket.task_fields.values():
            if not self.trusted:
                check_template(source, part.ticket.line("task_fields"), self.fact_names(), self.problems, one_line=True)

    def check_texts(self, read: _Read[DirectivePart], offered: set[str], complained: set[tuple[str, str]]) -> None:
        """Every text that a case of this kind may need is there."""
        if read.doubtful & {"gates"}:
            return
        gates = read.part.line("gates")
        for name, why in needed_texts(read.part).items():
            if name in offered or name in self.broken_texts or ("text", name) in complained:
                continue
            complained.add(("text", name))
            meant = nearest(name, offered)
            hint = f" (il y a « {meant} » : est-ce celui-là ?)" if meant and meant not in needed_texts(read.part) else ""
            self.problems.add(
                gates, f"le texte « {name} » manque ; {why} en a besoin{hint}", f"écrivez {self.where}/{MESSAGES}/{name}.md"
            )

    def fact_names(self) -> set[str] | None:
        """Facts of all directives, the doubtful ones too; None when a document that could name more is unreadable."""
        if "document" in self.broken:
            return None
        return {name for read in self.directives for name in (*read.part.facts, *read.doubtful)}

    # ------------------------------------------------------------ compiled forms
    def compile_texts(self, business: BusinessPart | None) -> tuple[dict[str, Text], dict[str, dict[str, Text]]]:
        """(texts of the business, texts of one directive only): messages/<name>.md, messages/<directive>/<name>.md."""
        languages = business.languages if business is not None else None
        shared: dict[str, Text] = {}
        own: dict[str, dict[str, Text]] = {}
        names = {read.part.directive for read in self.directives}
        for read in self.texts:
            path = PurePosixPath(read.path)
            self.problems.path = read.document.path
            folder = path.parts[1:-1]
            if len(folder) > 1 or (folder and folder[0] not in names and "document" not in self.broken):
                self.problems.add(1, f"{shown('/'.join(folder))} n'est pas une directive{suggestion(folder[0], names)}")
            text = compile_text(
                path.stem,
                read.part,
                read.document.body,
                read.document.body_line,
                languages=languages,
                fact_names=self.fact_names(),
                problems=self.problems,
                trusted=self.trusted,
            )
            if text is None or read.doubtful:
                self.broken_texts.add(path.stem)
            elif folder:
                own.setdefault(folder[0], {})[path.stem] = text
            else:
                shared[path.stem] = text
        return shared, own

    def examples(self, read: _Read[DirectivePart]) -> tuple[Example, ...]:
        self.problems.path = read.document.path
        kinds = {other.part.kind: other.part for other in self.directives}
        doubtful = read.doubtful | ({"kind"} if "document" in self.broken else frozenset())
        return tuple(e for raw in read.document.examples if (e := self.example(raw, read, kinds, doubtful)) is not None)

    def example(
        self, raw: Map, read: _Read[DirectivePart], kinds: Mapping[str, DirectivePart], doubtful: frozenset[str]
    ) -> Example | None:
        part, _ = read_model(ExamplePart, raw, self.problems)
        if part is None:
            return None
        check_example(part, raw, read.part, kinds, doubtful, self.problems)
        expect = {k: v for k in type(part.expect).model_fields if (v := getattr(part.expect, k)) is not None}
        return Example(
            source=read.document.path,
            line=raw.line,
            sender=part.sender,
            subject=part.subject,
            text=part.text,
            files=tuple(part.files),
            language=part.language or "",
            stage=part.stage or "",
            expect=expect,
        )
