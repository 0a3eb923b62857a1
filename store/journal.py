"""The journal: append-only, each row carrying an HMAC over the row before it and itself.

    mac(n) = HMAC-SHA256(key, mac(n-1) ‖ canonical JSON of row n)        mac(0) = ''

Without the key nobody can write a row that fits. ``meta`` keeps the head (number and mac of the last row, with a mac of its
own) in the same commit, so that a cut tail shows; backups carry copies, so that an older database put back shows too. The prose
stands in ``texts``, sealed; the row holds a keyed digest of it: erasing a text leaves the chain whole, changing one breaks it.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from core.errors import UserError
from core.ports import JournalEntry
from store.base import Group, chunks, clear, many, upsert
from store.crypto import Unreadable
from store.tables import journal, meta, microseconds, texts

_HEAD = "journal.head"
_LOCK_HEAD = select(meta.c.value).where(meta.c.name == _HEAD).with_for_update()
_INSERT, _INSERT_TEXTS = insert(journal), insert(texts)
#: Rows of one page of the audit, and the most problems it lists: both bound its memory.
_PAGE = 1000
_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of the journal: its number and its mac; (0, '') when it is empty. ``tag`` is a mac over both."""

    seq: int
    mac: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the audit found: how many rows, whether all is well, one sentence a problem, and the head."""

    rows: int
    ok: bool
    problems: tuple[str, ...]
    head: Head
    erased: int = 0


class Journal(Group):
    """Appending, reading, erasing and auditing."""

    def head(self) -> Head:
        """The journal's head as kept, to be exported with a backup."""
        with self.db.read() as connection:
            return self._head(connection)

    def history(self, case_id: str) -> list[tuple[int, JournalEntry]]:
        """The journal of the case, oldest first."""
        query = (
            select(journal, texts.c.body)
            .join(texts, texts.c.id == journal.c.text_id, isouter=True)
            .where(journal.c.case_id == case_id)
            .order_by(journal.c.seq)
        )
        with self.db.read() as connection:
            return [
                (
                    row.seq,
                    JournalEntry(
                        row.at, row.case_id, row.kind, json.loads(row.data), self._prose(row.text_id, row.body), row.author
                    ),
                )
                for row in connection.execute(query)
            ]

    def _prose(self, text_id: str, body: bytes | None) -> str:
        try:
            return self._text("texts", text_id, body)
        except Unreadable:  # the rest of the history is worth showing
            return "(texte illisible : lancez « audit »)"

    def _erase_texts(self, connection: Connection, case_ids: Sequence[str], author: str, now: datetime) -> list[JournalEntry]:
        """Erase the prose of those cases; the lines that say so, for the caller to append."""
        entries = []
        for case_id in case_ids:
            query = select(texts.c.id).where(texts.c.case_id == case_id, texts.c.body.is_not(None))
            if count := self._erase(connection, list(connection.execute(query).scalars())):
                entries.append(JournalEntry(now, case_id, "texts_erased", {"count": count}, "", author))
        return entries

    def _erase(self, connection: Connection, ids: Sequence[str]) -> int:
        """Erase these texts, with the proof that it was us; how many."""
        for id in ids:
            proof = {"body": None, "erased": self._erased(id)}
            connection.execute(update(texts).where(texts.c.id == id).values(proof))
        return len(ids)

    # ---- appending (inside a transaction of the caller)

    def _lock_head(self, connection: Connection) -> Head:
        """The head, locked until the transaction ends: whoever appends next waits. Every commit of cases takes it first.

        A head that is not ours is never written over, because that would hide what was done to it. Raises UserError.
        """
        head = _head_of(connection.execute(_LOCK_HEAD).scalar())
        if not hmac.compare_digest(head.tag, self.head_tag(head.seq, head.mac)):
            raise UserError(
                "la tête du journal manque ou a été modifiée hors du service ; plus rien n'est enregistré",
                where="journal",
                todo="lancez « audit » pour voir ce qui a changé, puis restaurez la dernière sauvegarde (restore)",
            )
        return head

    def _first_head(self, connection: Connection) -> None:
        """The head of an empty journal; only ever called when the database is made."""
        connection.execute(insert(meta).values(name=_HEAD, value=self._head_text(0, "")))

    def _append(self, connection: Connection, head: Head, entries: Iterable[JournalEntry]) -> Head:
        """Chain the entries after the head and move it; the new head."""
        seq, mac = head.seq, head.mac
        rows: list[dict[str, Any]] = []
        prose: list[dict[str, Any]] = []
        for entry in entries:
            seq += 1
            text_id = os.urandom(12).hex() if entry.text else ""
            row = {
                "seq": seq,
                "at": entry.at,
                "case_id": clear(entry.case_id),
                "kind": clear(entry.kind),
                "data": canonical(entry.data),
                "author": clear(entry.author),
                "text_id": text_id,
                "text_digest": self._digest(text_id, entry.text.encode("utf-8", "replace")) if entry.text else "",
            }
            mac = row["mac"] = self._mac(mac, row)
            rows.append(row)
            if entry.text:
                prose.append(
                    {
                        "id": text_id,
                        "case_id": row["case_id"],
                        "body": self._seal_text("texts", text_id, entry.text),
                        "erased": None,
                    }
                )
        if not rows:
            return head
        for some in chunks(rows):
            many(connection, _INSERT, some)
        for some in chunks(prose):
            many(connection, _INSERT_TEXTS, some)
        upsert(connection, meta, {"name": _HEAD, "value": self._head_text(seq, mac)})
        return Head(seq, mac)

    # ---- macs

    def _mac(self, before: str, row: Mapping[str, Any]) -> str:
        names = ("case_id", "kind", "data", "author", "text_id", "text_digest")
        line = [row["seq"], microseconds(row["at"]), *(row[name] for name in names)]
        return self._hmac("row", before + _compact(line))

    def _digest(self, text_id: str, text: bytes) -> str:
        return self.keys.chain.hex(b"text\n" + text_id.encode() + b"\n" + text)

    def _erased(self, text_id: str) -> str:
        return self._hmac("erased", text_id)

    def _head_text(self, seq: int, mac: str) -> str:
        return json.dumps({"seq": seq, "mac": mac, "tag": self.head_tag(seq, mac)})

    def head_tag(self, seq: int, mac: str) -> str:
        """The mac over a head, by which a kept or exported one is known as ours."""
        return self._hmac("head", f"{seq}\n{mac}")

    def _hmac(self, purpose: str, text: str) -> str:
        return self.keys.chain.hex(f"{purpose}\n{text}".encode())

    def _head(self, connection: Connection) -> Head:
        return _head_of(connection.execute(select(meta.c.value).where(meta.c.name == _HEAD)).scalar())

    # ---- audit

    def audit(self, known: Iterable[Head] = ()) -> AuditReport:
        """Check every row, every text and the head; ``known`` are heads of earlier backups, which must still be found.

        Reads the whole journal page by page in one snapshot, in constant memory. Raises UserError, Transient.
        """
        with self.db.read() as connection:
            check = _Audit(self, known)
            after = 0
            while True:
                query = (
                    select(journal, texts.c.id.label("found"), texts.c.body, texts.c.erased)
                    .join(texts, texts.c.id == journal.c.text_id, isouter=True)
                    .where(journal.c.seq > after)
                    .order_by(journal.c.seq)
                    .limit(_PAGE)
                )
                page = connection.execute(query).mappings().all()
                for row in page:
                    check.row(row)
                if len(page) < _PAGE:
                    break
                after = page[-1]["seq"]
            return check.end(self._head(connection))

    def _text_problem(self, row: Mapping[str, Any]) -> str:
        """What is wrong with the text of the row, '' when nothing is."""
        if row["found"] is None:
            return "son texte a disparu sans avoir été effacé par le service"
        if row["body"] is None:
            proven = hmac.compare_digest(row["erased"] or "", self._erased(row["text_id"]))
            return "" if proven else "son texte a été retiré sans avoir été effacé par le service"
        try:
            plain = self.keys.unseal("texts", row["text_id"], row["body"])
        except Unreadable:
            return "son texte a été modifié"
        return (
            "" if hmac.compare_digest(row["text_digest"], self._digest(row["text_id"], plain)) else "son texte a été remplacé"
        )


class _Audit:
    """The state of one audit: what the next row must follow."""

    def __init__(self, journal: Journal, known: Iterable[Head]) -> None:
        self.journal = journal
        self.problems: list[str] = []
        self.count = self.rows = self.erased = self.seq = 0
        self.mac = ""
        self.known: dict[int, set[str]] = {}
        for head in known:
            if not hmac.compare_digest(head.tag, journal.head_tag(head.seq, head.mac)):
                self.say(f"une tête de sauvegarde (ligne {head.seq}) n'est pas de ce journal ou a été modifiée")
            elif head.seq:
                self.known.setdefault(head.seq, set()).add(head.mac)

    def say(self, problem: str) -> None:
        self.count += 1
        if len(self.problems) < _PROBLEMS:
            self.problems.append(problem)

    def row(self, row: Mapping[str, Any]) -> None:
        seq = row["seq"]
        self.rows += 1
        if seq != self.seq + 1:
            missing = (
                f"la ligne {self.seq + 1} manque" if seq == self.seq + 2 else f"les lignes {self.seq + 1} à {seq - 1} manquent"
            )
            self.say(missing)
        elif not hmac.compare_digest(row["mac"], self.journal._mac(self.mac, row)):
            self.say(f"ligne {seq} : modifiée, déplacée ou ajoutée hors du service")
        for mac in self.known.pop(seq, ()):
            if mac != row["mac"]:
                self.say(f"ligne {seq} : elle n'est pas celle qu'une sauvegarde a connue")
        if row["text_id"]:
            problem = self.journal._text_problem(row)
            if problem:
                self.say(f"ligne {seq} : {problem}")
            self.erased += row["body"] is None
        self.seq, self.mac = seq, row["mac"]

    def end(self, head: Head) -> AuditReport:
        if not head.tag:
            self.say("la tête du journal manque")
        elif not hmac.compare_digest(head.tag, self.journal.head_tag(head.seq, head.mac)):
            self.say("la tête du journal a été modifiée")
        elif self.seq < head.seq:
            self.say(f"la fin du journal est coupée : les lignes {self.seq + 1} à {head.seq} manquent")
        elif self.seq > head.seq:
            self.say(f"les lignes {head.seq + 1} à {self.seq} ont été ajoutées hors du service")
        elif self.mac != head.mac:
            self.say(f"ligne {self.seq} : la dernière ligne n'est pas celle que la tête désigne")
        for seq in sorted(self.known):
            self.say(f"une sauvegarde a connu la ligne {seq}, que le journal n'a plus")
        if self.count > len(self.problems):
            self.problems.append(f"… et {self.count - len(self.problems)} autres")
        return AuditReport(self.rows, not self.problems, tuple(self.problems), head, self.erased)


_quick = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode
_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str).encode
_compact = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def canonical(data: Mapping[str, Any]) -> str:
    """JSON of one spelling only: sorted names, no spaces, ASCII; what is not JSON (Decimal, datetime) as its text."""
    try:
        return _quick(data)
    except TypeError:  # what JSON has no word for
        return _canonical(_plain(data))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    return value


def _head_of(found: str | None) -> Head:
    """The head as it was kept; whatever somebody else put there is read as a head that fits nothing."""
    if not found:
        return Head(0, "")
    try:
        kept = json.loads(found)
        return Head(int(kept["seq"]), str(kept["mac"]), str(kept["tag"]))
    except (ValueError, TypeError, KeyError):
        return Head(0, "", "?")
