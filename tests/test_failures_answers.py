"""FAILURES rows 17 to 19 on the whole road: whose words, whose case, whose yes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from core.case import Case
from switchboard import LOCAL_ADDRESS
from tests.quick import Quick, quick
from tests.road import ADMIN, AUTHSERV, JPEG, mail, plain

CLIENT = "client@example.com"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data") as opened:
        yield opened


def offered(counter: Quick, number: str = "1", sender: str = CLIENT) -> EmailMessage:
    """A case that waits for its customer's yes; the quote."""
    text = f"Je souhaite modéliser ce fauteuil numéro {number}"
    raw = mail(text, sender=sender, subject=f"Fauteuil {number}", files=(("p.jpg", JPEG + number.encode()),), number=number)
    assert counter.send(raw) == {}
    (quote,) = counter.fresh(sender)
    return quote


def answer(quote: EmailMessage, text: str, *headers: tuple[str, str], sender: str = CLIENT, number: str = "yes") -> bytes:
    """A mail in the thread of a quote with exactly that text and, above From, exactly those headers."""
    message = EmailMessage()
    for name, value in headers:
        message[name] = value
    message["From"] = sender
    message["To"] = LOCAL_ADDRESS
    message["Subject"] = str(quote["Subject"])
    message["Date"] = "Mon, 02 Mar 2026 11:00:00 +0100"
    message["Message-ID"] = f"<{number}@{sender.rpartition('@')[2].strip('>')}>"
    message["In-Reply-To"] = str(quote["Message-ID"])
    message["References"] = str(quote["Message-ID"])
    message.set_content(text)
    return message.as_bytes(policy=SMTP)


PASS = ("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from=example.com")


def quoted(quote: EmailMessage, mark: str = "> ") -> str:
    return "\n".join(mark + line for line in plain(quote).splitlines())


def undecided(case: Case) -> bool:
    """Nothing was decided and the offer stands."""
    return case.stage == "waiting_approval" and case.approval is None and case.quote is not None and case.quote.status == "open"


# ------------------------------------------------------------------ row 17

SAID = "Le lun. 2 mars 2026 à 10:42, Figurative <guichet@guichet.invalid> a écrit :"


def test_row_17_the_words_of_a_yes_in_quoted_text_alone_approve_nothing(counter: Quick) -> None:
    """Our own quote says « Je valide » for the customer to copy: quoting it back is no yes, in whatever shape it is quoted."""
    quote = offered(counter)
    text = plain(quote)
    replies = {
        "gmail": f"Merci, je regarde.\n\n{SAID}\n\n{quoted(quote)}\n",
        "outlook": "Je regarde.\n\n-----Message d'origine-----\nDe : Figurative <guichet@guichet.invalid>\nEnvoyé : lundi 2 mars 2026 "
        f"10:42\nÀ : client@example.com\nObjet : Re: Fauteuil\n\n{text}",
        "line": "Je regarde.\n\n________________________________\nDe : Figurative <guichet@guichet.invalid>\n"
        f"Envoyé : lundi 2 mars 2026 10:42\nÀ : client@example.com\nObjet : Re: Fauteuil\n\n{text}",
        "only quote": f"{SAID}\n\n{quoted(quote)}\n",
        "no attribution": f"Bien reçu, je reviens vers vous.\n\n{quoted(quote)}\n",
        "unmarked": f"{text}\n",
        "unmarked, question above": f"C'est quoi un crédit ?\n\n{text}\n",
        "everything prefixed": "> Bonjour\n> \n> Je valide\n> \n> Jean\n",
        "prefixed with the quote": f"> Je valide\n> \n> {SAID}\n> \n{quoted(quote, '>> ')}\n",
    }
    for number, (shape, words) in enumerate(replies.items()):
        counter.send(answer(quote, words, PASS, number=f"q{number}"))
        assert undecided(counter.only()), shape
    assert counter.records("task") == []
    # Nothing went away: each of these is on the ticket for people to read.
    assert len(counter.records("crm.note")) == len(replies)
    assert counter.sent(ADMIN)


@pytest.mark.parametrize(
    "shape",
    ["top", "bottom", "interleaved", "bottom without attribution", "html"],
)
def test_row_17_a_yes_of_his_own_counts_wherever_it_stands(counter: Quick, shape: str) -> None:
    """Above, below or between the lines of the quote: the customer's own yes is found."""
    quote = offered(counter)
    lines = quoted(quote).splitlines()
    at = next(i for i, line in enumerate(lines) if "Votre prix" in line)
    texts = {
        "top": f"Je valide.\n\n{SAID}\n\n{quoted(quote)}\n",
        "bottom": f"{SAID}\n\n{quoted(quote)}\n\nJe valide.\n",
        "interleaved": f"{SAID}\n\n" + "\n".join([*lines[: at + 1], "", "D'accord, je valide.", "", *lines[at + 1 :]]) + "\n",
        "bottom without attribution": f"{quoted(quote)}\n\nJe valide.\n",
    }
    if shape == "html":
        message = EmailMessage()
        message["Authentication-Results"] = PASS[1]
        message["From"], message["To"], message["Subject"] = CLIENT, LOCAL_ADDRESS, str(quote["Subject"])
        message["Message-ID"], message["In-Reply-To"] = "<html@example.com>", str(quote["Message-ID"])
        body = plain(quote).replace("\n", "<br>")
        message.set_content(
            f'<div dir="ltr">Je valide</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{SAID}<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0">{body}</blockquote></div>',
            subtype="html",
        )
        counter.send(message.as_bytes(policy=SMTP))
    else:
        counter.send(answer(quote, texts[shape], PASS))
    assert counter.only().stage == "done"
    assert len(counter.records("task")) == 1


def test_row_17_text_after_a_quote_reaches_people(counter: Quick) -> None:
    """What stands below or inside the quote is kept: on the ticket, whole."""
    quote = offered(counter)
    counter.send(answer(quote, f"{SAID}\n\n{quoted(quote)}\n\nLe pied gauche est cassé, faut-il l'envoyer ?\n", PASS))
    assert undecided(counter.only())
    assert any("pied gauche est cassé" in str(note["text"]) for note in counter.records("crm.note"))
    assert any("pied gauche est cassé" in plain(m) for m in counter.sent(ADMIN))


# ------------------------------------------------------------------ row 18


def test_row_18_a_stranger_who_copies_token_and_thread_joins_nothing(counter: Quick) -> None:
    """Token, In-Reply-To, References, subject: known to whoever was forwarded the mail, and no right to anything."""
    quote = offered(counter)
    token = re.search(r"\[#\S+\]", plain(quote))
    assert token is not None
    evil = ("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from=evil.example")
    counter.send(answer(quote, f"Je valide {token[0]}", evil, sender="Client <x@evil.example>"))
    counter.send(
        mail(
            "Je valide",
            subject=f"Re: Fauteuil 1 {token[0]}",
            sender=f"{CLIENT} <x@evil.example>",
            headers=(("Reply-To", CLIENT),),
            number="t",
        )
    )
    first = min(counter.cases(), key=lambda c: c.opened_at)
    case = next(c for c in counter.cases() if c.subject == "Fauteuil 1")
    assert first.opened_at == case.opened_at
    assert undecided(case)
    assert case.people == (CLIENT,)
    assert case.thread.to == CLIENT
    assert counter.records("task") == []
    # Nothing of the case is shown to the stranger.
    for message in counter.sent("evil.example"):
        assert "crédits" not in plain(message)
        assert case.ref not in plain(message) + str(message["Subject"])


FORGED: dict[str, tuple[tuple[str, str], ...]] = {
    "nobody vouches": (),
    "our server says fail": (("Authentication-Results", f"{AUTHSERV}; dmarc=fail header.from=example.com; spf=fail"),),
    "spf passes for another domain": (
        ("Authentication-Results", f"{AUTHSERV}; spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example"),
    ),
    "forged below the real one": (
        ("Authentication-Results", f"{AUTHSERV}; dmarc=fail header.from=example.com"),
        ("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from=example.com"),
    ),
    "forged below the real one, which has no result": (
        ("Authentication-Results", f"{AUTHSERV}; none"),
        ("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from=example.com"),
    ),
    "a foreign server's": (("Authentication-Results", "mx.evil.example; dmarc=pass header.from=example.com"),),
    "a look-alike server's": (("Authentication-Results", f"{AUTHSERV}.evil.example; dmarc=pass header.from=example.com"),),
    "in a comment": (("Authentication-Results", f"{AUTHSERV}; dmarc=fail (dmarc=pass header.from=example.com)"),),
    "for another domain": (("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from=example.org"),),
    "ARC of nobody": (("ARC-Authentication-Results", f"i=1; {AUTHSERV}; dmarc=pass header.from=example.com"),),
    "X- header": (("X-Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from=example.com"),),
}


def test_row_18_a_forged_from_decides_nothing_and_the_known_address_is_asked(counter: Quick) -> None:
    """In each of these the From is the customer's and the yes plain; only our own topmost results would make it his."""
    for number, (how, headers) in enumerate(FORGED.items()):
        quote = offered(counter, f"f{number}")
        counter.send(answer(quote, "Je valide", *headers, number=f"forged{number}"))
        case = next(c for c in counter.cases() if c.subject == f"Fauteuil f{number}")
        assert undecided(case), how
        assert case.thread.to == CLIENT
        asked = counter.fresh(CLIENT)
        assert len(asked) == 1, how
        assert "vérifier" in plain(asked[0])
        assert counter.fresh(ADMIN), how
    assert counter.records("task") == []
    # The real customer confirms what he is asked.
    counter.send(answer(asked[0], "Je valide", PASS, number="real"))
    assert len(counter.records("task")) == 1


def test_row_18_a_correspondent_of_his_own_case_gets_into_no_other(counter: Quick) -> None:
    """A customer with an open offer of his own copies the thread and the token of somebody else's: his yes is not theirs."""
    theirs = offered(counter, "1")
    offered(counter, "2", "autre@example.org")
    results = ("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from=example.org")
    counter.send(answer(theirs, f"Je valide\n\n{quoted(theirs)}", results, sender="autre@example.org", number="other"))
    case = next(c for c in counter.cases() if c.people == (CLIENT,))
    assert undecided(case)
    assert case.messages == 1
    assert counter.records("task") == []


def test_row_18_a_forged_refusal_or_address_changes_nothing(counter: Quick) -> None:
    """A forged no must not end the request, and a forged Reply-To must not lead our answers away."""
    quote = offered(counter)
    counter.send(answer(quote, "Je refuse", number="no"))
    assert undecided(counter.only())
    reply_to = ("Reply-To", "thief@evil.example")
    counter.send(answer(quote, "Pouvez-vous renvoyer le devis ?", reply_to, number="rt"))
    assert counter.sent("evil.example") == []
    assert counter.only().thread.to == CLIENT


def test_row_18_nobody_passes_for_the_administrator(counter: Quick) -> None:
    """A forged From of the administrator, or his name before another address, sets no price and approves nothing."""
    photo = (("c.jpg", JPEG),)
    counter.send(mail("modéliser notre cheminée sculptée en marqueterie", subject="cheminée 3D", files=photo))
    (notice,) = counter.fresh(ADMIN)
    mine = ("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from=evil.example")
    counter.send(answer(notice, "ok 1 crédit", sender=f"Patron <{ADMIN}>", number="a1"))
    counter.send(answer(notice, "ok 1 crédit", mine, sender=f"Patron <{ADMIN}>", number="a2"))
    counter.send(answer(notice, "ok 1 crédit", mine, sender=f'"{ADMIN}" <x@evil.example>', number="a3"))
    counter.send(answer(notice, "ok 1 crédit", PASS, sender=CLIENT, number="a4"))
    case = next(c for c in counter.cases() if c.subject == "cheminée 3D")
    assert case.stage == "waiting_review"
    assert case.price is None
    assert counter.records("task") == []
    theirs = ("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from=studio.example")
    counter.send(answer(notice, "ok 6 crédits", theirs, sender=f"Patron <{ADMIN}>", number="a5"))
    case = next(c for c in counter.cases() if c.subject == "cheminée 3D")
    assert case.stage == "waiting_approval"
    assert case.quote is not None
    assert case.quote.amount == 6


def test_row_18_an_old_ticket_number_in_a_subject_is_no_key(counter: Quick) -> None:
    """« Ticket#1234 », or a reference without its signature, joins nothing, not even for the customer's neighbour."""
    offered(counter)
    case = counter.only()
    for number, tag in enumerate((f"Ticket#{case.ref}", f"[#{case.ref}]", f"[#{case.ref}-000000]")):
        counter.send(mail("Je valide", sender="voisin@example.com", subject=f"Re: Fauteuil 1 {tag}", number=f"tag{number}"))
    after = next(c for c in counter.cases() if c.id == case.id)
    assert undecided(after)
    assert after.messages == 1


# ------------------------------------------------------------------ row 19


@pytest.mark.parametrize("threaded", [True, False])
def test_row_19_a_forward_with_a_new_request_is_a_new_case(counter: Quick, threaded: bool) -> None:
    """Passed on by the customer himself, with or without thread headers and prefix, and a request of its own above it."""
    for number, prefix in enumerate(["WG:", "TR:", "Tr :", "FW:", "Fwd:", "Fwd: RE:", "RV:", "I:", ""]):
        client = f"client{number}@example.com"
        quote = offered(counter, str(number), client)
        text = (
            "Bonjour, je souhaite aussi modéliser cette lampe en 3D, photo jointe.\n\n"
            "---------- Message transféré ---------\nDe : Figurative <guichet@guichet.invalid>\n"
            f"Date: lun. 2 mars 2026 à 10:42\nSubject: {quote['Subject']}\nTo: <{client}>\n\n{plain(quote)}"
        )
        subject = f"{prefix} {quote['Subject']}" if prefix else "Lampe de salon en 3D"
        headers = (("In-Reply-To", str(quote["Message-ID"])), ("References", str(quote["Message-ID"]))) if threaded else ()
        lamp = (("lampe.jpg", JPEG + prefix.encode()),)
        counter.send(mail(text, sender=client, subject=subject, number=f"fw{number}", headers=headers, files=lamp))
        cases = [c for c in counter.cases() if c.people == (client,)]
        assert len(cases) == 2, prefix
        old = next(c for c in cases if c.subject == f"Fauteuil {number}")
        new = next(c for c in cases if c.subject != f"Fauteuil {number}")
        assert undecided(old)
        assert (old.messages, len(old.files)) == (1, 1), prefix
        assert (new.kind, new.stage) == ("MODELISATION", "waiting_approval"), prefix


def test_row_19_an_old_thread_used_for_a_new_request_is_a_new_case(counter: Quick) -> None:
    """« Répondre » is how many people find our address: another subject and another request are another case."""
    quote = offered(counter)
    headers = (("In-Reply-To", str(quote["Message-ID"])), ("References", str(quote["Message-ID"])))
    text = f"Bonjour, je souhaite modéliser cette lampe en 3D, photo jointe.\n\n{SAID}\n\n{quoted(quote)}"
    lamp = (("lampe.jpg", JPEG + b"l"),)
    counter.send(mail(text, sender=CLIENT, subject="Lampe de salon en 3D", number="lamp", headers=headers, files=lamp))
    assert sorted((c.subject, c.messages) for c in counter.cases()) == [("Fauteuil 1", 1), ("Lampe de salon en 3D", 1)]
    old = next(c for c in counter.cases() if c.subject == "Fauteuil 1")
    assert undecided(old)


def test_row_19_a_forward_without_a_request_opens_nothing_new_in_its_own_thread(counter: Quick) -> None:
    """« Pour information » to us with our own quote below belongs to the case, and approves nothing."""
    for number, prefix in enumerate(["TR:", "FW:", "Fwd:", "WG:", "RV:"]):
        client = f"client{number}@example.com"
        quote = offered(counter, str(number), client)
        text = (
            "Pour information.\n\n---------- Forwarded message ---------\nFrom: Figurative <guichet@guichet.invalid>\n"
            f"Date: Mon, 2 Mar 2026\nSubject: {quote['Subject']}\nTo: <{client}>\n\n{plain(quote)}"
        )
        headers = (("In-Reply-To", str(quote["Message-ID"])),)
        subject = f"{prefix} {quote['Subject']}"
        counter.send(mail(text, sender=client, subject=subject, number=f"fyi{number}", headers=headers))
        (case,) = [c for c in counter.cases() if c.people == (client,)]
        assert undecided(case), prefix
        assert case.messages == 2
    assert counter.records("task") == []


def test_row_19_a_forward_to_a_colleague_who_answers_us_decides_nothing(counter: Quick) -> None:
    """The customer's colleague got the quote forwarded and says yes: he is no party to the case, so nothing is decided."""
    quote = offered(counter)
    text = f"Je valide.\n\nDe : {CLIENT}\nObjet : TR: {quote['Subject']}\n\n{quoted(quote)}"
    counter.send(answer(quote, text, PASS, sender="collegue@example.com", number="colleague"))
    old = next(c for c in counter.cases() if c.subject == "Fauteuil 1")
    assert undecided(old)
    assert counter.records("task") == []
