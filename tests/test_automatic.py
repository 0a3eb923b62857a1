"""Machines are recognised in their many ways, and nobody who writes himself is taken for one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.automatic import Finding, automatic
from processors.parse import parse
from tests.automatic_mails import AUTO_REPLIES, BULK, RECEIPTS, ROBOTS
from tests.automatic_people import PEOPLE, PEOPLE_FROM

OWN = frozenset({"demandes@studio.example"})


def finding(subject: str, body: str, sender: str = "Claire Roux <claire.roux@client.example>", **headers: str) -> Finding:
    """What is found in a plain mail with these header fields ("_" stands for "-")."""
    lines = [f"From: {sender}", "To: demandes@studio.example", f"Subject: {subject}", "Message-ID: <1@client.example>"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"])
    raw = f"{head}\r\n\r\n{body}".encode()
    return automatic(parse(raw), own_addresses=OWN)


@pytest.mark.parametrize(("subject", "body", "headers"), AUTO_REPLIES)
def test_an_automatic_reply_is_recognised(subject: str, body: str, headers: dict[str, str]) -> None:
    assert finding(subject, body, **headers).kind == "auto-reply"


@pytest.mark.parametrize(("subject", "body", "sender", "headers"), ROBOTS)
def test_the_acknowledgement_of_a_service_desk_is_an_automatic_reply(
    subject: str, body: str, sender: str, headers: dict[str, str]
) -> None:
    assert finding(subject, body, sender, **headers).kind == "auto-reply"


@pytest.mark.parametrize(("subject", "body", "headers"), PEOPLE)
def test_no_person_is_silenced(subject: str, body: str, headers: dict[str, str]) -> None:
    found = finding(subject, body, **headers)
    assert found.kind is None, found.reason


@pytest.mark.parametrize(("subject", "body", "sender", "headers"), PEOPLE_FROM)
def test_no_person_is_silenced_for_the_address_he_writes_from(
    subject: str, body: str, sender: str, headers: dict[str, str]
) -> None:
    found = finding(subject, body, sender, **headers)
    assert found.kind is None, found.reason


@pytest.mark.parametrize(("subject", "body", "sender", "headers"), BULK)
def test_bulk_mail_is_recognised(subject: str, body: str, sender: str, headers: dict[str, str]) -> None:
    assert finding(subject, body, sender, **headers).kind == "bulk"


@pytest.mark.parametrize(("subject", "body"), RECEIPTS)
def test_a_receipt_in_words_is_recognised(subject: str, body: str) -> None:
    assert finding(subject, body).kind == "receipt"


@pytest.mark.parametrize(
    ("subject", "body", "sender", "headers"),
    [
        ("Votre colis", "Votre colis est en route.", "noreply@transporteur.example", {}),
        ("Mail delivery failed", "550 5.1.1 user unknown", "", {"Return_Path": "<>"}),
        ("[#7254] Undeliverable: [#7253]", "550 5.1.1 <a@b.example>: user unknown", "postmaster@client.example", {}),
        ("[liste] ordre du jour", "Ordre du jour de la réunion.", "secretaire@asso.example", {"Precedence": "list"}),
        ("Votre devis", "Voici votre devis.", "demandes@studio.example", {}),
    ],
)
def test_the_mails_that_made_others_answer_themselves_for_ever_are_automatic(
    subject: str, body: str, sender: str, headers: dict[str, str]
) -> None:
    """FAILURES row 14."""
    assert finding(subject, body, sender or "<>", **headers).kind is not None


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("Demandes@Studio.example", {}),
        ("demandes+devis@studio.example", {}),
        ("autre@ailleurs.example", {"X_Guichet": "1"}),
    ],
)
def test_own_mail_is_recognised(sender: str, headers: dict[str, str]) -> None:
    assert finding("Votre devis", "Voici votre devis.", sender, **headers).kind == "own"


def test_own_mail_that_a_forwarder_sends_back_is_recognised_by_its_message_id() -> None:
    raw = (
        b"From: Relais <relais@client.example>\r\nSubject: Votre devis\r\n"
        b"Message-ID: <guichet.K7Q2M9XD.0123456789abcdef.0123456789abcdef@studio.example>\r\n\r\nVoici votre devis.\r\n"
    )
    assert automatic(parse(raw), own_addresses=OWN).kind == "own"
    elsewhere = raw.replace(b"@studio.example>", b"@pirate.example>")
    assert automatic(parse(elsewhere), own_addresses=OWN).kind is None


def report(report_type: str, part_type: str, fields: str, text: str, sender: str = "claire@client.example") -> Finding:
    raw = (
        f"From: {sender}\r\nTo: demandes@studio.example\r\nSubject: =?utf-8?q?Lu_=3A?= Votre devis\r\nMessage-ID: <2@client.example>\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={report_type};\r\n boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"--b\r\nContent-Type: {part_type}\r\n\r\n{fields}\r\n--b--\r\n"
    )
    return automatic(parse(raw.encode()), own_addresses=OWN)


def test_structured_reports_are_told_apart() -> None:
    mdn = "Final-Recipient: rfc822; claire@client.example\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    assert report("disposition-notification", "message/disposition-notification", mdn, "Message affiché.").kind == "receipt"
    arf = "Feedback-Type: abuse\r\nUser-Agent: Filtre/1\r\nVersion: 1\r\n"
    assert report("feedback-report", "message/feedback-report", arf, "Plainte.", "fbl@operateur.example").kind == "complaint"
    relayed = (
        "Reporting-MTA: dns; mx.client.example\r\n\r\n"
        "Final-Recipient: rfc822; claire@client.example\r\nAction: relayed\r\nStatus: 2.0.0\r\n"
    )
    assert (
        report("delivery-status", "message/delivery-status", relayed, "Relayé.", "postmaster@client.example").kind == "receipt"
    )


def test_an_invitation_that_is_accepted_without_a_word_is_a_receipt_and_with_words_a_persons() -> None:
    def answer(words: str) -> Finding:
        raw = (
            "From: claire@client.example\r\nSubject: Accepté : point projet\r\nMessage-ID: <3@client.example>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n"
            "--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n--b--\r\n"
        )
        return automatic(parse(raw.encode()), own_addresses=OWN)

    assert answer("").kind == "receipt"
    assert answer("Avec plaisir, pouvez-vous apporter le devis ?").kind is None


def test_every_finding_says_why_in_words() -> None:
    for subject, body, headers in AUTO_REPLIES + PEOPLE:
        assert len(finding(subject, body, **headers).reason) > 10


_NAMES = st.sampled_from(
    [
        "Auto-Submitted",
        "Precedence",
        "Return-Path",
        "Content-Type",
        "X-Failed-Recipients",
        "List-Id",
        "Reply-To",
        "From",
        "Subject",
        "X-Autoreply",
    ]
)
_VALUES = st.one_of(
    st.text(max_size=80),
    st.sampled_from(["<>", "bulk", "multipart/report; report-type=delivery-status", "mailer-daemon@x.example"]),
)


@given(st.lists(st.tuples(_NAMES, _VALUES), max_size=12), st.text(max_size=400))
def test_no_header_and_no_body_makes_it_raise(headers: list[tuple[str, str]], body: str) -> None:
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n" + body
    found = automatic(parse(raw.encode("utf-8", "replace")), own_addresses=OWN)
    assert (found.bounce is not None) == (found.kind == "bounce")


@given(st.binary(max_size=600))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    automatic(parse(raw), own_addresses=OWN)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "\n",
        ">",
        "-",
        "je suis ",
        "votre message ",
        "ceci est ",
        "adresse ",
        "(",
        "e-mail : ",
        "from: x\n",
        "boite ",
        "550 ",
        "@",
        "a@b.",
        "www.",
    ],
)
@pytest.mark.parametrize("sender", ["claire@client.example", "mailer-daemon@client.example"])
def test_a_megabyte_of_anything_is_read_in_linear_time(piece: str, sender: str) -> None:
    mail = parse(f"From: {sender}\r\nSubject: x\r\n\r\n".encode() + (piece * (1_000_000 // len(piece))).encode())
    started = time.perf_counter()
    automatic(mail, own_addresses=OWN)
    assert time.perf_counter() - started < 2.0
