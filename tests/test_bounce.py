"""Delivery reports, standard or in their own words: what bounced, for whom, for good or not yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.message import Bounce
from processors.automatic import automatic
from processors.bounce import delivery_report
from processors.parse import parse

FIXTURES = Path(__file__).parent / "fixtures" / "automatic"
OURS = "<guichet.K7Q2M9XD.0123456789abcdef.fedcba9876543210@studio.example>"
CLAIRE = ("claire@client.example",)


def read(name: str) -> Bounce | None:
    return automatic(
        parse((FIXTURES / f"{name}.eml").read_bytes()), own_addresses=frozenset({"demandes@studio.example"})
    ).bounce


@pytest.mark.parametrize(
    ("name", "permanent", "original_id", "recipients", "diagnostic"),
    [
        ("postfix", True, OURS, CLAIRE, "550 5.1.1"),
        ("exchange-fr", True, OURS, CLAIRE, "550 5.1.10"),
        ("retard-postfix", False, OURS, CLAIRE, "450 4.4.1"),
        ("deux-destinataires", True, OURS, ("claire@client.example", "paul@client.example"), "550 5.1.1"),
        ("sans-copie", True, OURS, CLAIRE, "550 5.1.1"),
        ("qmail", True, OURS, CLAIRE, "550 5.1.1"),
        ("exim", True, OURS, CLAIRE, "550"),
        ("retard-exim", False, "", CLAIRE, "timed out"),
        ("webmail-fr", True, OURS, CLAIRE, "552 5.2.2"),
        ("webmail-fr-2", True, "", CLAIRE, "utilisateur inconnu"),
        ("webmail-fr-retard", False, "", CLAIRE, ""),
        ("passerelle", True, OURS, CLAIRE, "554 5.7.1"),
        ("filtre", False, OURS, ("authentification@filtre-courrier.example",), "challenge-response"),
    ],
)
def test_a_bounce_says_what_bounced(
    name: str, permanent: bool, original_id: str, recipients: tuple[str, ...], diagnostic: str
) -> None:
    bounce = read(name)
    assert bounce is not None
    assert (bounce.permanent, bounce.original_id, bounce.recipients) == (permanent, original_id, recipients)
    assert diagnostic in bounce.diagnostic


@pytest.mark.parametrize("name", ["personne-transfert", "personne-sans-prefixe", "personne-piece-jointe"])
def test_a_person_who_passes_on_a_bounce_and_asks_about_it_is_heard(name: str) -> None:
    found = automatic(parse((FIXTURES / f"{name}.eml").read_bytes()), own_addresses=frozenset())
    assert found.kind is None, found.reason


SUBJECTS = [
    "Undelivered Mail Returned to Sender", "Delivery Status Notification (Failure)", "Mail delivery failed", "failure notice",
    "Undeliverable: Votre devis", "Returned mail: see transcript for details", "Non remis : Votre devis", "Échec de la remise",
    "Notification d'échec de remise", "Message non délivré", "Avis de non-distribution", "Unzustellbar: Ihr Angebot",
    "Zustellung fehlgeschlagen", "No se puede entregar: Presupuesto", "Impossibile recapitare: Preventivo",
    "Não entregue: Orçamento",
    "Onbestelbaar: Offerte", "Недоставленное сообщение", "退信通知",
]  # fmt: skip
WORDS = [
    "The following addresses had permanent fatal errors: claire@client.example",
    "550 5.1.1 <claire@client.example>: Recipient address rejected: User unknown",
    "Votre message n'a pas pu être remis à claire@client.example car l'adresse est introuvable.",
    "Ihre Nachricht an claire@client.example konnte nicht zugestellt werden.",
    "No se ha podido entregar el mensaje a claire@client.example.",
    "Non è stato possibile recapitare il messaggio a claire@client.example.",
    "Não foi possível entregar a mensagem a claire@client.example.",
    "Uw bericht aan claire@client.example kon niet worden bezorgd.",
]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize(
    "sender", ["Mail Delivery System <MAILER-DAEMON@mx.example>", "postmaster@mx.example", "robot@mx.example"]
)
def test_subject_and_words_together_make_a_bounce_in_any_language(subject: str, sender: str) -> None:
    for words in WORDS:
        bounce = automatic(
            parse(f"From: {sender}\r\nSubject: {subject}\r\n\r\n{words}\r\n".encode()), own_addresses=frozenset()
        ).bounce
        assert bounce is not None, (subject, words)
        assert bounce.permanent
        assert bounce.recipients == CLAIRE


@pytest.mark.parametrize("words", WORDS)
def test_the_words_alone_make_none(words: str) -> None:
    raw = f"From: Claire <claire@client.example>\r\nSubject: Question\r\n\r\nBonjour, je reçois ceci :\r\n{words}\r\n".encode()
    assert delivery_report(parse(raw)) is None


def test_lines_of_a_person_above_a_report_are_a_persons() -> None:
    report = "<claire@client.example>: 550 5.1.1 user unknown, your message could not be delivered"
    above = "Bonjour,\r\nLe service achats a changé d'adresse.\r\nLa bonne est achats@client.example.\r\nMerci de la noter.\r\n"
    above += "Bien à vous,\r\nClaire Roux\r\nService achats\r\nClient SA\r\n\r\n"
    head = "From: Claire <claire@client.example>\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\n"
    assert delivery_report(parse((head + above + report).encode())) is None
    assert delivery_report(parse((head + report).encode())) is not None


def test_a_person_who_passes_on_a_filters_question_is_heard() -> None:
    raw = (FIXTURES / "filtre.eml").read_bytes().replace(b"Subject: Re: Votre devis", b"Subject: TR: antispam")
    assert delivery_report(parse(raw)) is None


def test_a_delay_that_ended_in_giving_up_is_for_good() -> None:
    raw = (FIXTURES / "retard-exim.eml").read_bytes()
    given_up = raw.replace(b"Delivery attempts will continue", b"We are giving up after a delay of five days, it is final")
    found = delivery_report(parse(given_up))
    assert found is not None
    assert found.bounce is not None
    assert found.bounce.permanent


@given(
    st.lists(
        st.sampled_from(
            [
                "Action: failed",
                "Action: delayed",
                "Final-Recipient: rfc822; a@b.example",
                "Reporting-MTA: dns; x",
                "Status: 5.0.0",
                "",
                "\x00",
                ":",
                "é" * 50,
            ]
        ),
        max_size=20,
    )
)
def test_no_status_makes_it_raise(lines: list[str]) -> None:
    raw = (
        'From: mailer-daemon@x.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n" + "\r\n".join(lines) + "\r\n--b--\r\n"
    )
    found = delivery_report(parse(raw.encode()))
    assert found is not None
    assert (found.bounce is None) == (found.kind == "receipt")
