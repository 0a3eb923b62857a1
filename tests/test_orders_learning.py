"""What a person corrects changes what eval says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from console.reading import evaluate_lessons
from engine.erasure import export
from engine.evaluation import as_json, evaluate, labelled
from tests.browser import text_of
from tests.orders_house import order
from tests.orders_people import TEXT, Program, person, yes
from tests.road import ROOT
from tests.web_help import Running

pytest_plugins = ("tests.orders_fixtures",)


def test_a_correction_in_the_desk_changes_the_next_eval(web: Running, program: Program, tmp_path: Path) -> None:
    counter = web.counter
    store = counter.house.store
    text = "Bonjour, nous commandons 4 000 sacs biodégradables à liens avec livraison le 20 mars 2026."
    case_id = order(counter, text, sender="a@atlas.example")
    business = web.edge.desk.business
    assert evaluate(labelled(store), [business]).n == 0
    # A word that the directives do not know yet: a person says what it is, and validates.
    assert program("POST", f"/api/orders/{case_id}/update", {"facts": {"product": "sac_poignees_torsadees"}}).status == 200
    before = evaluate(labelled(store), [business])
    score = before.score("commande", "product")
    assert (score.n, score.corrected, score.right) == (1, 1, 0)
    assert (before.misses[0].wanted, before.misses[0].case_id) == ("Sac fond carré avec poignées torsadées", case_id)
    assert yes(program, case_id).status == 200
    confirmed = evaluate(labelled(store), [business])
    assert confirmed.score("commande", "kind").right == 1
    assert (confirmed.score("commande", "quantity").n, confirmed.score("commande", "quantity").right) == (1, 1)
    assert confirmed.score("commande", "product").right == 0
    # The directive learns the word: measured beside the one in force, by the command line too.
    edited = tmp_path / "edited"
    shutil.copytree(ROOT / "directives" / "sacherie", edited / "sacherie")
    page = edited / "sacherie" / "produits.md"
    learned = "- {word: poignées torsadées, weight: 5}"
    assert learned in page.read_text("utf-8")
    page.write_text(page.read_text("utf-8").replace(learned, f"{learned}\n      - {{word: à liens, weight: 6}}", 1), "utf-8")
    standing, after = evaluate_lessons(counter.settings, "sacherie", edited / "sacherie")
    assert after is not None
    assert (standing.score("commande", "product").right, after.score("commande", "product").right) == (0, 1)
    line = json.loads(json.dumps(as_json(standing, after)))
    assert (line["labels"], line["right"], line["right_after"]) == (standing.n, standing.n - 1, standing.n)
    # In the desk too, beside a draft.
    desk = web.edge.desk
    name = "produits.md"
    desk.drafts.save("sacherie", "anne", {name: page.read_text("utf-8")}, base=business.revision)
    shown = text_of(person(web).get("/directives/sacherie/draft/measure"))
    assert f"{standing.n - 1} → {standing.n} / {standing.n}" in shown
    # With the person goes what was learned from him; a copy of all that is kept has it.
    whole = store.person(["a@atlas.example"])
    export(whole, counter.house.spool, tmp_path / "copy")
    (case,) = json.loads((tmp_path / "copy" / "personne.json").read_text())["dossiers"]
    judged = {one["name"]: (one["how"], one["value"]) for one in case["lectures_jugees"]}
    assert judged["product"] == ("corrected", "sac_poignees_torsadees")
    store.calm(whole, "anne", counter.now)
    store.erase_person(store.person(["a@atlas.example"]), {}, "anne", counter.now)
    assert store.lessons() == []


def test_what_was_inherited_is_no_example_of_reading(web: Running, program: Program) -> None:
    first = order(web.counter, TEXT, sender="a@atlas.example")
    yes(program, first)
    again = order(web.counter, "Salam, kif dima", sender="a@atlas.example", subject="kif dima", number=2)
    assert program("POST", f"/api/orders/{again}/update", {"facts": {"quantity": "9000 pièces"}}).status == 200
    found = evaluate(labelled(web.counter.house.store), [web.edge.desk.business])
    assert found.inherited == 1
    assert found.score("commande", "quantity").n == 1


def test_what_was_agreed_with_the_customer_is_no_error_of_the_reading(web: Running, program: Program) -> None:
    counter, business = web.counter, web.edge.desk.business
    text = "Nous commandons 700 sachets fond plat kraft à 0,32 MAD HT pièce, livraison le 20 mars 2026."

    def measured() -> tuple[int, int, int]:
        found = evaluate(labelled(counter.house.store), [business])
        return found.n, found.right, sum(score.corrected for score in found.scores)

    agreed = order(counter, text, sender="a@atlas.example")
    assert (
        person(web, "marc").fill(f"/orders/{agreed}", **{"f.quantity": "6000", "action": "update", "agreed": "1"}).status == 303
    )
    counter.settle()
    assert "6000" in str(program("GET", f"/api/orders/{agreed}").json["order"]["facts"]["quantity"]).replace("\u202f", "")
    assert measured() == (0, 0, 0)
    # A line that was added on the telephone, and one that went, are no errors of reading either; nor when it is validated.
    page = program("GET", f"/api/orders/{agreed}").json
    line = {"lines.2.product": "sac_poignees_plates", "lines.2.quantity": "500"}
    more = {"facts": line, "agreed": True, "digest": page["digest"]}
    assert program("POST", f"/api/orders/{agreed}/update", more).status == 200
    assert yes(program, agreed, facts={"delivery_date": "2026-03-25"}, agreed=True).status == 200
    labels, right, corrected = measured()
    assert (labels, corrected) == (right, 0)
    assert labels > 0
    # Said to be nothing of that kind, a correction counts as ever.
    misread = order(counter, text, sender="b@atlas.example", number=2)
    assert program("POST", f"/api/orders/{misread}/update", {"facts": {"quantity": "6000"}}).status == 200
    assert measured() == (labels + 1, right, 1)
