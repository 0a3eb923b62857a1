"""Twilio's messages: taken, checked, sent, failed, listed.

As the real one: free text more than 24 h after the customer's last message is taken (201, queued) and fails later with 63016;
templates pass when they are approved; a message has no ``date_sent`` until it is sent; nothing keeps a second POST from sending twice.
"""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from .base import Window
from .twilio_content import Content, twilio_error
from .wire import Answer, Request

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


class Messages(Content):
    """Mixed into the fake: ``messages`` by sid; knobs ``channel``, ``sent_after``, ``delivered_after``, ``failing``, ``list_lag``."""

    routes = [
        ("GET", rf"{ROOT}/Messages\.json", "messages_list"),
        ("POST", rf"{ROOT}/Messages\.json", "messages_create"),
        ("GET", rf"{ROOT}/Messages/{SM}\.json", "messages_get"),
        ("POST", rf"{ROOT}/Messages/{SM}\.json", "messages_update"),
        ("DELETE", rf"{ROOT}/Messages/{SM}\.json", "messages_delete"),
    ]

    def start_messages(self, number: str) -> None:
        self._random = random.Random(3)
        self.account, self.auth_token = "AC" + "0f" * 16, "9d" * 16
        self.number, self.service = f"whatsapp:{number}", "MG" + "1b" * 16
        self.channel = Window(80, 1.0)
        self.sent_after, self.delivered_after, self.list_lag = 1.0, 2.0, 0.0
        self.failing: dict[str, int] = {}
        #: the status in which a message fails outside the window; Twilio writes failed or undelivered
        self.window_status = "undelivered"
        self.messages: dict[str, dict[str, Any]] = {}
        self._last_in: dict[str, float] = {}

    def taken(self, sid: str) -> None:
        """A message was taken for sending."""
        raise NotImplementedError

    def sid(self, prefix: str) -> str:
        return prefix + f"{self._random.getrandbits(128):032x}"

    # ------------------------------------------------------------------ what is kept
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

    # ------------------------------------------------------------------ taken for sending
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
        self.taken(made["sid"])
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

    # ------------------------------------------------------------------ looked at
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
