"""What a message brings to a case beside decisions and files: where answers go, and words."""

from __future__ import annotations

from dataclasses import replace

from core.adding import Addition
from core.case import ENDED, UNDECIDED, Further, Thread
from core.case_files import note_unread, still_locked
from core.correcting import outdated
from core.directive import Directive
from core.events import ACKNOWLEDGES, ADDS, AGREES, CHASES, EMPTY, NODS, POLITE, SECRETS, YES, MessageRead
from core.gates.fulfil import untreated
from core.inheriting import in_habitual_currency, inherited, lent
from core.message import is_decoration
from core.reading import Evidence, Fact, Rows
from core.rows import derived, joined
from core.unsettled import otherwise
from core.values import SUMMARY, differences, missing
from core.wording import row_text
from core.work import Work

#: How many message ids a thread keeps for References.
MOST_REFERENCES = 20


def vouched_phones(event: MessageRead) -> tuple[str, ...]:
    """Numbers that the sender of a mail, proven to be himself, writes as his own: whoever holds them may speak for him here.

    It does not go the other way: his mail gets no say in what the holder of such a number asks.
    """
    message = event.message
    return message.phones if message.channel == "email" and message.authentication.verdict == "pass" else ()


def proven(work: Work, event: MessageRead) -> None:
    """Somebody decided from a number or address that was only said to be his: now it is known to be."""
    message, party = event.message, work.case.party
    if message.channel == "whatsapp" and not party.phone:
        work.change(party=replace(party, phone=message.sender.email))


def follow(work: Work, event: MessageRead) -> None:
    """Answers go to where the customer wrote last, in that thread."""
    message, thread = event.message, work.case.thread
    # A mail that nobody vouches for must not lead our answers to another address.
    trusted = event.authorised or message.authentication.verdict == "pass"
    elsewhere = message.channel != thread.channel or event.conversation != thread.conversation
    if elsewhere and not trusted and thread.last_id:
        return
    if event.role == "customer" and (phones := vouched_phones(event)):
        work.change(people=tuple(dict.fromkeys((*work.case.people, *phones))))
    where = message.sender.email if message.channel == "whatsapp" else message.answer_to.email
    known = thread.references if thread.channel == message.channel else ()
    ids = [*known, *message.references, message.id]
    references = tuple(dict.fromkeys(i for i in ids if i))[-MOST_REFERENCES:]
    work.change(
        thread=Thread(
            channel=message.channel,
            account=event.account or thread.account,
            to=where if where and (trusted or not thread.to) else thread.to,
            subject=message.subject or thread.subject,
            last_id=message.id,
            references=references,
            conversation=event.conversation,
        )
    )


#: Words of an answer that is taken as it stands.
ANSWER = 10
#: Words of a first message that are no more than a greeting.
GREETING = 3
#: The count of a case whose messages have said nothing yet.
BLANK = "blank"


def says_nothing(event: MessageRead) -> bool:
    """Whether a message only brings files or a greeting: what it is about comes in the next one, as people write in chats."""
    known = any(r.hit and r.weight > 0 for r in event.reading.reasons)
    return not known and len(event.message.text.split()) <= GREETING and not event.message.automatic


def speak_up(work: Work, event: MessageRead) -> bool:
    """The first words of a case that began without any: it becomes what they ask for. Whether it did."""
    found = work.context.recognised
    if BLANK not in work.case.counts or says_nothing(event):
        return False
    work.reset(BLANK)
    if found is None or found.name == work.directive.name or event.reading.intent != "request" or _cites(work):
        return False
    _become(work, event, found, f"ses premiers mots : la demande est de type {found.kind}")
    return True


def read_anew(work: Work, event: MessageRead) -> bool:
    """Files of a message that could not be read are read at last; whether the gates are to be asked again.

    What had only been taken for a message becomes what it asks for, as long as nobody has dealt with it.
    """
    note_unread(work, event)
    if not still_locked(work):
        work.because("read-again", "un fichier qui n'avait pas pu être lu l'est maintenant")
    found = work.context.recognised
    idle = BLANK in work.case.counts or (work.directive.default and untreated(work.case, work.directive))
    if (
        idle
        and not _cites(work)
        and found is not None
        and found.name != work.directive.name
        and event.reading.intent == "request"
    ):
        _become(work, event, found, f"d'après ses fichiers, la demande est de type {found.kind}")
        repeat(work, event)
        return True
    if work.case.stage not in UNDECIDED:
        return False
    work.change(facts=joined(work.case.facts, event.reading.facts, work.directive))
    repeat(work, event)
    return True


def _cites(work: Work) -> bool:
    """Whether it began by naming somebody else's request: what it asks for is for a person to make out."""
    return any(one.cited for one in work.case.beside)


def _become(work: Work, event: MessageRead, found: Directive, why: str) -> None:
    """The case begins again as a request of that directive."""
    work.because("kind", why)
    work.reset("fulfilled", "asked", BLANK)
    work.directive, work.retold = found, True
    message = event.message
    work.change(
        directive=found.name,
        revision=found.revision,
        kind=found.kind,
        gate=0,
        stage="waiting_info",
        closed_at=None,
        subject=message.subject or work.case.subject,
        summary=words(event),
        facts=derived(event.reading.facts, found),
    )


def answered(work: Work, event: MessageRead) -> None:
    """We asked what something is and the customer says it in a few words of his own: they are the answer."""
    said = " ".join(event.message.text.split())
    verdict = event.reading.verdict
    if not said or len(said.split()) > ANSWER or "?" in said or event.reading.intent in ("question", "complaint", "thanks"):
        return
    if verdict is not None and verdict.answer != "unclear":
        return
    asked = [spec for spec in missing(work.case, work.directive, required=True) if spec.name in work.case.asked]
    spec = next((spec for spec in asked if spec.type == "text"), None)
    if spec is not None:
        literal = event.message.text.strip()
        fact = Fact(spec.name, said, (Evidence("text", literal, event.message.text.find(literal)),), 0.5)
        work.because(f"answer:{spec.name}", f"sa réponse à notre question : « {said} »")
        work.change(facts=joined(work.case.facts, (fact,), work.directive))


def repeat(work: Work, event: MessageRead) -> None:
    """Who asks for the same again: what he leaves out comes from his last validated request. Prices in no currency are in his."""
    asked = event.reading.repeat
    told = in_habitual_currency(work.case.facts, work.context.past)
    if told != work.case.facts:
        work.because("currency", "un prix dit sans monnaie : celle des demandes précédentes de cette personne, à vérifier")
        work.change(facts=derived(told, work.directive))
    if asked is None or work.directive.repeat is None or work.case.repeats:
        return
    last = next(iter(work.context.past), None)
    if last is None:
        work.because("repeat", f"« {asked.quote} » : aucune demande validée de cette personne, rien n'est repris")
        return
    work.because("repeat", f"« {asked.quote} » : ce qui manque vient de {last.ref}, sa dernière demande validée")
    scale = event.reading.scale
    if scale is not None:
        much = f"× {scale.times.normalize():f}" if scale.times is not None else "à vérifier, de combien n'est pas dit"
        work.because("scale", f"« {scale.evidence.quote} » : quantité reprise {much}")
    facts = inherited(work.case.facts, last, work.directive, scale)
    names = set(work.directive.repeat.inherit)
    if not any(isinstance(f.value, Rows) for f in (*last.facts, *facts)):
        was, now = ([f for f in some if f.name in names] for some in (last.facts, facts))
        if otherwise := differences(was, now, work.directive):
            work.because("repeat-changed", f"autrement que dans {last.ref} : {' ; '.join(otherwise)}")
    work.change(facts=facts, repeats=last.id, repeats_ref=last.ref)


def lend(work: Work, event: MessageRead) -> None:
    """What adds to the one request that was validated lately goes where that one goes, to be verified, if it says nothing of it."""
    followed = [one for one in work.case.beside if one.decided and not (one.author or one.same)]
    last = next((c for c in work.context.past if followed and c.id == followed[0].case_id), None)
    if len(followed) != 1 or last is None or event.hints.get(ADDS) != "adds" or work.case.repeats:
        return
    if (facts := lent(work.case.facts, last, work.directive)) != work.case.facts:
        work.because("lent", f"l'adresse est celle de {last.ref}, à laquelle ce message s'ajoute peut-être : à vérifier")
        work.change(facts=facts)


def repeats_at_last(work: Work, event: MessageRead) -> bool:
    """Whether what had nothing to repeat the first time has something now, and nobody has decided or said otherwise since."""
    case = work.case
    return bool(event.reading.repeat and work.context.past and not case.repeats and case.stage == "waiting_info")


#: The count of a case in which a person of ours wrote last: a sign alone answers her.
ASKED_BY_US = "asked-by-us"


def without_words(work: Work, event: MessageRead) -> bool:
    """Whether the customer sends no word: a thumb alone says that he has seen ours, an empty mail says nothing. Neither is told of nor
    voids a yes; what is missing is asked again after an empty one. A thumb that may answer an offer or a person's words is an answer."""
    nods, stage = NODS in event.hints and not event.message.attachments, work.case.stage
    if not (nods or EMPTY in event.hints) or stage == "waiting_approval" or (nods and work.case.counts.get(ASKED_BY_US)):
        return False
    if nods:
        work.because("nods", "un signe sans un mot : le client a vu notre message, rien ne change")
    else:
        work.because("empty", "un message vide : rien n'y est dit, rien ne change")
    if stage == "waiting_info" and not nods:
        work.change(asked=())
    return True


def takes_note(work: Work, event: MessageRead) -> bool:
    """The customer has taken note of ours and says nothing else (« ok 👍 »): nobody is told, no yes is void. Where we asked him something,
    or a person of ours did, it is an answer."""
    asked = work.case.stage in ("waiting_info", "waiting_approval", "fulfilling") or work.case.counts.get(ASKED_BY_US)
    # A yes to what came to nothing may be meant to bring it back.
    back = work.case.stage in ENDED and event.hints.get(AGREES) == YES
    if asked or back or ACKNOWLEDGES not in event.hints or not nothing_more(event):
        return False
    work.because("noted", "le client a pris note de notre message et ne dit rien d'autre : rien ne change")
    work.note(words(event))
    return True


#: How many of a person's later words are kept, and how much of each.
MOST_LATER, LATER = 5, 600


def remember(work: Work, event: MessageRead, before: tuple[Fact, ...], added: Addition | None = None) -> None:
    """Keep the words that changed what is asked for, and say what they changed: whoever judges it is to see both."""
    if added is not None and added.rows:
        told = f"ajouté : {' / '.join(row_text(row, work.directive, 'fr') for row in added.rows)}"
        if added.left:
            told += f" ; dit avec l'ajout et non repris, à vérifier : {' ; '.join(differences((), added.left, work.directive))}"
        work.because("added", told)
    else:
        found = differences(before, work.case.facts, work.directive)
        left = differences((), otherwise(work.case.facts, event.reading.facts, work.directive), work.directive)
        if not (found or left):
            return
        told = " ; ".join(found)
        if found:
            work.because("changed", f"ce message change : {told}")
        if left:
            unsure = f"dit et non repris, à vérifier : {' ; '.join(left)}"
            work.because("unsettled", unsure)
            told += f" ; {unsure}" if told else unsure
    if stale := outdated(before, work.case.facts, work.directive):
        work.because("total", stale)
        told += f" ; {outdated(before, work.case.facts, work.directive, lacking=False)}"
    text = " ".join(words(event).split()) or "(sans texte)"
    kept = f"« {text[:LATER]}{'…' if len(text) > LATER else ''} » → {told}"
    work.change(later=(*work.case.later, kept)[-MOST_LATER:])


#: How many further messages are kept with a request.
MOST_FURTHER = 20


def hear(work: Work, event: MessageRead, *, taken: bool, partly: bool = False) -> None:
    """Keep what the person writes while his request is judged: a yes is to having seen it too (core.rows.digest_of). The request has
    all that it says (``taken``), some of it (``partly``), or nothing."""
    text = " ".join(words(event).split())
    files = ", ".join(a.name for a in event.message.attachments if not is_decoration(a))
    told = (text[:LATER] + "…" * (len(text) > LATER)) or (f"(sans texte ; fichiers : {files})" if files else "(sans texte)")
    one = Further(event.message.id or event.id, told, event.received_at, taken, partly and not taken)
    work.change(further=(*work.case.further, one)[-MOST_FURTHER:])
    if taken:
        work.because("further", f"le client a écrit depuis : « {told} »")
    elif partly:
        work.because("further", f"le client a écrit depuis, et une partie seulement en est reprise : « {told} »")
    else:
        work.because("further", f"le client a écrit depuis, et rien n'en est repris : « {told} »")


#: What stands in the place of a password.
HIDDEN = "•••••"


def only_thanks(event: MessageRead) -> bool:
    """Whether a message says thanks and nothing else: « merci ! et 500 de plus », « merci, mais attendez » want something."""
    return POLITE in event.hints and nothing_more(event)


def only_chases(event: MessageRead) -> bool:
    """Whether a message asks for news and says nothing else: « Alors ?? ». Somebody is told, and no yes is void."""
    return CHASES in event.hints and nothing_more(event)


def nothing_more(event: MessageRead) -> bool:
    """Whether nothing that a request has was read in a message, and nothing came with it."""
    return not event.reading.facts and event.reading.repeat is None and not event.message.attachments


def words(event: MessageRead) -> str:
    """What the person wrote, cut to a length that every tool takes; without what may be the password of a file."""
    text = (event.message.text or event.message.body)[:SUMMARY]
    for secret in sorted(event.hints.get(SECRETS, "").split("\n"), key=len, reverse=True):
        text = text.replace(secret, HIDDEN) if secret else text
    return text
