"""Events: what can happen to a case. Each has an ``id`` that is the same whenever the same thing is told again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from core.case import Beside
from core.effects import Receipt, SendMessage
from core.message import Message
from core.reading import Fact, Reading

#: Who wrote: the customer of the case, an administrator, or somebody else.
Role = Literal["customer", "admin", "stranger"]


#: The hint of a message that says that something asked for before is to be otherwise.
AMENDS = "amends"
#: The hint of a message that puts something on top of what was asked for: "adds", "also" (what it names has to tell), "unclear".
ADDS = "adds"
#: The hint of a message that asks whether the request has arrived.
ASKS_AFTER = "asks-after"
#: The hint of a message that is thanks and politeness from its first word to its last.
POLITE = "polite"
#: The hint of a message that its words alone led to the case, no thread and no reference of ours: an administrator's decides nothing.
UNTIED = "untied"
#: The hint of a message that is thanks and nothing else; of one that is no more than a yes or thanks and calls for no answer; of a
#: reply that wants something asked of the customer; of one that says that the thing is dealt with, and nothing else.
THANKS, AGREES, ASKS_CLIENT, DEALT = "thanks", "agrees", "asks-client", "dealt"
#: The hint of a message that has only taken note of ours; of one that only asks for news.
ACKNOWLEDGES, CHASES = "acknowledges", "chases"
#: The value of AGREES where he says yes in so many words: « je valide », « oui »; '' for thanks and an « ok ».
YES = "yes"
#: The hint of a message that is a sign of having been seen and no word (« 👍 »); of one that came without a word or a file.
NODS, EMPTY = "nods", "empty"
#: The hint of an ambiguous message of an administrator: what waits for him, a line each.
WAITING = "waiting"
#: The hint of a first message with which somebody of the house, who is no administrator, answers a notice: it decides nothing.
COLLEAGUE = "colleague"
#: The hint that holds what may be the password of a file, a line each: it is tried and told to nobody.
SECRETS = "secrets"


@dataclass(frozen=True, slots=True)
class MessageRead:
    """A message was read. ``authorised``: its sender is authenticated and may decide in his role.

    ``account`` is the inbox it came in by; ``conversation`` the outside thread's id where the channel has one.
    ``received_at`` is when our server or we first had it, never the sender's date. ``why`` says how it found its case.
    ``hints`` come from the inbox ("oversize": bytes that were not downloaded) and the clerk ("ambiguous": why another case may
    be meant; ``AMENDS``, ``ADDS``, ``ASKS_AFTER``, ``UNTIED``, ``THANKS``, ``POLITE``, ``AGREES``,
    ``ACKNOWLEDGES``, ``CHASES``, ``ASKS_CLIENT``, ``DEALT``, ``NODS``, ``EMPTY``, ``WAITING``,
    ``SECRETS``, ``COLLEAGUE``). ``repeat_of`` names the message it repeats.
    ``answers`` are the keys of offers of ours that it answers, ``replies_to`` the key of the very text, as far as its threading
    headers tell.
    """

    id: str
    at: datetime
    message: Message
    reading: Reading
    role: Role
    authorised: bool
    received_at: datetime
    account: str = ""
    conversation: str = ""
    why: str = ""
    answers: tuple[str, ...] = ()
    replies_to: str = ""
    repeat_of: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WroteBeside:
    """The person of the case wrote something that opened another case and may have to do with this one; or the author of ``other``
    did, who is none of its people and names it by our reference or thread."""

    id: str
    at: datetime
    other: Beside


@dataclass(frozen=True, slots=True)
class EffectDone:
    """An effect of the case was done; ``name`` as the effect's."""

    id: str
    at: datetime
    key: str
    kind: str
    name: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class EffectParked:
    """An effect of the case needs a person.

    ``unreachable``: it is a text that cannot reach its reader by this channel; ``payload`` is that text, where it is known.
    """

    id: str
    at: datetime
    key: str
    kind: str
    name: str
    error: str
    unreachable: bool = False
    payload: SendMessage | None = None


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """A deadline that the case had set is over. ``name`` is "remind", "close", "expire" …"""

    id: str
    at: datetime
    name: str
    due: datetime


@dataclass(frozen=True, slots=True)
class OperatorActed:
    """Somebody acted through the desk, the API, a webhook or the console. ``amount`` for validate and reprice.

    ``how`` "link": the customer himself, ``author`` the address that the link was sent to; he approves or refuses the very offer
    of ``digest``, and ``evidence`` says from where. Of separate, ``evidence`` is that message's own id.

    validate  final: fulfilment at that amount, at once; where facts are judged (core.gates.review), yes to those of ``digest``
    correct   ``facts`` are what he wrote instead, origin "person"; one with the value '' is taken away, and so is a line; cells of a
              line after the last make one more (core.correcting); with ``digest`` only if the facts are still those
                                                              refuse  rejected, the customer is told
    approve   yes to the open quote, for the customer        reprice a new quote to the customer
    ask       ``note`` goes to the customer as a question     close   closed without a word
    note      kept with the case and on its ticket            reassign to the directive named in ``note``; ``facts`` are what
                                                              the case's messages tell by that directive
    finish    what was asked for is delivered                separate: the message whose number is ``note`` opens a case of its own
    answer    ``note`` goes to the customer as it is
    """

    id: str
    at: datetime
    action: Literal[
        "validate",
        "correct",
        "approve",
        "refuse",
        "reprice",
        "ask",
        "answer",
        "close",
        "note",
        "reassign",
        "finish",
        "separate",
    ]
    author: str
    how: Literal["link", "webhook", "desk", "command"]
    amount: Decimal | None = None
    note: str = ""
    digest: str = ""
    evidence: str = ""
    facts: tuple[Fact, ...] = ()
    #: What he writes was agreed with the customer since: the messages say otherwise, and were read as they are.
    agreed: bool = False
    #: Tells what was asked under an idempotency key from anything else asked under it, '' where none was given.
    asked: str = ""


@dataclass(frozen=True, slots=True)
class TaskMoved:
    """The people who do the work moved the task. ``status`` is the word that their tool shows, in any case.

    ``moved_at`` is when they did, as their tool says; None: not known, ``at`` stands for it.
    """

    id: str
    at: datetime
    status: str
    moved_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """Since when it stands there, as well as is known."""
        return self.moved_at or self.at


Event = TaskMoved | WroteBeside | MessageRead | EffectDone | EffectParked | DeadlinePassed | OperatorActed
