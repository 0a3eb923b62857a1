"""What the tests of WhatsApp share: a client of the fake, its clock, messages as the engine would send them, a crowd of webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from effects_help import MemorySpool, letter
from fakes.twilio import Twilio
from fakes.wire import Webhook

from connectors.http import Gate
from connectors.whatsapp.client import Account, TwilioClient
from connectors.whatsapp.inbox import WhatsAppInbox
from connectors.whatsapp.media import MediaFetcher
from connectors.whatsapp.outbox import WhatsAppOutlet
from core.effects import Effect, SendMessage

CLIENT = "+33612345678"
OTHER = "+33698765432"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 400


def account_of(fake: Twilio, **changed: Any) -> Account:
    values = {"sid": fake.account, "token": fake.auth_token, "number": fake.number, "base": fake.url, "timeout": (1.0, 1.0)}
    return Account(**(values | changed))


def client_of(fake: Twilio, **changed: Any) -> TwilioClient:
    return TwilioClient(account_of(fake, **changed), gate=Gate())


def clock_of(fake: Twilio) -> Any:
    return lambda: datetime.fromtimestamp(fake.now(), UTC)


def inbox_of(fake: Twilio, spool: MemorySpool, **changed: Any) -> WhatsAppInbox:
    """An inbox that does not wait: pauses between tries of a file only move the fake's clock."""
    client = client_of(fake)
    fetcher = MediaFetcher(
        client.account, max_bytes=changed.pop("max_media", 1_000_000), sleep=fake.advance, monotonic=fake.now
    )
    values = {"spool": spool, "fetcher": fetcher, "clock": clock_of(fake), "grace": 0.0} | changed
    return WhatsAppInbox(client, **values)


@contextmanager
def outlet_of(fake: Twilio, **changed: Any) -> Iterator[WhatsAppOutlet]:
    outlet = WhatsAppOutlet(client_of(fake, **changed.pop("account", {})), **({"clock": clock_of(fake)} | changed))
    yield outlet
    outlet.close()


def words(key: str, text: str = "Votre devis : 2 crédits. Répondez « Je valide ».", **changed: Any) -> Effect:
    values = {"to": CLIENT, "text": text, "template": "quote", "reference": "K7F3QPXM", "subject": "Votre devis"} | changed
    payload = letter(key, **values).payload
    assert isinstance(payload, SendMessage)
    return Effect(key, key.partition("/")[0], "whatsapp", payload)


def crowd(fake: Twilio, number: str = CLIENT, url: str = "https://guichet.example/whatsapp") -> list[Webhook]:
    """Ten messages that a new customer sends at once: a sentence, eight photos (one with words), a voice message. Row 21."""
    hooks = [fake.receive(number, "Bonjour, je voudrais faire modéliser ce fauteuil", url=url)]
    hooks += [fake.receive(number, "", url=url, media=(("image/jpeg", JPEG + bytes([n])),)) for n in range(7)]
    hooks.append(fake.receive(number, "vue de dos", url=url, media=(("image/jpeg", JPEG + b"dos"),)))
    hooks.append(fake.receive(number, "", url=url, media=(("audio/ogg", b"OggS" + b"\0" * 300),)))
    return hooks
