"""One channel as the only one that is set up: how its customer and the administrator write there, and what they are told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NoReturn

from dovecot import PASSWORD, Mailbox
from fakes.hubspot import HubSpot
from fakes.twilio import Twilio
from smtp_server import PASSWORD as SMTP_PASSWORD
from smtp_server import MailServer

from core.case import Case
from engine.desk import Desk
from engine.posts import PostedFile, Request
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

CLIENT, CLIENT_NUMBER, ADMIN_NUMBER = "client@example.com", "+33612345678", "+33698765432"
SUBJECT = "Modélisation fauteuil vintage"
#: (name, content)
File = tuple[str, bytes]


def nobody() -> NoReturn:
    """The eraser of desks at which nobody is erased."""
    raise AssertionError("nobody is to be erased here")


class Live(Quick):
    """A counter on the wall's clock, which can be set forward."""

    later = timedelta()

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.later

    def go_on(self, seconds: float = 0.0) -> None:
        """Let time go by, and everything look and work until there is nothing left to do."""
        self.later += timedelta(seconds=seconds)
        for _ in range(2):
            for name in self.house.lanes.names():
                self.house.lanes.wake(name)
            self.settle()
        assert self.house.lanes.troubles() == {}


class Way(ABC):
    """A channel. ``ask`` begins a request, ``say`` goes on in its conversation, ``judge`` is the administrator's answer."""

    def __init__(self, counter: Live) -> None:
        self.counter = counter

    @abstractmethod
    def ask(self, text: str, *files: File, subject: str = SUBJECT) -> None: ...

    @abstractmethod
    def say(self, text: str, *files: File) -> None: ...

    @abstractmethod
    def told(self) -> list[str]:
        """What the customer got, oldest first."""

    @abstractmethod
    def asked(self) -> list[str]:
        """What the administrator got, oldest first."""

    @abstractmethod
    def judge(self, text: str) -> None: ...

    def work(self) -> None:
        self.counter.go_on()

    def case(self) -> Case:
        return self.counter.only()

    def tasks(self) -> list[dict[str, Any]]:
        return self.counter.records("task")


class ByFolder(Way):
    """What mail means with no mailbox set: folders of .eml, a stand-in for people to try the product with."""

    number = 0

    def _mails(self, to: str) -> list[EmailMessage]:
        return self.counter.sent(to)

    def _drop(self, raw: bytes) -> None:
        self.counter.drop(raw)

    def _write(
        self, text: str, files: tuple[File, ...], answers: EmailMessage | None, sender: str, subject: str = SUBJECT
    ) -> None:
        self.number += 1
        self._drop(mail(text, sender=sender, subject=subject, files=files, answers=answers, number=f"m{self.number}"))
        self.work()

    def ask(self, text: str, *files: File, subject: str = SUBJECT) -> None:
        self._write(text, files, None, f"Jean Dupont <{CLIENT}>", subject)

    def say(self, text: str, *files: File) -> None:
        self._write(text, files, self._mails(CLIENT)[-1], f"Jean Dupont <{CLIENT}>")

    def told(self) -> list[str]:
        return [plain(m) for m in self._mails(CLIENT)]

    def asked(self) -> list[str]:
        return [plain(m) for m in self._mails(ADMIN)]

    def judge(self, text: str) -> None:
        self._write(text, (), self._mails(ADMIN)[-1], f"Patron <{ADMIN}>")


class ByMail(ByFolder):
    """A real mailbox: Dovecot and an SMTP server."""

    def __init__(self, counter: Live, mailbox: Mailbox, smtp: MailServer) -> None:
        super().__init__(counter)
        self.mailbox, self.smtp = mailbox, smtp

    def _mails(self, to: str) -> list[EmailMessage]:
        return [m for m in self.smtp.mails if to in str(m["To"])]

    def _drop(self, raw: bytes) -> None:
        self.mailbox.append(raw)


class ByPhone(Way):
    """WhatsApp, and nobody has a mail address: not the customer, not the administrator."""

    def __init__(self, counter: Live, twilio: Twilio) -> None:
        super().__init__(counter)
        self.twilio = twilio

    def _texts(self, number: str) -> list[str]:
        return [one["body"] for one in self.twilio.sent if one["to"] == f"whatsapp:{number}"]

    def say(self, text: str, *files: File) -> None:
        kinds = {"jpg": "image/jpeg", "glb": "model/gltf-binary"}
        media = tuple((kinds[name.rpartition(".")[2]], content) for name, content in files)
        self.twilio.receive(CLIENT_NUMBER, text, name="Jean Dupont", media=media)
        self.work()

    def ask(self, text: str, *files: File, subject: str = SUBJECT) -> None:
        self.say(text, *files)

    def told(self) -> list[str]:
        return self._texts(CLIENT_NUMBER)

    def asked(self) -> list[str]:
        return self._texts(ADMIN_NUMBER)

    def judge(self, text: str) -> None:
        self.twilio.receive(ADMIN_NUMBER, text, name="Patron")
        self.work()

    def work(self) -> None:
        self.counter.go_on(90)


class ByConversation(ByFolder):
    """HubSpot's inbox; the administrator has the folders for mail."""

    def __init__(self, counter: Live, hubspot: HubSpot) -> None:
        super().__init__(counter)
        self.hubspot = hubspot
        self.threads: list[str] = []

    def ask(self, text: str, *files: File, subject: str = SUBJECT) -> None:
        self.threads.append(self.hubspot.add_thread(CLIENT, "Jean Dupont"))
        self.say(text, *files, subject=subject)

    def say(self, text: str, *files: File, subject: str = "") -> None:
        self.hubspot.receive(
            self.threads[-1], text, subject=subject, files=[(n, "application/octet-stream", c) for n, c in files]
        )
        self.work()

    def told(self) -> list[str]:
        said = [one for thread in self.threads for one in self.hubspot.messages(thread)]
        return [one["text"] for one in said if one["direction"] == "OUTGOING"]

    def work(self) -> None:
        for _ in range(3):
            self.counter.go_on(90)
            self.hubspot.advance(90)


class ByForm(ByFolder):
    """The form on the studio's site. It leaves an address, so what follows goes by mail: here the folders, no mailbox being set."""

    def __init__(self, counter: Live) -> None:
        super().__init__(counter)
        business = counter.house.published.business("")
        self.desk = Desk(counter.house, version="3.0.0", clock=counter.clock, businesses=lambda: [business], eraser=nobody)

    def ask(self, text: str, *files: File, subject: str = SUBJECT) -> None:
        posted = [PostedFile(name, "", *self._kept(content)) for name, content in files]
        request = Request(subject, text, CLIENT, "Jean Dupont", links=tuple((n, n) for n, _ in files))
        place = self.desk.place(request)
        if not place.known:
            self.desk.post(request, posted, place)
        self.work()

    def _kept(self, content: bytes) -> tuple[str, int]:
        return self.counter.house.spool.put(content), len(content)


@contextmanager
def by_folder(folder: Path, **more: Any) -> Iterator[Live]:
    with quick(folder, make=Live, **more) as counter:
        assert isinstance(counter, Live)
        yield counter


@contextmanager
def way(name: str, folder: Path, mailbox: Callable[[], Mailbox], smtp: Callable[[], MailServer]) -> Iterator[Way]:
    """The channel of that name: "mail", "whatsapp", "hubspot" or "form"."""
    with ExitStack() as stack:
        if name == "mail":
            box, server = mailbox(), smtp()
            settings: dict[str, Any] = {
                "gmail_email": box.email,
                "gmail_app_password": PASSWORD,
                "smtp_password": SMTP_PASSWORD,
                "imap_host": "127.0.0.1",
                "imap_port": box.server.port,
                "smtp_host": "127.0.0.1",
                "smtp_port": server.port,
                "imap_security": "none",
                "smtp_security": "none",
                "imap_first_days": 0,
            }
            yield ByMail(stack.enter_context(by_folder(folder, **settings)), box, server)
        elif name == "whatsapp":
            twilio = stack.enter_context(Twilio())
            twilio.media_404s = 0
            settings = {
                "twilio_account_sid": twilio.account,
                "twilio_auth_token": twilio.auth_token,
                "twilio_whatsapp_number": twilio.number.removeprefix("whatsapp:"),
                "twilio_base_url": twilio.url,
                "admin_email": "",
                "admin_phone": ADMIN_NUMBER,
            }
            counter = stack.enter_context(by_folder(folder, **settings))
            twilio.now = lambda: counter.clock().timestamp()  # type: ignore[method-assign]
            # The administrator has tried the number: WhatsApp lets us write to him.
            twilio.receive(ADMIN_NUMBER, "Bonjour", name="Patron")
            yield ByPhone(counter, twilio)
        elif name == "hubspot":
            hubspot = stack.enter_context(HubSpot())
            settings = {
                "hubspot_api_key": hubspot.token,
                "hubspot_base_url": hubspot.url,
                "hubspot_hub_id": str(hubspot.portal),
                "hubspot_pipeline_id": "0",
                "hubspot_stage_new": "1",
                "hubspot_stage_closed": "4",
                "hubspot_agent_id": "51234567",
                "hubspot_poll_seconds": 1,
            }
            yield ByConversation(stack.enter_context(by_folder(folder, **settings)), hubspot)
        else:
            yield ByForm(stack.enter_context(by_folder(folder)))
