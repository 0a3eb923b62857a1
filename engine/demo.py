"""The demonstration: a day of mail through the real road, with stand-ins for every outside system, then the answers."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from core.case import Case
from core.directive import Directive
from core.effects import DONE, CreateTask, SendMessage
from engine.demo_day import ADMIN_ANSWER, DAY, Letter, as_mail, as_reply, day_of
from engine.house import House
from engine.show import became
from engine.show_parts import stage_text
from engine.show_status import state

#: The longest the demonstration waits for the house to be idle, in seconds.
PATIENCE = 120.0


class Demo:
    """One play. ``folder`` holds the inbox and the outbox that the house watches."""

    def __init__(
        self, house: House, folder: Path, *, to: str, authserv_id: str, status: Callable[[], Mapping[str, Any]]
    ) -> None:
        self._day = day_of(house.published.current)
        self.house, self._to, self._authserv, self._status = house, to, authserv_id, status
        self._inbox, self._outbox = folder / "inbox", folder / "outbox"
        self._console = Console(highlight=False)
        self._seen: set[str] = set()
        self._number = 0

    def play(self, *, once: bool) -> int:
        """Play the day and its answers; then, unless ``once``, go on until the user ends it."""
        say = self._console.print
        say()
        say(Text("Guichet — une journée au comptoir", style="bold"))
        say(
            Text(
                "Tout passe par la vraie route ; les systèmes du dehors sont des remplaçants, sur ce disque.\n",
                style="bright_black",
            )
        )
        self.house.start()
        for number, letter in enumerate(self._day):
            self._drop(f"{number:02d}.eml", as_mail(letter, number, self._to, self._authserv))
        ok = self._settle(f"{len(self._day)} messages arrivent")
        say(
            became(
                [self._row(letter) for letter in self._day], "Le matin : ce que chaque message est devenu", self._console.width
            )
        )
        sent = self._new_mail()
        if (
            quote := next((m for m in sent.values() if m["Content-Language"] == "fr" and "Je valide" in _text(m)), None)
        ) is not None:
            say(Text("Un des courriers partis :", style="bold"))
            say(Text.assemble((f"À : {quote['To']}\nObjet : {quote['Subject']}\n\n", "bright_black"), _text(quote)))
        ok = self._answers(sent) and ok
        ok = self._answers(self._new_mail(), again=True) and ok
        answers = [self._row(letter, answered=True) for letter in self._day if letter.reply or self._day is not DAY]
        say(became(answers, "L'après-midi : les réponses", self._console.width))
        self._summary()
        say(state(self._status()))
        if not ok:
            say(Text("Le guichet n'a pas fini à temps : voyez « status ».", style="red"))
        if once:
            self.house.stop()
            return 0 if ok else 1
        self._go_on()
        return 0

    # ------------------------------------------------------------------ the play

    def _answers(self, sent: dict[str, EmailMessage], *, again: bool = False) -> bool:
        """Everybody answers what he was sent; the administrator judges what is complex."""
        answered = 0
        for mail in sent.values():
            to = str(mail["To"]).rpartition("<")[2].rstrip(">")
            letter = next((one for one in self._day if one.email == to), None)
            if letter is not None and letter.reply and "Je valide" in _text(mail) + "Je valide" * ("approve" in _text(mail)):
                text = letter.reply if not again or letter.files else "Je valide"
                self._answer(letter, text, mail)
                answered += 1
            elif letter is not None and letter.reply and not letter.files and not again:
                self._answer(letter, letter.reply, mail)
                answered += 1
            elif to == self.house.office.admin_email and "crédits" in _text(mail) and not again and "Claire" in _text(mail):
                admin = Letter("Administrateur", to, "", "")
                self._answer(admin, ADMIN_ANSWER, mail)
                answered += 1
            elif to == self.house.office.admin_email and self._day is not DAY and "Je valide" in _text(mail):
                self._answer(Letter("Administrateur", to, "", ""), "Je valide", mail)
                answered += 1
        return self._settle(f"{answered} réponses arrivent") if answered else True

    def _answer(self, letter: Letter, text: str, mail: EmailMessage) -> None:
        self._number += 1
        self._drop(f"r{self._number:02d}.eml", as_reply(letter, text, mail, self._number, self._to, self._authserv))

    def _drop(self, name: str, raw: bytes) -> None:
        part = self._inbox / f".{name}.part"
        part.write_bytes(raw)
        part.rename(self._inbox / name)

    def _settle(self, what: str) -> bool:
        """Let the house work until it is idle."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            progress.add_task(what)
            time.sleep(0.5)  # a file that was just written is left alone for a moment
            for name in self.house.lanes.names():
                if name.startswith("intake:"):
                    self.house.lanes.wake(name)
            time.sleep(0.2)
            return self.house.lanes.wait_idle(PATIENCE)

    def _new_mail(self) -> dict[str, EmailMessage]:
        """What was sent since we last looked."""
        found: dict[str, EmailMessage] = {}
        for path in sorted(self._outbox.glob("*.eml")):
            if path.name not in self._seen:
                self._seen.add(path.name)
                mail = message_from_bytes(path.read_bytes(), policy=default)
                assert isinstance(mail, EmailMessage)
                found[path.name] = mail
        return found

    # ------------------------------------------------------------------ what is shown

    def _row(self, letter: Letter, *, answered: bool = False) -> dict[str, Any]:
        case = self._case(letter)
        words = " ".join((letter.reply if answered else letter.text).split())
        row = {
            "from": letter.name,
            "text": words,
            "ref": "",
            "kind": "",
            "then": Text("sans suite : message automatique", "bright_black"),
        }
        if case is None:
            return row
        then = stage_text(case.stage)
        if case.quote is not None:
            then.append(
                f" — {case.quote.amount.normalize():f} {case.quote.unit if case.quote.amount > 1 else case.quote.unit.rstrip('s')}"
            )
        if case.stage == "waiting_info":
            then.append(" — demandé : " + ", ".join(asked_for(case, self.house.office.directive(case))))
        if case.approval is not None:
            then.append(f" — accord « {case.approval.evidence or case.approval.how} »", style="bright_black")
        elif answered and case.counts.get("not-verified"):
            then.append(" — expéditeur non vérifié : redemandé", style="yellow")
        elif answered and case.counts.get("unclear"):
            then.append(" — réponse pas nette : une personne est prévenue", style="yellow")
        return row | {"ref": case.ref, "kind": case.kind, "then": then}

    def _case(self, letter: Letter) -> Case | None:
        cases = self.house.store.list_cases(limit=200)
        return next((c for c in cases if letter.email in c.people), None)

    def _summary(self) -> None:
        tasks, mails = 0, 0
        for case in self.house.store.list_cases(limit=200):
            for row in self.house.store.outbox(case.id):
                tasks += isinstance(row.effect.payload, CreateTask) and row.state in DONE
                mails += isinstance(row.effect.payload, SendMessage) and row.state in DONE
        self._console.print(Text(f"{tasks} tâches créées, {mails} courriers écrits (dans {self._outbox}).\n", style="bold"))

    def _go_on(self) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        self._console.print(
            Text.assemble(
                ("Le guichet reste ouvert. ", "bold"),
                f"Déposez un .eml dans {self._inbox} : la réponse sera dans {self._outbox}. Ctrl-C pour finir.",
            )
        )
        while not stop.wait(1.0):
            for mail in self._new_mail().values():
                self._console.print(Text(f"→ {mail['To']} : {mail['Subject']}", style="cyan"))
        self.house.stop()


def asked_for(case: Case, directive: Directive) -> list[str]:
    """What the customer was asked for, as people call it."""
    specs = [directive.fact(name) for name in case.asked]
    return [spec.label.get("fr") or spec.name for spec in specs if spec is not None]


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""
