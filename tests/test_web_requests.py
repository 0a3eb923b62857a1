"""Requests posted to the edge, and validations: shapes, repetition, files, waiting, who may."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from web_help import FORM_KEY, KEY, SAMPLE, SITE, Files, Running, file_server, running

from core.effects import OpenTicket
from core.errors import Transient
from engine.takes import Progress
from tests.road import ADMIN, plain
from web.request import _why_none


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with file_server() as server:
        yield server


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data") as edge:
        yield edge


def photo(files: Files, name: str = "photo.jpg") -> list[dict[str, str]]:
    return [{"name": name, "url": files.url(name)}]


def test_the_sample_request_is_answered_as_the_studio_expects(web: Running, files: Files) -> None:
    answer = web.call.post(fichiers=photo(files))
    assert answer.status == 200
    told = answer.json
    ticket = told["ticket_id"]
    assert told == {
        "status": "pending_validation",
        "ticket_id": ticket,
        "ticket_url": f"local://ticket/{ticket}",
        "is_new_ticket": True,
        "classification": "MODELISATION",
        "files_uploaded": 1,
        "validation_status": "pending_credits",
        "credits_estimes": 2,
        "message": "Ticket modélisation créé, en attente de validation",
    }
    web.counter.settle()
    (quote,) = web.counter.fresh("client@example.com")
    assert "2 crédits" in plain(quote)
    assert web.counter.only().thread.channel == "form"


def test_the_same_request_posted_twice_is_one_case(web: Running, files: Files) -> None:
    first = web.call.post(fichiers=photo(files)).json
    before = len(files.seen)
    second = web.call.post(fichiers=photo(files), objet="  Modélisation  fauteuil vintage ").json
    assert (second["ticket_id"], second["is_new_ticket"]) == (first["ticket_id"], False)
    assert len(files.seen) == before, "what is known is not fetched again"
    assert len(web.counter.cases()) == 1


def test_the_same_support_request_twice_is_one_ticket_though_it_is_done_at_once(web: Running) -> None:
    told = [web.call.post(objet="paiement", description="Mon paiement est refusé", source="support").json for _ in range(2)]
    assert [t["is_new_ticket"] for t in told] == [True, False]
    assert {t["classification"] for t in told} == {"SUPPORT"}
    assert told[0]["status"] == "created"
    assert told[0]["credits_estimes"] is None
    assert len(web.counter.cases()) == 1


def test_ten_identical_posts_at_once_are_one_case_and_one_of_them_opened_it(web: Running, files: Files) -> None:
    with ThreadPoolExecutor(10) as crowd:
        told = [a.json for a in crowd.map(lambda _: web.call.post(fichiers=photo(files)), range(10))]
    assert sum(t["is_new_ticket"] for t in told) == 1
    assert len({t["ticket_id"] for t in told}) == 1
    assert len(web.counter.cases()) == 1


def test_a_new_request_of_the_same_person_is_a_new_case_and_days_later_the_same_words_are_too(
    web: Running, files: Files
) -> None:
    first = web.call.post(fichiers=photo(files)).json
    other = web.call.post(fichiers=photo(files, "other.jpg"), description="Je souhaite modéliser cette table basse.").json
    assert other["is_new_ticket"]
    assert other["ticket_id"] != first["ticket_id"]
    web.counter.pass_time(days=4.1)
    again = web.call.post(fichiers=photo(files)).json
    assert again["is_new_ticket"]
    assert again["ticket_id"] != first["ticket_id"]


def test_a_file_that_is_not_there_is_told_and_posting_again_completes_the_case(web: Running, files: Files) -> None:
    files.gone.clear()
    first = web.call.post(fichiers=photo(files, "late.jpg")).json
    assert (first["files_uploaded"], first["validation_status"]) == (0, "pending_info")
    assert "late.jpg (le serveur répond 404)" in first["message"]
    files.gone.set()
    second = web.call.post(fichiers=photo(files, "late.jpg")).json
    assert second["ticket_id"] == first["ticket_id"]
    assert (second["is_new_ticket"], second["files_uploaded"]) == (False, 1)
    assert second["validation_status"] == "pending_credits"
    third = web.call.post(fichiers=photo(files, "late.jpg")).json
    assert third["ticket_id"] == first["ticket_id"]
    assert len(web.counter.cases()) == 1


def test_past_the_bounded_time_the_answer_is_202_with_the_case_and_the_work_goes_on(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.local.records import LocalCrm

    real, down = LocalCrm._do, [False]

    def slow(self: LocalCrm, effect: object) -> object:
        if down[0] and isinstance(effect.payload, OpenTicket):  # type: ignore[attr-defined]
            raise Transient("HubSpot ne répond pas", 1.0)
        return real(self, effect)  # type: ignore[arg-type]

    monkeypatch.setattr(LocalCrm, "_do", slow)
    with running(tmp_path / "data", wait=2.0) as web:
        web.call.post(user_email="warm@example.org")  # the first one pays for what is loaded on use
        web.counter.settle()
        down[0] = True
        began = time.monotonic()
        answer = web.call.post(fichiers=photo(files))
        assert 1.9 < time.monotonic() - began < 8
        assert answer.status == 202
        (case,) = (c for c in web.counter.cases() if "warm@example.org" not in c.people)
        assert answer.json["status"] == "accepted"
        assert (answer.json["case_url"], answer.json["reason"]) == (f"/cases/{case.id}", "")
        where = answer.json["status_url"]
        assert answer.headers["location"] == where
        assert web.call("GET", where, key=KEY).status == 202
        down[0] = False
        web.counter.pass_time(minutes=10)
        told = web.call("GET", where, key=KEY)
        assert told.status == 200
        assert told.json["is_new_ticket"] is True
        assert web.call("GET", where).status == 401
        assert web.call("GET", where[:-12] + "0-1", key=KEY).status in (404, 422)


def test_202_says_why_it_has_no_case(tmp_path: Path) -> None:
    with running(tmp_path / "data", wait=0.0) as web:
        web.counter.house.lanes._lanes["reader"].step = lambda: 0  # type: ignore[attr-defined]
        answer = web.call.post()
        assert (answer.status, answer.json["case_url"], answer.json["reason"]) == (202, "", "undecided")
        described = web.call("GET", "/openapi.json").json["components"]["schemas"]["AcceptedOut"]["properties"]["reason"]
        for word in described["enum"]:
            assert f"« {word} »" in described["description"] or not word


@pytest.mark.parametrize(
    ("state", "reason"), [("new", "undecided"), ("read", "undecided"), ("parked", "unreadable"), ("decided", "no_case")]
)
def test_every_state_without_a_case_has_its_reason(state: str, reason: str) -> None:
    assert _why_none(Progress(state, False)) == reason


def test_a_task_of_our_own_is_not_said_to_be_clickups(web: Running, files: Files) -> None:
    web.edge.desk._outside["clickup"] = False  # type: ignore[index]
    ticket = web.call.post(fichiers=photo(files)).json["ticket_id"]
    answer = web.call("POST", "/webhook/validate", {"ticket_id": ticket, "credits": 2}, key=KEY)
    assert (answer.json["subtask_id"] != "", answer.json["message"]) == (True, "Demande validée, tâche créée")


def test_a_validation_is_final_idempotent_and_orders_the_work(web: Running, files: Files) -> None:
    ticket = web.call.post(fichiers=photo(files)).json["ticket_id"]
    wanted = {"ticket_id": ticket, "credits": 2, "admin_notes": "Validation OK"}
    with ThreadPoolExecutor(5) as crowd:
        answers = list(crowd.map(lambda _: web.call("POST", "/webhook/validate", wanted, key=KEY), range(5)))
    (task,) = web.counter.records("task")
    assert {a.status for a in answers} == {200}
    for answer in answers:
        assert answer.json["success"] is True
        assert (answer.json["ticket_id"], answer.json["credits"]) == (ticket, 2)
        assert answer.json["subtask_id"]
        assert answer.json["message"] == "Demande validée, subtask ClickUp créée"
    assert task["quantity"] == "2"
    case = web.counter.only()
    assert case.approval is not None
    assert (case.approval.how, case.approval.final) == ("webhook", True)
    assert case.notes == ("Validation OK",)
    other = web.call("POST", "/webhook/validate", {**wanted, "credits": 3}, key=KEY)
    assert other.status == 409
    assert len(web.counter.records("task")) == 1


def test_a_validation_at_another_price_voids_the_quote(web: Running, files: Files) -> None:
    ticket = web.call.post(fichiers=photo(files)).json["ticket_id"]
    assert web.call("POST", "/webhook/validate", {"ticket_id": ticket, "credits": 4.5}, key=KEY).json["credits"] == 4.5
    web.counter.settle()
    case = web.counter.only()
    assert case.quote is not None
    assert str(case.quote.amount) == "4.5"
    assert case.stage == "done"


def test_unknown_tickets_and_wrong_stages_are_refused(web: Running, files: Files) -> None:
    assert web.call("POST", "/webhook/validate", {"ticket_id": "999999", "credits": 2}, key=KEY).status == 404
    support = web.call.post(objet="paiement", description="Mon paiement est refusé").json["ticket_id"]
    refused = web.call("POST", "/webhook/validate", {"ticket_id": support, "credits": 2}, key=KEY)
    assert refused.status == 409
    assert "déjà traitée" in refused.json["error"]
    for credits in (0, -1, "NaN", "Infinity", 1e9, 1.001, None, "deux", True, [2]):
        answer = web.call("POST", "/webhook/validate", {"ticket_id": "1", "credits": credits}, key=KEY)
        assert answer.status in (404, 422), credits
        if credits is not True:
            assert answer.status == 422, credits


def test_a_form_proves_nobody_a_yes_typed_there_approves_nothing(web: Running, files: Files) -> None:
    web.call.post(fichiers=photo(files))
    web.counter.settle()
    for subject in ("Modélisation fauteuil vintage", "", "Re: Modélisation fauteuil vintage"):
        assert web.call.post(objet=subject, description="Je valide", source="").status in (200, 202)
    web.counter.settle()
    assert not web.counter.records("task")
    assert all(case.approval is None for case in web.counter.cases())


# ------------------------------------------------------------------ who may


def test_without_the_key_nothing_is_done(web: Running) -> None:
    for path, body in (("/webhook/request", SAMPLE), ("/webhook/validate", {"ticket_id": "1", "credits": 2})):
        assert web.call("POST", path, body).status == 401
        assert web.call("POST", path, body, key=KEY[:-1]).status == 401
        assert web.call("POST", path, body, key=KEY + "é").status == 401
        assert web.call("POST", path, body, Authorization="Basic x").status == 401
        # Nor is a stranger told what is wrong with his body.
        for bad in ({"credits": "beaucoup"}, b"{", b""):
            assert web.call("POST", path, bad, Content_Type="application/json").status == 401
            assert web.call("POST", path, bad, key=KEY, Content_Type="application/json").status in (400, 422)
        answer = web.call("POST", path, body, Authorization=f"bearer {KEY}")
        assert answer.status in (200, 202, 404)
    assert len(web.counter.cases()) == 1


def test_an_unset_key_opens_nothing(tmp_path: Path) -> None:
    with running(tmp_path / "data", api_key="", form_key="") as web:
        assert web.call("POST", "/webhook/request", SAMPLE).status == 401
        assert web.call("POST", "/webhook/request", SAMPLE, key="").status == 401
        assert web.call("POST", "/webhook/request", SAMPLE, Authorization="Bearer ").status == 401


def test_the_public_key_posts_from_the_named_pages_alone_and_validates_nothing(web: Running) -> None:
    assert web.call("POST", "/webhook/request", SAMPLE, key=FORM_KEY).status == 403
    assert web.call("POST", "/webhook/request", SAMPLE, key=FORM_KEY, Origin="https://autre.example").status == 403
    answer = web.call("POST", "/webhook/request", SAMPLE, key=FORM_KEY, Origin=SITE)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == SITE
    assert web.call("POST", "/webhook/validate", {"ticket_id": "1", "credits": 2}, key=FORM_KEY, Origin=SITE).status == 403


def test_browsers_of_named_origins_alone_are_let_in(web: Running) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "x-api-key,content-type"}
    good = web.call("OPTIONS", "/webhook/request", Origin=SITE, **asked)
    assert (good.status, good.headers["access-control-allow-origin"]) == (200, SITE)
    bad = web.call("OPTIONS", "/webhook/request", Origin="https://autre.example", **asked)
    assert "access-control-allow-origin" not in bad.headers


def test_the_trap_field_swallows_robots_and_tells_them_nothing(web: Running) -> None:
    filled = {**SAMPLE, "website": "http://spam.example"}
    answer = web.call("POST", "/webhook/request", filled, key=FORM_KEY, Origin=SITE)
    assert answer.status == 202
    web.counter.settle()
    assert web.counter.cases() == []


def test_the_public_form_has_a_rate_and_the_programs_key_has_none(tmp_path: Path) -> None:
    with running(tmp_path / "data", form_burst=3, form_pause=60.0, wait=0.0) as web:
        told = [
            web.call("POST", "/webhook/request", {**SAMPLE, "objet": f"3D {n}"}, key=FORM_KEY, Origin=SITE) for n in range(5)
        ]
        assert [t.status for t in told] == [202, 202, 202, 429, 429]
        assert 0 < int(told[-1].headers["retry-after"]) <= 61
        # A proxy on this machine tells whom it speaks for.
        elsewhere = {"key": FORM_KEY, "Origin": SITE, "X_Forwarded_For": "203.0.113.9"}
        assert web.call("POST", "/webhook/request", {**SAMPLE, "objet": "3D 9"}, **elsewhere).status == 202
        assert all(web.call.post(objet=f"clé {n}").status == 202 for n in range(5))


def test_an_empty_or_malformed_request_is_told_by_field(web: Running) -> None:
    empty = web.call.post(objet=" ", description="", fichiers=[])
    assert empty.status == 422
    for changed in (
        {"user_email": "pas une adresse"},
        {"user_email": None},
        {"user_email": "a@b.example\r\nBcc: x@y.example"},
        {"fichiers": [{"name": "x"}]},
        {"fichiers": [{"name": "x", "url": "http://x.example"}] * 21},
        {"description": "x" * 50_001},
        {"objet": ["x"]},
    ):
        answer = web.call.post(**changed)
        assert answer.status == 422, changed
        assert next(iter(changed)) in next(iter(answer.json["fields"]))
    assert web.counter.cases() == []


def test_the_administrator_is_asked_where_the_grid_cannot_say(web: Running, files: Files) -> None:
    told = web.call.post(
        objet="cheminée", description="Je voudrais modéliser notre cheminée sculptée avec marqueterie", fichiers=photo(files)
    ).json
    assert (told["validation_status"], told["credits_estimes"]) == ("pending_admin", None)
    web.counter.settle()
    assert web.counter.fresh(ADMIN)


def test_what_is_posted_decides_nothing_whoever_it_says_it_is_from(web: Running, files: Files) -> None:
    """Neither the public form nor a program's key proves who wrote: only replies and /webhook/validate decide."""
    quoted = web.call.post(fichiers=photo(files)).json["ticket_id"]
    told = web.call.post(
        objet="cheminée", description="Modéliser notre cheminée sculptée avec marqueterie", fichiers=photo(files, "other.jpg")
    )
    judged = told.json["ticket_id"]
    assert judged != quoted
    web.counter.settle()
    refs = {c.stage: c.ref for c in web.counter.cases()}
    assert set(refs) == {"waiting_approval", "waiting_review"}
    tokens = {stage: web.counter.house.office.reference(ref) for stage, ref in refs.items()}
    for key, more in ((KEY, {}), (FORM_KEY, {"Origin": SITE})):
        for email, stage, words in (
            (SAMPLE["user_email"], "waiting_approval", "Je valide"),
            (SAMPLE["user_email"], "waiting_approval", "Je refuse, annulez tout"),
            (ADMIN, "waiting_review", "Oui, 5 crédits"),
            (ADMIN, "waiting_approval", "Je valide"),
            (ADMIN, "waiting_review", "Je refuse"),
        ):
            posted = {"user_email": email, "objet": f"Re: votre devis [{tokens[stage]}]", "description": words}
            assert web.call("POST", "/webhook/request", posted, key=key, **more).status in (200, 202, 429)
    web.counter.settle()
    assert {c.ref: c.stage for c in web.counter.cases() if c.ref in refs.values()} == {ref: s for s, ref in refs.items()}
    assert all(c.approval is None and c.refused_by == "" for c in web.counter.cases())
    assert web.counter.records("task") == []


def test_a_second_request_of_the_same_customer_is_a_second_case(web: Running, files: Files) -> None:
    first = web.call.post(fichiers=photo(files)).json
    second = web.call.post(objet="Modélisation table", description="Une table basse à modéliser", fichiers=photo(files)).json
    assert second["is_new_ticket"] is True
    assert first["ticket_id"] != second["ticket_id"]
