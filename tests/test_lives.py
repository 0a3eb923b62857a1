"""Whole lives of cases: any order of events, any repetition. What must hold of every one of them holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.effects import CreateTask, SendMessage
from tests.lives import Life, fact, model, photo

WORDS = st.sampled_from(["", "je valide", "non", "voici", "une question ?", "merci", "${ticket.url} ${contact.id}"])
ROLES = st.sampled_from(["customer", "customer", "admin", "stranger"])
ANSWERS = st.sampled_from([None, "approve", "approve", "refuse", "unclear"])

messages = st.fixed_dictionaries(
    {
        "what": st.just("message"),
        "text": WORDS,
        "role": ROLES,
        "answer": ANSWERS,
        "credits": st.sampled_from([None, None, 1, 2, 3]),
        "authorised": st.booleans(),
        "files": st.sampled_from([(), (), (photo(1),), (photo(2),), (model(),)]),
        "facts": st.sampled_from(
            [(), (), (fact("complexity", "simple"),), (fact("complexity", "ornate"),), (fact("object", "table"),)]
        ),
        "intent": st.sampled_from(["request", "reply", "question", "thanks", "other"]),
        "automatic": st.sampled_from([None, None, None, None, "auto-reply", "bounce"]),
    }
)
acts = st.fixed_dictionaries(
    {
        "what": st.just("act"),
        "action": st.sampled_from(["validate", "approve", "refuse", "reprice", "ask", "answer", "close", "note"]),
        "amount": st.sampled_from([None, 1, 2, 5]),
        "own_digest": st.booleans(),
    }
)
others = st.sampled_from([{"what": "late"}, {"what": "task"}, {"what": "again"}, {"what": "again"}])
steps = st.lists(st.one_of(messages, messages, acts, others), max_size=14)
first = st.fixed_dictionaries(
    {
        "files": st.sampled_from([(), (photo(),), (model(),)]),
        "complexity": st.sampled_from(["", "simple", "standard", "ornate"]),
        "thing": st.sampled_from(["", "fauteuil"]),
    }
)


def play(life: Life, step: dict[str, Any], past: list[Any]) -> None:
    """Play one step; everything that was played is kept in ``past`` so that it can be told again."""
    what = step["what"]
    if what == "message":
        fields = {k: v for k, v in step.items() if k != "what"}
        event = life.message(fields.pop("text"), **fields)
        past.append(event)
        life.happen(event)
    elif what == "act":
        digest = life.case.quote.digest if step["own_digest"] and life.case and life.case.quote else "0" * 32
        life.act(step["action"], step["amount"], digest=digest)
    elif what == "late" and life.deadlines:
        life.late(sorted(life.deadlines)[0])
    elif what == "task" and any(e.name == "task" for e in life.effects):
        life.done("task")
    elif what == "again" and past:
        before, wanted = life.case, len(life.effects)
        life.now += timedelta(seconds=1)
        life.happen(past[-1])
        assert (life.case, len(life.effects)) == (before, wanted), "an event told twice changed something"


@settings(max_examples=400, deadline=None)
@given(first, steps)
def test_what_holds_of_every_life(opening: dict[str, Any], events: list[dict[str, Any]]) -> None:
    life = Life()
    life.open(**opening)
    past: list[Any] = []
    approvals: set[str] = set()
    for step in events:
        open_offer = life.case.quote if life.case else None
        tasks = len(life.wanted("task.create"))
        stage = life.stage
        play(life, step, past)
        case = life.case
        assert case is not None
        new_tasks = life.wanted("task.create")[tasks:]
        if new_tasks:
            # Never a subtask without an approval: an authorised yes to the open offer, or an operator's final word.
            assert case.approval is not None
            assert case.quote is not None
            assert case.approval.digest == case.quote.digest
            assert new_tasks[0].payload.quantity == case.approval.amount  # type: ignore[union-attr]
            if step["what"] == "message":
                assert step["authorised"]
                assert step["answer"] == "approve"
                assert step["automatic"] is None
                assert step["role"] in ("customer", "admin")
                if step["role"] == "customer":
                    assert stage == "waiting_approval"
                    assert open_offer is not None
                    assert case.approval.amount == open_offer.amount
            else:
                assert step["what"] == "act"
                assert step["action"] in ("validate", "approve")
            approvals.add(case.approval.digest)
        # Never two quotes for one decision, never two with one digest, at most one open.
        quotes = [*case.quotes, *([case.quote] if case.quote else [])]
        assert len({q.digest for q in quotes}) == len(quotes)
        assert all(q.status == "void" for q in case.quotes)
        assert [q.number for q in quotes] == list(range(1, len(quotes) + 1))
    assert len(life.wanted("task.create")) <= 1
    assert len(life.wanted("ticket.open")) == 1
    assert len(life.wanted("contact.upsert")) == 1
    quotes_sent = [m for m in life.sent() if m.template in ("quote", "requote")]
    case = life.case
    assert case is not None
    assert len(quotes_sent) == len([q for q in (*case.quotes, case.quote) if q is not None and q.key])
    # The ticket always shows where the case stands.
    assert life.status() == life.directive.ticket.status[case.stage]
    # Nobody else's words become a reference to a receipt, and strangers are never written to.
    for effect in life.effects:
        if isinstance(effect.payload, SendMessage):
            assert effect.payload.to in ("client@example.com", "patron@studio.example")
            if effect.payload.audience == "customer":
                assert "${" not in effect.payload.text
        if isinstance(effect.payload, CreateTask):
            assert "${contact.id}" not in effect.payload.description
    if not case.open:
        assert life.deadlines == {} or life.stage == "fulfilling"


@settings(max_examples=150, deadline=None)
@given(first, st.lists(messages.filter(lambda m: not (m["authorised"] and m["answer"] == "approve")), max_size=12))
def test_without_a_single_authorised_yes_nothing_is_ever_fulfilled(
    opening: dict[str, Any], events: list[dict[str, Any]]
) -> None:
    life = Life()
    life.open(**opening)
    for step in events:
        play(life, step, [])
    assert not life.wanted("task.create")
    assert life.stage not in ("fulfilling", "done")
