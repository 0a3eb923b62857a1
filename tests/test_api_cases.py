"""/api/cases, files, contacts, parked: what programs see and do, on a running desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.effects import AddNote, Effect
from core.ports import Change, Settled
from tests.api_help import GLB, JPEG, Desk, api_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with api_desk(tmp_path_factory.mktemp("api")) as one:
        yield one


@pytest.fixture(scope="module")
def quoted(desk: Desk) -> str:
    """A case with an open offer."""
    return desk.new(100, sender="Zoé Durand <zoe@example.com>", subject="Fauteuil Récamier")


# ------------------------------------------------------------------ who may what


@pytest.mark.parametrize(
    "path",
    ["cases", "contacts", "parked", "directives", "figures", "health", "events", "exports/cases.csv", "exports/cases.xlsx"],
)
def test_nobody_reads_without_showing_who_he_is(desk: Desk, path: str) -> None:
    answer = desk("GET", f"/api/{path}", as_="")
    assert answer.status == 401
    assert "error" in answer.json
    assert desk("GET", f"/api/{path}", as_="", Authorization="Bearer guichet_faux").status == 401


def test_a_reader_reads_and_changes_nothing(desk: Desk, quoted: str) -> None:
    assert desk("GET", f"/api/cases/{quoted}", as_="read").status == 200
    assert desk.act(quoted, "note", as_="read", note="non").status == 403
    assert desk("POST", "/api/parked/drop", {"ids": ["message:1"]}, as_="read").status == 403
    draft = {"base": "0" * 64, "edits": {}}
    assert desk("PUT", "/api/directives/figurative/draft", draft, as_="act").status == 403
    assert desk.get(f"/api/cases/{quoted}")["version"] == 1


# ------------------------------------------------------------------ the list


def test_the_list_finds_by_word_stage_channel_day_and_person(desk: Desk, quoted: str) -> None:
    def found(query: str) -> list[str]:
        return [case["id"] for case in desk.get(f"/api/cases?limit=200&{query}")["cases"]]

    assert found("search=recamier") == [quoted]
    assert found("search=durand%20fauteuil") == [quoted]
    assert found("search=zoe%40example.com") == [quoted]
    assert found("search=durand%20inconnu") == []
    assert found("search=%3F") == []
    assert quoted in found("stage=waiting_approval&stage=done&channel=email&kind=MODELISATION&waits=customer")
    assert quoted not in found("stage=waiting_review") + found("channel=form") + found("kind=SUPPORT") + found("waits=us")
    assert found("waits=us&stage=waiting_approval") == []
    assert quoted in found("since=2026-03-02&until=2026-03-02&zone=Europe/Paris")
    assert quoted not in found("since=2026-03-03") + found("until=2026-03-01")
    assert found("person=ZOE%40example.com") == [quoted]
    row = next(c for c in desk.get("/api/cases?count=true&business=figurative")["cases"] if c["id"] == quoted)
    assert (row["amount"], row["unit"], row["offer"], row["name"]) == ("2", "crédits", "open", "Zoé Durand")
    assert row["waits"]["whom"] == "customer"
    assert row["waits"]["then"]["fr"] == "relance"


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "stage=odd", "after=x", "after=%C3%A9", "zone=Mars/Base", "since=1800-01-01", "until=9999-12-31", "since=x",
     "search=%00", "order=odd", "kind=%0a"],
)  # fmt: skip
def test_odd_parameters_are_told_and_nothing_else(desk: Desk, query: str) -> None:
    answer = desk("GET", f"/api/cases?{query}")
    assert answer.status == 422
    assert answer.json["error"]


# ------------------------------------------------------------------ one case


def test_a_case_tells_what_was_said_by_both_sides_and_why(desk: Desk, quoted: str) -> None:
    case = desk.get(f"/api/cases/{quoted}")
    theirs, ours = [next(u for u in case["conversation"] if u["who"] == who) for who in ("customer", "us")]
    assert theirs["files"][0]["name"] == "photo.jpg"
    assert ours["state"] == "done"
    assert ours["template"] == "quote"
    assert "2 crédits" in ours["text"]
    assert "${" not in ours["text"]
    marks = {h["fact"]: theirs[h["source"]][h["start"] : h["end"]] for h in theirs["highlights"]}
    assert marks["object"] == "fauteuil"
    assert marks["dimensions"].startswith("80 cm")
    facts = {f["name"]: f["value"] for f in case["facts"]}
    assert facts["dimensions"] == {"fr": "hauteur 80 cm", "en": "height 80 cm"}
    assert (case["quotes"][0]["price"]["en"], case["quotes"][0]["sent"]) == ("2 credits", "done")
    assert case["files"][0]["state"] == "done"
    assert case["files"][0]["url"]
    assert case["timeline"][0]["title"]["fr"] == "La demande arrive"
    assert any("2 crédits" in reason for reason in case["timeline"][0]["reasons"])
    assert {a["name"]: a["possible"] for a in case["actions"]} == {
        "validate": True, "reprice": True, "refuse": True, "ask": True, "reassign": True, "correct": True, "close": True,
        "note": True, "separate": False, "answer": True,
    }  # fmt: skip
    assert case["deadlines"][0]["name"].startswith("approve.remind")
    ticket = next(e for e in case["effects"] if e["name"] == "ticket")
    # What the other system calls it, for programs that go on there.
    assert ticket["outside_id"]
    assert ticket["url"].endswith(f"/{ticket['outside_id']}")


@pytest.mark.parametrize("id", ["0" * 32, "..%2f..", "x", "0" * 31, "%00"])
def test_a_case_that_is_not_there(desk: Desk, id: str) -> None:
    assert desk("GET", f"/api/cases/{id}").status in (404, 422)


# ------------------------------------------------------------------ acts


def test_validation_is_done_once_a_key_under_its_author(desk: Desk) -> None:
    case_id = desk.new(101)
    first = desk.act(case_id, "validate", amount=3, note="vu avec lui", key="clé 1")
    assert (first.status, first.json["state"]) == (200, "done")
    again = desk.act(case_id, "validate", amount=3, note="vu avec lui", key="clé 1")
    assert (again.status, again.json["id"]) == (200, first.json["id"])
    assert desk.act(case_id, "validate", amount="3.0", note="vu avec lui", key="clé 1").json["id"] == first.json["id"]
    for other in ({"amount": 4, "note": "vu avec lui"}, {"amount": 3}, {"action": "note", "note": "vu avec lui"}):
        refused = desk.act(case_id, **{"action": "validate", **other}, key="clé 1")
        assert refused.status == 422
        assert "clé" in refused.json["error"]
    desk.counter.settle()
    case = desk.get(f"/api/cases/{case_id}")
    assert case["case"]["stage"] in ("fulfilling", "done")
    assert case["case"]["amount"] == "3"
    lines = [line for line in case["timeline"] if line["kind"] == "operator.validate"]
    assert len(lines) == 1
    assert lines[0]["author"]
    assert "vu avec lui" in case["notes"]
    assert sum(e["kind"] == "task.create" for e in case["effects"]) == 1
    late = desk.act(case_id, "refuse")
    assert late.status == 409
    assert "déjà" in late.json["error"]
    assert desk("GET", f"/api/cases/{case_id}/acts/{first.json['id']}").json["state"] == "done"
    assert desk("GET", f"/api/cases/{case_id}/acts/desk:{case_id}:{'0' * 32}").status == 404


def test_every_other_act(desk: Desk) -> None:
    case_id = desk.new(102)
    assert desk.act(case_id, "ask").json["fields"] == {"note": "un texte est attendu"}
    assert list(desk.act(case_id, "validate").json["fields"]) == ["amount"]
    assert desk.act(case_id, "validate", amount=-1).status == 422
    assert desk.act(case_id, "validate", amount="NaN").status == 422
    assert desk.act(case_id, "reassign", note="inconnue").status == 422
    assert desk.act(case_id, "ask", note="Quelle est la couleur ?").status == 200
    assert desk.act(case_id, "reprice", amount="4.5").json["stage"] == "waiting_approval"
    assert desk.act(case_id, "note", note="à suivre").status == 200
    desk.counter.settle()
    case = desk.get(f"/api/cases/{case_id}")
    assert [q["status"] for q in case["quotes"]] == ["void", "open"]
    assert case["quotes"][1]["price"]["fr"] == "4,5 crédits"
    assert any("Quelle est la couleur ?" in u["text"] for u in case["conversation"] if u["who"] == "us")
    assert desk.act(case_id, "refuse").json["stage"] == "rejected"
    other = desk.new(103)
    assert desk.act(other, "close").json["stage"] == "closed"
    assert desk.act("0" * 32, "close").status == 404


def test_reassigning_begins_again_by_the_other_directive(desk: Desk) -> None:
    case_id = desk.new(104)
    assert desk.act(case_id, "reassign", note="support").json["stage"] == "done"
    desk.counter.settle()
    case = desk.get(f"/api/cases/{case_id}")
    assert (case["case"]["directive"], case["case"]["kind"], case["case"]["offer"]) == ("support", "SUPPORT", "")
    assert [q["status"] for q in case["quotes"]] == ["void"]
    assert case["deadlines"] == []
    line = next(line for line in case["timeline"] if line["kind"] == "operator.reassign")
    assert "modelisation → support" in " ".join(line["reasons"])
    assert desk.act(case_id, "reassign", note="modelisation").status == 409


# ------------------------------------------------------------------ files


def test_files_come_as_downloads_and_in_parts(desk: Desk, quoted: str) -> None:
    file = desk.get(f"/api/cases/{quoted}")["files"][0]
    path = f"/api/cases/{quoted}/files/{file['sha256']}"
    whole = desk("GET", path)
    assert whole.body == JPEG
    assert whole.headers["content-type"] == "image/jpeg"
    assert whole.headers["content-disposition"].startswith("attachment;")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in whole.headers["content-security-policy"]
    assert desk("GET", f"{path}?show=1").headers["content-disposition"].startswith("inline;")
    part = desk("GET", path, Range="bytes=10-19")
    assert (part.status, part.body, part.headers["content-range"]) == (206, JPEG[10:20], f"bytes 10-19/{len(JPEG)}")
    assert desk("GET", path, Range="bytes=-5").body == JPEG[-5:]
    assert desk("GET", path, Range="bytes=5-").body == JPEG[5:]
    assert desk("GET", path, Range=f"bytes={len(JPEG)}-").status == 416
    assert desk("GET", path, Range="bytes=0-1,4-5").status == 200
    assert desk("GET", path, If_None_Match=whole.headers["etag"]).status == 304
    assert desk("GET", f"/api/cases/{'0' * 32}/files/{file['sha256']}").status == 404
    assert desk("GET", f"/api/cases/{quoted}/files/{'0' * 64}").status == 404
    for odd in ("..%2f..%2fsecret.key", "%2e%2e/secret.key", "x"):
        assert desk("GET", f"/api/cases/{quoted}/files/{odd}").status in (404, 422)


def test_what_could_run_in_a_browser_is_only_ever_saved(desk: Desk) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    page = b"<!doctype html><script>alert(1)</script>"
    case_id = desk.new(105, files=(("x.svg", svg), ('"é\r\nx.html', page), ("objet.glb", GLB)))
    kinds = {}
    for file in desk.get(f"/api/cases/{case_id}")["files"]:
        answer = desk("GET", f"/api/cases/{case_id}/files/{file['sha256']}?show=1")
        kinds[file["sha256"]] = (answer.headers["content-type"], answer.headers["content-disposition"].partition(";")[0])
        assert "\n" not in answer.headers["content-disposition"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert sorted(kinds.values()) == [
        ("application/octet-stream", "attachment"), ("application/octet-stream", "attachment"), ("model/gltf-binary", "inline"),
    ]  # fmt: skip


# ------------------------------------------------------------------ contacts and parked things


def test_contacts_with_their_cases(desk: Desk, quoted: str) -> None:
    (contact,) = desk.get("/api/contacts?search=zo%C3%A9")["contacts"]
    assert (contact["email"], contact["cases"], contact["open"]) == ("zoe@example.com", 1, 1)
    one = desk.get(f"/api/contacts/{contact['id']}")
    assert [case["id"] for case in one["cases"]] == [quoted]
    assert desk("GET", f"/api/contacts/{'0' * 24}").status == 404
    desk.new(107, sender="Yves Martin <yves@example.com>")
    first = desk.get("/api/contacts?limit=1")
    assert first["next"]
    rest = desk.get(f"/api/contacts?limit=200&after={first['next']}")
    shown = [c["id"] for page in (first, rest) for c in page["contacts"]]
    assert contact["id"] in shown
    assert len(shown) == len(set(shown)) >= 2


def test_parked_things_are_retried_and_given_up_by_name(desk: Desk) -> None:
    assert desk.get("/api/parked")["parked"] == []
    store, now = desk.counter.house.store, desk.counter.now
    case_id = desk.new(106)
    keys = [f"{case_id}/99/{n}" for n in range(3)]
    # No lane of this desk has such a system, so the effects stay as they are put.
    effects = tuple(Effect(key, case_id, "whatsapp", AddNote("1", "x")) for key in keys)
    store.commit([Change(None, effects=effects)], now)
    store.settle([Settled(key, "parked", error="le serveur a dit non") for key in keys], now)
    desk.counter.settle()
    first = desk.get("/api/parked?limit=2")
    assert [p["why"] for p in first["parked"]] == ["le serveur a dit non"] * 2
    rest = desk.get(f"/api/parked?limit=2&after={first['next']}")
    assert (len(rest["parked"]), rest["next"]) == (1, "")
    assert next(c for c in desk.get("/api/cases?limit=200")["cases"] if c["id"] == case_id)["parked"] == 3
    assert desk("POST", "/api/parked/retry", {"ids": [f"effect:{keys[0]}"]}).json == {"done": 1}
    assert desk("POST", "/api/parked/drop", {"ids": [f"effect:{k}" for k in keys]}).json == {"done": 2}
    assert desk("POST", "/api/parked/drop", {"ids": ["effect:../../x", "message:99999999999999999999"]}).json == {"done": 0}
    assert desk("POST", "/api/parked/drop", {"ids": ["odd"]}).status == 422
    lines = [(e.kind, e.author) for _, e in store.history(case_id) if e.kind in ("retried", "dropped")]
    assert sorted(lines) == [("dropped", lines[0][1])] * 2 + [("retried", lines[0][1])]
    assert lines[0][1]


def test_a_body_that_is_too_large_is_refused(desk: Desk, quoted: str) -> None:
    assert desk.act(quoted, "note", note="x" * 10_001).status == 422
    assert desk("POST", f"/api/cases/{quoted}/acts", b"x" * 200_000).status == 413
    assert desk("POST", f"/api/cases/{quoted}/acts", b"{", Content_Type="application/json").status == 400
