"""Lines of an order that are added or taken away through the API and on its page."""

from __future__ import annotations

import pytest

from core.reading import Rows
from core.rows import rows_of
from engine.evaluation import evaluate, labelled
from tests.browser import forms_of, text_of
from tests.desk_house import arrive
from tests.orders_house import order
from tests.orders_people import Program, person, yes
from tests.orders_two_lines import ONE, P1, P3, P4, TWO, told
from tests.road import mail
from tests.web_help import Running

pytest_plugins = ("tests.orders_fixtures",)


def test_programs_add_lines_and_take_them_away_from_what_they_saw(web: Running, program: Program) -> None:
    case_id = order(web.counter, TWO)
    place = f"/api/orders/{case_id}"
    line = {"lines.3.product": P3, "lines.3.quantity": "500", "lines.3.unit_price": "0,80 MAD HT", "lines.3.total_price": ""}
    unseen = program("POST", f"{place}/update", {"facts": line})
    seen = program("GET", place).json["digest"]
    assert (unseen.status, unseen.json["fields"]) == (428, {"digest": seen})
    assert program("POST", f"{place}/update", {"facts": {"lines.2": ""}}).status == 428
    done = program("POST", f"{place}/update", {"facts": line, "digest": seen, "key": "k"})
    assert (done.status, done.json["stage"]) == (200, "waiting_review")
    assert program("POST", f"{place}/update", {"facts": line, "digest": seen, "key": "k"}).json["id"] == done.json["id"]
    now = program("GET", place).json
    assert [f["origin"] for f in now["lines"][2]] == ["person", "missing", "person", "person", "derived"] or len(
        now["lines"]
    ) == 3
    # An older page is told so; nothing is taken from another line than it showed.
    stale = program("POST", f"{place}/update", {"facts": {"lines.2": ""}, "digest": seen})
    assert (stale.status, "les champs ont changé" in stale.json["error"].casefold()) == (409, True)
    assert program("POST", f"/api/cases/{case_id}/acts", {"action": "correct", "facts": {"lines.2": ""}}).status == 428
    gone_ = {"action": "correct", "facts": {"lines.2": ""}, "digest": now["digest"]}
    assert program("POST", f"/api/cases/{case_id}/acts", gone_).status == 200
    (case,) = web.counter.cases()
    directive = web.edge.desk.business.directive("commande")
    assert directive is not None
    assert told(rows_of(case.facts, directive)) == [(P1, 2000), (P3, 500)]
    # Together with a yes as well.
    assert yes(program, case_id, facts={"lines.3.product": P4, "lines.3.quantity": "100"}).json["stage"] == "done"
    assert told(rows_of(web.counter.cases()[0].facts, directive)) == [(P1, 2000), (P3, 500), (P4, 100)]


def test_a_line_that_is_not_whole_or_misnumbered_is_named_with_what_is_wanted(web: Running, program: Program) -> None:
    case_id = order(web.counter, TWO)
    for facts, wrong in (
        ({"lines.3.product": P3}, "lines.3.quantity"),
        ({"lines.3.quantity": "5"}, "lines.3.product"),
        ({"lines.12.product": P3, "lines.12.quantity": "5"}, "lines.12.product"),
        ({"lines.3.product": P3, "lines.3.quantity": "beaucoup"}, "lines.3.quantity"),
        ({"lines.1": "", "lines.2": ""}, "lines.2"),
        ({"lines.2": "rien"}, "lines.2"),
        ({"lines.7": ""}, "lines.7"),
        ({"lines.3.colour": "x"}, "lines.3.colour"),
    ):
        answer = program("POST", f"/api/orders/{case_id}/update", {"facts": facts})
        assert (answer.status, list(answer.json["fields"])) == (422, [wrong]), facts
    listed = program("POST", f"/api/orders/{case_id}/update", {"facts": {"colour": "x"}}).json["fields"]["colour"]
    assert {"lines.1.total_price", "total_price", "lines.3.product"} <= {
        n.strip() for n in listed.partition(" : ")[2].split(",")
    }
    assert web.counter.cases()[0].version == 1
    assert program("POST", f"/api/orders/{case_id}/update", {"facts": {"lines.1.total_price": "590 MAD HT"}}).status == 200


def test_a_line_added_and_one_taken_away_are_examples_of_reading(web: Running, program: Program) -> None:
    counter = web.counter
    case_id = order(counter, TWO)
    business = web.edge.desk.business
    seen = program("GET", f"/api/orders/{case_id}").json["digest"]
    line = {"lines.1": "", "lines.3.product": P3, "lines.3.quantity": "500"}
    assert program("POST", f"/api/orders/{case_id}/update", {"facts": line, "digest": seen}).status == 200
    labels = {lesson.name: lesson for lesson in counter.house.store.lessons()}
    assert {n: labels[n].how for n in ("lines", "product", "quantity")} == dict.fromkeys(
        ("lines", "product", "quantity"), "corrected"
    )
    assert isinstance(labels["lines"].value, Rows)
    assert told(labels["lines"].value.rows) == [(P4, 400), (P3, 500)]
    assert labels["product"].value == P4
    found = evaluate(labelled(counter.house.store), [business])
    assert (found.score("commande", "lines").n, found.score("commande", "lines").right) == (1, 0)


def test_what_a_customer_added_counts_as_read_when_it_was(web: Running, program: Program) -> None:
    counter = web.counter
    case_id = order(counter, ONE)
    counter.pass_time(minutes=5)
    arrive(counter, mail("Rajoutez 500 sacs poignées plates à ma commande", sender="client@client.example", number=2))
    assert yes(program, case_id).json["stage"] == "done"
    found = evaluate(labelled(counter.house.store), [web.edge.desk.business])
    assert (found.score("commande", "lines").n, found.score("commande", "lines").right) == (1, 1)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_form_of_the_desk_adds_a_line_and_takes_one_away_without_a_script(web: Running, language: str) -> None:
    case_id = order(web.counter, ONE)
    marc = person(web, "marc")
    said = {"accept-language": language}
    page = marc.get(f"/orders/{case_id}", **said).body.decode()
    assert ("Ajouter une ligne" if language == "fr" else "Add a line") in page
    assert "<details" in page.partition('name="f.lines.2.product"')[0]
    line = {"f.lines.2.product": P3, "f.lines.2.quantity": "500", "f.lines.2.unit_price": "0,80 MAD HT"}
    # What is not whole comes back as it was typed, with what is wanted.
    half = marc.fill(f"/orders/{case_id}", **{**line, "f.lines.2.quantity": "", "action": "update"})
    assert half.status == 422
    assert '<details class="line-more" id="line-more" open' in half.body.decode()
    assert 'value="0,80 MAD HT"' in half.body.decode()
    answer = marc.fill(f"/orders/{case_id}", **line, action="update")
    assert (answer.status, answer.headers["location"]) == (303, f"/orders/{case_id}?told=corrected")
    web.counter.settle()
    directive = web.edge.desk.business.directive("commande")
    assert directive is not None
    assert told(rows_of(web.counter.cases()[0].facts, directive)) == [(P1, 2000), (P3, 500)]
    page = marc.get(f"/orders/{case_id}", **said).body.decode()
    assert ("Retirer cette ligne" if language == "fr" else "Take this line away") in page
    assert 'value="1000 MAD' in page
    assert ("calculé" if language == "fr" else "calculated") in text_of(marc.get(f"/orders/{case_id}", **said))
    assert marc.fill(f"/orders/{case_id}", **{"drop.1": "1", "action": "update"}).status == 303
    web.counter.settle()
    assert told(rows_of(web.counter.cases()[0].facts, directive)) == [(P3, 500)]


def test_a_form_that_shows_other_lines_than_there_are_takes_none_away(web: Running, program: Program) -> None:
    case_id = order(web.counter, TWO)
    marc = person(web, "marc")
    _, hidden = forms_of(marc.get(f"/orders/{case_id}"))[0]
    seen = program("GET", f"/api/orders/{case_id}").json["digest"]
    assert program("POST", f"/api/orders/{case_id}/update", {"facts": {"lines.1": ""}, "digest": seen}).status == 200
    answer = marc("POST", f"/orders/{case_id}/decide", {**hidden, "drop.2": "1", "action": "update"})
    assert answer.status in (409, 422)
    directive = web.edge.desk.business.directive("commande")
    assert directive is not None
    assert told(rows_of(web.counter.cases()[0].facts, directive)) == [(P4, 400)]
