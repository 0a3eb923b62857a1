"""A list of a business edited as a table: read, written again, and kept as a draft that can be published."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.directive_lists import Row, rows_of, with_rows
from engine.directive_problem import DirectiveErrors
from engine.directives import load_business
from tests.browser import Browser, with_people
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


def test_a_product_is_added_in_the_desk_and_kept_as_a_draft(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, anne="admin", marc="agent")
        anne = Browser(web)
        anne.login("anne")
        page = f"/directives/sacherie/document?name={NAME}"
        number = len(rows_of(NAME, TEXT) or ())
        fields = {f"words-{n}": row.words for n, row in enumerate(rows_of(NAME, TEXT) or ())}
        answer = anne.fill(page, **fields, **{f"fr-{number}": "Étui kraft", f"words-{number}": "étui × 4"})
        assert answer.status == 200, answer.body[-2000:]
        draft = web.edge.desk.drafts.draft("sacherie", "anne")
        assert draft is not None
        assert "etui_kraft:" in draft.documents[NAME]
        assert web.edge.desk.drafts.check("sacherie", draft.documents).ok
        marc = Browser(web)
        marc.login("marc")
        assert marc("POST", "/directives/sacherie/list", {"csrf": marc.csrf(), "name": NAME}).status == 403


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
