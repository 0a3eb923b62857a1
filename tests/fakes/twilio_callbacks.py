"""Status callbacks of Twilio's messages, signed, and who sends them."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import threading
from typing import Any
from urllib.parse import urlencode, urlsplit

from .twilio_messages import Messages
from .wire import Webhook


class Callbacks(Messages):
    """Mixed into the fake: what is told of each message's way. ``deliver_to`` (a base URL): callbacks are sent by themselves."""

    def start_callbacks(self) -> None:
        self.deliver_to: str | None = None

    def taken(self, sid: str) -> None:
        if self.deliver_to:
            threading.Thread(target=self._tell, args=(sid,), daemon=True).start()

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


def sign(token: str, url: str, params: dict[str, str]) -> str:
    """X-Twilio-Signature: base64 HMAC-SHA1 of the address and the sorted parameters; the port of an https address is left out."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.port:
        url = parts._replace(netloc=parts.hostname or "").geturl()
    text = url + "".join(key + params[key] for key in sorted(params))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
