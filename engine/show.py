"""What the command line shows people: the same data as ``--json``, laid out with rich."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from core import codec
from core.document import UnreadFile
from core.effects import WORDS as EFFECTS
from core.ports import ParkedRow
from core.reading import Fact
from core.wording import fact_text, zone_text
from engine.case_labels import LINES, OFFERS, label
from engine.reason_words import told

if TYPE_CHECKING:
    from engine.evaluation import Evaluation

#: What stages are called, and the colour they are shown in.
STAGES: Mapping[str, tuple[str, str]] = {
    "waiting_info": ("attend des informations du client", "yellow"),
    "waiting_review": ("attend l'administrateur", "magenta"),
    "waiting_approval": ("attend l'accord du client", "cyan"),
    "fulfilling": ("en cours de réalisation", "blue"),
    "done": ("faite", "green"),
    "rejected": ("refusée", "red"),
    "expired": ("expirée", "bright_black"),
    "closed": ("close", "bright_black"),
    "ignored": ("sans suite", "bright_black"),
}
ANSWERS = {"approve": ("oui", "green"), "refuse": ("non", "red"), "unclear": ("ni oui ni non", "yellow")}
INTENTS = {
    "request": "une demande", "reply": "une réponse", "question": "une question", "complaint": "une réclamation",
    "thanks": "un remerciement", "other": "autre chose",
}  # fmt: skip
SYSTEMS = {"crm": "contacts et tickets", "tasks": "tâches", "files": "fichiers", "mail": "courrier sortant"}
STATES = {
    "intended": "à faire", "sending": "en cours", "done": "faits", "reconciled": "retrouvés",
    "uncertain": "incertains", "parked": "mis de côté", "dropped": "abandonnés",
}  # fmt: skip
NODES = {"alive": ("green", "au travail"), "leaving": ("yellow", "s'arrête"), "dead": ("red", "plus de signe de vie")}
MESSAGES = {"new": "à lire", "read": "à décider", "decided": "décidés", "parked": "mis de côté", "skipped": "laissés"}


def stage_text(stage: str) -> Text:
    """The stage in words and colour."""
    words, colour = STAGES.get(stage, (stage, "white"))
    return Text(words, style=colour)


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
                read.append_text(_sure(fact))
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


def state(found: Mapping[str, Any]) -> RenderableType:
    """What ``status`` shows."""
    zone = found["zone"]
    cases = Table(title="Dossiers", title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
    for stage, number in found["cases"].items():
        cases.add_row(stage_text(stage), str(number))
    messages = Table(title="Messages", title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
    for name, number in found["messages"].items():
        messages.add_row(Text(MESSAGES.get(name, name), style="red" if name == "parked" else ""), str(number))
    effects = Table(title="Vers l'extérieur", title_justify="left", box=box.SIMPLE_HEAD)
    effects.add_column("")
    shown = [s for s in STATES if any(s in states for states in found["effects"].values())]
    for name in shown:
        effects.add_column(STATES[name], justify="right", style="red" if name == "parked" else "")
    for system, states in found["effects"].items():
        effects.add_row(SYSTEMS.get(system, system), *(str(states.get(s, "")) for s in shown))
    lanes = Table(title="Voies", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("", "", "dernier succès", "trouble"):
        lanes.add_column(heading, overflow="fold")
    for name, lane in found["lanes"].items():
        mark = Text("●", style="green" if lane["ok"] else "red")
        lanes.add_row(
            mark, name, _when(lane.get("good_at"), zone), Text(lane["detail"] or "", style="" if lane["ok"] else "red")
        )
    parts: list[RenderableType] = []
    verdict = (
        Text("Tout va bien.", style="bold green") if found["healthy"] else Text("Quelque chose ne va pas.", style="bold red")
    )
    if found.get("never") and len(found["troubles"]) == 1:
        verdict = Text("Rien n'a commencé.", style="bold yellow")
    if found["healthy"] and found.get("stopped"):
        verdict = Text(f"Le service est arrêté (dernier signe de vie : {_when(found['stopped'], zone)}).", style="bold yellow")
    parts += [verdict, *(Text(f"  • {t}", style="red") for t in found["troubles"])]
    parts += [table for table in (cases, messages, effects, lanes) if table.row_count]
    if found.get("calls"):
        parts.append(calls_today(found["calls"]))
    for name, number in found.get("registers", {}).items():
        told = f"Registre « {name} » : {number} demandes d'avant n'y sont pas comptées ; chacune y entre à son prochain changement."
        parts.append(Text(told, style="yellow"))
    if healed := found.get("healed"):
        told = f"Après la mise à jour du {_when(healed['at'], zone)}, {healed['recovered']} messages relus sur {healed['messages']}."
        parts.append(Text(told, style="bright_black"))
    if found.get("nodes"):
        parts.append(_nodes(found["nodes"], zone))
    waiting = found["deadlines"]
    parts.append(Text(f"{waiting['waiting']} échéances à venir ; journal : {found['journal']} lignes.", style="bright_black"))
    parts.append(_clock(zone))
    return Group(*parts)


def _nodes(found: Sequence[Mapping[str, Any]], zone: str) -> Table:
    """The machines that share the work, and which lane is where."""
    table = Table(title="Nœuds", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("", "", "version", "vu", "voies"):
        table.add_column(heading, overflow="fold")
    for node in found:
        colour, words = NODES[node["state"]]
        state = Text("●", style=colour)
        table.add_row(
            state, f"{node['name']} ({words})", node["version"], _when(node["seen_at"], zone), ", ".join(node["lanes"])
        )
    return table


def calls_today(found: Mapping[str, Mapping[str, Any]]) -> Table:
    """Calls to outside systems today, by answer, and what is left of the day's budget."""
    table = Table(title="Appels du jour (UTC)", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("", "appels", "réponses", "quota du jour"):
        table.add_column(heading, justify="right" if heading == "appels" else "left")
    for system, one in found.items():
        answers = Text(", ").join(
            Text(f"{n} × {'sans réponse' if status == 'lost' else status}", style="" if status[0] in "23" else "yellow")
            for status, n in one["statuses"].items()
        )
        left = f"{one['left']} restent sur {one['budget']}" if "budget" in one else ""
        table.add_row(system, str(one["calls"]), answers, left)
    return table


def _when(at: str | datetime | None, zone: str) -> str:
    iso = at.isoformat() if isinstance(at, datetime) else at
    return datetime.fromisoformat(iso).astimezone(ZoneInfo(zone)).strftime("%d/%m %H:%M:%S") if iso else "—"


def _clock(zone: str) -> Text:
    return Text(f"Les heures dites sont en {zone_text(zone)}.", style="bright_black")


def waiting_for_a_person(rows: Sequence[ParkedRow], zone: str) -> RenderableType:
    """What ``parked`` shows."""
    if not rows:
        return Text("Rien n'attend une personne.", style="green")
    blocks: list[RenderableType] = []
    for row in rows:
        since = _when(row.since, zone)
        # The identifier alone on its line: it is what one copies.
        blocks.append(Text(row.id, style="bold", no_wrap=True, overflow="ignore"))
        blocks.append(Text(f"  {' · '.join(filter(None, [row.ref, row.what, f'depuis le {since}']))}"))
        blocks.append(Padding(Text(row.why), (0, 0, 1, 2)))
    return Group(
        *blocks,
        _clock(zone),
        Text("daemon.py retry IDENTIFIANT (ou all) refait ; daemon.py drop IDENTIFIANT abandonne.", style="bright_black"),
    )


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
            Text(STATES.get(effect["state"], effect["state"]), style="red" if bad else ""),
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
        history.add_row(_when(entry["at"], found["zone"]), label(LINES, entry["kind"])["fr"], what)
    return Group(head, effects, history, _clock(found["zone"]))


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
    return label.append_text(Text(one["value"] or "manque", style="" if one["value"] else "yellow")).append_text(_sure(one))


def _sure(one: Mapping[str, Any]) -> Text:
    """How far a value is to be trusted, and where it is from if nobody read it; '' for what a person wrote."""
    if not one.get("confidence") or one["origin"] == "person":
        return Text("")
    where = {"inherited": ", reprise", "derived": ", calculée"}.get(one["origin"], "")
    doubt = one["state"] == "doubtful"
    told_of = f"  {one['confidence']:.0%}{where}{', à vérifier' if doubt else ''}"
    return Text(told_of, style="yellow" if doubt else "bright_black")


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
