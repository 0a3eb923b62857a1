"""The customer's answers by the link in his quote: they decide that offer and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.lives import CUSTOMER, Life, fact, model, offered

pytest_plugins = ("tests.lives_fixtures",)


def test_customer_approves_by_link_then_fulfilment_at_the_quoted_price(quoted: Life) -> None:
    assert f"https://guichet.example/approve/1-{offered(quoted)}-{CUSTOMER}\n" in quoted.sent("quote")[0].text
    quoted.act("approve", digest=offered(quoted), how="link")
    assert (quoted.stage, quoted.status()) == ("fulfilling", "validated")
    assert quoted.case is not None
    approval = quoted.case.approval
    assert approval is not None
    assert (approval.by, approval.who, approval.how, approval.amount) == ("customer", CUSTOMER, "link", Decimal(2))
    assert (approval.digest, approval.at) == (offered(quoted), quoted.now)
    (task,) = quoted.wanted("task.create")
    assert f"Accord de {CUSTOMER} par le lien du devis" in task.payload.description  # type: ignore[union-attr]


def test_customer_refuses_by_link(quoted: Life) -> None:
    quoted.act("refuse", digest=offered(quoted), how="link")
    assert quoted.stage == "rejected"
    assert quoted.case is not None
    assert quoted.case.refused_by == "customer"
    assert [m.to for m in quoted.sent("refusal")] == [CUSTOMER]


@pytest.mark.parametrize("action", ["approve", "refuse"])
@pytest.mark.parametrize("digest", ["", "old", "0" * 32])
def test_a_link_decides_nothing_but_the_offer_it_is_of(quoted: Life, action: str, digest: str) -> None:
    old = offered(quoted)
    quoted.write("j'ai aussi le fichier 3D", files=(model(),))
    assert offered(quoted) != old
    before = len(quoted.effects)
    quoted.act(action, digest=old if digest == "old" else digest, how="link")
    assert quoted.stage == "waiting_approval"
    assert len(quoted.effects) == before


@pytest.mark.parametrize("action", ["validate", "reprice", "close", "ask", "answer", "note", "reassign"])
def test_a_link_does_nothing_but_approve_and_refuse(quoted: Life, action: str) -> None:
    assert quoted.case is not None
    before, notes = len(quoted.effects), quoted.case.notes
    quoted.act(action, 1, "donnez-le-moi", digest=offered(quoted), how="link")
    assert quoted.stage == "waiting_approval"
    assert (len(quoted.effects), quoted.case.notes) == (before, notes)


@pytest.mark.parametrize("end", ["refuse", "expire", "close", "review"])
def test_a_link_of_an_offer_that_is_not_open_decides_nothing(quoted: Life, end: str) -> None:
    digest = offered(quoted)
    if end == "expire":
        quoted.late("approve.expire")
    elif end == "review":
        quoted.write("en fait il est entièrement sculpté", facts=(fact("complexity", "ornate"),))
    else:
        quoted.act(end)
    stage, before = quoted.stage, len(quoted.effects)
    for action in ("approve", "refuse"):
        quoted.act(action, digest=digest, how="link")
    assert quoted.stage == stage != "fulfilling"
    assert len(quoted.effects) == before


def test_only_texts_to_the_customer_about_an_open_offer_carry_the_link(quoted: Life) -> None:
    quoted.late(min(n for n in quoted.deadlines if "remind" in n))
    quoted.write("hmm, c'est combien de temps ?", answer="unclear")
    quoted.write("j'ai aussi le fichier 3D", files=(model(),))
    quoted.write("Je valide", answer="approve")
    with_link = {m.template for m in quoted.sent() if "/approve/" in m.text}
    assert with_link == {"quote", "requote", "reminder_quote"}
    for effect in quoted.effects:
        if effect.kind != "message.send":
            assert "/approve/" not in str(effect.payload)


def test_an_operator_may_approve_for_the_customer_under_his_own_name(quoted: Life) -> None:
    quoted.act("approve", digest="0" * 32)
    assert quoted.stage == "waiting_approval"
    quoted.act("approve", digest=offered(quoted))
    assert quoted.stage == "fulfilling"
    assert quoted.case is not None
    assert quoted.case.approval is not None
    assert (quoted.case.approval.by, quoted.case.approval.who, quoted.case.approval.how) == ("operator", "alice", "desk")
