"""Twilio's WhatsApp on loopback: messages, media, templates, and the webhooks it sends.

    with Twilio() as fake:
        hook = fake.receive("+33612345678", "Bonjour", url="https://guichet.example/whatsapp")   # an inbound message, signed
        hook.post(product_url)                                                                    # or hook.headers, hook.body
        …the product sends through fake.url…
        for callback in fake.callbacks(): callback.post(product_url)                              # queued > sent > delivered

As the real one: free text more than 24 h after the customer's last message is taken (201, queued) and fails later with
63016; templates pass when they are approved; a message has no ``date_sent`` until it is sent; media are not there at first,
then redirect to another host, where credentials are a leak (``leaked``) and an error; nothing keeps a second POST from
sending twice.

Knobs: ``rate`` calls a second (20429), ``channel.limit`` messages a second (63018 later), ``media_404s``, ``sent_after``,
``delivered_after`` (seconds of the fake's clock), ``failing`` (number -> error code), ``list_lag``, ``deliver_to`` (a base
URL: callbacks are sent by themselves), and those of the base.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from .base import Fake, Window
from .twilio_content import Content, twilio_error
from .wire import Answer, Request, Webhook

ROOT = r"/2010-04-01/Accounts/(?P<account>AC[0-9a-fA-F]{32})"
SM = r"(?P<sid>(?:SM|MM)[0-9a-fA-F]{32})"
FIELDS = {
    "To",
    "StatusCallback",
    "ApplicationSid",
    "MaxPrice",
    "ProvideFeedback",
    "Attempt",
    "ValidityPeriod",
    "ForceDelivery",
    "ContentRetention",
    "AddressRetention",
    "SmartEncoded",
    "PersistentAction",
    "TrafficType",
    "ShortenUrls",
    "ScheduleType",
    "SendAt",
    "SendAsMms",
    "ContentVariables",
    "RiskCheck",
    "From",
    "FallbackFrom",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
}
MESSAGES = {
    63016: "Failed to send freeform message because you are outside the allowed window. Please use a Message Template.",
    63018: "Rate limit exceeded for Channel",
    63028: "Number of parameters provided does not match the expected number of parameters",
    63040: "Template Rejected",
    63024: "Invalid message recipient",
    63003: "Channel could not find To address",
}
WINDOW = 24 * 3600.0


class Twilio(Content):
    """``account`` and ``auth_token`` are the credentials (the token signs webhooks too), ``number`` the studio's sender."""

    real = "https://api.twilio.com"
    routes = [
        ("GET", rf"{ROOT}\.json", "account_get"),
        ("GET", rf"{ROOT}/IncomingPhoneNumbers\.json", "numbers_list"),
        ("GET", rf"{ROOT}/Messages\.json", "messages_list"),
        ("POST", rf"{ROOT}/Messages\.json", "messages_create"),
        ("GET", rf"{ROOT}/Messages/{SM}\.json", "messages_get"),
        ("POST", rf"{ROOT}/Messages/{SM}\.json", "messages_update"),
        ("DELETE", rf"{ROOT}/Messages/{SM}\.json", "messages_delete"),
        ("GET", rf"{ROOT}/Messages/{SM}/Media\.json", "media_list"),
        ("GET", rf"{ROOT}/Messages/{SM}/Media/(?P<media>ME[0-9a-fA-F]{{32}})\.json", "media_get"),
        ("DELETE", rf"{ROOT}/Messages/{SM}/Media/(?P<media>ME[0-9a-fA-F]{{32}})(?:\.json)?", "media_delete"),
        ("GET", rf"{ROOT}/Messages/{SM}/Media/(?P<media>ME[0-9a-fA-F]{{32}})", "media_content"),
        *Content.routes,
    ]

    def __init__(
        self,
        *,
        number: str = "+33755000111",
        rate: int | None = 100,
        latency: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._random = random.Random(3)
        self.account, self.auth_token = "AC" + "0f" * 16, "9d" * 16
        self.number, self.service = f"whatsapp:{number}", "MG" + "1b" * 16
        self.window, self.channel = Window(rate, 1.0), Window(80, 1.0)
        self.media_404s, self.sent_after, self.delivered_after, self.list_lag = 1, 1.0, 2.0, 0.0
        self.failing: dict[str, int] = {}
        #: the status in which a message fails outside the window; Twilio writes failed or undelivered
        self.window_status = "undelivered"
        self.deliver_to: str | None = None
        #: requests that carried our credentials to the other host
        self.leaked: list[str] = []
        self.messages: dict[str, dict[str, Any]] = {}
        self._media: dict[str, dict[str, Any]] = {}
        self._last_in: dict[str, float] = {}
        super().__init__(latency=latency, clock=clock)
        self.start_content()
        self.cdn = Cdn(self)

    def stop(self, quietly: bool = False) -> None:
        self.cdn.stop(quietly)
        super().stop(quietly)

    # ------------------------------------------------------------------ from the test
    @property
    def sent(self) -> list[dict[str, Any]]:
        """Every message taken for sending, oldest first, with its status as of now; ``content_sid`` and ``variables`` for templates."""
        with self.lock:
            for one in self.messages.values():
                self._progress(one)
            return [dict(one) for one in self.messages.values() if one["direction"] == "outbound-api"]

    def receive(
        self,
        sender: str,
        body: str = "",
        *,
        url: str = "https://guichet.example/whatsapp",
        name: str = "Camille Martin",
        media: tuple[tuple[str, bytes], ...] = (),
        button: tuple[str, str] | None = None,
        service: bool = False,
        forged: bool = False,
        **extra: str,
    ) -> Webhook:
        """A customer writes. ``media``: (type, bytes). ``button``: (text, payload). ``service``: through the Messaging Service.

        ``extra``: parameters of tomorrow, signed like the others. Posting the webhook twice is Twilio's retry (same token).
        """
        number = f"whatsapp:{sender}"
        with self.lock:
            one = self._message(
                "MM" if media else "SM", number, self.number, button[0] if button else body, "inbound", "received"
            )
            one["date_sent"] = one["date_created"]
            self._last_in[number] = self.now()
            params = {
                "SmsMessageSid": one["sid"],
                "NumMedia": str(len(media)),
                "ProfileName": name,
                "SmsSid": one["sid"],
                "WaId": sender.lstrip("+"),
                "MessageType": "button" if button else media[0][0].split("/")[0] if media else "text",
                "SmsStatus": "received",
                "Body": one["body"],
                "To": self.number,
                "NumSegments": "1",
                "ReferralNumMedia": "0",
                "MessageSid": one["sid"],
                "AccountSid": self.account,
                "From": number,
                "ApiVersion": "2010-04-01",
                "ChannelMetadata": json.dumps(
                    {"type": "whatsapp", "data": {"context": {"ProfileName": name, "WaId": sender.lstrip("+")}}}
                ),
            }
            if button:
                params |= {"ButtonText": button[0], "ButtonPayload": button[1]}
            if service:
                params["MessagingServiceSid"] = one["messaging_service_sid"] = self.service
            one["num_media"] = str(len(media))
            for n, (content_type, data) in enumerate(media):
                sid = self.sid("ME")
                self._media[sid] = {"message": one["sid"], "type": content_type, "data": data, "at": self.now(), "asked": 0}
                params |= {
                    f"MediaUrl{n}": f"{self.url}{self._path(one['sid'])}/Media/{sid}",
                    f"MediaContentType{n}": content_type,
                }
        return self._signed(url, params | extra, forged)

    def stranger(self, hook: Webhook, **params: str) -> Webhook:
        """The same webhook with parameters added after it was signed."""
        return replace(hook, body=hook.body + b"&" + urlencode(params).encode())

    def settle(self) -> None:
        """Let time pass until every message is where it ends."""
        self.advance(self.sent_after + self.delivered_after + 1)

    def callbacks(
        self, *, duplicated: bool = True, shuffled: bool = True, forged: bool = False, read: bool = False
    ) -> list[Webhook]:
        """The status callbacks of every message that asked for them, up to its end (time is moved on), doubled and out of order.

        ``read``: the customer has also read what was delivered.
        """
        self.settle()
        out = []
        with self.lock:
            for one in self.messages.values():
                self._progress(one)
                if one["direction"] == "inbound" or not one["callback"]:
                    continue
                done = one["status"] == "delivered" and read
                states = one["told"] + (["read"] if done else [])
                out += [self._signed(one["callback"], self._callback(one, state), forged) for state in states]
                one["told"] = []
                one["status"] = "read" if done else one["status"]
        out = out * 2 if duplicated else out
        if shuffled:
            self._random.shuffle(out)
        return out

    def _callback(self, one: dict[str, Any], state: str) -> dict[str, str]:
        params = {
            "ChannelPrefix": "whatsapp",
            "ApiVersion": "2010-04-01",
            "MessageStatus": state,
            "SmsSid": one["sid"],
            "SmsStatus": state,
            "ChannelInstallSid": "XE" + "2c" * 16,
            "To": one["to"],
            "From": one["from"],
            "MessageSid": one["sid"],
            "AccountSid": self.account,
            "StructuredMessage": "false",
            "ChannelToAddress": one["to"],
            "RawDlrDoneDate": "2611201200",
        }
        if one["messaging_service_sid"]:
            params["MessagingServiceSid"] = one["messaging_service_sid"]
        if state in ("failed", "undelivered"):
            params |= {"ErrorCode": str(one["error_code"]), "ChannelStatusMessage": one["error_message"] or ""}
        return params

    def _signed(self, url: str, params: dict[str, str], forged: bool) -> Webhook:
        token = "somebody-else" if forged else self.auth_token
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": sign(token, url, params),
            "I-Twilio-Idempotency-Token": hashlib.sha256(repr(params).encode()).hexdigest()[:36],
        }
        return Webhook(url, headers, urlencode(params).encode())

    # ------------------------------------------------------------------ the base's questions
    def sid(self, prefix: str) -> str:
        return prefix + f"{self._random.getrandbits(128):032x}"

    def real_url(self, request: Request) -> str | None:
        return ("https://content.twilio.com" if request.path.startswith("/v1/") else self.real) + request.path

    def error(self, status: int, request: Request, retry_after: float | None = None) -> Answer:
        codes = {
            401: (20003, "Authenticate"),
            403: (20403, "Forbidden"),
            404: (20404, "The requested resource was not found"),
            429: (20429, "Too Many Requests"),
            503: (20503, "Service Unavailable"),
        }
        code, text = codes.get(status, (20500, "Internal Server Error"))
        headers = {} if retry_after is None else {"Retry-After": str(int(retry_after))}
        return twilio_error(status, code, text, headers).answer

    def admit(self, request: Request, kind: str) -> dict[str, str]:
        given = request.header("Authorization")
        wanted = base64.b64encode(f"{self.account}:{self.auth_token}".encode()).decode()
        if given != f"Basic {wanted}":
            raise twilio_error(401, 20003, "Authenticate", {"WWW-Authenticate": 'Basic realm="Twilio API"'})
        if f"/Accounts/{self.account}" not in request.path and not request.path.startswith("/v1/"):
            raise twilio_error(404, 20404, f"The requested resource {request.path} was not found")
        if self.window.wait(self.now()):
            raise twilio_error(429, 20429, "Too Many Requests")
        return {"Twilio-Request-Id": self.sid("RQ"), "Twilio-Concurrent-Requests": "1", "X-Home-Region": "us1"}

    def missing(self, request: Request) -> Answer:
        return twilio_error(404, 20404, f"The requested resource {request.path} was not found").answer

    # ------------------------------------------------------------------ messages
    def _path(self, sid: str) -> str:
        return f"/2010-04-01/Accounts/{self.account}/Messages/{sid}"

    def _message(self, prefix: str, sender: str, to: str, body: str, direction: str, status: str) -> dict[str, Any]:
        sid, now = self.sid(prefix), written(self.now())
        one = {
            "sid": sid,
            "account_sid": self.account,
            "from": sender,
            "to": to,
            "body": body,
            "direction": direction,
            "status": status,
            "num_segments": "1",
            "num_media": "0",
            "date_created": now,
            "date_updated": now,
            "date_sent": None,
            "error_code": None,
            "error_message": None,
            "price": None,
            "price_unit": "USD",
            "messaging_service_sid": None,
            "api_version": "2010-04-01",
            "at": self.now(),
            "callback": "",
            "told": [],
            "fails": 0,
            "content_sid": None,
            "variables": {},
        }
        self.messages[sid] = one
        return one

    def _shown(self, one: dict[str, Any]) -> dict[str, Any]:
        self._progress(one)
        hidden = ("at", "callback", "told", "fails", "content_sid", "variables")
        path = self._path(one["sid"])
        return {key: value for key, value in one.items() if key not in hidden} | {
            "uri": f"{path}.json",
            "subresource_uris": {"media": f"{path}/Media.json"},
        }

    def _progress(self, one: dict[str, Any]) -> None:
        """queued > sent > delivered, or its failure, as time goes."""
        if one["direction"] == "inbound":
            return
        steps = [("sent", self.sent_after), ("delivered", self.delivered_after)]
        if one["fails"]:
            status = (
                self.window_status
                if one["fails"] == 63016
                else "failed"
                if one["fails"] in (63018, 63028, 63040)
                else "undelivered"
            )
            steps = [(status, self.sent_after)]
        order = ["accepted", "queued", *[state for state, _ in steps], "read", "canceled"]
        for state, after in steps:
            reached = one["status"] in order and order.index(one["status"]) >= order.index(state)
            if reached or self.now() < one["at"] + after:
                continue
            one["status"] = state
            one["told"].append(state)
            one["date_updated"] = written(one["at"] + after)
            if one["fails"]:
                one |= {"error_code": one["fails"], "error_message": MESSAGES.get(one["fails"], "Unknown error")}
            else:
                one["date_sent"] = one["date_sent"] or written(one["at"] + after)

    def messages_create(self, request: Request, account: str) -> Any:
        form = request.form()
        given = {key: values[-1] for key, values in form.items()}
        if unknown := set(form) - FIELDS:
            self.unknown.append(f"message fields nobody described: {sorted(unknown)}")
        to, sender, service = given.get("To", ""), given.get("From", ""), given.get("MessagingServiceSid", "")
        body, media, content = given.get("Body", ""), form.get("MediaUrl") or [], given.get("ContentSid", "")
        variables = self._check(to, sender, service, body, media, content, given)
        made = self._message(
            "MM" if media else "SM",
            sender or self.number,
            to,
            self.fill(content, variables) if content else body,
            "outbound-api",
            "accepted" if service and not sender else "queued",
        )
        made |= {
            "num_media": str(len(media)),
            "callback": given.get("StatusCallback", ""),
            "messaging_service_sid": service or None,
            "content_sid": content or None,
            "variables": variables,
            "told": ["queued"],
        }
        made["fails"] = self._failure(to, content, variables)
        if self.deliver_to:
            threading.Thread(target=self._tell, args=(made["sid"],), daemon=True).start()
        return Answer(201, self._shown(made))

    def _check(
        self, to: str, sender: str, service: str, body: str, media: list[str], content: str, given: dict[str, str]
    ) -> dict[str, str]:
        if not to:
            raise twilio_error(400, 21604, "A 'To' phone number is required.")
        if not sender and not service:
            raise twilio_error(400, 21603, "A 'From' phone number is required.")
        if service and service != self.service:
            raise twilio_error(404, 20404, f"The requested resource /Services/{service} was not found")
        if sender and sender.startswith("whatsapp:") != to.startswith("whatsapp:"):
            raise twilio_error(400, 21910, "Invalid From and To pair. From and To should be of the same channel")
        if not re.fullmatch(r"whatsapp:\+[1-9]\d{6,14}", to):
            raise twilio_error(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if sender and sender != self.number:
            raise twilio_error(400, 63007, "Twilio could not find a Channel with the specified From address")
        if to == self.number:
            raise twilio_error(400, 63031, "Channels message cannot have same From and To")
        if not body and not media and not content:
            raise twilio_error(400, 21619, "A text message body or media urls must be specified.")
        if len(body) > 1600:
            raise twilio_error(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        if len(media) > 1:
            raise twilio_error(400, 21623, "WhatsApp messages carry one media")
        if any(urlsplit(one).scheme not in ("http", "https") for one in media):
            raise twilio_error(400, 21620, "Invalid media URL(s)")
        if (callback := given.get("StatusCallback")) and urlsplit(callback).scheme not in ("http", "https"):
            raise twilio_error(400, 21609, f"The StatusCallback URL {callback} is not a valid URL.")
        if content and content not in self.templates:
            raise twilio_error(400, 21655, "The ContentSid is Invalid")
        try:
            variables = json.loads(given.get("ContentVariables") or "{}")
        except ValueError:
            variables = None
        if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
            raise twilio_error(400, 21656, "The ContentVariables Parameter is invalid")
        # WhatsApp takes no line breaks, tabs or runs of blanks inside a variable
        if any(not value or re.search(r"[\n\t]| {5}", value) for value in variables.values()):
            raise twilio_error(400, 21656, "The ContentVariables Parameter is invalid")
        return {str(key): str(value) for key, value in variables.items()}

    def _failure(self, to: str, content: str, variables: dict[str, str]) -> int:
        if to.removeprefix("whatsapp:") in self.failing:
            return self.failing[to.removeprefix("whatsapp:")]
        if self.channel.wait(self.now()):
            return 63018
        if content and self.places_of(content) != set(variables):
            return 63028
        if self.now() - self._last_in.get(to, float("-inf")) < WINDOW:
            return 0
        if not content or self.approvals[content]["status"] in ("unsubmitted", "received", "pending"):
            return 63016
        return 63040 if self.approvals[content]["status"] == "rejected" else 0

    def _tell(self, sid: str) -> None:
        """Callbacks of one message by themselves, in real time, as its status moves."""
        for _ in range(200):
            with self.lock:
                one = self.messages.get(sid)
                if one is None:
                    return
                self._progress(one)
                states, one["told"] = one["told"], []
                hooks = (
                    [self._signed(one["callback"], self._callback(one, state), False) for state in states]
                    if one["callback"]
                    else []
                )
                final = one["status"] in ("delivered", "undelivered", "failed", "read")
            for hook in hooks:
                with contextlib.suppress(OSError):
                    hook.post(str(self.deliver_to))
            if final or self._stopping.wait(0.05):
                return

    def _one(self, sid: str) -> dict[str, Any]:
        if sid not in self.messages:
            raise twilio_error(404, 20404, f"The requested resource {self._path(sid)}.json was not found")
        return self.messages[sid]

    def messages_get(self, request: Request, account: str, sid: str) -> Any:
        return self._shown(self._one(sid))

    def messages_update(self, request: Request, account: str, sid: str) -> Any:
        one, form = self._one(sid), request.form()
        if form.get("Body") == [""]:
            one["body"] = ""
        if form.get("Status") == ["canceled"]:
            raise twilio_error(409, 30409, "Message is not in a state that can be canceled")
        return self._shown(one)

    def messages_delete(self, request: Request, account: str, sid: str) -> Any:
        del self.messages[self._one(sid)["sid"]]
        return Answer(204)

    def messages_list(self, request: Request, account: str) -> Any:
        rows = [one for one in self.messages.values() if one["at"] + self.list_lag <= self.now()]
        shown = {one["sid"]: self._shown(one) for one in rows}
        for name in ("To", "From"):
            if wanted := request.get(name):
                rows = [one for one in rows if one[name.lower()] == wanted]
        for name, keep in (("DateSent", 0), ("DateSent<", -1), ("DateSent>", 1)):
            if day := request.get(name):
                rows = [one for one in rows if one["date_sent"] and _compare(one["date_sent"], day, keep)]
        rows.sort(key=lambda one: one["at"], reverse=True)
        return self._page(request, "messages", [shown[one["sid"]] for one in rows])

    def _page(self, request: Request, key: str, rows: list[Any]) -> dict[str, Any]:
        size, page = min(max(int(request.get("PageSize") or 50), 1), 1000), int(request.get("Page") or 0)
        query = [(name, value) for name, value in request.query if name not in ("Page", "PageToken", "PageSize")]

        def uri(number: int) -> str:
            token = [("PageToken", f"PA{rows[number * size - 1]['sid']}")] if number and number * size <= len(rows) else []
            return f"{request.path}?{urlencode([*query, ('PageSize', str(size)), ('Page', str(number)), *token])}"

        cut = rows[page * size : (page + 1) * size]
        return {
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1) if (page + 1) * size < len(rows) else None,
            "previous_page_uri": uri(page - 1) if page else None,
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": max(page * size + len(cut) - 1, 0),
            "uri": uri(page),
            key: cut,
        }

    # ------------------------------------------------------------------ media
    def _media_of(self, sid: str, media: str) -> dict[str, Any]:
        if media not in self._media or self._media[media]["message"] != sid:
            raise twilio_error(404, 20404, f"The requested resource {self._path(sid)}/Media/{media} was not found")
        return self._media[media]

    def _shown_media(self, media: str) -> dict[str, Any]:
        one, now = self._media[media], written(self._media[media]["at"])
        return {
            "sid": media,
            "account_sid": self.account,
            "parent_sid": one["message"],
            "content_type": one["type"],
            "date_created": now,
            "date_updated": now,
            "uri": f"{self._path(one['message'])}/Media/{media}.json",
        }

    def media_list(self, request: Request, account: str, sid: str) -> Any:
        self._one(sid)
        return self._page(
            request, "media_list", [self._shown_media(key) for key, one in self._media.items() if one["message"] == sid]
        )

    def media_get(self, request: Request, account: str, sid: str, media: str) -> Any:
        self._media_of(sid, media)
        return self._shown_media(media)

    def media_delete(self, request: Request, account: str, sid: str, media: str) -> Any:
        self._media_of(sid, media)
        del self._media[media]
        return Answer(204)

    def media_content(self, request: Request, account: str, sid: str, media: str) -> Any:
        one = self._media_of(sid, media)
        one["asked"] += 1
        if one["asked"] <= self.media_404s:
            raise twilio_error(404, 20404, f"The requested resource {self._path(sid)}/Media/{media} was not found")
        return Answer(307, b"", {"Location": self.cdn.address(media)}, "text/plain")

    # ------------------------------------------------------------------ account
    def account_get(self, request: Request, account: str) -> Any:
        now = written(self.now())
        return {
            "sid": self.account,
            "friendly_name": "Studio",
            "status": "active",
            "type": "Full",
            "owner_account_sid": self.account,
            "date_created": now,
            "date_updated": now,
            "auth_token": None,
            "uri": f"/2010-04-01/Accounts/{self.account}.json",
            "subresource_uris": {},
        }

    def numbers_list(self, request: Request, account: str) -> Any:
        number = self.number.removeprefix("whatsapp:")
        row = {
            "sid": "PN" + "3d" * 16,
            "account_sid": self.account,
            "phone_number": number,
            "friendly_name": number,
            "beta": False,
            "capabilities": {"mms": True, "sms": True, "voice": True, "fax": False},
            "api_version": "2010-04-01",
        }
        return self._page(request, "incoming_phone_numbers", [row])


class Cdn(Fake):
    """Where media really lie: another host name (localhost) and port. Credentials that arrive here have leaked."""

    real = ""
    routes = [("GET", r"/media/(?P<media>ME[0-9a-f]{32})", "media")]

    def __init__(self, owner: Twilio) -> None:
        self._owner = owner
        super().__init__(clock=owner.now)

    def address(self, media: str) -> str:
        return f"http://localhost:{self.port}/media/{media}?X-Amz-Expires=300&X-Amz-Signature={'ab' * 16}"

    def real_url(self, request: Request) -> str | None:
        return None

    def error(self, status: int, request: Request, retry_after: float | None = None) -> Answer:
        return Answer(status, b"<Error><Code>InternalError</Code></Error>", content_type="application/xml")

    def media(self, request: Request, media: str) -> Any:
        if request.header("Authorization"):
            self._owner.leaked.append(request.path)
            text = b"<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>"
            return Answer(400, text, content_type="application/xml")
        one = self._owner._media.get(media)
        if one is None or not request.get("X-Amz-Signature"):
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>", content_type="application/xml")
        return Answer(200, one["data"], content_type=one["type"])


def sign(token: str, url: str, params: dict[str, str]) -> str:
    """X-Twilio-Signature: base64 HMAC-SHA1 of the address and the sorted parameters; the port of an https address is left out."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.port:
        url = parts._replace(netloc=parts.hostname or "").geturl()
    text = url + "".join(key + params[key] for key in sorted(params))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def written(seconds: float) -> str:
    """A time as Twilio writes it: Fri, 20 Nov 2026 10:00:00 +0000."""
    return format_datetime(datetime.fromtimestamp(int(seconds), UTC))


def _compare(sent: str, day: str, keep: int) -> bool:
    """``day`` is a date (the whole day) or a time."""
    when, limit = parsedate_to_datetime(sent), datetime.fromisoformat(day.replace("Z", "+00:00"))
    limit = limit if limit.tzinfo else limit.replace(tzinfo=UTC)
    if len(day) == 10:
        return when.date() == limit.date() if not keep else when < limit + timedelta(days=1) if keep < 0 else when >= limit
    return when == limit if not keep else when <= limit if keep < 0 else when >= limit
