"""Erasing a person: outside first, then one transaction in the store, then the spool; with a receipt. And a copy of all that is his.

Outside comes first because the store alone knows what is where. A run that was interrupted is simply run again: what is gone
outside counts as gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core import codec
from core.directive import Localized
from core.erasure import Forgets, People, Person, Trace
from core.errors import PortError, Rejected, UserError
from core.ports import Outlet, Spool
from engine.case_labels import label

#: Seconds that a content of the spool must have been left alone before it is deleted: a message that is being taken in stores
#: its files before it names them.
IDLE = 3600.0
#: Digests of one sweep.
SWEEP = 500
#: Bytes of a message that could not be read in which its sender is looked for.
HEAD = 64 * 1024

SYSTEMS: Mapping[str, Localized] = {
    "crm": {"fr": "CRM (contacts, tickets, notes)", "en": "CRM (contacts, tickets, notes)"},
    "tasks": {"fr": "Tâches", "en": "Tasks"},
    "files": {"fr": "Fichiers déposés", "en": "Stored files"},
    "mail": {"fr": "Courriers envoyés", "en": "Mails sent"},
    "whatsapp": {"fr": "WhatsApp", "en": "WhatsApp"},
    "hubspot": {"fr": "Conversations HubSpot", "en": "HubSpot conversations"},
}
INSIDE: Mapping[str, Localized] = {
    "cases": {"fr": "Dossiers rendus anonymes", "en": "Cases made anonymous"},
    "messages": {"fr": "Messages reçus", "en": "Messages received"},
    "texts": {"fr": "Textes du journal", "en": "Texts of the journal"},
    "effects": {"fr": "Envois vidés de leurs mots", "en": "Effects emptied of their words"},
    "contacts": {"fr": "Fiches de contact", "en": "Contacts"},
    "answers": {"fr": "Réponses du modèle", "en": "Answers of the model"},
    "files": {"fr": "Fichiers et messages bruts", "en": "Files and raw messages"},
}


@dataclass(frozen=True, slots=True)
class Report:
    """The receipt: what was there of the person ``mark`` and is gone, by system and table, when, and what could not be.

    ``dry``: nothing was done, the figures say what would be.
    """

    mark: str
    at: datetime
    outside: dict[str, int]
    inside: dict[str, int]
    left: tuple[str, ...]
    dry: bool = False
    files_later: int = 0

    def figures(self, language: str) -> list[tuple[str, int]]:
        """(what, how many), outside first."""
        named = [(label(SYSTEMS, name)[language], number) for name, number in self.outside.items()]
        return named + [(label(INSIDE, name)[language], number) for name, number in self.inside.items()]

    def lines(self) -> list[str]:
        """For people."""
        title = "Ce qui serait effacé (rien ne l'a été)" if self.dry else "Reçu d'effacement"
        found = [f"{title} — {self.at:%d/%m/%Y %H:%M} UTC — personne {self.mark[:16]}"]
        found += [f"  {what} : {number}" for what, number in self.figures("fr")]
        if self.files_later:
            found.append(f"  dont {self.files_later} fichiers arrivés depuis moins d'une heure : le service les efface ensuite")
        return found + ["Ce qui reste, et que Guichet ne peut pas effacer :"] + [f"  - {one}" for one in self.left]


class Eraser:
    """For one person at a time. ``clock`` in UTC."""

    def __init__(self, people: People, outlets: Sequence[Outlet], spool: Spool, clock: Callable[[], datetime]) -> None:
        self._people, self._spool, self._clock = people, spool, clock
        self._outlets = {outlet.system: outlet for outlet in outlets}

    def find(self, address: str) -> Person:
        """All that is kept of him. Raises UserError when nothing is."""
        needle = address.strip().casefold().encode()
        more = []
        for number, raw in self._people.unread_raw() if needle else ():
            try:
                with self._spool.open(raw) as stream:
                    if needle in stream.read(HEAD).lower():
                        more.append(number)
            except KeyError:
                continue
        found = self._people.person([address], more)
        if not found.known:
            raise UserError(f"rien n'est conservé sous « {address} »", todo="essayez son autre adresse, ou son numéro (+33…)")
        return found

    def erase(self, address: str, author: str, *, dry: bool = False) -> Report:
        """Erase him everywhere. Raises UserError when something is under way or an outside system fails: run it again."""
        person = self.find(address)
        if dry:
            outside = {system: len(some) for system, some in _by_system(person.traces).items()}
            inside = {"cases": len(person.cases), "messages": len(person.letters), "contacts": int(bool(person.contact))}
            return Report(person.mark, self._clock(), outside, inside, self._left(person, {}), dry=True)
        self._people.calm(person, author, self._clock())
        person = self.find(address)
        outside, refused = self._outside(person)
        told = {"outside": outside, "kept": {system: number for system, (number, _) in refused.items()}}
        inside = self._people.erase_person(person, told, author, self._clock())
        later = sweep(self._people, self._spool)
        return Report(person.mark, self._clock(), outside, inside, self._left(person, refused), files_later=later)

    def _outside(self, person: Person) -> tuple[dict[str, int], dict[str, tuple[int, str]]]:
        """(how many things are gone by system, how many cannot be and why)."""
        gone: dict[str, int] = {}
        refused: dict[str, tuple[int, str]] = {}
        failed: list[str] = []
        for system, traces in _by_system(person.traces).items():
            outlet = self._outlets.get(system)
            if not isinstance(outlet, Forgets):
                if system != "mail":
                    refused[system] = (len(traces), "ce système n'est plus réglé")
                continue
            try:
                answers = outlet.forget(traces)
            except PortError as error:
                answers = [error] * len(traces)
            gone[system] = sum(answer is None for answer in answers)
            for answer in answers:
                if isinstance(answer, Rejected):
                    refused[system] = (refused.get(system, (0, ""))[0] + 1, str(answer))
                elif answer is not None:
                    failed.append(str(answer))
        if failed:
            raise UserError(
                "tout n'a pas pu être effacé dehors, et rien ne l'est encore ici : " + " ; ".join(dict.fromkeys(failed)),
                todo="réparez cela, puis relancez la même commande : elle reprend où elle en était",
            )
        return gone, refused

    def _left(self, person: Person, refused: dict[str, tuple[int, str]]) -> tuple[str, ...]:
        left = [f"{label(SYSTEMS, system)['fr']} : {number} ({why})" for system, (number, why) in refused.items()]
        if not isinstance(self._outlets.get("mail"), Forgets):
            left.append("les courriers dans la boîte de l'entreprise, reçus et envoyés : à effacer dans la boîte")
        elif any(letter.channel == "email" for letter in person.letters):
            left.append("les courriers reçus, dans le dossier qui sert de boîte (INBOX_DIR) : à effacer à la main")
        if any(trace.system == "crm" and not trace.url.startswith("local://") for trace in person.traces):
            left.append("tickets et notes sont dans la corbeille de HubSpot, qui se vide d'elle-même après 90 jours")
        left.append("les sauvegardes faites avant ce jour, jusqu'à ce que leur rotation les efface (backup --keep)")
        left.append("ce que des personnes ont copié ailleurs elles-mêmes")
        return tuple(left)


def sweep(people: People, spool: Spool) -> int:
    """Take off the spool what was given up and nobody owns; how many contents must wait because they were stored just now."""
    later = 0
    gone: list[str] = []
    for digest in people.sweep(SWEEP):
        if spool.forget(digest, IDLE):
            gone.append(digest)
        else:
            later += 1
    people.swept(gone)
    return later


def _by_system(traces: Sequence[Trace]) -> dict[str, list[Trace]]:
    found: dict[str, list[Trace]] = {}
    for trace in traces:
        found.setdefault(trace.system, []).append(trace)
    return found


# ------------------------------------------------------------------ a copy for the person


def export(person: Person, spool: Spool, folder: Path) -> int:
    """Write all that is kept of him into the folder: ``personne.json``, ``messages/`` and ``fichiers/``; how many files.

    Raises UserError when the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError("ce dossier n'est pas vide", where=str(folder), todo="donnez-en un nouveau")
    for name in ("messages", "fichiers"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    number = 1
    letters = []
    for letter in person.letters:
        ending = "eml" if letter.channel == "email" else "json"
        name = f"messages/{letter.id:06d}.{ending}"
        number += (there := _copy(spool, letter.raw, folder / name))
        files = []
        for order, (digest, called) in enumerate(letter.files, 1):
            place = f"fichiers/{letter.id:06d}-{order}-{_safe(called)}"
            if _copy(spool, digest, folder / place):
                number += 1
                files.append(place)
        told = {"date": letter.at, "canal": letter.channel, "objet": letter.subject, "texte": letter.text}
        letters.append({**told, "original": name if there else None, "fichiers": files})
    dossiers = [
        {
            "dossier": codec.plain(case),
            "envois": [
                {**codec.plain(row.effect), "etat": row.state, "envoye_le": row.sent_at}
                for row in person.effects.get(case.id, ())
            ],
            "histoire": [
                {"date": line.at, "quoi": line.kind, "texte": line.text, "par": line.author, "donnees": dict(line.data)}
                for _, line in person.history.get(case.id, ())
            ],
            "lectures_jugees": [codec.plain(lesson) for lesson in person.lessons if lesson.case_id == case.id],
        }
        for case in person.cases
    ]
    whole = {
        "adresses": person.addresses, "contact": dict(person.contact), "messages": letters, "dossiers": dossiers,
        "ailleurs": [{"systeme": t.system, "quoi": t.kind, "id": t.id, "adresse": t.url} for t in person.traces],
    }  # fmt: skip
    text = json.dumps(whole, ensure_ascii=False, indent=2, default=_told)
    (folder / "personne.json").write_text(text, encoding="utf-8")
    return number


def _told(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _copy(spool: Spool, digest: str, path: Path) -> bool:
    """Whether the spool has it."""
    try:
        source = spool.open(digest)
    except KeyError:
        return False
    with source, path.open("wb") as target:
        while chunk := source.read(1 << 20):
            target.write(chunk)
    return True


def _safe(name: str) -> str:
    plain = "".join(c if c.isalnum() or c in "._- " else "_" for c in name.replace("/", "_"))
    return plain.strip(". ")[:80] or "fichier"
