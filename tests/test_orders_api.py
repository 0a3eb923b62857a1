"""Orders for programs: listed, corrected, judged; who may do what."""

from __future__ import annotations

from core.rows import digest_of
from tests.browser import forms_of, text_of
from tests.orders_house import order
from tests.orders_people import TEXT, Program, person, yes
from tests.road import mail, plain
from tests.web_help import Running

pytest_plugins = ("tests.orders_fixtures",)

VAGUE = "Bonjour, nous commandons des sacs avec poignées torsadées, 5 000 au total pour le 15 avril 2026."


def test_the_total_of_one_line_is_never_shown_as_that_of_the_whole(web: Running, program: Program) -> None:
    """Two currencies have no sum: the list leaves the total out."""
    lines = "Merci de livrer :\n- 10 000 sachets fond plat à 0,35 MAD\n- 4000 sacs poignées plates à 0,20 EUR"
    case_id = order(web.counter, lines, sender="a@atlas.example")
    (listed,) = program("GET", "/api/orders").json["orders"]
    assert (listed["id"], listed["lines"], listed["facts"]["quantity"]["en"]) == (case_id, 2, "10,000 pieces")
    assert "total_price" not in listed["facts"]


def test_a_thing_stands_once_in_the_figures_with_its_quantities_by_unit(web: Running, program: Program) -> None:
    for number, text in enumerate(
        ("43 000 sachets fond plat", "2 cartons de sachets fond plat", "1 000 sacs poignées torsadées"), 1
    ):
        order(web.counter, f"Bonjour, nous commandons {text}, merci.", sender=f"c{number}@atlas.example", number=number)
    first, second = program("GET", "/api/stats").json["products"]
    assert (first["label"]["fr"], first["times"], second["times"]) == ("Sachet fond plat", 2, 1)
    assert sorted((q["unit"], q["quantity"], q["text"]["en"]) for q in first["quantities"]) == [
        ("carton", "2", "2 boxes"), ("pièce", "43000", "43,000 pieces"),
    ]  # fmt: skip
    page = text_of(person(web, "zoe").get("/analytics"))
    assert "2 cartons · 43 000 pièces · 2 fois" in page.replace("\u202f", " ")
    assert page.count("Sachet fond plat") == 1, page


def test_a_column_of_several_lines_says_which_line(web: Running, program: Program) -> None:
    lines = "Bonjour, merci de livrer :\n- 10 000 sachets fond plat kraft\n- 4000 sacs fond carré poignées plates"
    case_id = order(web.counter, lines, sender="a@atlas.example")
    refused = program("POST", f"/api/orders/{case_id}/update", {"facts": {"quantity": "20"}})
    assert (refused.status, "lines.1.quantity" in refused.json["fields"]["quantity"]) == (422, True)
    assert program("POST", f"/api/orders/{case_id}/update", {"facts": {"lines.2.quantity": "2 600"}}).status == 200
    typed = [f["typed"].replace("\u202f", " ") for line in program("GET", f"/api/orders/{case_id}").json["lines"] for f in line
             if f["name"].endswith(".quantity")]  # fmt: skip
    assert typed == ["10 000 pièces", "2600 pièces"]


def test_orders_by_the_api_from_the_list_to_the_decision(web: Running, program: Program) -> None:
    first = order(web.counter, TEXT, sender="a@atlas.example")
    second = order(web.counter, VAGUE, sender="b@noor.example", number=2)
    page = program("GET", "/api/orders?order=oldest&limit=1").json
    assert [o["id"] for o in page["orders"]] == [first]
    assert [o["id"] for o in program("GET", f"/api/orders?order=oldest&after={page['next']}").json["orders"]] == [second]
    assert [o["status"] for o in program("GET", "/api/orders?status=en_attente").json["orders"]] == ["en_attente"] * 2
    assert program("GET", "/api/orders?status=autre").status == 422
    one = program("GET", f"/api/orders/{first}").json
    fields = {f["name"]: f for f in one["fields"]}
    assert (fields["quantity"]["typed"].split(), fields["quantity"]["quotes"]) == (["10", "000", "pièces"], ["10 000 sachets"])
    assert (one["source"]["sender"], one["order"]["validated_by"]) == ("a@atlas.example", "")
    # By its number too; a rejection tells the customer why it may.
    number = one["order"]["number"]
    done = yes(program, number, note="vu", key="k1")
    assert (done.status, done.json["stage"]) == (200, "done")
    assert program("POST", f"/api/orders/{number}/validate", {"note": "vu", "key": "k1"}).json["id"] == done.json["id"]
    assert program("POST", f"/api/orders/{second}/reject", {"note": "rupture de stock"}).status == 200
    assert program("POST", f"/api/orders/{second}/validate").status == 409
    assert program("POST", f"/api/orders/{'0' * 32}/validate").status == 404
    assert program("POST", f"/api/orders/{second}/update", {"facts": {"nothing": "1"}}).status == 409
    stats = program("GET", "/api/stats").json
    assert (stats["total"], stats["by_status"], stats["validated"], stats["judged"]) == (2, {"validee": 1, "rejetee": 1}, 1, 2)
    assert stats["products"][0]["label"]["fr"] == "Sachet fond plat"
    assert sum(day["orders"].get("validee", 0) for day in stats["volume"]) == 1
    assert program("GET", "/api/stats?since=2020-01-01").status == 422
    assert program("GET", "/api/whatsapp/status").json["configured"] is False


def test_a_field_that_is_not_understood_is_named_with_what_is_allowed(web: Running, program: Program) -> None:
    case_id = order(web.counter, TEXT)
    place = f"/api/orders/{case_id}"
    wrong = {"product": "sac à dos", "quantity": "beaucoup", "colour": "rouge", "delivery_date": "bientôt"}
    for act in ("update", "validate"):
        answer = program("POST", f"{place}/{act}", {"facts": wrong})
        assert answer.status == 422, act
        fields = answer.json["fields"]
        assert list(fields) == list(wrong)
        assert "Sac fond carré avec poignées plates" in fields["product"]
        assert "quantity" in fields["colour"]
    listed = {"product": "sachet avec poignées torsadées", "quantity": "300"}  # words of two products
    line = {f"lines.2.{name}": value for name, value in listed.items()}
    seen = program("GET", place).json["digest"]
    twofold = program("POST", f"{place}/update", {"facts": line, "digest": seen})
    assert twofold.status == 422
    assert "Sac fond carré avec poignées plates" in twofold.json["fields"]["lines.2.product"]
    unknown = program("POST", f"/api/cases/{case_id}/acts", {"action": "approve"})
    assert unknown.status == 422
    assert "validate, reprice, refuse" in unknown.json["fields"]["action"]
    case = web.counter.cases()[0]
    assert (case.judged, case.version) == (None, 1)
    # A customer's own word for one product is that product, in a line of an order too.
    line["lines.2.product"] = "sac poignées torsadées"
    assert program("POST", f"{place}/update", {"facts": line, "digest": seen}).status == 200
    assert program("GET", place).json["lines"][1][0]["value"]["fr"] == "Sac fond carré avec poignées torsadées"
    # Where the case stands is something else.
    assert program("POST", f"{place}/update", {"facts": {"lines.1.quantity": "10 000 pièces"}}).status == 409


def test_a_yes_that_does_not_say_to_what_decides_nothing_and_is_told_what_there_is(web: Running, program: Program) -> None:
    case_id = order(web.counter, TEXT)
    seen = program("GET", f"/api/orders/{case_id}").json["digest"]
    calls = [(f"/api/orders/{case_id}/validate", {}), (f"/api/cases/{case_id}/acts", {"action": "validate"})]
    for place, body in calls:
        answer = program("POST", place, body)
        assert (answer.status, answer.json["fields"]) == (428, {"digest": seen})
        assert "un oui vaut pour ce qui a été vu" in answer.json["error"].casefold()
    assert web.counter.cases()[0].judged is None
    # Nor does a form of the desk that lost it.
    page = person(web, "marc")
    action, hidden = forms_of(page.get(f"/orders/{case_id}"))[0]
    assert page("POST", f"/orders/{case_id}/decide", hidden | {"action": "validate", "digest": ""}).status == 409, action
    assert web.counter.cases()[0].judged is None
    assert program("POST", calls[0][0], {"digest": seen}).status == 200
    assert web.counter.cases()[0].stage == "done"


def test_what_is_corrected_with_a_yes_is_one_act(web: Running, program: Program) -> None:
    case_id = order(web.counter, TEXT, sender="a@atlas.example")
    place, facts = f"/api/orders/{case_id}/validate", {"quantity": "6 000", "unit_price": "0,30"}
    web.counter.fresh()
    done = yes(program, case_id, facts=facts, key="k")
    assert (done.status, done.json["stage"]) == (200, "done")
    assert program("POST", place, {"facts": facts, "key": "k"}).json["id"] == done.json["id"]
    case = web.counter.cases()[0]
    assert case.version == 2
    assert [(f.name, f.origin) for f in case.facts if f.origin == "person"] == [
        ("quantity", "person"),
        ("unit_price", "person"),
    ]
    assert case.judged is not None
    assert case.judged.digest == digest_of(case, web.edge.desk.business.directive("commande"))  # type: ignore[arg-type]
    web.counter.settle()
    letters = web.counter.fresh()
    assert [str(m["To"]) for m in letters] == ["a@atlas.example"]
    assert "1800" in "".join(plain(letters[0]).split())
    # One label a field: corrected, or let stand.
    labels = {lesson.name: lesson.how for lesson in web.counter.house.store.lessons()}
    assert labels["quantity"] == labels["unit_price"] == "corrected"
    assert labels["product"] == labels["kind"] == "confirmed"


def test_nobody_says_yes_to_an_order_that_lacks_what_it_needs(web: Running, program: Program) -> None:
    case_id = order(web.counter, "Bonjour, nous voulons commander des sacs à poignées torsadées.")
    place = f"/api/orders/{case_id}/validate"
    refused = program("POST", place)
    assert (refused.status, list(refused.json["fields"])) == (422, ["quantity"])
    assert web.counter.cases()[0].judged is None
    assert yes(program, case_id, facts={"quantity": "5000"}).json["stage"] == "done"


def test_process_emails_looks_at_the_inboxes_at_once(web: Running, program: Program) -> None:
    web.counter.drop(mail(TEXT, number=7))
    answer = program("POST", "/api/process-emails")
    assert (answer.status, {"reader", "clerk", "intake:folder"} <= set(answer.json["lanes"])) == (200, True)
    web.counter.settle()
    assert len(web.counter.cases()) == 1
    assert person(web, "marc").fill("/processing").status == 303


ROUTES = (
    ("GET", "/api/orders", "read"), ("GET", "/api/orders/{id}", "read"), ("GET", "/api/stats", "read"),
    ("GET", "/api/whatsapp/status", "read"), ("GET", "/export/csv", "read"), ("GET", "/export/excel", "read"),
    ("GET", "/export/pdf", "read"),
    ("POST", "/api/process-emails", "act"), ("POST", "/api/orders/{id}/update", "act"), ("POST", "/api/orders/{id}/reject", "act"),
    ("POST", "/api/orders/{id}/validate", "act"),
)  # fmt: skip


def test_who_may_do_what_with_orders(web: Running, program: Program) -> None:
    case_id = order(web.counter, TEXT)
    for method, path, scope in ROUTES:
        body = {"facts": {"quantity": "11 000"}} if path.endswith("update") else None
        place = path.replace("{id}", case_id)
        assert program(method, place, body, as_="").status == 401, path
        if scope == "act":
            assert program(method, place, body, as_="read").status == 403, path
        if not path.endswith(("reject", "validate")):
            assert program(method, place, body, as_=scope).status == 200, path
    zoe = person(web, "zoe")
    csrf = zoe.csrf()
    for path in (f"/orders/{case_id}/decide", "/processing", "/contacts", "/contacts/x"):
        assert zoe("POST", path, {"csrf": csrf, "action": "validate"}).status == 403, path
    marc = person(web, "marc")
    for path in (f"/orders/{case_id}/decide", "/processing", "/contacts"):
        assert marc("POST", path, {"csrf": "0" * 64, "action": "validate"}).status == 403, path
    assert web.counter.cases()[0].judged is None
    described = web.call("GET", "/openapi.json").json["paths"]
    assert {(m, p) for m, p, _ in ROUTES} <= {
        (m.upper(), p.replace("{id}", "{id}")) for p, some in described.items() for m in some
    }
    assert "/webhook/whatsapp" in described
