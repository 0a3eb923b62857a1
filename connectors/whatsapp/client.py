"""Twilio's messaging API (2010-04-01): the calls we make, what its error codes mean, and how numbers are written."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from connectors.http import Answer, Gate, HttpClient, Refused, Window
from core.errors import Ambiguous, Rejected, Transient, Unauthorized
from core.outside import Count, uncounted

SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
MEDIA = re.compile(r"/Messages/((?:SM|MM)[0-9a-fA-F]{32})/Media/(ME[0-9a-fA-F]{32})")
_E164 = re.compile(r"\+[1-9]\d{5,14}")
#: An id of a person who shows WhatsApp no number (business-scoped user id): country, dot, letters.
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}")

#: Outside the 24 hours of a conversation only templates pass.
CLOSED = 63016
#: Codes that pass by themselves: rate of the sender or of the account, its daily limit, a full queue. Seconds to wait.
LATER = {20429: None, 14107: None, 63018: 10.0, 30001: 30.0, 63038: 3600.0}
#: Codes that speak of our own number, service or account: nothing passes until a setting changes.
SETTINGS = frozenset({63007, 21603, 21606, 21659, 21660, 21701, 21703, 21705, 20005, 21612})
#: Rows a page of a list.
PAGE = 200
#: Pages of one list; more than this is a list that never ends.
MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Account:
    """A Twilio account and its WhatsApp sender. ``number`` is E.164, with or without "whatsapp:".

    ``redacted``: the account does not keep texts, so nothing sent can be found again. Times in seconds.
    """

    sid: str
    token: str = field(repr=False)
    number: str
    base: str = "https://api.twilio.com"
    messaging_service: str = ""
    redacted: bool = False
    timeout: tuple[float, float] = (5.0, 20.0)

    @property
    def address(self) -> str:
        """Our own address on the channel."""
        return channel_address(self.number)

    @property
    def path(self) -> str:
        """Where everything of the account is."""
        return f"/2010-04-01/Accounts/{self.sid}"

    @property
    def authorization(self) -> str:
        """The Authorization header."""
        return "Basic " + base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()


class TwilioClient:
    """Calls to one account, shared by inbox and outlet. Safe from any thread. Every method raises PortError and nothing else."""

    def __init__(self, account: Account, *, gate: Gate | None = None, count: Count = uncounted) -> None:
        self.account, self.count = account, count
        # About ten texts a second pass for a WhatsApp sender.
        self.http = HttpClient(
            account.base,
            system="WhatsApp",
            authorization=account.authorization,
            secrets=(account.token,),
            timeout=account.timeout,
            gate=gate or Window(10, 1.0, system="WhatsApp"),
            count=count,
            explain=_told,
        )

    def send(self, form: Sequence[tuple[str, str]]) -> str:
        """Create a message; its sid. Raises Rejected (``code_of`` gives Twilio's code) and the others."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = self.http.call(
                "POST", f"{self.account.path}/Messages.json", data=urlencode(form).encode(), headers=headers
            )
        except Refused as error:
            code = code_of(error)
            if code in LATER:
                raise Transient(str(error), LATER[code]) from error
            if code in SETTINGS:
                raise Unauthorized(f"{error} : vérifiez TWILIO_WHATSAPP_NUMBER et le compte") from error
            raise
        sid = answer.dict().get("sid")
        if not isinstance(sid, str) or not SID.fullmatch(sid):
            # Accepted, by something that does not speak like Twilio: only a look at the list can tell.
            raise Ambiguous("WhatsApp : la réponse ne dit pas ce qu'est devenu le message ; c'est peut-être fait")
        return sid

    def messages(self, **filters: str) -> Iterator[Mapping[str, Any]]:
        """Messages of the account, newest first. ``filters``: To, From, and ``since``/``until``, bounds of DateSent.

        A message on its way out has no DateSent yet: bounds leave it out.
        """
        names = {"since": "DateSent>", "until": "DateSent<"}
        query = [(names.get(name, name), value) for name, value in filters.items()]
        return self._list(f"{self.account.path}/Messages.json?{urlencode([*query, ('PageSize', str(PAGE))])}", "messages")

    def message(self, sid: str) -> Mapping[str, Any]:
        """One message."""
        return self.http.call("GET", f"{self.account.path}/Messages/{sid}.json", reads=True).dict()

    def media_of(self, sid: str) -> list[Mapping[str, Any]]:
        """What hangs on a message, in the order it was sent."""
        return list(self._list(f"{self.account.path}/Messages/{sid}/Media.json?PageSize=50", "media_list"))

    def erase(self, sid: str) -> None:
        """Delete a message and what hangs on it, for good; what is gone already is left so."""
        try:
            for media in self.media_of(sid):
                self._delete(f"{self.account.path}/Messages/{sid}/Media/{media.get('sid')}.json")
            self._delete(f"{self.account.path}/Messages/{sid}.json")
        except Refused as error:
            if error.answer.status != 404:
                raise

    def _delete(self, path: str) -> None:
        self.http.call("DELETE", path)

    def state(self) -> str:
        """The account's status: "active", "suspended" or "closed"."""
        return str(self.http.call("GET", f"{self.account.path}.json", reads=True).dict().get("status") or "?")

    def close(self) -> None:
        """Give connections back; the next call opens new ones."""
        self.http.close()

    def _list(self, path: str, name: str) -> Iterator[Mapping[str, Any]]:
        for _ in range(MOST_PAGES):
            page = self.http.call("GET", path, reads=True).dict()
            rows = page.get(name)
            if not isinstance(rows, list):
                raise Transient("WhatsApp : la liste des messages n'est pas lisible")
            yield from (row for row in rows if isinstance(row, Mapping))
            following = page.get("next_page_uri")
            if not following:
                return
            if not isinstance(following, str) or not following.startswith(f"{self.account.path}/"):
                raise Transient("WhatsApp : la suite de la liste n'est pas à l'adresse du compte")
            path = following
        raise Transient("WhatsApp : la liste des messages ne finit pas")


def code_of(error: Rejected) -> int:
    """Twilio's error code, 0 when the answer has none."""
    code = error.answer.dict().get("code") if isinstance(error, Refused) else 0
    return code if isinstance(code, int) else 0


def _told(answer: Answer) -> str:
    body = answer.dict()
    return f"{body.get('code', '')} {body.get('message') or 'sans explication'}".strip()


# ------------------------------------------------------------------ how things are written


def bare_number(written: str) -> str:
    """The number (E.164) or user id without channel and adornments; '' when it is neither."""
    bare = written.strip().removeprefix("whatsapp:").strip()
    if _USER_ID.fullmatch(bare):
        return bare
    digits = re.sub(r"[\s().\-/\u00a0\u202f]", "", bare[:64])
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    return digits if _E164.fullmatch(digits) else ""


def channel_address(number: str) -> str:
    """As Twilio writes it: "whatsapp:+33612345678"."""
    return f"whatsapp:{bare_number(number) or number.removeprefix('whatsapp:')}"


def moment(written: object) -> datetime | None:
    """Twilio's times (RFC 2822) in UTC, None for what is none."""
    try:
        at = parsedate_to_datetime(str(written))
    except (ValueError, IndexError, OverflowError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def stamp(at: datetime) -> str:
    """As Twilio's filters take it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
