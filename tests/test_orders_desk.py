"""Orders in the desk: seen, corrected, judged."""

from __future__ import annotations

import re
from pathlib import Path

import paper_files as make

from core.effects import SendMessage
from core.reading import Quantity
from tests.browser import forms_of, text_of, with_people
from tests.desk_house import arrive
from tests.orders_house import order, orders_house
from tests.orders_people import TEXT, Program, person, yes
from tests.road import mail, plain
from tests.web_help import Running

pytest_plugins = ("tests.orders_fixtures",)


def test_every_page_shows_the_season(season: Running) -> None:
    anne = person(season)
    for path, words in {
        "/dashboard": ("Boulangerie Atlas", "quantité loin de l'habitude", "86", "Sachet fond plat"),
        "/orders": ("Librairie Médina", "Rejetée", "90 000 pièces", "Les plus récents"),
        "/orders?status=rejetee": ("Salma Zitoun", "1 en tout"),
        "/orders?what=sachet_fond_plat": ("Boulangerie Atlas", "Maison Argan", "4 en tout"),
        "/orders?alert=total_faux": ("Librairie Médina", "1 en tout"),
        "/orders?q=argan": ("Maison Argan", "2 en tout"),
        "/orders?since=2026-02-28&order=oldest": ("Boulangerie Atlas", "4 en tout"),
        "/alerts": ("le message dit 1900 mad, le calcul donne 1680 mad", "au lieu de 11 000 pièces d'habitude", "il manque quelque chose"),
        "/analytics": ("Sac fond carré avec poignées torsadées", "Boulangerie Atlas", "86"),
        "/processing": ("Sacs imprimés", "nouveau dossier", "Relever maintenant"),
        "/whatsapp": ("TWILIO_ACCOUNT_SID", "/webhook/whatsapp"),
    }.items():  # fmt: skip
        answer = anne.get(path)
        assert answer.status == 200, path
        text = " ".join(answer.body.decode().replace("&#39;", "'").split()).casefold()
        assert [word for word in words if word.casefold() not in text] == [], path
    assert anne.get("/orders?after=nothing").status == 200
    # An order of several lines says so; a client's own page names each order by its number, and his language in words.
    assert "+1 ligne" in text_of(anne.get("/orders?q=argan"))
    client = season.edge.desk.contacts.find(search="atlas", limit=1).rows[0].id
    page = anne.get(f"/contacts/{client}").body.decode()
    assert "écrit en français" in page
    orders = page.partition('id="contact-orders"')[2].partition("</section>")[0]
    assert 'data-label="N°"' in orders
    assert "Boulangerie Atlas" not in orders
    assert anne.get("/orders/ZZZZZZZZ").status == 404
    assert anne.get("/clients").headers["location"] == "/contacts"


def test_the_order_page_shows_where_each_field_was_read(season: Running) -> None:
    anne = person(season)
    repeat = max(season.counter.cases(), key=lambda c: c.opened_at)
    page = anne.get(f"/orders/{repeat.ref}")
    text = text_of(page)
    assert "repris de la dernière fois" in text
    assert "calculé" in text
    two = next(c for c in season.counter.cases() if "2026-114" in c.subject)
    page = anne.get(f"/orders/{two.id}")
    assert (
        '<mark class="evidence" data-fact="delivery_date" title="Date de livraison">12 mars 2026</mark>' in page.body.decode()
    )
    assert 'name="f.lines.2.quantity"' in page.body.decode()
    # The words of the second line as well, told from those of the first.
    assert 'data-fact="lines.2.quantity" title="Quantité, ligne 2">2 000 sachets</mark>' in page.body.decode()
    assert 'data-fact="lines.1.quantity" title="Quantité, ligne 1">3 000 sacs</mark>' in page.body.decode()


def test_each_line_keeps_its_words_when_another_is_corrected_and_those_in_files_are_marked(web: Running) -> None:
    counter, desk = web.counter, web.edge.desk
    paper = make.pdf((
        (60, 80, "BON DE COMMANDE"), (60, 120, "- 3 000 sachets fond plat kraft brun, 0,35 MAD HT"),
        (60, 150, "- 500 sacs fond carré avec poignées torsadées, 2,10 MAD HT"), (60, 180, "Livraison le 25/03/2026"),
    ))  # fmt: skip
    counter.pass_time(minutes=1)
    arrive(counter, mail("Bonjour, ci-joint.", sender="achats@atlas.example", subject="Commande", files=(("bc.pdf", paper),)))
    (filed,) = counter.cases()
    anne = person(web)
    page = anne.get(f"/orders/{filed.id}").body.decode()
    for line, words in ((1, "3 000 sachets"), (2, "500 sacs")):
        marked = f'data-fact="lines.{line}.quantity" title="Quantité, ligne {line}"'
        assert f"{marked}>{words}</mark>" in page, line
        assert page.count(marked) == 1, line
        assert f'<rect data-fact="lines.{line}.quantity"' in page, line
    written = order(
        counter, "Commande :\n- 3 000 sachets fond plat\n- 500 sacs poignées torsadées\n- 200 sacs poignées plates", number=2
    )
    desk.acts.give(written, "correct", author="anne", values={"lines.2.quantity": "600"})
    counter.settle()
    page = anne.get(f"/orders/{written}", **{"accept-language": "en"}).body.decode()
    assert 'title="Quantity, line 3">200 sacs</mark>' in page
    assert 'data-fact="lines.2.product"' in page
    assert 'data-fact="lines.2.quantity"' not in page  # 600 is what Anne wrote, no words of the customer's


def test_the_order_page_counts_what_it_shows_leads_to_the_words_and_tells_a_sum_from_a_price(web: Running) -> None:
    case_id = order(web.counter, TEXT)
    page = person(web, "marc").get(f"/orders/{case_id}").body.decode()
    talk = page[page.index('id="talk"') :].partition("</section>")[0]
    # What went to ourselves (the notice) is not shown here, nor counted.
    assert f'<span class="count">{talk.count("<article")}</span>' in talk
    view = web.edge.desk.cases.view(case_id)
    assert view is not None
    assert 0 < talk.count("<article") < len(view.conversation)
    assert '<a class="btn to-talk" href="#talk">' in page
    holders = dict(re.findall(r'name="f\.(unit_price|total_price)"[^>]* placeholder="([^"]*)"', page))
    assert holders == {"unit_price": "ex. 0,85 MAD HT", "total_price": "ex. 8 500 MAD HT"}


def test_a_business_without_a_register_has_none_of_these_pages(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data", house={"business": "figurative"}) as web:
        with_people(web, anne="admin")
        anne = person(web)
        for path in ("/dashboard", "/orders", "/orders/x1234567", "/analytics", "/alerts", "/export/csv"):
            assert anne.get(path).status == 404, path
        assert "/orders" not in anne.get("/").body.decode()
        assert anne.get("/processing").status == anne.get("/whatsapp").status == 200


def test_what_is_corrected_and_validated_at_once_is_what_the_customer_is_told(web: Running) -> None:
    counter = web.counter
    case_id = order(counter, TEXT, sender="Atlas <achats@atlas.example>")
    marc = person(web, "marc")
    counter.fresh()
    answer = marc.fill(f"/orders/{case_id}", **{"f.quantity": "12 000 pièces", "action": "validate"})
    assert (answer.status, answer.headers["location"]) == (303, f"/orders/{case_id}?told=validate")
    counter.settle()
    case = counter.cases()[0]
    assert (case.stage, case.judged and case.judged.who) == ("done", "marc")
    quantity = case.fact("quantity")
    assert quantity is not None
    assert (quantity.value, quantity.origin) == (Quantity(quantity.value.amount, "pièce"), "person")  # type: ignore[union-attr]
    letters = counter.fresh("achats@atlas.example")
    assert len(letters) == 1
    assert "12000pièce" in "".join(plain(letters[0]).split())
    lines = [entry for _, entry in counter.house.store.history(case_id) if entry.kind.startswith("operator.")]
    assert [(line.kind, line.author) for line in lines] == [("operator.validate", "marc")]
    assert "marc corrige : quantité" in lines[0].text
    told = [r.effect.payload for r in counter.house.store.outbox(case_id)]
    assert [t.template for t in told if isinstance(t, SendMessage)] == ["admin_review", "received", "confirmation"]
    # The same form again changes nothing and tells nobody.
    assert marc.fill(f"/orders/{case_id}", action="validate").status in (303, 404, 409, 422)
    counter.settle()
    assert counter.fresh("achats@atlas.example") == []


def test_what_cannot_be_read_is_told_and_what_was_typed_stays(web: Running) -> None:
    case_id = order(web.counter, TEXT)
    answer = person(web, "marc").fill(f"/orders/{case_id}", **{"f.quantity": "beaucoup", "action": "validate"})
    assert answer.status == 422
    assert "Quantité : un nombre est attendu" in text_of(answer)
    assert 'value="beaucoup"' in answer.body.decode()
    assert web.counter.cases()[0].judged is None


def test_a_yes_to_facts_that_changed_meanwhile_decides_nothing(web: Running, program: Program) -> None:
    case_id = order(web.counter, TEXT)
    digest = program("GET", f"/api/orders/{case_id}").json["digest"]
    assert program("POST", f"/api/orders/{case_id}/update", {"facts": {"quantity": "7000 pièces"}}).status == 200
    late = program("POST", f"/api/orders/{case_id}/validate", {"digest": digest})
    assert late.status == 409, late.body
    assert web.counter.cases()[0].judged is None
    assert yes(program, case_id).status == 200
    assert web.counter.cases()[0].stage == "done"


def test_the_other_pages_judge_what_they_show_too(web: Running) -> None:
    case_id = order(web.counter, TEXT)
    marc = person(web, "marc")
    page = marc.get("/review")
    assert 'name="amount"' not in page.body.decode()
    shown = next(fields for action, fields in forms_of(page) if action == f"/cases/{case_id}/act")
    web.edge.desk.acts.give(case_id, "correct", author="zoe", values={"quantity": "1 pièce"})
    web.counter.settle()
    assert marc("POST", f"/cases/{case_id}/act", shown | {"action": "validate"}).status == 409
    assert web.counter.cases()[0].judged is None
    assert marc.fill("/review", action="validate").status == 303
    web.counter.settle()
    assert web.counter.cases()[0].stage == "done"


def test_the_page_of_judging_shows_every_line_and_every_alert(web: Running) -> None:
    text = (
        "Qté | Désignation | PU | Total\n1000 | Sachet fond plat | 0,10 dh | 100 dh\n500 | Sac poignées plates | 1 dh | 900 dh\n"
        "Livraison le 20 mars 2026."
    )
    case_id = order(web.counter, text)
    marc = person(web, "marc")
    page = marc.get("/review")
    facts = page.body.decode().partition('id="review-facts"')[2].partition("</section>")[0]
    for name in (
        "lines.1.quantity",
        "lines.2.quantity",
        "lines.2.product",
        "lines.2.unit_price",
        "lines.2.total_price",
        "total_price",
    ):
        assert f'data-field="{name}"' in facts, name
    assert "500 pièces" in facts.replace("\u202f", " ")
    shown, whole = text_of(page), text_of(marc.get(f"/orders/{case_id}"))
    found = web.edge.desk.registers.whole(case_id)
    assert found is not None
    for alert in found.alerts:
        assert alert.label["fr"] in shown
    for words in ("le total n'est pas quantité × prix unitaire", "le message dit 900 MAD, le calcul donne 500 MAD"):
        assert words in whole.replace("’", "'").replace("&#39;", "'"), words
        assert words in shown.replace("’", "'").replace("&#39;", "'"), words
    assert 'class="alert alert-danger"' in page.body.decode()


def test_contacts_are_written_down_and_not_written_over_by_mails(web: Running) -> None:
    marc = person(web, "marc")
    fields = {
        "name": "Boulangerie Atlas",
        "email": "achats@atlas.example",
        "phone": "+212 6 12 34 56 78",
        "address": "12, rue Haute",
    }
    saved = marc.fill("/contacts", 1, **fields)
    assert saved.status == 303
    place = saved.headers["location"].partition("?")[0]
    page = text_of(marc.get(place))
    for word in ("Boulangerie Atlas", "+212612345678", "12, rue Haute"):
        assert word in page
    order(web.counter, TEXT, sender="ATLAS SARL <achats@atlas.example>")
    page = text_of(marc.get(place))
    assert "Boulangerie Atlas" in page
    assert "Sachet fond plat" in page
    other = marc.fill("/contacts", 1, **(fields | {"phone": ""}))
    assert (other.status, "déjà celui d'un autre contact" in text_of(other)) == (409, True)
    assert marc.fill("/contacts", 1, name="x").status == 422
    assert marc.fill("/contacts", 1, email="x@y").status == 422
    assert marc.fill("/contacts", 1, phone="0612345678").status == 422
    assert marc.fill(place, **(fields | {"name": "Atlas"})).status == 303
    assert "Atlas" in text_of(marc.get(place))
    assert any(e.kind == "contact.saved" and e.author == "marc" for _, e in web.counter.house.store.history(""))


def test_the_menu_counts_the_same_on_every_page(season: Running) -> None:
    zoe = person(season, "zoe")

    def counted(path: str) -> list[str]:
        nav = zoe.get(path).body.decode().partition('id="side-nav"')[2].partition("</nav>")[0]
        return re.findall(r'class="count[^"]*">(\d+)', nav)

    every = {path: counted(path) for path in ("/orders", "/processing", "/alerts", "/dashboard", "/cases", "/status")}
    assert len({tuple(found) for found in every.values()}) == 1, every
    assert all(len(found) == 2 for found in every.values()), every


def test_what_a_decision_does_and_whom_it_reaches_is_said_before_it_is_taken(web: Running) -> None:
    case_id = order(web.counter, TEXT, sender="Karim <karim@atlas.example>")
    marc = person(web, "marc")
    page = text_of(marc.get(f"/cases/{case_id}"))
    for words in (
        "La confirmation part à Karim, par courriel (karim@atlas.example).",
        "Un message poli part à Karim, par courriel (karim@atlas.example).", "Motif (facultatif) : le client le lira",
        "Votre question part telle quelle à Karim, par courriel (karim@atlas.example).", "rien ne part au client",
    ):  # fmt: skip
        assert words in page, words


def test_documents_say_what_they_are_for(web: Running) -> None:
    page = text_of(person(web, "zoe").get("/directives/sacherie"))
    assert "Ce que la personne des ventes voit pour juger une commande." in page
    assert "Un fabricant d'emballages en papier reçoit ses commandes" in page
