"""A list of a business edited as a table: read, written again, and kept as a draft that can be published."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.directive_lists import Row, rows_of, with_rows
from engine.directive_problem import DirectiveErrors
from engine.directives import load_business
from tests.browser import Browser, forms_of, text_of, with_people
from tests.orders_house import orders_house
from tests.road import ROOT

NAME = "produits.md"
TEXT = (ROOT / "directives" / "sacherie" / NAME).read_text("utf-8")


def test_what_is_read_is_written_again_with_the_same_meaning(tmp_path: Path) -> None:
    rows = rows_of(NAME, TEXT)
    assert rows is not None
    assert rows[0].fr == "Sachet fond plat"
    assert "fond plat × 3" in rows[0].words.splitlines()
    again = with_rows(TEXT, rows)
    assert rows_of(NAME, again) == rows
    odd = Row("", "Étui : « or »", "", "no\n10 x 2\nà l'étui × 2,5")
    more = rows_of(NAME, with_rows(TEXT, [*rows[1:], odd, replace(odd, fr=" ")]))
    assert more is not None
    assert [row.fr for row in more] == [*(row.fr for row in rows[1:]), "Étui : « or »"]
    assert (more[-1].value, more[-1].words) == ("etui_or", "no\n10 × 2\nà l'étui × 2.5")
    assert rows_of("commande.md", (ROOT / "directives" / "sacherie" / "commande.md").read_text("utf-8")) is None
    shutil.copytree(ROOT / "directives" / "sacherie", tmp_path / "sacherie")
    (tmp_path / "sacherie" / NAME).write_text(again, "utf-8")
    assert load_business(tmp_path / "sacherie").directives


REMARKED = """---
list: produits
# Ce qui se vend.
values: # dans cet ordre
  # --- Sachets
  sachet:
    # celui de tous les jours
    label: {fr: 'Sachet', en: Sachet}
    words:
      - {word: "sachet", weight: 2}  # le mot seul
      # les épiciers disent ainsi
      - pochette
      - {word: sachet plat, weight: 3}
      # fin des sachets
  # --- Sacs
# une remarque au bord
  sac:
    label: {fr: Sac, en: Bag}
    words:
      - sac
      # en arabe
      - كيس

  etui:
    label: {fr: Étui}
    words: [étui, fourreau]
# après tout
---
Texte.
"""


def test_what_nobody_changed_stays_letter_for_letter() -> None:
    rows = rows_of(NAME, REMARKED)
    assert rows is not None
    assert with_rows(REMARKED, rows) == REMARKED
    assert with_rows(TEXT, rows_of(NAME, TEXT) or []) == TEXT


def test_comments_stay_with_what_they_are_about() -> None:
    rows = rows_of(NAME, REMARKED)
    assert rows is not None
    sachet, sac, etui = rows
    edited = with_rows(REMARKED, [replace(sachet, words="sachet × 2\npochette × 1.5\nsachet plat × 3\nnouveau"), sac, etui])
    assert edited == REMARKED.replace("      - pochette\n", "      - {word: pochette, weight: 1.5}\n").replace(
        "weight: 3}\n      # fin", "weight: 3}\n      - nouveau\n      # fin"
    )
    # A word that goes leaves its comment to the next; a value that goes, what stands over its group.
    fewer = with_rows(REMARKED, [replace(sachet, words="sachet × 2\nsachet plat × 3")])
    gone = (
        REMARKED[REMARKED.index("  sac:\n") : REMARKED.index("\n  etui:")],
        REMARKED[REMARKED.index("  etui:") : REMARKED.index("# après")],
    )
    assert fewer == REMARKED.replace("      - pochette\n", "").replace(gone[0], "").replace(gone[1], "")
    # Another label leaves the words as they are; what stands in a row is written one a line.
    renamed = with_rows(REMARKED, [sachet, replace(sac, fr="Grand sac"), replace(etui, words="étui\nfourreau\ngaine")])
    assert "    label: {fr: Grand sac, en: Bag}\n    words:\n      - sac\n      # en arabe\n      - كيس\n" in renamed
    assert renamed.endswith("    words:\n      - étui\n      - fourreau\n      - gaine\n# après tout\n---\nTexte.\n")
    assert [row.fr for row in rows_of(NAME, renamed) or ()] == ["Sachet", "Grand sac", "Étui"]


def test_values_that_are_not_a_line_each_are_written_anew() -> None:
    flow = "---\nlist: produits\nvalues: {a: {label: {fr: A}, words: [aa]},\n  b: {label: {fr: B}, words: [bb]}}\n---\n"
    rows = rows_of(NAME, flow)
    assert rows is not None
    again = with_rows(flow, [*rows, Row("", "C", "", "cc")])
    assert [row.fr for row in rows_of(NAME, again) or ()] == ["A", "B", "C"]


def test_the_question_names_the_products_of_the_list(tmp_path: Path) -> None:
    house = tmp_path / "sacherie"
    shutil.copytree(ROOT / "directives" / "sacherie", house)
    (house / NAME).write_text(
        with_rows(TEXT, [*(rows_of(NAME, TEXT) or ()), Row("", "Étui kraft", "Kraft sleeve", "étui × 4")]), "utf-8"
    )
    directive = load_business(house).directive("commande")
    assert directive is not None
    spec = directive.fact("product")
    assert spec is not None
    assert spec.ask["fr"] == (
        "Quel produit souhaitez-vous : sachet fond plat, sac fond carré sans poignées, sac fond carré avec poignées plates, "
        "sac fond carré avec poignées torsadées ou étui kraft ?"
    )
    assert spec.ask["en"].endswith("square bottom bag with twisted handles or kraft sleeve?")


@pytest.mark.parametrize(
    ("stands", "written", "cause"),
    [
        ("{{ choices }} ?", "{{ produits }} ?", "une question ne connaît que « {{ choices }} »"),
        ('fr: "Quelle quantité', 'fr: "{{ choices }} Quelle quantité', "ne va que dans la question d'un choix"),
    ],
)
def test_a_place_that_nothing_fills_is_told(tmp_path: Path, stands: str, written: str, cause: str) -> None:
    house = tmp_path / "sacherie"
    shutil.copytree(ROOT / "directives" / "sacherie", house)
    text = (house / "commande.md").read_text("utf-8")
    assert stands in text
    (house / "commande.md").write_text(text.replace(stands, written, 1), "utf-8")
    with pytest.raises(DirectiveErrors) as told:
        load_business(house)
    assert any(cause in p.message for p in told.value.problems)


def test_a_product_is_added_in_the_desk_and_kept_as_a_draft(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, anne="admin", marc="agent")
        anne = Browser(web)
        anne.login("anne")
        page = f"/directives/sacherie/document?name={NAME}"
        number = len(rows_of(NAME, TEXT) or ())
        fields = {f"words-{n}": row.words for n, row in enumerate(rows_of(NAME, TEXT) or ())}
        answer = anne.fill(page, **fields, **{f"fr-{number}": "Étui kraft", f"words-{number}": "étui × 4", "then": ""})
        assert answer.status == 200, answer.body[-2000:]
        draft = web.edge.desk.drafts.draft("sacherie", "anne")
        assert draft is not None
        assert "etui_kraft:" in draft.documents[NAME]
        assert web.edge.desk.drafts.check("sacherie", draft.documents).ok
        marc = Browser(web)
        marc.login("marc")
        assert marc("POST", "/directives/sacherie/list", {"csrf": marc.csrf(), "name": NAME}).status == 403


def test_what_cannot_be_a_word_is_told_and_each_form_publishes_what_stands_in_it(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, anne="admin")
        anne = Browser(web)
        anne.login("anne")
        page = f"/directives/sacherie/document?name={NAME}"
        rows = rows_of(NAME, TEXT) or []
        kept = {f"words-{n}": row.words for n, row in enumerate(rows)}
        fresh = {f"fr-{len(rows)}": "Papier ingraissable", f"words-{len(rows)}": "papier ingraissable × beaucoup"}
        refused = anne.fill(page, **kept, **fresh)
        assert refused.status == 422
        said = text_of(refused)
        assert "« papier ingraissable × beaucoup » ne peut pas être un mot" in said
        assert "mot × 3" in said
        # What was typed is not lost, and is put right in the table, whose own button goes on to the draft.
        assert forms_of(refused)[0][1][f"fr-{len(rows)}"] == "Papier ingraissable"
        fresh[f"words-{len(rows)}"] = "papier ingraissable × 4"
        there = {f"words-{n}": row.words for n, row in enumerate(rows)}
        answer = anne.fill(page, **there, **fresh, then="draft")
        assert (answer.status, answer.headers["location"]) == (303, "/directives/sacherie/draft?told=saved")
        draft = web.edge.desk.drafts.draft("sacherie", "anne")
        assert draft is not None
        assert "- {word: papier ingraissable, weight: 4}" in draft.documents[NAME]
        # Nothing is wrong with a value without an English name; that it will be seen is said.
        assert "Sans nom anglais : Papier ingraissable" in text_of(anne.get("/directives/sacherie/draft"))
        again = anne.fill(page, **there, **fresh, then="")
        assert again.status == 200
        assert "Sans nom anglais : Papier ingraissable" in text_of(again)
        named = anne.fill(page, **there, **fresh, **{f"en-{len(rows)}": "Greaseproof paper"}, then="")
        assert "rien n’y manque" in text_of(named)
        assert "Sans nom anglais" not in text_of(anne.get("/directives/sacherie/draft"))


@pytest.mark.parametrize(
    ("stands", "written", "cause"),
    [("---\n", "--\n", "doit commencer par une ligne"), ("\nvalues:", "\nvalues: {}\nautres:", "n'est pas un mot connu")],
)
def test_a_list_that_does_not_read_is_told_once_and_not_by_what_uses_it(
    tmp_path: Path, stands: str, written: str, cause: str
) -> None:
    shutil.copytree(ROOT / "directives" / "sacherie", tmp_path / "sacherie")
    (tmp_path / "sacherie" / NAME).write_text(TEXT.replace(stands, written), "utf-8")
    with pytest.raises(DirectiveErrors) as told:
        load_business(tmp_path / "sacherie")
    assert {Path(p.path).name for p in told.value.problems} == {NAME}
    assert any(cause in p.message for p in told.value.problems)


def test_a_list_of_nothing_is_told_where_it_stands(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "directives" / "sacherie", tmp_path / "sacherie")
    head = TEXT[: TEXT.index("\nvalues:")]
    (tmp_path / "sacherie" / NAME).write_text(head + "\nvalues: {}\n---\n", "utf-8")
    with pytest.raises(DirectiveErrors) as told:
        load_business(tmp_path / "sacherie")
    assert [Path(p.path).name for p in told.value.problems] == [NAME]
