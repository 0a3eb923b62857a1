"""What the command line shows of cases: the same data as ``--json``, laid out with rich."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from core import codec
from core.document import UnreadFile
from core.effects import WORDS as EFFECTS
from core.reading import Fact
from core.wording import fact_text
from engine.case_labels import LINES, OFFERS, STATES, label
from engine.reason_words import told
from engine.show_parts import clock, stage_text, sure, when


def case(found: Mapping[str, Any]) -> RenderableType:
    """What ``show`` shows: the case, its effects, its history."""
    one = found["case"]
    head = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    head.add_column(style="bright_black")
    head.add_column(overflow="fold")
    head.add_row("dossier", Text(f"{one['ref']}  {one['kind']}", style="bold"))
    head.add_row("client", f"{one['party']['name']} <{one['party']['email'] or one['party']['phone']}>")
    head.add_row("objet", one["subject"])
    sheet = found.get("told")
    head.add_row("étape", Text(sheet["stage"], style="magenta") if sheet and sheet["stage"] else stage_text(one["stage"]))
    if one["quote"]:
        quote = one["quote"]
        state = label(OFFERS, quote["status"])["fr"]
        head.add_row("devis", f"n° {quote['number']} : {quote['amount']} {quote['unit']} ({state})")
    if one["approval"]:
        head.add_row("accord", f"{one['approval']['who']} ({one['approval']['how']}) : « {one['approval']['evidence']} »")
    if sheet is not None:
        _sheet(head, sheet)
    else:
        for fact in one["facts"]:
            head.add_row("", Text.assemble((f"{fact['name']} ", "bright_black"), _value(fact)))
        for one_file in case_unread(one):
            head.add_row("fichier non lu", Text(one_file, style="red"))
    effects = Table(title="Effets", title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
    for effect in found["effects"]:
        bad = effect["state"] in ("parked", "uncertain")
        effects.add_row(
            label(EFFECTS, effect["kind"])["fr"],
            Text(label(STATES, effect["state"])["fr"], style="red" if bad else ""),
            effect["error"],
        )
    history = Table(title="Histoire", title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
    history.add_column(no_wrap=True, style="bright_black")
    history.add_column(no_wrap=True)
    history.add_column(overflow="fold")
    for entry in found["history"]:
        data = {k: v for k, v in entry["data"].items() if isinstance(v, str)}
        if entry["kind"] == "effect.done":
            data = {label(EFFECTS, data.get("kind", ""))["fr"]: data.get("id", "")}
        what = "\n".join(told(line, "fr") for line in entry["text"].splitlines()) or ", ".join(
            f"{k} {v}".strip() for k, v in data.items()
        )
        history.add_row(when(entry["at"], found["zone"]), label(LINES, entry["kind"])["fr"], what)
    return Group(head, effects, history, clock(found["zone"]))


def _sheet(table: Table, sheet: Mapping[str, Any]) -> None:
    """What the desk shows of a case (engine.sheet), a row each."""
    if sheet["status"]:
        table.add_row("état", sheet["status"])
    table.add_row("confiance", f"{sheet['confidence']:.0%}")
    for one in sheet["fields"]:
        if one["value"] or one["required"]:
            table.add_row("", _sheet_field(one))
    for number, line in enumerate(sheet["lines"], 1):
        said = Text(" · ").join(_sheet_field(one, bare=True) for one in line if one["value"] or one["required"])
        table.add_row(f"ligne {number}", said)
    for told_of in sheet["unsure"]:
        table.add_row("à voir", Text(told_of, style="yellow"))
    for told_of in sheet["alerts"]:
        table.add_row("alerte", Text(told_of, style="red"))


def _sheet_field(one: Mapping[str, Any], *, bare: bool = False) -> Text:
    """A field in words with how sure it is; ``bare`` without its label, where it has a value."""
    label = Text("" if bare and one["value"] else f"{one['label']} ", style="bright_black")
    return label.append_text(Text(one["value"] or "manque", style="" if one["value"] else "yellow")).append_text(sure(one))


def case_unread(one: Mapping[str, Any]) -> list[str]:
    """Which files of a case could not be read, and why."""
    return [codec.revive(UnreadFile, told).sentence() for told in one.get("unread", ())]


def _value(fact: Mapping[str, Any]) -> str:
    """A fact's value as people read it; of files, which are long hashes, how many."""
    value = codec.revive(Fact, fact).value
    if isinstance(value, tuple):
        return f"{len(value)} fichier{'s' * (len(value) > 1)}"
    return fact_text(value, None, "fr")[:200]


def became(rows: Iterable[Mapping[str, Any]], title: str, width: int) -> Table:
    """A table of messages and what became of them: for the demonstration. Narrow screens get fewer columns."""
    wide = width >= 110
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0))
    table.add_column("de", overflow="ellipsis", no_wrap=True, width=16 if wide else 13)
    table.add_column("écrit", overflow="ellipsis", no_wrap=True, ratio=5 if wide else 3)
    if wide:
        table.add_column("dossier", no_wrap=True, style="bright_black", width=8)
        table.add_column("type", no_wrap=True, width=12)
    table.add_column("suite", overflow="fold", ratio=6 if wide else 5)
    for row in rows:
        more = (row["ref"], row["kind"]) if wide else ()
        table.add_row(row["from"], row["text"], *more, row["then"])
    return table
