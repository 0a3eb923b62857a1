"""Twilio's WhatsApp on loopback: messages, media, templates, and the webhooks it sends.

    with Twilio() as fake:
        hook = fake.receive("+33612345678", "Bonjour", url="https://guichet.example/whatsapp")   # an inbound message, signed
        hook.post(product_url)                                                                    # or hook.headers, hook.body
        …the product sends through fake.url…
        for callback in fake.callbacks(): callback.post(product_url)                              # queued > sent > delivered

What it shares with the real one stands at the parts: ``twilio_messages``, ``twilio_media``, ``twilio_content`` (templates),
``twilio_callbacks``.

Knobs: ``rate`` calls a second (20429), ``channel.limit`` messages a second (63018 later), ``media_404s``, ``sent_after``,
``delivered_after`` (seconds of the fake's clock), ``failing`` (number -> error code), ``list_lag``, ``deliver_to`` (a base
URL: callbacks are sent by themselves), and those of the base.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from .base import Window
from .twilio_callbacks import Callbacks, sign
from .twilio_content import Content, twilio_error
from .twilio_media import Media
from .twilio_messages import ROOT, Messages, written
from .wire import Answer, Request, Webhook


class Twilio(Media, Callbacks):
    """``account`` and ``auth_token`` are the credentials (the token signs webhooks too), ``number`` the studio's sender."""

    real = "https://api.twilio.com"
    routes = [
        ("GET", rf"{ROOT}\.json", "account_get"),
        ("GET", rf"{ROOT}/IncomingPhoneNumbers\.json", "numbers_list"),
        *Messages.routes,
        *Media.routes,
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
        self.window = Window(rate, 1.0)
        self.start_messages(number)
        self.start_callbacks()
        super().__init__(latency=latency, clock=clock)
        self.start_content()
        self.start_media()

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

    # ------------------------------------------------------------------ the base's questions
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


__all__ = ["Twilio", "sign"]
