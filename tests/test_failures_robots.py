"""FAILURES rows 14 and 15 on the whole road: robots, reports, and mail servers that say nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from connectors.gmail.outbox import SmtpOutlet
from switchboard import LOCAL_ADDRESS
from tests.quick import Quick, quick
from tests.road import ADMIN, JPEG, Light, daemon, mail, plain
from tests.smtp_server import MailServer, mail_server


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data") as opened:
        yield opened


def quoted_case(counter: Quick, sender: str = "client@example.com", number: str = "q") -> EmailMessage:
    """Open a case that waits for its customer's yes; the quote."""
    text = f"Je souhaite modéliser ce fauteuil ({number})"
    counter.send(mail(text, sender=f"Client <{sender}>", files=(("p.jpg", JPEG + number.encode()),), number=number))
    (quote,) = counter.fresh(sender)
    return quote


def report(original: EmailMessage, *, to: str, status: str = "5.1.1", action: str = "failed", subject: str = "") -> bytes:
    """A delivery report (RFC 3464) about one of our mails."""
    return (
        "Return-Path: <>\r\n"
        "From: Mail Delivery Subsystem <mailer-daemon@mx.example>\r\n"
        f"To: {LOCAL_ADDRESS}\r\n"
        f"Subject: {subject or 'Delivery Status Notification (Failure)'}\r\n"
        f"Message-ID: <report-{status}-{action}-{len(subject)}@mx.example>\r\n"
        "Auto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="rep"\r\n\r\n'
        "--rep\r\nContent-Type: text/plain\r\n\r\nThe address was not found: je valide.\r\n"
        "--rep\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} no such user\r\n\r\n"
        "--rep\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"From: {LOCAL_ADDRESS}\r\nTo: {to}\r\nSubject: {original['Subject']}\r\nMessage-ID: {original['Message-ID']}\r\n\r\n"
        "--rep--\r\n"
    ).encode()


#: (what it is, sender, headers, subject, text)
AUTOMATIC: list[tuple[str, str, tuple[tuple[str, str], ...], str, str]] = [
    ("noreply", "noreply@boutique.example", (("Auto-Submitted", "auto-replied"),), "Re: Votre devis", "Message reçu : 3D."),
    ("vacation", "a@b.example", (("Auto-Submitted", "auto-replied"),), "Absence", "Je suis absent. Je valide."),
    ("exchange", "a@b.example", (("X-Auto-Response-Suppress", "All"),), "Réponse automatique : 3D", "Je suis absent du bureau."),
    ("list", "a@b.example", (("Precedence", "list"), ("List-Id", "<l.b.example>"), ("List-Unsubscribe", "<mailto:u@b.example>")),
     "[liste] modélisation 3D", "Bonjour à tous, modélisation 3D d'un fauteuil.\n\n--\nSe désinscrire : u@b.example"),
    ("newsletter", "news@b.example", (("List-Unsubscribe", "<https://b.example/u>"), ("Precedence", "bulk")),
     "Nos promotions 3D", "Nos modèles 3D à -50 %. Se désinscrire."),
    ("own", LOCAL_ADDRESS, (), "Votre devis : 2 crédits", "Bonjour, votre prix : 2 crédits. Je valide"),
    ("undeliverable", "postmaster@b.example", (("Return-Path", "<>"),), "[#7254] Undeliverable: [#7253] Votre devis",
     "Your message to <x@b.example> could not be delivered.\n550 5.1.1 user unknown"),
    ("null path", "mailer-daemon@b.example", (("Return-Path", "<>"),), "failure notice",
     "Hi. This is the qmail-send program. I'm afraid I wasn't able to deliver your message.\n<x@b.example>:\nno such user"),
]  # fmt: skip


def test_row_14_automatic_mail_opens_nothing_and_is_never_answered(counter: Quick) -> None:
    """noreply, absences, lists, newsletters, bounces, our own address: no case, no mail, one line in the journal each."""
    raws = [
        mail(text, sender=f"X <{sender}>", subject=subject, headers=headers, number=f"auto{n}")
        for n, (_, sender, headers, subject, text) in enumerate(AUTOMATIC)
    ]
    assert counter.send(*raws) == {}
    assert [(c.subject, c.thread.to) for c in counter.cases()] == []
    assert counter.sent() == []
    kinds = [kind for kind, _ in counter.history()]
    assert kinds.count("message.ignored") == len(AUTOMATIC)


def test_row_14_automatic_answers_to_a_quote_decide_nothing_and_are_not_answered(counter: Quick) -> None:
    """The same mails as answers in the thread of a quote leave it as it is, whatever words they quote."""
    quote = quoted_case(counter)
    before = counter.only()
    counter.send(
        *(
            mail(text, sender=f"C <{sender}>", headers=headers, answers=quote, number=f"auto{n}")
            for n, (what, sender, headers, _, text) in enumerate(AUTOMATIC[:6])
            if what != "exchange"  # without its subject, words that a person might write
        )
    )
    assert counter.only().stage == "waiting_approval"
    assert counter.only().quote == before.quote
    assert counter.fresh() == []


def test_row_14_a_bounce_attaches_to_the_mail_that_bounced_and_a_person_is_told_once(counter: Quick) -> None:
    """The report joins the case of the quote, not another of the same customer; a delay alone troubles nobody."""
    first = quoted_case(counter, number="1")
    second = quoted_case(counter, number="2")
    ids = {str(c.quote.key): c.id for c in counter.cases() if c.quote}
    counter.send(report(second, to="client@example.com", status="4.4.1", action="delayed", subject="Delivery delayed"))
    assert counter.fresh() == []
    counter.send(report(second, to="client@example.com"))
    (told,) = counter.fresh()
    assert told["To"] == ADMIN
    assert "550 5.1.1" in plain(told)
    assert len(counter.cases()) == 2
    bounced = [c for c in counter.cases() if any("bounce" in k for k in c.counts)]
    assert [c.quote.key for c in bounced if c.quote] == [
        key for key, case in ids.items() if case == bounced[0].id and bounced[0].stage == "waiting_approval"
    ]
    assert str(second["Message-ID"]) != str(first["Message-ID"])
    assert second["X-Guichet-Ref"] == bounced[0].ref
    assert any(kind.startswith("message.joined") and "distribué" in text for kind, text in counter.history(bounced[0].id))
    counter.send(report(second, to="client@example.com", subject="[#7254] Undeliverable: [#7253]"))
    assert counter.fresh() == []


def test_row_14_a_bounce_of_a_mail_that_is_not_ours_joins_no_case(counter: Quick) -> None:
    """Somebody who forges our address makes servers report to us: a Message-ID that we did not sign joins nothing."""
    quote = quoted_case(counter)
    forged = EmailMessage()
    forged["Subject"] = "Spam"
    forged["Message-ID"] = str(quote["Message-ID"]).replace("guichet.", "guichet.0", 1)
    counter.send(report(forged, to="client@example.com"))
    assert counter.fresh() == []
    assert "bounce" not in counter.only().counts


def test_row_14_our_mails_say_that_they_are_automatic(counter: Quick) -> None:
    """Every kind of mail we write carries Auto-Submitted, so that well-behaved robots leave it unanswered."""
    quote = quoted_case(counter)
    counter.send(mail("mon paiement est refusé", subject="paiement", sender="b@b.example", number="s"))
    counter.send(
        mail("modéliser notre cheminée sculptée en marqueterie", subject="3D", files=(("c.jpg", JPEG + b"c"),), number="c")
    )
    counter.send(mail("Je valide", answers=quote, number="y"))
    sent = counter.sent()
    assert {str(m["To"]).rpartition("<")[2].strip(">") for m in sent} >= {"client@example.com", "b@b.example", ADMIN}
    for message in sent:
        assert str(message["Auto-Submitted"]) in ("auto-replied", "auto-generated")
        assert message["X-Auto-Response-Suppress"] == "All"


def _in_thread(ours: EmailMessage, number: int) -> bytes:
    return mail(
        f"Nous avons bien reçu votre message. Ticket {number}.", sender="contact@r.example", answers=ours, number=f"r{number}"
    )


def _fresh_ticket(ours: EmailMessage, number: int) -> bytes:
    return mail(
        f"Votre demande de modélisation 3D d'un fauteuil a été enregistrée sous le numéro {number}.\n\n"
        "Notre équipe vous répondra.",
        sender="contact@r.example",
        subject=f"[Ticket#{number}] Demande enregistrée : {re.sub(r'^Re: ', '', str(ours['Subject']))}",
        number=f"r{number}",
    )


def _echo(ours: EmailMessage, number: int) -> bytes:
    """Says our own words back, without a mark that they are quoted and without a thread."""
    text = re.sub(r"\[?#?[0-9A-Z]{8}-[0-9A-F]{6}\]?", "", plain(ours))
    return mail(f"Ticket {number}\n{text}", sender="contact@r.example", subject=f"Ticket {number}", number=f"r{number}")


def _support(ours: EmailMessage, number: int) -> bytes:
    return mail(
        f"Bonjour, votre problème de paiement {number} est enregistré. Merci d'indiquer votre mot de passe client.",
        sender="contact@r.example",
        subject=f"Support {number}",
        number=f"r{number}",
    )


def _with_picture(ours: EmailMessage, number: int) -> bytes:
    """A new ticket for each mail, with a picture large enough to be what the customer shows."""
    return mail(
        f"Demande {number} de modélisation 3D enregistrée : fauteuil.",
        sender="contact@r.example",
        subject=f"Demande {number}",
        number=f"r{number}",
        files=(("objet.jpg", JPEG),),
    )


@pytest.mark.parametrize("begins", ["paiement refusé, problème de compte", "Je souhaite modéliser ce fauteuil en 3D"])
@pytest.mark.parametrize(
    ("answer", "most"), [(_in_thread, 6), (_fresh_ticket, 6), (_echo, 8), (_support, 6), (_with_picture, 24)]
)
def test_row_14_a_robot_that_answers_everything_is_not_talked_to_for_ever(
    counter: Quick, answer: Callable[[EmailMessage, int], bytes], most: int, begins: str
) -> None:
    """A robot without any mark of one answers each of our mails at once: after two days of that there is silence."""
    counter.send(mail(begins, sender="contact@r.example", subject=begins, number="begin"))
    sent, notices, quiet = 0, 0, 0
    for step in range(most + 5):
        ours = counter.fresh("contact@r.example")
        notices += sum("bien reçu votre message" in plain(m) for m in ours)
        sent += len(ours)
        quiet = 0 if ours else quiet + 1
        counter.send(*(answer(m, 100 * step + n) for n, m in enumerate(ours)))
        counter.pass_time(hours=48 / (most + 5))
        if quiet == 3:
            break
    assert quiet == 3, f"{sent} mails and it goes on"
    assert sent <= most
    assert notices <= 3
    assert len(counter.sent(ADMIN)) <= 6


@pytest.mark.parametrize(("files", "most"), [((), 5), ((("p.jpg", JPEG),), 20)])
def test_row_14_whom_many_requests_wait_for_gets_no_further_mail_by_itself(
    counter: Quick, files: tuple[tuple[str, bytes], ...], most: int
) -> None:
    """In one batch as in several: the first are answered each, then a person is told instead, and nothing is lost."""

    def ask(number: int) -> bytes:
        return mail(f"Je souhaite modéliser le fauteuil {number} en 3D", subject=f"f{number}", number=f"f{number}", files=files)

    counter.send(*(ask(n) for n in range(most + 1)))
    counter.send(ask(most + 1))
    assert len(counter.cases()) == most + 2
    assert len(counter.fresh("client@example.com")) == most
    assert len(counter.fresh(ADMIN)) == 2
    counter.send(mail("Je souhaite modéliser une chaise", sender="autre@example.org", number="o", files=files))
    assert len(counter.fresh("autre@example.org")) == 1


# ------------------------------------------------------------------ row 15


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def test_row_15_a_mail_that_the_server_took_without_a_word_is_not_sent_again(
    tmp_path: Path, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server takes the quote and cuts the connection: nothing tells whether it left, so a person decides; one copy."""

    def outlet(**given: object) -> SmtpOutlet:
        return SmtpOutlet(smtp.account(timeout=1.0), **given)  # type: ignore[arg-type]

    smtp.day.drop_after = 1
    with quick(tmp_path / "data", monkeypatch, outlet) as counter:
        counter.send(mail("Je souhaite modéliser ce fauteuil", files=(("p.jpg", JPEG),)))
        assert len(smtp.mails) == 1
        for _ in range(4):
            counter.pass_time(hours=1)
        assert len(smtp.mails) == 1
        (parked,) = counter.house.store.parked()
        assert "peut-être" in parked.why
        assert counter.only().stage == "waiting_approval"
        # Others are not held up, and what was parked is sent once more only when a person says so, under the same id.
        counter.send(mail("mon paiement est refusé", sender="b@b.example", subject="paiement", number=2))
        assert [str(m["To"]) for m in smtp.mails][1:] == ["b@b.example"]
        counter.house.store.retry([parked.id], counter.now)
        counter.pass_time(minutes=1)
        assert len(smtp.mails) == 3
        assert smtp.mails[2]["Message-ID"] == smtp.mails[0]["Message-ID"]
        assert counter.house.store.parked() == []
        # The customer answers the copy he has.
        counter.send(mail("Je valide", answers=smtp.mails[0], number=3))
        assert {c.stage for c in counter.cases()} == {"done"}
        assert len(counter.records("task")) == 1


def test_row_15_a_daemon_killed_while_sending_does_not_send_again(tmp_path: Path, smtp: MailServer) -> None:
    """What was being sent when we died is uncertain after the start, and parked: never sent a second time by itself."""
    counter = Light(tmp_path / "data")
    counter.drop(mail("Je souhaite modéliser ce fauteuil", files=(("p.jpg", JPEG),)))
    assert counter.work() == {}
    assert len(counter.sent()) == 1
    # The mark of a mail that was on its way, as a kill between the sending and its commit leaves it.
    import sqlite3

    with sqlite3.connect(counter.settings.data_dir / "guichet.db") as database:
        database.execute("update outbox set state = 'sending' where kind = 'message.send'")
    ended = daemon(counter.settings.data_dir, "run", "--once")
    assert ended.returncode == 0, ended.stderr
    assert len(counter.sent()) == 1
    assert {state for kind, _, state in counter.effects() if kind == "message.send"} == {"reconciled"}


def test_row_15_a_cut_before_the_final_dot_is_tried_again_and_sent_once(
    tmp_path: Path, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is certain that nothing left, trying again is right: later, by itself, once."""

    def outlet(**given: object) -> SmtpOutlet:
        return SmtpOutlet(smtp.account(timeout=1.0), **given)  # type: ignore[arg-type]

    smtp.day.drop_before = 2
    with quick(tmp_path / "data", monkeypatch, outlet) as counter:
        counter.send(mail("Je souhaite modéliser ce fauteuil", files=(("p.jpg", JPEG),)))
        assert smtp.mails == []
        for _ in range(3):
            counter.pass_time(minutes=5)
        assert len(smtp.mails) == 1
        assert counter.house.store.parked() == []
        assert {s for k, _, s in counter.effects() if k == "message.send"} == {"done"}
