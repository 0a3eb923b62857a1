"""Directives: loaded from folders, the same whatever machine wrote them; the last good ones stay in force."""

from __future__ import annotations

import shutil
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.directive import Directive, Match, once
from core.errors import UserError
from core.quote import price
from core.texts import OFFERED_VALUES
from engine.directive_problem import Problems
from engine.directives import (
    DirectiveErrors,
    Directives,
    compile_business,
    load_all,
    load_business,
    read_documents,
    revision_of,
)
from tests import factories_directive
from tests.directive_helpers import FIGURATIVE, FLORIST, ROOT, documents, edited


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the toy business under a folder of businesses."""
    shutil.copytree(FLORIST, tmp_path / "fleuriste")
    return tmp_path


# ------------------------------------------------------------ what is compiled


def test_a_third_business_is_one_folder() -> None:
    business = load_business(FLORIST)
    assert (business.name, business.label, business.zone, business.languages) == (
        "fleuriste", "Chez Flore", "Europe/Brussels", ("fr", "en", "nl"),
    )  # fmt: skip
    assert business.default.kind == "QUESTION"
    bouquet = business.directive("bouquet")
    assert bouquet is not None
    assert [(w.text, w.weight) for w in bouquet.match.words] == [("bouquet", 1), ("fleurs", 2), ("fanées", -1)]
    assert (bouquet.match.files, bouquet.match.threshold) == (("image", ".pdf"), 1.5)
    complete, review, approve, fulfil = bouquet.gates
    assert (complete.remind, complete.close) == ((timedelta(days=1),), timedelta(weeks=2))
    assert review.when is not None
    assert review.when({"tiges": 100})
    assert not review.when({"tiges": 99})
    assert (review.then, review.remind) == ("fulfil", (timedelta(hours=12), timedelta(days=1)))
    assert (approve.quote, approve.remind, approve.close) == ("prix", (timedelta(hours=36),), timedelta(weeks=1))
    assert fulfil.steps == ("task", "confirmation")
    occasion = bouquet.fact("occasion")
    assert occasion is not None
    assert occasion.required
    assert [c.value for c in occasion.choices] == ["deuil", "fete"]
    tiges = bouquet.fact("tiges")
    assert tiges is not None
    assert not tiges.required
    assert tiges.ask["nl"] == "Hoeveel stelen?"
    assert bouquet.ticket.status["waiting_approval"] == "devis"
    assert bouquet.prose.startswith("Prose libre.")
    assert "un autre bloc" in bouquet.prose
    first, second = bouquet.examples
    assert first.expect["credits"] == 30
    assert second.text == "Bonjour : je voudrais des fleurs"
    lines = documents()["bouquet.md"].splitlines()
    assert lines[first.line - 1] == "~~~example"
    assert lines[second.line - 1] == "```exemple"


def test_grids_are_dated() -> None:
    grid = load_business(FLORIST).directives[0].grids["prix"]
    assert price(grid, {}, date(2024, 2, 28)).amount is None
    assert price(grid, {"tiges": 5}, date(2025, 2, 28)).amount == 25
    assert price(grid, {"tiges": 5}, date(2025, 3, 1)).amount == Decimal("22.5")
    assert price(grid, {"tiges": 60}, date(2025, 3, 1)).amount is None
    assert price(grid, {}, date(2025, 3, 1)).amount == 30


def test_a_text_of_one_directive_stands_above_the_common_one() -> None:
    business = load_business(FLORIST)
    bouquet, question = business.directive("bouquet"), business.directive("question")
    assert bouquet is not None
    assert question is not None
    assert bouquet.texts["confirmation"].subject["fr"] == "Merci pour votre bouquet"
    assert question.texts["confirmation"].subject["fr"] == "confirmation {{ reference }}"
    assert bouquet.texts["quote"].body.keys() == {"fr", "nl"}


def test_figurative_prices_as_its_page_says() -> None:
    business = load_business(FIGURATIVE)
    directive = business.directive("modelisation")
    assert directive is not None
    grid = directive.grids["grille_credits_modelisation"]
    today = date(2025, 6, 1)
    for values, amount in [
        ({"files": ("model3d", ".glb")}, 1),
        ({"files": ("image", ".jpg"), "complexity": "simple"}, 1),
        ({"files": ("image",), "complexity": "standard"}, 2),
        ({"files": ("image",), "complexity": "ornate"}, None),
        ({"files": ("image",)}, None),
        ({"files": ("image",), "complexity": "standard", "quantity": 4}, None),
        ({"files": ("image",), "complexity": "standard", "quantity": 1}, 2),
    ]:
        assert price(grid, values, today).amount == amount, values
    assert directive.ticket.status == {
        "waiting_info": "pending_info", "waiting_approval": "pending_credits", "waiting_review": "pending_admin",
        "fulfilling": "validated", "done": "validated", "rejected": "rejected", "expired": "rejected", "closed": "rejected",
    }  # fmt: skip
    required = directive.fact("object")
    assert required is not None
    assert required.unless is not None
    assert required.unless({"complexity": "simple"})
    assert required.unless({"files": ("model3d",)})
    assert not required.unless({"files": ("image",)})
    assert business.default.kind == "SUPPORT"
    assert sum(len(d.examples) for d in business.directives) >= 30


NAMES = ["quote", "requote", "reminder_quote", "unclear", "not_verified"]


@pytest.mark.parametrize("name", NAMES)
def test_the_words_to_answer_with_stand_on_lines_of_their_own(name: str) -> None:
    text = load_business(FIGURATIVE).directives[0].texts[name]
    for language, words in {"fr": ("Je valide", "Je refuse"), "en": ("I approve", "I decline")}.items():
        lines = text.body[language].splitlines()
        assert set(words) <= set(lines), language


def test_every_text_of_figurative_renders_from_full_and_from_empty_values() -> None:
    texts = load_business(FIGURATIVE).directives[0].texts
    for text in texts.values():
        assert {"fr"} <= text.body.keys() <= {"fr", "en"}
        for language in text.body:
            for some in ("x", ""):
                values: dict[str, object] = dict.fromkeys(OFFERED_VALUES, some)
                values |= {
                    "missing": [some],
                    "wanted": [some],
                    "reasons": [],
                    "facts": [],
                    "files": [],
                    "fact": {},
                    "file_count": 0,
                }
                values["fact"] = dict.fromkeys(["object", "complexity", "dimensions", "deadline", "quantity"], some)
                subject, body = text.render(language, values)
                assert "\n\n\n" not in body
                assert "{" not in subject + body


def test_customers_texts_name_the_house_and_the_reference() -> None:
    texts = load_business(FIGURATIVE).directives[0].texts
    internal = {"ticket", "task", "note"}
    for name, text in texts.items():
        if name in internal or name.startswith("admin_"):
            continue
        for body in text.body.values():
            assert "{{ business }}" in body, name
            assert body.rstrip().endswith("{{ reference }}"), name


# ------------------------------------------------------------ the same on every machine


def test_the_revision_is_of_the_words_not_of_their_encoding(folder: Path) -> None:
    expected = load_business(FLORIST).revision
    for path in (folder / "fleuriste").rglob("*.md"):
        text = unicodedata.normalize("NFD", path.read_text(encoding="utf-8"))
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    business = load_business(folder / "fleuriste")
    assert business.revision == expected
    assert [w.text for w in business.directives[0].match.words][-1] == unicodedata.normalize("NFC", "fanées")


def test_the_revision_of_documents_as_they_came_is_that_of_the_same_words() -> None:
    good = documents()
    odd = {
        unicodedata.normalize("NFD", n): "\ufeff" + unicodedata.normalize("NFD", t).replace("\n", "\r\n")
        for n, t in good.items()
    }
    assert revision_of(odd) == revision_of(good) == compile_business("fleuriste", odd).revision


def test_problems_of_the_folder_are_told_with_those_of_the_documents(folder: Path) -> None:
    holder = Directives(folder)
    (folder / "fleuriste" / "prix.yaml").write_text("x")
    report = holder.reload()
    assert [p.message for p in report.errors] == ["ce fichier n'est pas lu : son nom doit finir par « .md »"]
    _break(folder)
    assert len(holder.reload().errors) == 2


def test_the_revision_changes_with_any_word_and_any_name() -> None:
    good = documents()
    seen = {revision_of(good)}
    for name in good:
        seen.add(revision_of({**good, name: good[name] + "."}))
        seen.add(revision_of({("x" + k if k == name else k): v for k, v in good.items()}))
    assert len(seen) == 1 + 2 * len(good)


def test_a_revision_from_the_store_compiles_as_it_did_from_the_folder() -> None:
    again = compile_business("fleuriste", documents())
    assert again.revision == load_business(FLORIST).revision
    assert all(d.revision == again.revision for d in again.directives)


# ------------------------------------------------------------ folders


def test_load_all_finds_every_business(folder: Path) -> None:
    (folder / "README.md").write_text("pour les personnes")
    (folder / ".git").mkdir()
    assert set(load_all(folder)) == {"fleuriste"}
    assert "figurative" in load_all(ROOT / "directives")


def test_files_that_are_no_documents_are_left_alone(folder: Path) -> None:
    for name in ("README.md", ".cache.md", "_brouillon.md", "logo.png", "bouquet.md~"):
        (folder / "fleuriste" / name).write_text("rien")
    assert load_business(folder / "fleuriste").revision == load_business(FLORIST).revision


@pytest.mark.parametrize("name", ["bouquet.md.txt", "prix.yaml", "texte.markdown"])
def test_a_misnamed_document_is_told(folder: Path, name: str) -> None:
    (folder / "fleuriste" / name).write_text("---\n---\n")
    with pytest.raises(DirectiveErrors, match="son nom doit finir par"):
        load_business(folder / "fleuriste")


def test_a_document_in_another_encoding_gives_the_line(folder: Path) -> None:
    path = folder / "fleuriste" / "prix.md"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    with pytest.raises(DirectiveErrors) as raised:
        load_business(folder / "fleuriste")
    (problem,) = (p for p in raised.value.problems if "UTF-8" in p.message)
    assert problem.path.endswith("fleuriste/prix.md")
    assert path.read_bytes().split(b"\n")[problem.line - 1].count(b"tr\xe8s") == 1


@pytest.mark.parametrize("raw", ["---\nx: 1\n---\n".encode("utf-16"), b"\x00" * 100, b"\xff\xfe\xfd"])
def test_bytes_that_are_no_text_give_a_sentence(folder: Path, raw: bytes) -> None:
    (folder / "fleuriste" / "prix.md").write_bytes(raw)
    with pytest.raises(DirectiveErrors):
        load_business(folder / "fleuriste")


def test_a_huge_document_is_not_read(folder: Path) -> None:
    (folder / "fleuriste" / "prix.md").write_bytes(b"---\n" + b"a" * 500_000)
    with pytest.raises(DirectiveErrors, match="dépasse 400 ko"):
        load_business(folder / "fleuriste")


def test_a_folder_that_is_not_there_gives_a_sentence(tmp_path: Path) -> None:
    for call in (lambda: load_all(tmp_path / "rien"), lambda: load_all(tmp_path), lambda: Directives(tmp_path / "rien")):
        with pytest.raises(UserError, match="directives"):
            call()
    with pytest.raises(UserError, match="il manque le document qui nomme la maison"):
        load_business(tmp_path)


# ------------------------------------------------------------ the last good one


def _break(folder: Path, name: str = "fleuriste") -> None:
    path = folder / name / "bouquet.md"
    path.write_text(path.read_text(encoding="utf-8").replace("gates:", "gatess:"), encoding="utf-8")


def test_a_broken_document_never_replaces_the_last_good_one(folder: Path) -> None:
    holder = Directives(folder)
    before = holder.current["fleuriste"]
    _break(folder)
    report = holder.reload()
    assert not report.ok
    assert report.changed == ()
    assert "« gatess »" in report.errors[0].message
    assert holder.current["fleuriste"] is before
    assert holder.documents["fleuriste"] == documents()
    shutil.copytree(FLORIST, folder / "fleuriste", dirs_exist_ok=True)
    assert holder.reload().ok


def test_a_good_change_comes_into_force_and_nothing_changes_without_one(folder: Path) -> None:
    holder = Directives(folder)
    held, before = holder.current, holder.current["fleuriste"]
    assert holder.reload().changed == ()
    assert holder.current["fleuriste"] is before
    path = folder / "fleuriste" / "prix.md"
    path.write_text(path.read_text(encoding="utf-8").replace("amount: 30", "amount: 31"), encoding="utf-8")
    report = holder.reload()
    assert (report.ok, report.changed) == (True, ("fleuriste",))
    assert holder.current["fleuriste"].revision != before.revision
    assert held["fleuriste"] is before, "whoever held the old ones may read on"


def test_one_broken_business_does_not_hold_up_another(folder: Path) -> None:
    shutil.copytree(FLORIST, folder / "autre")
    holder = Directives(folder)
    _break(folder)
    path = folder / "autre" / "prix.md"
    path.write_text(path.read_text(encoding="utf-8").replace("amount: 30", "amount: 31"), encoding="utf-8")
    report = holder.reload()
    assert (report.ok, report.changed) == (False, ("autre",))


def test_the_last_good_one_stays_across_a_restart(folder: Path) -> None:
    _break(folder)
    holder = Directives(folder, fallback={"fleuriste": documents()})
    assert holder.current["fleuriste"].revision == load_business(FLORIST).revision
    assert not holder.report.ok
    with pytest.raises(DirectiveErrors):
        Directives(folder)
    with pytest.raises(DirectiveErrors):
        Directives(folder, fallback={"fleuriste": edited("bouquet.md", "gates:\n", "gatess:\n")[0]})


def test_a_folder_that_vanishes_keeps_what_is_in_force(folder: Path) -> None:
    holder = Directives(folder)
    folder.rename(folder.with_name("ailleurs"))
    report = holder.reload()
    assert not report.ok
    assert "fleuriste" in holder.current
    folder.with_name("ailleurs").rename(folder)
    assert holder.reload().ok


def test_a_business_can_be_taken_away(folder: Path) -> None:
    shutil.copytree(FLORIST, folder / "autre")
    holder = Directives(folder)
    shutil.rmtree(folder / "autre")
    assert holder.reload().changed == ("autre",)
    assert set(holder.current) == {"fleuriste"}


def test_read_documents_are_what_the_revision_is_made_of() -> None:
    problems = Problems()
    assert revision_of(read_documents(FIGURATIVE, problems)) == load_business(FIGURATIVE).revision
    assert problems.found == []


def test_what_follows_from_a_directive_is_worked_out_once_for_each() -> None:
    asked: list[str] = []

    @once
    def shouted(directive: Directive) -> str:
        asked.append(directive.name)
        return directive.name.upper()

    one, other = (factories_directive.directive(name, "X", Match()) for name in "ab")
    assert [shouted(d) for d in (one, other, one, replace(one, name="c"), other)] == ["A", "B", "A", "C", "B"]
    assert asked == ["a", "b", "c"]
    assert one == factories_directive.directive("a", "X", Match())  # what is kept with it is nothing of it
