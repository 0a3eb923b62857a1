"""Which case? Tokens and threads first, then the correspondent; what repeats a message that we had is told as such."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.case import ENDED, UNDECIDED, Case
from core.directive import Directive
from core.joining import BLANK, GREETING
from core.judging import judges
from core.message import Message, is_decoration
from core.ports import ReadRow
from core.rows import rows_spec
from engine.meant import Meant
from engine.office import Office
from engine.overlay import Overlay
from engine.thread_ids import BURST, burst, conversation, people_of, pressed_offer, same_files, same_request, silent
from processors.continuing import adds, changes, continues
from processors.correlate import (
    Candidate,
    Choice,
    Clues,
    choose_case,
    clues,
    read_message_id,
    same_correspondent,
    subject_stem,
)
from processors.lookalike import seems
from processors.verdicts.named import name_words

#: The same words from the same person within this time are one request.
REPEAT_WITHIN = timedelta(days=2)
#: Words beside files with which somebody only sends them: "je vous renvoie la photo de ma commande".
BARE = 8
#: The hint of a message that a person wants to be a request of its own: the reference of the case that it stood in.
APART = "apart"
#: Beside it: the directive of that case.
AS = "as"
#: How surely an answer, or what follows a refused request, is recognised at least that opens a case of its own.
SURE = 0.75
#: Messages whose clues are remembered.
REMEMBERED = 512


class Finder:
    """Finds the case that a message belongs to, for the clerk."""

    def __init__(self, office: Office, *, clock: Callable[[], datetime]) -> None:
        self._office, self._clock = office, clock
        self._meant = Meant(office, clock=clock)
        #: Of the messages of the batch at hand, by their row, for they are asked for twice or more: their clues, and ``same_request``.
        self._clues: dict[int, Clues] = {}
        self._same: dict[int, str] = {}

    def same_request(self, read: ReadRow) -> str:
        """A thread id that stands for the sender's words, however often they are sent."""
        known = self._same.get(read.row.id)
        if known is None:
            if len(self._same) >= REMEMBERED:
                self._same.clear()
            known = self._same[read.row.id] = same_request(read.message)
        return known

    def _clues_in(self, read: ReadRow) -> Clues:
        known = self._clues.get(read.row.id)
        if known is None:
            if len(self._clues) >= REMEMBERED:
                self._clues.clear()
            message = read.message
            known = clues(message.subject, message.body, message.in_reply_to, message.references, self._office.secret)
            self._clues[read.row.id] = known
        return known

    def clues_of(self, read: ReadRow) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """(references, thread ids, people) to look up for a message, in one query a batch."""
        message = read.message
        found = self._clues_in(read)
        refs = list(found.token_refs)
        if message.bounce is not None and (ref := read_message_id(self._office.secret, message.bounce.original_id)):
            refs.append(ref)
        threads = [
            *pressed_offer(message),
            *conversation(read),
            *found.thread_ids,
            message.id,
            f"fp:{read.fingerprint}",
            self.same_request(read),
            *burst(read)[:1],
            *silent(read),
            *same_files(message),
        ]
        return tuple(refs), tuple(t for t in threads if t), tuple(people_of(message))

    def choose(self, read: ReadRow, overlay: Overlay) -> tuple[Choice, str]:
        """The case of a message, and the message it repeats if it is one that we had already."""
        message = read.message
        office = self._office
        if (whence := read.row.hints.get(APART)) is not None:
            own, _ = office.new_id(read.row.identity)
            if overlay.case(own) is not None:  # read again since
                return Choice(own, "thread", "ce message a ouvert ce dossier"), ""
            return Choice(None, "none", f"Ouvert par une personne, à partir d'un message du dossier {whence}."), ""
        if message.bounce is not None:
            ref = read_message_id(office.secret, message.bounce.original_id)
            case_id = overlay.by_ref(ref) if ref else None
            return Choice(case_id, "thread" if case_id else "none", "avis de non-distribution d'un de nos messages"), ""
        same = overlay.by_thread(f"fp:{read.fingerprint}")
        if same is not None:
            return Choice(same, "thread", "le même message, déjà reçu par une autre voie"), message.id
        known = overlay.by_thread(message.id)
        if known is not None and (case := overlay.case(known)) is not None and case.thread.channel != message.channel:
            return Choice(known, "thread", "le même message, déjà reçu par un autre canal"), message.id
        found = self._clues_in(read)
        ids: dict[str, set[str]] = {}
        for ref in found.token_refs:
            if (case_id := overlay.by_ref(ref)) is not None:
                ids.setdefault(case_id, set())
        asks = read.reading.intent == "request" and read.reading.confidence >= 0.5
        chat = [i for i in conversation(read) if not asks or self._goes_on(overlay.by_thread(i), overlay)]
        found = replace(found, thread_ids=(*pressed_offer(message), *found.thread_ids, *chat))
        for thread_id in found.thread_ids:
            if (case_id := overlay.by_thread(thread_id)) is not None:
                ids.setdefault(case_id, set()).add(thread_id)
        people = people_of(message)
        for person in people:
            for case_id in overlay.by_person(person):
                ids.setdefault(case_id, set())
        cases = {i: c for i in ids if (c := overlay.case(i)) is not None}
        is_admin = self.is_admin(message)
        candidates = [_candidate(case, frozenset(ids[i]), is_admin=is_admin) for i, case in cases.items()]
        choice = choose_case(found, candidates, sender=message.sender.email, looks_like_request=asks, admin=is_admin)
        if choice.case_id is not None and self._another(read, cases.get(choice.case_id), asks=asks):
            choice = Choice(None, "none", "Écrit dans le fil d'un message, une demande ouvre son propre dossier.")
        if choice.case_id is not None and not is_admin and self._anew(read, cases.get(choice.case_id), whole=True):
            choice = Choice(None, "none", _after(cases[choice.case_id]))
        if choice.case_id is None and message.channel == "whatsapp" and is_admin and not asks:
            choice = self._to_judge(overlay, choice)
        if choice.case_id is None and message.channel == "whatsapp":
            choice = self._by_number(read, choice, list(cases.values()), overlay, asks=asks)
        if (
            choice.case_id is None
            and not is_admin
            and (only := self._meant.by_customer(read, found, list(cases.values()), overlay))
        ):
            return only, ""
        if choice.case_id is None and is_admin and message.channel != "whatsapp" and not found.forwarded:
            choice = self._meant.by_admin(message, overlay) or choice
        if choice.case_id is None and not found.replies:
            twin = overlay.by_thread(self.same_request(read))
            case = overlay.case(twin) if twin else None
            if case is not None and case.open and self._clock() - case.opened_at < REPEAT_WITHIN:
                return Choice(case.id, "correspondent", f"La même demande une seconde fois : dossier {case.ref}."), message.id
        if choice.case_id is None and bare(read):
            known_files = [overlay.case(i) if i else None for i in map(overlay.by_thread, same_files(message))]
            sent = known_files[0] if known_files else None
            recent = sent is not None and sent.open and self._clock() - sent.opened_at < REPEAT_WITHIN
            if sent is not None and recent and all(c is not None and c.id == sent.id for c in known_files):
                return Choice(sent.id, "correspondent", f"Le même fichier que dans le dossier {sent.ref}, encore ouvert."), ""
        return choice, ""

    @staticmethod
    def waiting_for(people: Sequence[str], overlay: Overlay) -> int:
        """How many open cases wait for an answer of theirs."""
        ids = {case_id for person in people for case_id in overlay.by_person(person)}
        return sum((c := overlay.case(i)) is not None and c.stage in ("waiting_info", "waiting_approval") for i in ids)

    def is_admin(self, message: Message) -> bool:
        """Whether the administrator wrote it, from his address or his phone."""
        office, sender = self._office, message.sender.email
        if message.channel == "whatsapp":
            return bool(office.admin_phone) and sender == office.admin_phone
        return bool(office.admin_email) and same_correspondent(sender, office.admin_email)

    def _another(self, read: ReadRow, case: Case | None, *, asks: bool) -> bool:
        """Whether a request is of another kind than what was only taken as a message: that one keeps waiting for its own answer.
        An answer is one where it says by itself all that a request needs that a person judges: « ok, je prends 1000 de ceux-là »."""
        if case is None or BLANK in case.counts or read.reading.business != case.business:
            return False
        directive = self._office.directive(case)
        if not directive.default or read.reading.directive in ("", case.directive):
            return False
        other = self._office.business(case.business).directive(read.reading.directive)
        answers = read.reading.intent in ("reply", "thanks") and read.reading.confidence >= SURE
        return asks or (answers and other is not None and judges(other) and _says(read, other, whole=True))

    def _anew(self, read: ReadRow, case: Case | None, *, whole: bool) -> bool:
        """Whether a message that asks for something opens a case of its own although it follows one: that one is decided, and it
        does not change what was decided there. In a thread it has to say by itself all that is needed (``whole``), or ask for the
        same again; in a chat, where nothing ties it but the minutes, some of it."""
        # « merci ! et 500 de plus » thanks and asks.
        intent = read.reading.intent
        if read.reading.confidence < 0.5 or intent not in ("request", "thanks", "reply", "question"):
            return False
        if case is None or case.stage in UNDECIDED:
            return False
        # Of what was refused or taken back nothing can be changed any more.
        over = case.stage in ENDED and read.reading.confidence >= SURE and judges(self._office.directive(case))
        if changes(read.message.text) and not over:
            return False
        directive = self._office.business(read.reading.business).directive(read.reading.directive)
        if directive is None or directive.default or self._office.directive(case).default:
            return False
        if over and judges(directive) and intent != "request":
            return _says(read, directive, whole=True) and (intent != "question" or _states(read, directive))
        # An answer asks for something of its own only where it says to add a line.
        if intent == "question" or (changes(read.message.text) and not _says(read, directive, whole=True)):
            return False
        if read.reading.intent == "reply" and (rows_spec(directive) is None or adds(read.message.text) != "adds"):
            return False
        return read.reading.repeat is not None or _says(read, directive, whole=whole)

    def beside(self, read: ReadRow, directive: Directive, overlay: Overlay) -> list[Case]:
        """Requests of the sender's that a message may have to do with which opens a case by that directive (engine.meant)."""
        if self.is_admin(read.message):
            return []
        ids = dict.fromkeys(i for person in people_of(read.message) for i in overlay.by_person(person))
        return self._meant.beside(read, directive, [c for i in ids if (c := overlay.case(i)) is not None])

    def follows(self, read: ReadRow, directive: Directive, overlay: Overlay) -> list[Case]:
        """Decided requests of the sender's that such a message may be meant of (engine.meant)."""
        return [] if self.is_admin(read.message) else self._meant.follows(read, directive, overlay)

    def others(self, read: ReadRow, directive: Directive, overlay: Overlay) -> list[Case]:
        """Requests of the sender's by that directive that a message which opens one may ask for again (engine.meant)."""
        if self.is_admin(read.message) or not judges(directive):
            return []
        ids = dict.fromkeys(i for person in people_of(read.message) for i in overlay.by_person(person))
        cases = [c for i in ids if (c := overlay.case(i)) is not None and c.directive == directive.name]
        waiting = self._meant.to_judge(read.message.sender.email, cases, directive.business)
        return [*waiting, *self._meant.lately([directive], read, overlay, REPEAT_WITHIN)]

    def cited(self, read: ReadRow, overlay: Overlay) -> list[Case]:
        """Requests that a person judges, or has judged, and that a message names by our reference or thread although its sender is
        none of their people: nothing of it is theirs, and whoever judges them is to have seen it."""
        business, sender = self._office.business(read.reading.business), read.message.sender.email
        if not any(judges(d) for d in business.directives) or self.is_admin(read.message):
            return []
        found = self._clues_in(read)
        named = [*map(overlay.by_ref, found.token_refs), *map(overlay.by_thread, found.thread_ids)]
        cases = [c for i in dict.fromkeys(named) if i is not None and (c := overlay.case(i)) is not None]
        return [
            c
            for c in cases
            if judges(self._office.directive(c)) and not any(same_correspondent(sender, known) for known in c.people)
        ]

    def colleague(self, message: Message, replied: Sequence[str], cited: Sequence[Case]) -> bool:
        """Whether somebody of the house who is no administrator answers what only administrators get, or judges a request that he names:
        ``replied`` are the keys of the texts of those requests (``cited``) that he answers."""
        if self.is_admin(message) or message.channel != "email" or message.authentication.verdict != "pass" or not cited:
            return False
        if any(key and any(s.key == key for s in case.shown) for key, case in zip(replied, cited, strict=True)):
            return True
        of_house = self._office.admin_email.rpartition("@")[2].casefold()
        # Of a mailbox that anybody can have, the domain tells nothing.
        ours = bool(name_words(of_house)) and message.sender.email.rpartition("@")[2].casefold() == of_house
        return ours and any(self._meant.decides(message, self._office.directive(case)) for case in cited)

    def cited_before(self, read: ReadRow, overlay: Overlay) -> list[Case]:
        """Requests that an earlier message of the sender's cited though he is none of their people: where this one answers in its thread,
        or he goes by their customer's name or address. What he asks for may be his own; whoever judges it is to know of that."""
        if self.is_admin(read.message):
            return []
        found, message = self._clues_in(read), read.message
        here = [*map(overlay.by_ref, found.token_refs), *map(overlay.by_thread, found.thread_ids)]
        threads = {i for i in here if i is not None}
        mine = dict.fromkeys((*threads, *(i for person in people_of(message) for i in overlay.by_person(person))))
        cases: dict[str, Case] = {}
        for own in (c for i in mine if (c := overlay.case(i)) is not None):
            theirs = any(same_correspondent(message.sender.email, known) for known in own.people)
            for one in own.beside if theirs else ():
                other = overlay.case(one.case_id) if one.cited else None
                if other is not None and (own.id in threads or alike(message, other)):
                    cases[other.id] = other
        return list(cases.values())

    @staticmethod
    def parks(read: ReadRow, directive: Directive, cited: Sequence[Case]) -> bool:
        """Whether a message that names somebody else's requests (``cited``) is for a person to make out instead of a request by that
        directive: it changes something, does not say by itself what it needs, or its author goes by the customer's name or address."""
        if not cited or directive.default or APART in read.row.hints:
            return False  # who wants it to be a request of its own has read it
        message = read.message
        return changes(message.text) or not _says(read, directive, whole=True) or any(alike(message, c) for c in cited)

    def of_list(self, read: ReadRow, listed: Case, overlay: Overlay, choice: Choice) -> Choice:
        """Which request an administrator's reply to a list of what waits is about, where such requests are judged (engine.meant)."""
        return self._meant.of_list(read.message, listed, overlay) if judges(self._office.directive(listed)) else choice

    def judges_anew(self, read: ReadRow) -> bool:
        """Whether an administrator says yes or no to something in a message that answers no notice and is no request of his."""
        business = self._office.business(read.reading.business)
        judged = next((d for d in business.directives if judges(d)), None)
        return judged is not None and self.is_admin(read.message) and self._meant.decides(read.message, judged)

    def _said_last(self, case_id: str | None, cases: Sequence[Case], overlay: Overlay) -> Case | None:
        """The case that a chat was about last: the one of those minutes, or one that it opened since."""
        before = overlay.case(case_id) if case_id else None
        if before is None:
            return None
        since = self._clock() - timedelta(seconds=2 * BURST)
        here = [c for c in cases if c.thread.channel == "whatsapp" and c.opened_at >= max(since, before.opened_at)]
        return max((before, *here), key=lambda c: (c.opened_at, c.id == before.id))

    @staticmethod
    def _goes_on(case_id: str | None, overlay: Overlay) -> bool:
        """Whether what is asked in a conversation can still be about the request that it began with."""
        case = overlay.case(case_id) if case_id else None
        return case is not None and case.open

    @staticmethod
    def _to_judge(overlay: Overlay, choice: Choice) -> Choice:
        """The request that an administrator means who quotes none: the only one that waits for him. Of several none is guessed."""
        waiting = overlay.in_stage("waiting_review", 2)
        if not waiting:
            return choice
        why = "Réponse de l'administrateur à la seule demande qui l'attend."
        if len(waiting) > 1:
            why = "plusieurs demandes attendent votre avis : répondez en citant le message dont vous parlez"
        return Choice(waiting[0].id, "correspondent", why, ambiguous=len(waiting) > 1)

    def _by_number(self, read: ReadRow, choice: Choice, cases: Sequence[Case], overlay: Overlay, *, asks: bool) -> Choice:
        """A chat has no threads: what follows within minutes goes with what came before (FAILURES 21), and an answer with the
        one request that waits for this person, on whatever channel that began."""
        if asks and overlay.by_thread(self.same_request(read)) is not None:
            return choice  # said twice: told as a repeat by the rule for all channels
        before = self._said_last(overlay.by_thread(burst(read)[0]), cases, overlay)
        if before is not None and self._anew(read, before, whole=not asks):
            choice = Choice(None, "none", _after(before))
        elif before is not None and not self._another(read, before, asks=asks):
            return Choice(before.id, "thread", "Écrit dans les mêmes minutes que le message précédent de cette personne.")
        for mark in silent(read):
            blank = overlay.by_thread(mark)
            case = overlay.case(blank) if blank else None
            if case is not None and BLANK in case.counts:
                return Choice(case.id, "thread", f"Les mots qui manquaient au dossier {case.ref}.")
        waiting = [c for c in cases if c.stage in ("waiting_info", "waiting_approval")]
        # What stands in the same chat comes before what began elsewhere.
        waiting = [c for c in waiting if c.thread.channel == "whatsapp"] or waiting
        if len(waiting) == 1 and (not asks or continues(read.message.text) or _tells(read, waiting[0])):
            return Choice(waiting[0].id, "correspondent", f"Réponse de la personne que le dossier {waiting[0].ref} attend.")
        return choice


def alike(message: Message, case: Case) -> bool:
    """Whether the author of a message, who is none of the people of a case, goes by the name or an address of theirs."""
    return seems(message.sender.name, message.sender.email, known_name=case.party.name, known=(case.party.email, *case.people))


def _after(case: Case) -> str:
    """Why a request has a case of its own although it follows one, for people."""
    return f"Une nouvelle demande, écrite alors que le dossier {case.ref} est déjà décidé : elle ouvre le sien, à sa suite."


def _says(read: ReadRow, directive: Directive, *, whole: bool) -> bool:
    """Whether a message says by itself what the directive needs: all of it, or some. What it only quotes is not said."""
    told = {f.name for f in read.reading.facts if f.evidence and any(e.source != "body" for e in f.evidence)}
    needed = [s for s in directive.facts if s.required and s.unless is None]
    said = [
        any(not is_decoration(a) and (not s.families or a.family in s.families) for a in read.message.attachments)
        if s.type == "files"
        else s.name in told
        for s in needed
    ]
    return bool(said) and (all(said) if whole else any(said))


def _states(read: ReadRow, directive: Directive) -> bool:
    """Whether a message with a question says what the directive needs in a sentence that asks nothing: « en blanc alors ? 3000 … »."""
    asked = [part for part in re.findall(r"[^.!?؟\n]+[.!?؟\n]?", read.message.text) if part.rstrip().endswith(("?", "؟"))]
    needed = {s.name for s in directive.facts if s.required and s.unless is None}
    proofs = [e.quote for f in read.reading.facts if f.name in needed for e in f.evidence if e.source == "text"]
    return bool(proofs) and not any(quote in part for quote in proofs for part in asked)


def _tells(read: ReadRow, case: Case) -> bool:
    """Whether a request is what the case waits to be told: it knows nothing yet, or the request is « as usual »."""
    same = (read.reading.business, read.reading.directive) == (case.business, case.directive)
    return same and case.stage == "waiting_info" and (not case.facts or read.reading.repeat is not None)


def bare(read: ReadRow) -> bool:
    """Whether a message says next to nothing beside its files: what it asks for stands in them, no fact in its words."""
    text = read.message.text
    told = any(e.source in ("text", "subject", "body") for f in read.reading.facts for e in f.evidence)
    return not told and len(text.split()) <= BARE and not any(c.isdigit() for c in text)


def greets(read: ReadRow) -> bool:
    """Whether a message is no more than a greeting."""
    return not read.message.attachments and read.reading.intent != "request" and len(read.message.text.split()) <= GREETING


def _candidate(case: Case, threads: frozenset[str], *, is_admin: bool) -> Candidate:
    waits_for = "waiting_review" if is_admin else ("waiting_info", "waiting_approval")
    return Candidate(
        case_id=case.id,
        ref=case.ref,
        correspondents=frozenset(case.people),
        thread_ids=threads,
        subject_stem=subject_stem(case.thread.subject or case.subject),
        open=case.open,
        waiting=case.stage in waits_for,
        last_activity=case.updated_at,
    )
