"""Answers into HubSpot's conversations: ``message.send`` goes out as the message of an agent, in the visitor's thread and channel.

HubSpot knows no key of ours on a message. Each carries a short mark in its last line, by which it is found again in the thread
before a second try.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.http import Refused, one_by_one
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.forget import forget_threads
from connectors.hubspot.mail import Said
from core.effects import Effect, Receipt, SendMessage, System
from core.erasure import Trace
from core.errors import Ambiguous, PortError, Rejected, Transient
from core.ports import Health

#: Messages of a thread that are looked through, newest first.
PAGE, MOST_PAGES = 100, 5


class HubSpotThreads:
    """``agent`` is the actor whose name stands on the messages ("A-" and a user id). For one thread at a time."""

    system: System = "hubspot"
    batch = 20
    findable = True

    def __init__(self, client: HubSpotClient, *, agent: str, hub_id: str = "", app: str = "https://app.hubspot.com") -> None:
        self._client = client
        self._agent = agent if agent.startswith("A-") else f"A-{agent}"
        self._hub_id, self._app = hub_id, app.rstrip("/")
        self.lag = client.patience + 15.0

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Send them, one after the other; what comes after HubSpot stopped answering is not tried."""
        return one_by_one(effects, self._send)

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look for their marks in their threads. Raises PortError."""
        return [self._find(effect) for effect in effects]

    def check(self) -> Health:
        """Whether the token may read conversations and the agent is one; changes nothing."""
        try:
            self._client.call("GET", self._client.path("threads"), params={"limit": "1"}, reads=True)
            answer = self._client.call("POST", self._client.path("actors"), body={"inputs": [self._agent]}, reads=True)
        except PortError as error:
            return Health(False, str(error))
        if not any(one.get("id") == self._agent for one in answer.dict().get("results") or () if isinstance(one, Mapping)):
            return Health(False, f"HubSpot : {self._agent} n'est pas un agent de ce portail")
        return Health(True, "HubSpot : les conversations répondent")

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def forget(self, traces: Sequence[Trace]) -> list[PortError | None]:
        """The conversations, whole."""
        return forget_threads(self._client, traces)

    # ------------------------------------------------------------------ one message

    def _send(self, effect: Effect) -> Receipt:
        payload = _asked(effect)
        messages = self._messages(payload.thread)
        incoming = next((m for m in messages if m.wanted), None)
        if incoming is None:
            raise Rejected(f"HubSpot : personne n'a écrit dans la conversation {payload.thread} : à qui répondre ?")
        way, value = self._recipient(messages, payload.to, incoming)
        text = f"{payload.text.rstrip()}\n\n{mark(effect)}"
        body: dict[str, Any] = {
            "type": "MESSAGE",
            "text": text,
            "richText": "<p>" + html.escape(text).replace("\n", "<br>") + "</p>",
            "senderActorId": self._agent,
            "channelId": str(incoming.data.get("channelId") or ""),
            "channelAccountId": str(incoming.data.get("channelAccountId") or ""),
            "recipients": [{"recipientField": "TO", "deliveryIdentifiers": [{"type": way, "value": value}]}],
        }
        if subject := str(incoming.data.get("subject") or payload.subject):
            body["subject"] = subject
        answer = self._client.call("POST", self._client.path("messages", id=payload.thread), body=body).dict()
        if not answer.get("id"):
            raise Ambiguous("HubSpot : la réponse ne nomme pas le message ; il est peut-être parti")
        return self._receipt(payload.thread, str(answer["id"]))

    def _recipient(self, messages: Sequence[Said], to: str, incoming: Said) -> tuple[str, str]:
        """(kind, value) of where the answer goes: to whom the effect says, never to whoever happened to write last."""
        ways = [_way(m) for m in messages if m.wanted]
        for kind, value in ways:
            if value and value.casefold() == to.casefold():
                return kind, value
        kind, value = _way(incoming)
        if kind == "HS_EMAIL_ADDRESS":
            if "@" not in to:
                raise Rejected("HubSpot : l'adresse du destinataire manque")
            return kind, to
        if not value:
            raise Rejected("HubSpot : cette conversation ne dit pas comment joindre son auteur")
        return kind, value

    def _find(self, effect: Effect) -> Receipt | None:
        try:
            payload = _asked(effect)
            messages = self._messages(payload.thread)
        except Rejected:
            return None
        wanted = mark(effect)
        for message in messages:
            text = str(message.data.get("text") or "")
            if message.data.get("direction") != "INCOMING" and message.data.get("type") == "MESSAGE" and wanted in text:
                return self._receipt(payload.thread, message.id, found=True)
        return None

    def _messages(self, thread: str) -> list[Said]:
        """The thread's messages, newest first. Raises Rejected when there is no such thread."""
        found: list[Said] = []
        params = {"sort": "-createdAt", "limit": str(PAGE)}
        for _ in range(MOST_PAGES):
            try:
                body = self._client.call("GET", self._client.path("messages", id=thread), params=params, reads=True).dict()
            except Refused as error:
                if error.answer.status == 404:
                    raise Rejected(f"HubSpot : il n'y a pas de conversation {thread}") from None
                raise
            results = body.get("results")
            if not isinstance(results, list):
                raise Transient("HubSpot : la conversation n'est pas lisible")
            found += [Said(m) for m in results if isinstance(m, dict)]
            paging = body.get("paging")
            following = paging.get("next") if isinstance(paging, Mapping) else None
            if not isinstance(following, Mapping) or not following.get("after"):
                break
            params["after"] = str(following["after"])
        return found

    def _receipt(self, thread: str, message: str, *, found: bool = False) -> Receipt:
        url = f"{self._app}/live-messages/{self._hub_id}/inbox/{thread}" if self._hub_id else ""
        return Receipt(message, url, found)


def mark(effect: Effect) -> str:
    """The line by which a message is known again: the case's reference, and a part that only this message has."""
    payload = effect.payload
    reference = payload.reference if isinstance(payload, SendMessage) else ""
    code = hashlib.sha256(effect.key.encode()).hexdigest()[:8]
    word = "Réf." if not isinstance(payload, SendMessage) or payload.language == "fr" else "Ref."
    return f"{word} {reference}·{code}" if reference else f"{word} {code}"


def _asked(effect: Effect) -> SendMessage:
    payload = effect.payload
    if not isinstance(payload, SendMessage):
        raise Rejected(f"une conversation HubSpot ne sait pas faire {effect.kind}")
    if not payload.thread.isdecimal():
        raise Rejected("HubSpot : ce message n'a pas de conversation où partir")
    if payload.attachments:
        raise Rejected("HubSpot : un message avec des fichiers ne peut pas partir dans une conversation")
    return payload


def _way(said: Said) -> tuple[str, str]:
    senders = said.data.get("senders")
    for one in senders if isinstance(senders, list) else ():
        way = one.get("deliveryIdentifier") if isinstance(one, Mapping) else None
        if isinstance(way, Mapping):
            return str(way.get("type") or ""), str(way.get("value") or "")
    return "", ""
