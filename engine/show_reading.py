"""What the command line shows of reading: one mail explained, and how well messages are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from core.effects import WORDS as EFFECTS
from engine.case_labels import label
from engine.reason_words import told
from engine.show_parts import stage_text, sure

if TYPE_CHECKING:
    from engine.evaluation import Evaluation

ANSWERS = {"approve": ("oui", "green"), "refuse": ("non", "red"), "unclear": ("ni oui ni non", "yellow")}
INTENTS = {
    "request": "une demande", "reply": "une réponse", "question": "une question", "complaint": "une réclamation",
    "thanks": "un remerciement", "other": "autre chose",
}  # fmt: skip


def explained(line: Mapping[str, Any]) -> RenderableType:
    """One mail as ``explain`` shows it."""
    if "error" in line:
        return Text(f"{line['path']} : {line['error']}", style="red")
    message, reading, decision = line["message"], line["reading"], line["decision"]
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    table.add_column(style="bright_black", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("de", message["from"] or Text("(expéditeur inconnu)", style="red"))
    table.add_row("objet", message["subject"] or Text("(sans objet)", style="bright_black"))
    words = " ".join(message["text"].split())
    table.add_row("écrit", words[:400] + ("…" if len(words) > 400 else "") or Text("(rien de nouveau)", style="bright_black"))
    if message["attachments"]:
        table.add_row("joint", ", ".join(f"{a['name']} ({a['type']})" for a in message["attachments"]))
    if message["automatic"]:
        table.add_row("automatique", Text(message["automatic"], style="yellow"))
    else:
        meant = INTENTS.get(reading["intent"], reading["intent"])
        table.add_row("compris", f"{reading['kind']} à {reading['confidence']:.0%} — {meant}, {message['language'] or '?'}")
        # What the lines say, they say themselves.
        lined = {name for fact in reading["facts"].values() for name in fact.get("columns", ())}
        for name, fact in reading["facts"].items():
            if name in lined:
                continue
            lines, quotes = ([one] if isinstance(one, str) else one for one in (fact["said"], fact["evidence"]))
            for number, (said, quote) in enumerate(zip(lines, quotes, strict=True), 1):
                called = fact["label"] if isinstance(fact["said"], str) else f"ligne {number}"
                read = Text.assemble((f"{called} ", "bright_black"), said[:200], (f"  « {quote} »", "italic"))
                read.append_text(sure(fact))
                table.add_row("", read)
    if "verdict" in line:
        words, colour = ANSWERS[line["verdict"]["answer"]]
        named = f", {line['verdict']['price']}" if line["verdict"]["price"] is not None else ""
        may = "peut décider" if line["authorised"] else "ne peut pas décider"
        table.add_row("réponse", Text.assemble((words + named, colour), f" — l'expéditeur {may}"))
    then = Text.assemble(stage_text(decision["stage"]))
    if decision["price"] is not None:
        then.append(f", {decision['price']}", style="bold")
    table.add_row("suite", then)
    if decision.get("confidence") is not None:
        table.add_row("confiance", f"{decision['confidence']:.0%}")
    for told_of in decision.get("unsure", ()):
        table.add_row("à voir", Text(told_of, style="yellow"))
    for told_of in decision.get("alerts", ()):
        table.add_row("alerte", Text(told_of, style="red"))
    for effect in decision["effects"]:
        to = f" à {effect['to']}" if "to" in effect else ""
        what = label(EFFECTS, effect["kind"])["fr"]
        name = effect.get("text") or effect.get("name") or ""
        table.add_row("", f"• {what}{f' ({name})' if name else ''}{to}")
    for reason in decision["reasons"]:
        table.add_row("", Text(f"  {told(reason, 'fr')}", style="bright_black"))
    return Panel(table, title=str(line["path"]), title_align="left", box=box.ROUNDED, border_style="bright_black")


def evaluated(before: Evaluation, after: Evaluation | None) -> RenderableType:
    """What ``eval`` shows."""
    if not before.n:
        text = "Rien à mesurer : aucune lecture n'a encore été corrigée ni validée au guichet."
        return Text(text + (f" ({before.lost} effacées depuis.)" if before.lost else ""), style="yellow")
    table = Table(title="Lecture, d'après ce que des personnes ont dit", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("genre de demande")
    table.add_column("champ")
    for heading in ("exemples", "corrigés", "bien lus", *(("bien lus après",) if after is not None else ())):
        table.add_column(heading, justify="right")

    def share(right: int, n: int) -> str:
        return f"{right}/{n}  {right / n:4.0%}" if n else "–"

    for score in before.scores:
        row: list[str | Text] = [
            score.directive,
            score.label.get("fr") or score.name,
            str(score.n),
            str(score.corrected),
        ]
        row.append(share(score.right, score.n))
        if after is not None:
            then = after.score(score.directive, score.name)
            style = "green" if then.right > score.right else "red" if then.right < score.right else ""
            row.append(Text(share(then.right, then.n), style=style))
        table.add_row(*row)
    total: list[str | Text] = [
        "ensemble",
        "",
        str(before.n),
        str(sum(s.corrected for s in before.scores)),
        share(before.right, before.n),
    ]
    table.add_section()
    table.add_row(*total, *([share(after.right, after.n)] if after is not None else []), style="bold")
    parts: list[RenderableType] = [table]
    for miss in (after or before).misses[:20]:
        name = miss.label.get("fr") or miss.name
        where = f"ligne {miss.line}, {name}" if miss.line else name
        parts.append(
            Text.assemble(
                (f"  {miss.ref or miss.case_id[:8]} {where} : ", "bright_black"),
                miss.wanted or "rien",
                " attendu, ",
                miss.found or "rien",
                " lu",
            )
        )
    if before.inherited:
        parts.append(
            Text(f"  {before.inherited} valeurs reprises d'une demande précédente ne sont pas comptées.", style="bright_black")
        )
    return Group(*parts)
