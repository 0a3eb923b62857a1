"""The road of a message, end to end, with the embedded stand-ins: mail in, quote out, the yes, the subtask."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.road import ADMIN, GLB, JPEG, Counter, daemon, mail, plain


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(tmp_path / "data")


def test_the_sample_request_is_quoted_two_credits_and_fulfilled_by_a_reply(counter: Counter) -> None:
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    assert counter.work() == {}
    (case,) = counter.cases()
    assert (case.kind, case.stage) == ("MODELISATION", "waiting_approval")
    assert case.quote is not None
    assert case.quote.amount == 2
    (quote,) = counter.sent("client@example.com")
    assert "2 crédits" in plain(quote)
    assert quote["In-Reply-To"] == "<1@example.com>"
    assert quote["Auto-Submitted"]
    (ticket,) = counter.records("crm.ticket")
    assert ticket["properties.validation_status"] == "pending_credits"
    assert re.fullmatch(rf"http://127\.0\.0\.1:5000/cases/{case.id}#file-[0-9a-f]{{16}}", ticket["properties.fichiers_urls"])

    counter.drop(mail("Je valide", answers=quote, number=2))
    assert counter.work() == {}
    (case,) = counter.cases()
    assert case.stage == "done"
    (task,) = counter.records("task")
    (ticket,) = counter.records("crm.ticket")
    assert ticket["properties.validation_status"] == "validated"
    assert ticket["properties.clickup_subtask_id"]
    assert len(counter.sent("client@example.com")) == 2
    assert {s for _, _, s in counter.effects()} == {"done"}
    assert task


def test_an_administrator_judges_by_reply_what_the_grid_cannot(counter: Counter) -> None:
    counter.drop(
        mail("Je voudrais modéliser notre cheminée sculptée avec marqueterie", subject="cheminée", files=(("a.jpg", JPEG),))
    )
    counter.work()
    (case,) = counter.cases()
    assert case.stage == "waiting_review"
    (notice,) = counter.sent(ADMIN)
    assert "cheminée" in plain(notice)
    counter.drop(mail("ok 6 crédits", answers=notice, sender=f"Patron <{ADMIN}>", number="a1"))
    counter.work()
    (case,) = counter.cases()
    assert case.stage == "waiting_approval"
    quote = counter.sent("client@example.com")[-1]
    assert "6 crédits" in plain(quote)
    counter.drop(mail("parfait, je valide, merci", answers=quote, number=3))
    counter.work()
    assert counter.cases()[0].stage == "done"
    assert len(counter.records("task")) == 1


def test_an_incomplete_request_is_asked_for_precisely_what_is_missing(counter: Counter) -> None:
    counter.drop(mail("Bonjour, pouvez-vous modéliser ma table basse ?", subject="table"))
    counter.work()
    assert counter.cases()[0].stage == "waiting_info"
    (asked,) = counter.sent("client@example.com")
    assert "photo" in plain(asked)
    counter.drop(mail("voici", answers=asked, number=2, files=(("table.jpg", JPEG),)))
    counter.work()
    (case,) = counter.cases()
    assert case.stage == "waiting_approval"
    assert case.quote is not None
    assert case.quote.amount == 2


def test_a_3d_file_costs_one_credit(counter: Counter) -> None:
    counter.drop(
        mail("Bonjour, pouvez-vous optimiser ce fichier pour la RA ?", subject="optimisation", files=(("x.glb", GLB),))
    )
    counter.work()
    (case,) = counter.cases()
    assert case.quote is not None
    assert case.quote.amount == 1


def test_support_is_a_ticket_and_one_acknowledgement_a_day(counter: Counter) -> None:
    counter.drop(mail("Mon paiement est refusé, je ne comprends pas", subject="paiement", number=1))
    counter.drop(mail("Et le bug du compte continue aussi, impossible de me connecter", subject="compte", number=2))
    counter.work()
    assert [c.kind for c in counter.cases()] == ["SUPPORT", "SUPPORT"]
    assert [c.stage for c in counter.cases()] == ["done", "done"]
    assert len(counter.sent("client@example.com")) == 1
    assert len(counter.records("crm.ticket")) == 2
    assert len(counter.records("crm.contact")) == 1


def test_the_same_request_posted_twice_is_one_case(counter: Counter) -> None:
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),), number=1))
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),), number=2))
    counter.work()
    assert len(counter.cases()) == 1
    assert len(counter.sent("client@example.com")) == 1


def test_run_once_is_a_command_that_ends_with_zero(counter: Counter) -> None:
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    ended = daemon(counter.settings.data_dir, "run", "--once")
    assert ended.returncode == 0, ended.stderr
    assert len(counter.cases()) == 1
    again = daemon(counter.settings.data_dir, "run", "--once")
    assert again.returncode == 0
    assert len(counter.sent("client@example.com")) == 1


def test_a_directive_is_reloaded_and_open_cases_keep_theirs(counter: Counter, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "directives"
    shutil.copytree(counter.settings.directives_dir, folder)
    counter = Counter(tmp_path / "data2", directives_dir=folder)
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),), number=1))
    with counter.open() as house:
        assert house.lanes.wait_idle(60)
        grid = folder / "figurative" / "grille_credits_modelisation.md"
        good = grid.read_text()
        grid.write_text(good.replace("amount: 2", "amount: 3"))
        report = house.reload()
        assert report.ok
        counter.drop(mail("Je souhaite modéliser cette chaise", subject="chaise 3D", files=(("c.jpg", JPEG + b"2"),), number=2))
        house.lanes.wake("intake:folder")
        assert house.lanes.wait_idle(60)
        grid.write_text(good.replace("amount: 2", "amount: deux"))
        report = house.reload()
        assert not report.ok
        assert "grille_credits_modelisation.md" in str(report.errors[0])
        counter.drop(
            mail("Je souhaite modéliser ce tabouret", subject="tabouret 3D", files=(("d.jpg", JPEG + b"3"),), number=3)
        )
        house.lanes.wake("intake:folder")
        assert house.lanes.wait_idle(60)
    quotes = [c.quote.amount for c in counter.cases() if c.quote]
    assert quotes == [2, 3, 3]
    # The first case goes on at the price it was offered.
    quote = next(m for m in counter.sent("client@example.com") if "2 crédits" in plain(m))
    counter.drop(mail("Je valide", answers=quote, number=4))
    counter.work()
    done = [c for c in counter.cases() if c.stage == "done"]
    assert [c.approval.amount for c in done if c.approval] == [2]
