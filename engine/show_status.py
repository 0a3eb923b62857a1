"""What the command line shows of the service: how it stands, and what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from core.ports import ParkedRow
from engine.show_parts import clock, stage_text, when

SYSTEMS = {"crm": "contacts et tickets", "tasks": "tâches", "files": "fichiers", "mail": "courrier sortant"}
#: What effects are, as so many of them.
STATES = {
    "intended": "à faire", "sending": "en cours", "done": "faits", "reconciled": "retrouvés",
    "uncertain": "incertains", "parked": "mis de côté", "dropped": "abandonnés",
}  # fmt: skip
NODES = {"alive": ("green", "au travail"), "leaving": ("yellow", "s'arrête"), "dead": ("red", "plus de signe de vie")}
MESSAGES = {"new": "à lire", "read": "à décider", "decided": "décidés", "parked": "mis de côté", "skipped": "laissés"}


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
            mark, name, when(lane.get("good_at"), zone), Text(lane["detail"] or "", style="" if lane["ok"] else "red")
        )
    parts: list[RenderableType] = []
    verdict = (
        Text("Tout va bien.", style="bold green") if found["healthy"] else Text("Quelque chose ne va pas.", style="bold red")
    )
    if found.get("never") and len(found["troubles"]) == 1:
        verdict = Text("Rien n'a commencé.", style="bold yellow")
    if found["healthy"] and found.get("stopped"):
        verdict = Text(f"Le service est arrêté (dernier signe de vie : {when(found['stopped'], zone)}).", style="bold yellow")
    parts += [verdict, *(Text(f"  • {t}", style="red") for t in found["troubles"])]
    parts += [table for table in (cases, messages, effects, lanes) if table.row_count]
    if found.get("calls"):
        parts.append(calls_today(found["calls"]))
    for name, number in found.get("registers", {}).items():
        told = f"Registre « {name} » : {number} demandes d'avant n'y sont pas comptées ; chacune y entre à son prochain changement."
        parts.append(Text(told, style="yellow"))
    if healed := found.get("healed"):
        told = f"Après la mise à jour du {when(healed['at'], zone)}, {healed['recovered']} messages relus sur {healed['messages']}."
        parts.append(Text(told, style="bright_black"))
    if found.get("nodes"):
        parts.append(_nodes(found["nodes"], zone))
    waiting = found["deadlines"]
    parts.append(Text(f"{waiting['waiting']} échéances à venir ; journal : {found['journal']} lignes.", style="bright_black"))
    parts.append(clock(zone))
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
            state, f"{node['name']} ({words})", node["version"], when(node["seen_at"], zone), ", ".join(node["lanes"])
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


def waiting_for_a_person(rows: Sequence[ParkedRow], zone: str) -> RenderableType:
    """What ``parked`` shows."""
    if not rows:
        return Text("Rien n'attend une personne.", style="green")
    blocks: list[RenderableType] = []
    for row in rows:
        since = when(row.since, zone)
        # The identifier alone on its line: it is what one copies.
        blocks.append(Text(row.id, style="bold", no_wrap=True, overflow="ignore"))
        blocks.append(Text(f"  {' · '.join(filter(None, [row.ref, row.what, f'depuis le {since}']))}"))
        blocks.append(Padding(Text(row.why), (0, 0, 1, 2)))
    return Group(
        *blocks,
        clock(zone),
        Text("daemon.py retry IDENTIFIANT (ou all) refait ; daemon.py drop IDENTIFIANT abandonne.", style="bright_black"),
    )
