"""Understanding: readings that the rules are unsure of are read again by a language model, within a budget and a deadline.

Between the workers' reading and its being kept. Every answer is in the store before it is used, under the hash of its question:
a message that is read again after a crash finds it there. Whatever goes wrong (no budget, no answer, a refusal, nonsense), the
rules' reading stands and says why.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.directive import Business
from core.errors import Rejected
from core.model import Answer, Question, Usage, question_key
from core.ports import Answers, JournalEntry, Model, ReadRow
from core.reading import Reading, Reason
from engine.paid import Outcome, Paid
from processors.model import Policy, merge, question, unsure

log = logging.getLogger("guichet.model")

#: How the reason begins that names the answer a reading used: "model:answer:<key>".
ANSWER = "model:answer:"


@dataclass(frozen=True, slots=True)
class Limits:
    """``budget``: US dollars a calendar month (UTC), None for no limit. ``parallel``: questions under way at once.

    ``patience``: seconds a batch of readings waits for its answers. After ``failures`` in a row nothing is asked for ``pause``
    seconds; after refused credentials for ``closed`` seconds. ``keep``: for how long answers keep their words.
    """

    budget: Decimal | None = Decimal(5)
    parallel: int = 4
    patience: float = 45.0
    failures: int = 3
    pause: float = 60.0
    closed: float = 900.0


@dataclass(slots=True, eq=False)
class _Task:
    """One question under way. ``first`` is its key, ``key`` that of the question whose answer counts in the end (it may have
    been put again without its files). ``told`` is set once ``outcome`` and what belongs to it are there."""

    first: str
    key: str
    question: Question
    told: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome = "failed"
    answer: Answer | None = None
    why: str = ""
    #: Whether the answer was there already, and whether the files were shown.
    known: bool = False
    with_files: bool = True


class Understanding:
    """Asks the model where the rules are unsure. For one lane; its threads are its own."""

    def __init__(
        self,
        model: Model,
        store: Answers,
        *,
        business: Callable[[str], Business],
        clock: Callable[[], datetime],
        policy: Policy | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.model, self._store, self._business, self._clock = model, store, business, clock
        self.policy, self.limits = policy or Policy(), limits or Limits()
        self.paid = Paid(
            store,
            clock=clock,
            budget=self.limits.budget,
            failures=self.limits.failures,
            pause=self.limits.pause,
            closed=self.limits.closed,
        )
        self._waiting: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._under_way: dict[str, _Task] = {}

    # ------------------------------------------------------------------ the lane's side

    def improve(self, rows: Sequence[ReadRow]) -> list[ReadRow]:
        """The rows in the same order, the unsure ones read by the model too. Never raises; bounded in time by ``patience``."""
        tasks: dict[int, _Task] = {}
        for number, row in enumerate(rows):
            try:
                task = self._task(row)
            except Exception:  # a defect of ours must cost the model's help, not the message
                log.exception("message %d could not be put as a question", row.row.id)
                continue
            if task is not None:
                tasks[number] = task
        end = time.monotonic() + self.limits.patience
        done = list(rows)
        for number, task in tasks.items():
            task.told.wait(max(0.0, end - time.monotonic()))
            try:
                done[number] = replace(rows[number], reading=self._read(rows[number], task))
            except Exception:  # as above: the rules' reading stands
                log.exception("the answer about message %d could not be used", rows[number].row.id)
        return done

    def _task(self, row: ReadRow) -> _Task | None:
        business = self._business(row.reading.business)
        now = row.row.received_at
        wanted = unsure(row.message, business, row.reading, self.policy, now=now)
        if not wanted:
            return None
        asked = question(row.message, business, wanted, self.policy)
        key = question_key(self.model.name, asked)
        with self._lock:
            task = self._under_way.get(key)
            if task is None:
                task = self._under_way[key] = _Task(key, key, asked)
                self._waiting.put(task)
                self._staff()
            return task

    def _read(self, row: ReadRow, task: _Task) -> Reading:
        rules = row.reading
        if not task.told.is_set():
            return _noted(rules, "late", "le modèle n'a pas répondu à temps : la lecture des règles reste")
        answer = task.answer
        if answer is None:
            return _noted(rules, task.outcome, f"{task.why} : la lecture des règles reste")
        business = self._business(rules.business)
        now = row.row.received_at
        read = merge(row.message, business, rules, answer, self.policy, now=now, with_files=task.with_files)
        used = Reason(f"{ANSWER}{task.key}", True, 0.0, f"{answer.model} : {_figures(answer.usage, answer.cost)}")
        return replace(read, reasons=(*read.reasons, used))

    # ------------------------------------------------------------------ the threads' side

    def _staff(self) -> None:
        """As many threads as there is work for. Daemons: a call that hangs must not hold up the end of the process."""
        self._threads = [t for t in self._threads if t.is_alive()]
        if len(self._threads) < min(self.limits.parallel, len(self._under_way)):
            thread = threading.Thread(target=self._work, name=f"model-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (task := self._waiting.get()) is not None:
            try:
                self._settle(task)
            except Exception as error:  # as above; and the thread must live for the next question
                log.exception("a question to the model failed")
                task.answer, task.why = None, f"erreur interne ({type(error).__name__})"
            finally:
                with self._lock:
                    self._under_way.pop(task.first, None)
                task.told.set()

    def _settle(self, task: _Task) -> None:
        """Find the answer or get it; its outcome in the task."""
        try:
            self._ask(task, task.key, task.question)
        except Rejected as error:
            if not task.question.files:
                task.why = str(error)
                return
            # A picture that the vendor cannot read must not cost the words beside it.
            without = replace(task.question, files=())
            task.with_files = False
            try:
                task.key = question_key(self.model.name, without)
                self._ask(task, task.key, without)
            except Rejected as again:
                task.why = str(again)

    def _ask(self, task: _Task, key: str, asked: Question) -> None:
        """One question; what became of it in the task. Raises Rejected."""
        told = self.paid.put(key, self.model.name, lambda: self.model.ceiling(asked), lambda: self.model.ask(asked))
        task.outcome, task.answer, task.why, task.known = told.outcome, told.answer, told.why, told.known

    # ------------------------------------------------------------------ the house's side

    def resume(self) -> None:
        """Ask again at once (after a reload: the key may have been mended)."""
        self.paid.resume()

    def status(self) -> dict[str, Any]:
        """What the model cost this month (see ``model_status``) and whether it is asked at the moment."""
        told = model_status(self._store, self._clock(), self.model.name, self.limits.budget)
        return told | {"paused": self.paid.paused}

    def close(self) -> None:
        """End the threads that wait; one that is in a call ends with it, and keeps what it paid for if the store is still open."""
        for _ in self._threads:
            self._waiting.put(None)
        self.model.close()


def model_status(store: Answers, now: datetime, model: str, budget: Decimal | None) -> dict[str, Any]:
    """The month's figures for ``status``: {"model", "month", "asked", "unknown", "tokens": {…}, "cost_usd", "budget_usd", "left_usd"}.

    Amounts are strings in US dollars; "unknown" questions may have been paid, what was set aside for them is in the cost.
    """
    today = now.astimezone(UTC).date()
    spent = store.spent(today, model)
    return {
        "model": model,
        "month": f"{today:%Y-%m}",
        "asked": spent.asked,
        "unknown": spent.unknown,
        "tokens": _tokens(spent.usage),
        "cost_usd": f"{spent.cost:.4f}",
        "budget_usd": f"{budget:.2f}" if budget is not None else None,
        "left_usd": f"{max(Decimal(0), budget - spent.cost):.4f}" if budget is not None else None,
    }


def journal_lines(store: Answers, reading: Reading, case_id: str, now: datetime) -> tuple[JournalEntry, ...]:
    """The line for the case's journal when the model was asked about a message: figures and a reference, no words."""
    lines: list[JournalEntry] = []
    for reason in reading.reasons:
        if reason.rule.startswith(ANSWER):
            row = store.answer(reason.rule.removeprefix(ANSWER))
            if row is not None:
                took = [r.rule for r in reading.reasons if r.hit and r.rule.startswith("model:") and r is not reason]
                data = {
                    "answer": row.key,
                    "model": row.model,
                    "tokens": _tokens(row.usage),
                    "cost_usd": f"{row.cost:.6f}",
                    "took": took,
                }
                lines.append(JournalEntry(now, case_id, "model.read", data))
        elif reason.rule.startswith("model:none:"):
            lines.append(JournalEntry(now, case_id, "model.none", {"why": reason.rule.removeprefix("model:none:")}))
    return tuple(lines)


def _noted(rules: Reading, outcome: Outcome, text: str) -> Reading:
    return replace(rules, reasons=(*rules.reasons, Reason(f"model:none:{outcome}", False, 0.0, text)))


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "input": usage.input,
        "output": usage.output,
        "cache_read": usage.cache_read,
        "cache_written": usage.cache_written,
    }


def _figures(usage: Usage, cost: Decimal) -> str:
    read = usage.input + usage.cache_read + usage.cache_written
    return f"{read} jetons lus dont {usage.cache_read} en cache, {usage.output} écrits, {cost:.6f} $".replace(".", ",")
