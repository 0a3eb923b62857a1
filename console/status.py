"""``daemon.py status``: what waits, what is wrong and since when."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from assembly import VERSION, chosen, now
from console.beside import reading_store
from core.errors import UserError
from core.wording import zone_text
from data_folder import daemon_state, database_of
from settings import Settings

if TYPE_CHECKING:
    from store import SqlStore

#: A service that gave no sign of life for so long is not running.
SILENT = timedelta(minutes=2)


def _unregistered(settings: Settings, store: SqlStore) -> dict[str, int]:
    """How many requests are older than their register, by its name; {} where all are in it or the documents are broken."""
    from engine.directives import DirectiveErrors, load_all

    try:
        loaded = load_all(settings.directives_dir)
        served = [loaded[name] for name in chosen(settings, loaded)]
    except (DirectiveErrors, UserError):
        return {}
    kept = {(b.name, d.name): d.register["fr"] for b in served for d in b.directives if d.register}
    counts = {name: store.unregistered(business, [directive]) for (business, directive), name in kept.items()}
    return {name: number for name, number in counts.items() if number}


def zone_of(settings: Settings, business: str = "") -> str:
    """The IANA zone that people are told times in: that business's, else the first one's served; UTC where documents are broken."""
    from engine.directives import DirectiveErrors, load_all

    try:
        loaded = load_all(settings.directives_dir)
        return loaded[business if business in loaded else chosen(settings, loaded)[0]].zone
    except (DirectiveErrors, UserError, IndexError):
        return "UTC"


def status_of(settings: Settings) -> dict[str, Any]:
    """What waits, what is wrong: ``healthy``, ``running`` and ``troubles`` (sentences) beside the store's figures."""
    when, zone = now(), zone_of(settings)
    place = ZoneInfo(zone)
    with reading_store(settings) as store:
        found = store.status(when)
        found["calls"] = calls_of(store, when)
        found["healed"] = store.last_healed()
        nodes = store.nodes()
        found["registers"] = _unregistered(settings, store)
        if settings.anthropic_api_key.get_secret_value():
            from engine.understanding import model_status

            found["model"] = model_status(store, when, settings.anthropic_model, settings.anthropic_monthly_budget)
        if settings.openai_api_key.get_secret_value():
            from core.model import voice
            from engine.understanding import model_status

            found["voices"] = model_status(store, when, voice(settings.openai_model), settings.openai_monthly_budget)
    troubles: list[str] = []
    signs = [datetime.fromisoformat(lane["at"]) for lane in found["lanes"].values() if lane["at"]]
    last = max(signs, default=None)
    found["nodes"] = [asdict(node) for node in nodes]
    if database_of(settings).startswith("sqlite"):
        alone = daemon_state(settings)
        found["running"], died = alone == "runs", alone == "died"
    else:
        found["running"] = any(node.state != "dead" for node in nodes)
        died = bool(nodes) and not found["running"]
    troubles += [
        f"nœud « {node.name} » : plus de signe de vie depuis le {node.seen_at.astimezone(place):%d/%m à %H:%M:%S} ({zone_text(zone)}) ; "
        "les autres ont repris son travail"
        for node in nodes
        if node.state == "dead" and found["running"]
    ]
    if last is not None and not found["running"] and (died or when - last >= SILENT):
        troubles.append(
            f"le service ne tourne pas : dernier signe de vie le {last.astimezone(place):%d/%m à %H:%M:%S} ({zone_text(zone)})"
        )
    found["never"] = last is None and not found["running"]
    if found["never"]:
        troubles.append("le service n'a encore jamais tourné ici : lancez « daemon.py run » (ou « systemctl start guichet »)")
    # A service that ended as it was told to, or a single round: no trouble yet, and nobody at work either.
    found["stopped"] = last.isoformat() if last is not None and not found["running"] else None
    for name, lane in found["lanes"].items():
        if not lane["ok"]:
            troubles.append(f"{name} : {lane['detail']}")
        elif found["running"] and name.startswith("intake:"):
            good = datetime.fromisoformat(lane["good_at"]) if lane["good_at"] else None
            limit = max(SILENT, 3 * timedelta(seconds=settings.imap_poll_seconds))
            if good is not None and when - good > limit:
                troubles.append(
                    f"{name} : dernière relève réussie le {good.astimezone(place):%d/%m à %H:%M:%S} ({zone_text(zone)})"
                )
    waiting = sum(n for states in found["effects"].values() for s, n in states.items() if s == "parked")
    waiting += found["messages"].get("parked", 0)
    if waiting:
        troubles.append(f"{waiting} chose{'s' * (waiting > 1)} à régler par une personne : daemon.py parked")
    found |= {"healthy": not troubles, "troubles": troubles, "version": VERSION, "zone": zone}
    return found


def calls_of(store: SqlStore, when: datetime) -> dict[str, dict[str, Any]]:
    """Calls to outside systems today (UTC): {system: {"calls": n, "statuses": {status: n}, "budget": n, "left": n}}."""
    found: dict[str, dict[str, Any]] = {}
    for _, system, status, number in store.calls_since(when.date()):
        one = found.setdefault(system, {"calls": 0, "statuses": {}})
        one["calls"] += number
        one["statuses"][status] = number
    for system, budget in store.budgets(when.date()).items():
        found.setdefault(system, {"calls": 0, "statuses": {}}).update(budget=budget.most, left=budget.left)
    return found
