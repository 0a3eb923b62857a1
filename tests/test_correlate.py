"""Token, thread, correspondent: who joins which case, and who does not."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.correlate import (
    Candidate,
    Choice,
    choose_case,
    clues,
    looks_like_ours,
    make_message_id,
    make_token,
    read_message_id,
    same_correspondent,
    subject_stem,
)

SECRET = b"un secret pour les essais"
NOW = datetime(2027, 5, 3, 10, tzinfo=UTC)
CLAIRE = "claire@client.example"
REFS = st.text(alphabet="0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=8, max_size=8)


def case(ref: str = "K7Q2M9XD", **changes: object) -> Candidate:
    fields: dict[str, object] = {
        "case_id": f"case-{ref}",
        "ref": ref,
        "correspondents": frozenset({CLAIRE}),
        "thread_ids": frozenset({f"<premier-{ref}@client.example>"}),
        "subject_stem": "fauteuil vintage",
        "open": True,
        "waiting": True,
        "last_activity": NOW,
    }
    return Candidate(**(fields | changes))  # type: ignore[arg-type]


def choose(
    *candidates: Candidate,
    subject: str = "",
    body: str = "",
    in_reply_to: str = "",
    references: tuple[str, ...] = (),
    sender: str = CLAIRE,
    request: bool = False,
    admin: bool = False,
) -> Choice:
    found = clues(subject, body, in_reply_to, references, SECRET)
    return choose_case(found, candidates, sender=sender, looks_like_request=request, admin=admin)


# --- tokens and Message-IDs


def token_of(secret: bytes, text: str) -> str | None:
    """The case that the first token in a text names, None where there is none of ours."""
    return next(iter(clues("", text, "", (), secret).token_refs), None)


@given(REFS)
def test_a_token_is_verified_as_people_and_programs_give_it_back(ref: str) -> None:
    token = make_token(SECRET, ref)
    for form in (
        token,
        token.lower(),
        token.strip("[]"),
        token.strip("[]#"),
        f" {token} ",
        token.replace("-", "- "),
        token.replace("-", "-\n"),
    ):
        assert token_of(SECRET, form) == ref
        assert clues(f"Re: devis {form} merci", "", "", (), SECRET).token_refs == (ref,)
    assert token_of(b"autre", token) is None or make_token(b"autre", ref) == token


@given(REFS, st.integers(0, 15), st.sampled_from("0123456789ABCDEF"))
def test_a_token_changed_in_one_place_is_not_ours(ref: str, place: int, character: str) -> None:
    token = make_token(SECRET, ref).strip("[]#")
    place = place % len(token)
    changed = token[:place] + character + token[place + 1 :]
    assert (token_of(SECRET, changed) == ref) == (changed == token)


@given(REFS, st.text(min_size=1, max_size=60))
def test_a_message_id_is_stable_and_tells_its_case(ref: str, key: str) -> None:
    made = make_message_id(SECRET, key, ref, "studio.example")
    assert made == make_message_id(SECRET, key, ref, "studio.example")
    assert read_message_id(SECRET, made) == ref
    assert read_message_id(SECRET, made.strip("<>").upper()) == ref
    assert made != make_message_id(SECRET, key + "x", ref, "studio.example")
    assert read_message_id(b"autre", made) is None
    assert read_message_id(SECRET, made.replace(ref, "ZZZZZZZZ" if ref != "ZZZZZZZZ" else "YYYYYYYY")) is None
    assert len(made) < 100
    assert made.isascii()


def test_malformed_references_are_errors_of_the_caller() -> None:
    for ref in ("", "K7Q2M9X", "K7Q2M9XDD", "k7q2m9xd", "K7Q2M9XI", "K7Q2M9X."):
        with pytest.raises(ValueError):
            make_token(SECRET, ref)
        with pytest.raises(ValueError):
            make_message_id(SECRET, "k", ref, "studio.example")
    with pytest.raises(ValueError):
        make_token(b"", "K7Q2M9XD")
    with pytest.raises(ValueError):
        make_message_id(SECRET, "k", "K7Q2M9XD", "studio.example>\r\nBcc: x")


def test_our_message_ids_are_recognised_by_form_and_domain_only_there() -> None:
    made = make_message_id(SECRET, "k", "K7Q2M9XD", "Studio.example")
    assert looks_like_ours(made, {"demandes@studio.example"})
    assert not looks_like_ours(made, {"demandes@ailleurs.example"})
    assert not looks_like_ours("<autre@studio.example>", {"demandes@studio.example"})


def test_a_token_is_found_in_quotes_after_the_message_and_in_the_thread() -> None:
    token = make_token(SECRET, "K7Q2M9XD")
    ours = make_message_id(SECRET, "devis", "A1B2C3D4", "studio.example")
    assert clues("", f"Je valide\n\n> Votre référence : {token}\n", "", (), SECRET).token_refs == ("K7Q2M9XD",)
    found = clues(f"Re: devis {token}", "", ours, (), SECRET)
    assert found.token_refs == ("A1B2C3D4", "K7Q2M9XD")
    assert clues("", "", "", ("<x@y>", ours), SECRET).token_refs == ("A1B2C3D4",)


def test_thread_ids_come_in_the_order_of_trust() -> None:
    found = clues("", "", "<c@x>", ("<a@x>", "<b@x> <c@x>"), SECRET)
    assert found.thread_ids == ("<c@x>", "<b@x>", "<a@x>") or found.thread_ids[0] == "<c@x>"
    assert set(found.thread_ids) == {"<a@x>", "<b@x>", "<c@x>"}
    assert clues("", "", "sans.chevrons@x", (), SECRET).thread_ids == ("<sans.chevrons@x>",)


# --- subjects and forwards


@pytest.mark.parametrize(
    "subject",
    [
        "Fauteuil vintage", "Re: Fauteuil vintage", "RE : Fauteuil vintage", "Re: RE: re: Fauteuil vintage",
        "Re[2]: Fauteuil vintage", "RE(3): Fauteuil vintage", "AW: Fauteuil vintage",
        "SV: VS: Fauteuil vintage", "Antw: Fauteuil vintage", "RES: ENC: Fauteuil vintage",
        "Réf : Fauteuil vintage", "RIF: R: Fauteuil vintage", "回复: Fauteuil vintage", "答复：Fauteuil vintage",
        "Odp: Fauteuil vintage", "Fwd: Fauteuil vintage", "FW: Fauteuil vintage", "TR: Fauteuil vintage",
        "TR : RE : Fauteuil vintage", "WG: Fauteuil vintage", "RV: Fauteuil vintage", "I: Fauteuil vintage",
        "Doorst: Fauteuil vintage", "转发: Fauteuil vintage", "[EXTERNAL] Re: Fauteuil vintage",
        "Re: [EXTERNE] Fauteuil  vintage", "***SPAM*** Fauteuil vintage", "Re: [Fwd: Fauteuil vintage]",
        "Fauteuil vintage (fwd)", "FAUTEUIL VINTAGE", "Re: Fauteuil vintage [#K7Q2M9XD-4F7A2C]",
        "[#K7Q2M9XD-4F7A2C] Fauteuil vintage", "  re:fauteuil\tvintage ",
    ],
)  # fmt: skip
def test_the_stem_of_a_subject_is_the_same_through_any_client(subject: str) -> None:
    assert subject_stem(subject) == "fauteuil vintage"


@pytest.mark.parametrize(
    "subject",
    [
        "Re",
        "Réalisation d'un vase",
        "Travaux : vase",
        "Références vase",
        "I",
        "Transport: un vase",
        "Svelte vase",
        "Revue: vase",
    ],
)
def test_words_that_begin_like_a_prefix_are_kept(subject: str) -> None:
    assert len(subject_stem(subject)) == len(subject.replace(" :", ":")) or subject_stem(subject) == subject.lower().replace(
        "é", "e"
    )


@pytest.mark.parametrize("prefix", ["FW:", "Fwd:", "TR :", "WG:", "RV:", "ENC:", "VS: FW:", "I:", "Doorst:", "转发:"])
def test_forward_prefixes(prefix: str) -> None:
    assert clues(f"{prefix} chaise", "Bonjour", "", (), SECRET).forwarded == (prefix != "VS: FW:")


FORWARDED = [
    "Bonjour, voici.\n\n---------- Forwarded message ---------\nDe : Paul <paul@x.example>\n\nIl me faut une chaise.",
    "Bonjour, voici.\n\n---------- Message transféré ---------\nDe : Paul <paul@x.example>\n\nIl me faut une chaise.",
    "Voir ci-dessous.\n\nDébut du message transféré :\n\nDe: Paul\nObjet: chaise\n",
    "Bonjour,\n\nDe : Paul <paul@x.example>\nEnvoyé : lundi 3 mai 2027 10:00\nÀ : Claire\nObjet : chaise\n\nIl me faut une chaise.",
    "Begin forwarded message:\n\nFrom: Paul\nSubject: chair\n\nI need a chair.",
    "-------- Weitergeleitete Nachricht --------\nBetreff: Stuhl\nVon: Paul\n",
]


@pytest.mark.parametrize("body", FORWARDED)
def test_a_forward_without_a_prefix_is_seen_in_its_body(body: str) -> None:
    assert clues("chaise", body, "", (), SECRET).forwarded
    assert not clues("Re: chaise", body, "<q@studio.example>", (), SECRET).forwarded


def test_an_answer_that_quotes_is_no_forward() -> None:
    quotes = (
        "Je valide\n\nDe : Studio <demandes@studio.example>\nEnvoyé : lundi\nÀ : Claire\nObjet : Votre devis\n\nVoici le devis."
    )
    assert not clues("RE: Votre devis", quotes, "<q@studio.example>", (), SECRET).forwarded
    assert not clues("Votre devis", quotes, "<q@studio.example>", (), SECRET).forwarded
    nested = "Oui\n\nLe lun. 3 mai 2027 à 10:00, Studio a écrit :\n> ---------- Forwarded message ---------\n> De : x"
    assert not clues("Votre devis", nested, "", (), SECRET).forwarded


# --- correspondents


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Claire@Client.example", "claire@client.EXAMPLE", True),
        ("claire+devis@client.example", "claire@client.example", True),
        ("claire.roux@gmail.com", "claireroux+x@googlemail.com", True),
        ("claire.roux@client.example", "claireroux@client.example", False),
        ("claire@client.example", "claire@autre.example", False),
        ("claire@client.example.", "claire@client.example", True),
        ("", "", False),
        ("claire", "claire", False),
        ("@client.example", "@client.example", False),
        ("+a@client.example", "+b@client.example", False),
        ("\u212aevin@client.example", "kevin@client.example", False),
        ("...@gmail.com", "@gmail.com", False),
    ],
)
def test_same_correspondent(a: str, b: str, same: bool) -> None:
    assert same_correspondent(a, b) is same
    assert same_correspondent(b, a) is same


# --- the choice

TOKEN = make_token(SECRET, "K7Q2M9XD")
THREAD = "<premier-K7Q2M9XD@client.example>"


def test_a_token_joins_its_case_before_any_thread() -> None:
    other = case("A1B2C3D4")
    found = choose(case(), other, subject=f"Re: {TOKEN}", in_reply_to="<premier-A1B2C3D4@client.example>")
    assert (found.case_id, found.how) == ("case-K7Q2M9XD", "token")


def test_a_thread_joins_where_there_is_no_token() -> None:
    assert choose(case(), in_reply_to=THREAD).how == "thread"
    assert choose(case(), references=("<x@y>", THREAD, "<z@y>")).case_id == "case-K7Q2M9XD"
    assert choose(case(open=False), in_reply_to=THREAD).case_id == "case-K7Q2M9XD"


def test_a_stranger_who_quotes_a_token_or_a_thread_does_not_join() -> None:
    """FAILURES row 18."""
    for found in (
        choose(case(), subject=f"Re: {TOKEN}", sender="pirate@ailleurs.example"),
        choose(case(), in_reply_to=THREAD, sender="pirate@ailleurs.example"),
        choose(case(), subject=f"Re: {TOKEN}", sender=""),
    ):
        assert (found.case_id, found.how) == (None, "none")
        assert "K7Q2M9XD" in found.why
    assert choose(case(), subject=f"Re: {TOKEN}", sender="chef@studio.example", admin=True).how == "token"


def test_a_forged_token_joins_nothing() -> None:
    found = choose(case(waiting=False), subject="Re: fauteuil [#K7Q2M9XD-000000]", sender=CLAIRE)
    assert found.case_id is None or make_token(SECRET, "K7Q2M9XD") == "[#K7Q2M9XD-000000]"


def test_a_correspondent_who_also_quotes_a_case_that_is_not_his_joins_his_own() -> None:
    mine, other = case(), case("A1B2C3D4", correspondents=frozenset({"paul@client.example"}))
    found = choose(mine, other, subject=f"Re: {make_token(SECRET, 'A1B2C3D4')}", in_reply_to=THREAD)
    assert found.case_id == "case-K7Q2M9XD"
    assert choose(mine, other, subject=f"Re: fauteuil vintage {make_token(SECRET, 'A1B2C3D4')}").case_id is None


@pytest.mark.parametrize(
    "subject",
    ["TR: fauteuil vintage", "WG: fauteuil vintage", "FW: fauteuil vintage", "RV: fauteuil vintage", "fauteuil vintage"],
)
def test_a_forward_with_a_new_request_is_a_new_case(subject: str) -> None:
    """FAILURES row 19."""
    body = f"{FORWARDED[1]}\n{TOKEN}"
    assert choose(case(), subject=subject, body=body, references=(THREAD,), request=True).case_id is None
    assert choose(case(), subject=subject, body=body, references=(THREAD,), request=False).how == "token"


@pytest.mark.parametrize(
    "subject", ["RE: fauteuil vintage", "AW: fauteuil vintage", "SV: fauteuil vintage", "fauteuil vintage"]
)
def test_an_answer_stays_in_its_case_even_if_it_asks_for_more(subject: str) -> None:
    assert choose(case(), subject=subject, body="Je voudrais aussi la table.", in_reply_to=THREAD, request=True).how == "thread"


def test_an_old_thread_with_a_new_subject_and_a_new_request_is_a_new_case() -> None:
    assert choose(case(), subject="Vase en verre", in_reply_to=THREAD, request=True).case_id is None
    assert choose(case(), subject="Vase en verre", in_reply_to=THREAD, request=False).how == "thread"
    assert choose(case(), subject="Re: Vase en verre", in_reply_to=THREAD, request=True).how == "thread"


def test_the_correspondent_alone_joins_only_the_one_case_that_waits_for_him() -> None:
    assert choose(case(), body="Je valide").how == "correspondent"
    assert choose(case(), subject="Re: Fauteuil vintage", body="mot " * 300).how == "correspondent"
    assert choose(case(), subject="Validation", body="Je valide").how == "correspondent"
    assert choose(case(), body="mot " * 300).case_id is None
    assert choose(case(), subject="Autre chose", body="Bonjour").case_id is None
    assert choose(case(waiting=False), body="Je valide").case_id is None
    assert choose(case(open=False), body="Je valide").case_id is None
    assert choose(case(), body="Je valide", sender="paul@client.example").case_id is None
    assert choose(case(), body="Je valide", request=True).case_id is None
    assert choose(case(), subject="TR: Fauteuil vintage", body="Je valide").case_id is None
    assert choose(case(), body="Je valide", sender="Claire+x@CLIENT.example").how == "correspondent"


def test_two_waiting_cases_are_not_guessed_unless_the_subject_tells() -> None:
    chair, table = case(), case("A1B2C3D4", subject_stem="table basse")
    unclear = choose(chair, table, body="Je valide")
    assert (unclear.case_id, unclear.ambiguous) == (None, True)
    assert "K7Q2M9XD" in unclear.why
    assert "A1B2C3D4" in unclear.why
    assert choose(chair, table, subject="Re: Table basse", body="Je valide").case_id == "case-A1B2C3D4"
    twin = case("A1B2C3D4")
    assert choose(chair, twin, subject="Re: Fauteuil vintage", body="Je valide").ambiguous


def test_of_two_cases_in_one_thread_the_open_and_recent_one_is_chosen() -> None:
    old = case("A1B2C3D4", thread_ids=frozenset({THREAD}), last_activity=NOW - timedelta(days=9))
    assert choose(old, case(), in_reply_to=THREAD).case_id == "case-K7Q2M9XD"
    assert choose(old, case(open=False), in_reply_to=THREAD).case_id == "case-A1B2C3D4"


_TEXTS = st.one_of(st.text(max_size=60), st.sampled_from([TOKEN, "Re: x", "TR: x", THREAD, CLAIRE, "", "[#"]))


@given(_TEXTS, _TEXTS, _TEXTS, st.lists(_TEXTS, max_size=5), _TEXTS, st.booleans(), st.booleans())
def test_no_message_raises_and_a_stranger_never_joins(
    subject: str, body: str, in_reply_to: str, references: list[str], sender: str, request: bool, waiting: bool
) -> None:
    found = choose(
        case(waiting=waiting),
        subject=subject,
        body=body,
        in_reply_to=in_reply_to,
        references=tuple(references),
        sender=sender,
        request=request,
    )
    assert (found.case_id is None) == (found.how == "none")
    assert found.why
    if not same_correspondent(sender, CLAIRE):
        assert found.case_id is None


@given(st.text(max_size=200), st.text(max_size=40))
def test_no_text_makes_the_readers_raise(text: str, other: str) -> None:
    token_of(SECRET, text)
    read_message_id(SECRET, text)
    subject_stem(text)
    same_correspondent(text, other)


@pytest.mark.parametrize(
    "piece",
    ["re:", "[a]", "K7Q2M9XD-", "K7Q2M9XD-000000 ", "<", "<a", ">", " ", "-", "\n", "de : x\n", "[fwd:", "a@", "le a ecrit"],
)
def test_megabytes_are_read_in_linear_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.perf_counter()
    clues(text, text, text, (text,), SECRET)
    same_correspondent(text, text)
    assert time.perf_counter() - started < 2.0
