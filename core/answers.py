"""The customer's answers while nothing is decided, by message, button or link (the table in docs/approvals.md)."""

from __future__ import annotations

from core.adding import Addition, taken
from core.approving import approved
from core.case import ENDED
from core.case_files import add_files, store_files, tell_oversize, unlocks
from core.decided import tell_cancelled
from core.events import ADDS, AGREES, AMENDS, ASKS_AFTER, YES, MessageRead, OperatorActed
from core.gates import walk
from core.gates.review import RECEIPT
from core.inheriting import in_habitual_currency
from core.joining import answered, hear, only_chases, only_thanks, remember, repeat, words
from core.judging import judges, reject
from core.quote import Approval, read_button
from core.receipts import arrived, received
from core.replaced import still_replaced
from core.unsettled import otherwise
from core.values import condition_values, differences, missing
from core.work import Work

#: How often an unclear answer to one offer is answered automatically before only people deal with it.
MOST_UNCLEAR = 2


def customer(work: Work, event: MessageRead) -> None:
    """The customer writes while nothing is decided yet."""
    if ASKS_AFTER in event.hints and judges(work.directive) and not event.message.attachments:
        arrived(work, event)
        return
    verdict = event.reading.verdict
    answer = verdict.answer if verdict is not None else "unclear"
    before, facts = condition_values(work.case, work.directive), work.case.facts
    lacked = missing(work.case, work.directive, required=True)
    files = add_files(work, event)
    added: Addition | None = None
    if answer != "approve" or work.case.stage != "waiting_approval":
        # The words of a yes are about the offer, not about the object: they must not change what was priced.
        added = _take(work, event)
        if added is None or added.completes:
            repeat(work, event)
    unclear = added is not None and added.unclear
    if lacked and added is None:
        answered(work, event)
    if judges(work.directive) and not only_thanks(event) and not only_chases(event):
        new_rows = added is not None and bool(added.rows)
        left = otherwise(work.case.facts, event.reading.facts, work.directive) if not new_rows else ()
        completes = added is not None and added.completes
        applied = new_rows or completes or bool(differences(facts, work.case.facts, work.directive))
        hear(work, event, taken=applied and not left and not unclear, partly=applied)
    remember(work, event, facts, added)
    unlocking = unlocks(work, event)
    store_files(work, files)
    tell_oversize(work, event)
    work.note(words(event))
    news = condition_values(work.case, work.directive) != before or bool(files)

    if answer != "unclear" and _untold(work, event):
        work.because("answers-unknown", "reçu sans dire à quel devis il répond, et un devis a été remplacé : rien n'est décidé")
        _unclear(work, event, news)
        return
    if answer == "refuse" and _refuses(work, event, news):
        if not event.authorised:
            _not_verified(work, event)
            return
        held = bool(work.case.shown) or work.case.review == "asked"
        reject(work, "customer", event.message.sender.email)
        if held:
            tell_cancelled(work, event)
        return
    if work.case.stage == "waiting_approval" and answer == "approve":
        if not event.authorised:
            _not_verified(work, event)
            return
        if {q.key for q in work.case.quotes if q.key}.intersection(event.answers):
            _old_offer(work, "ce oui répond à un devis remplacé depuis : il n'accepte rien")
            return
        if _concerns_open_offer(work, event):
            quote = work.case.quote
            assert quote is not None
            assert verdict is not None
            approved(work, event, "customer", quote.amount, verdict.evidence)
            walk(work)
            return
    stage, offer, shown = work.case.stage, work.case.quote, work.case.shown
    receipts = work.case.counts.get(RECEIPT, 0)
    if lacked and not unlocking and not unclear and missing(work.case, work.directive, required=True):
        work.change(asked=())  # he answered, and something is still missing: ask again for what remains
    walk(work)
    if work.case.counts.get(RECEIPT, 0) == receipts and work.case.stage == "waiting_review":
        received(work, event, added)
    if (work.case.stage, work.case.quote) == (stage, offer) and stage == "waiting_approval":
        _unclear(work, event, news)
    elif work.case.stage == stage == "waiting_info" and unclear:
        work.because("adds", "il n'est pas clair s'il ajoute ou remplace : rien n'est changé, une personne est prévenue")
        work.tell_admin("admin_question", message=words(event))
    elif work.case.stage == stage == "waiting_info" and _spoken(event):
        work.because("voice", "un message vocal que personne n'a lu : une personne est prévenue")
        work.tell_admin("admin_question", message=work.case.summary)
    elif work.case.stage == stage == "waiting_review" and work.case.shown == shown:
        if only_thanks(event):
            work.because("thanks", "un remerciement : rien à décider")
            return
        work.because("more", "le client a écrit à nouveau : à lire avant de décider")
        work.tell_admin("admin_question", message=words(event))


def _take(work: Work, event: MessageRead) -> Addition | None:
    """The request has what the message says of it from now on; what it puts on top, None where it is a message as any other."""
    amends, told = AMENDS in event.hints, event.hints.get(ADDS, "")
    # What no word says to be otherwise takes nothing away, where a person judges what there is.
    replaces = amends or event.reading.repeat is not None or not judges(work.directive)
    new = event.reading.facts
    if told:
        new = in_habitual_currency(new, work.context.past)
    facts, added = taken(work.case.facts, new, work.directive, told, amends=amends, replaces=replaces)
    before = work.case.facts
    work.change(facts=facts)
    if work.case.replaced:
        work.change(replaced=still_replaced(work.case, before, work.directive))
    return added


def press(work: Work, event: MessageRead) -> bool:
    """A quick reply under an offer was pressed: a plain yes or no to that one, and to no other. Whether that settles the message."""
    told = read_button(event.message.pressed)
    if told is None:
        return False
    choice, mark = told
    case, quote = work.case, work.case.quote
    if case.stage == "waiting_approval" and quote is not None and quote.status == "open" and quote.digest == mark:
        if not event.authorised:
            _not_verified(work, event)
        elif choice == "refuse":
            reject(work, "customer", event.message.sender.email)
        else:
            approved(work, event, "customer", quote.amount, event.message.text)
            walk(work)
        return True
    settled = case.approval is not None and case.approval.digest == mark and choice == "approve"
    if settled or (case.stage == "rejected" and choice == "refuse"):
        work.because("pressed-again", "le bouton dit ce qui est déjà décidé")
        return True
    if case.stage in ("fulfilling", "done"):
        return False
    _old_offer(work, "le bouton est celui d'un devis qui ne vaut plus : il n'accepte ni ne refuse rien")
    return case.open


def regrets(work: Work, event: MessageRead) -> None:
    """The customer comes back to an offer that was refused or is over: nothing is approved by it, and he is told that a person reads it."""
    if judges(work.directive) or work.case.stage not in ENDED or work.case.quote is None or event.message.pressed:
        return
    if event.hints.get(AGREES) == YES or AMENDS in event.hints:
        _old_offer(work, "le client revient sur un devis qui a pris fin : rien n'est accepté, une personne lit", words(event))


def _old_offer(work: Work, why: str, message: str = "") -> None:
    """Somebody decides about an offer that no longer stands: nothing is decided, he is told which one does."""
    work.because("old-offer", why)
    # A house may do without the text; asking again for a clear answer says enough while an offer stands.
    template = "old_offer" if "old_offer" in work.directive.texts else "unclear"
    if work.count("old-offer") <= MOST_UNCLEAR and (template == "old_offer" or work.case.stage == "waiting_approval"):
        work.tell_customer(template, "question", message=message)
    elif work.case.open:
        work.tell_admin("admin_question", message=work.case.summary)


def _refuses(work: Work, event: MessageRead, news: bool) -> bool:
    """Whether a no ends the request. While we ask for information, a bare « non » answers the question instead."""
    if work.case.stage == "waiting_approval":
        return True
    evidence = event.reading.verdict.evidence if event.reading.verdict else ""
    if news or len(evidence.split()) < 2:
        work.because("no-answers", "un « non » qui répond peut-être à notre question : il n'annule pas la demande")
        return False
    return True


def _untold(work: Work, event: MessageRead) -> bool:
    """Whether the channel lost what the message answers (a button under which offer?) while an older offer may be meant."""
    quote = work.case.quote
    if event.hints.get("answers") != "unknown" or work.case.stage != "waiting_approval" or quote is None:
        return False
    return any(q.digest != quote.digest for q in work.case.quotes)


def _concerns_open_offer(work: Work, event: MessageRead) -> bool:
    """Whether a yes can only mean the offer that is open now."""
    quote, verdict = work.case.quote, event.reading.verdict
    if quote is None or quote.status != "open" or verdict is None:
        return False
    if verdict.amount is not None and verdict.amount != quote.amount:
        work.because("other-amount", "le oui nomme un autre montant que le devis : il n'accepte pas ce devis")
        return False
    if quote.key in event.answers:
        return True
    # No header ties the yes to this offer, so it must not be older than it.
    # Channels stamp their messages in whole seconds.
    if event.received_at < quote.made_at.replace(microsecond=0):
        work.because("before-offer", "ce oui a été reçu avant que ce devis n'existe")
        return False
    return True


def _unclear(work: Work, event: MessageRead, news: bool) -> None:
    """The offer is open and the words are no plain yes or no: ask again, within reason, and tell a person."""
    if news and not event.message.text.strip() and not _spoken(event):
        work.because("more", "des fichiers de plus, sans un mot : rien à décider")
        return
    if only_thanks(event) and not news:
        work.because("thanks", "un remerciement : rien à décider")
        return
    work.because("unclear", "la réponse n'est ni un oui ni un non net : rien n'est décidé, une personne est prévenue")
    if work.count("unclear") <= MOST_UNCLEAR:
        work.tell_customer("unclear", "question")
    work.tell_admin("admin_question", message=words(event))


def _spoken(event: MessageRead) -> bool:
    """Whether the message is a recording without words: what it says is for a person to hear."""
    return not event.message.text.strip() and any(a.family in ("audio", "video") for a in event.message.attachments)


def _not_verified(work: Work, event: MessageRead) -> None:
    """A decision whose sender is not vouched for: nothing is decided; the known address is asked, a person is told."""
    reason = event.message.authentication.reason
    work.because(
        "not-verified", "l'expéditeur n'a pas pu être vérifié : rien n'est décidé" + (f" ({reason})" if reason else "")
    )
    # A house that makes no offers may do without the text.
    if work.count("not-verified") <= MOST_UNCLEAR and "not_verified" in work.directive.texts:
        work.tell_customer("not_verified", "question")
    shown = work.case.shown
    if judges(work.directive) and work.case.stage == "waiting_review":
        walk(work)
    if work.case.shown == shown:
        work.tell_admin("admin_question", message=words(event))


def by_link(work: Work, event: OperatorActed) -> None:
    """The customer's yes or no on the page that the quote's link leads to: it holds for that very offer, while it is open."""
    quote = work.case.quote
    if event.action not in ("approve", "refuse") or quote is None or not event.digest or event.digest != quote.digest:
        work.because(
            "old-offer", "cette réponse par lien est celle d'un devis remplacé depuis : elle ne décide rien", hit=False
        )
    elif work.case.stage != "waiting_approval" or quote.status != "open":
        work.because("too-late", f"réponse par lien : le devis n'est plus ouvert ({work.case.stage})", hit=False)
    elif event.action == "refuse":
        work.because("link", f"refus par le lien du devis n° {quote.number} ({event.evidence})")
        reject(work, "customer", event.author)
    else:
        what = f"{quote.amount.normalize():f} {quote.unit}"
        work.because(
            "approve", f"accord de {event.author} par le lien du devis n° {quote.number}, sur {what} ({event.evidence})"
        )
        work.change(approval=Approval("customer", event.author, "link", quote.amount, quote.digest, event.at, event.evidence))
        walk(work)
