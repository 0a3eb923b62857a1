"""The connector to Claude against the fake Messages API: what is sent, what is paid, which error is which."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.claude.client import ClaudeModel
from connectors.claude.prices import DEFAULT_MODEL, PRICES, Price, price_of
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized, UserError
from core.model import Piece, Question, Shown, Usage
from processors.model import Policy, question
from tests.fakes.anthropic import Anthropic, Reply
from tests.model_help import bakery, figurative, message, picture, said

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 20_000
PDF = b"%PDF-1.7\n/Type /Page\n" + b"x" * 20_000


class Spool:
    """Files by digest."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    def get(self, sha256: str) -> bytes:
        return self.files[sha256]


@pytest.fixture
def fake() -> Iterator[Anthropic]:
    with Anthropic() as one:
        yield one


def model(fake: Anthropic, **more: Any) -> ClaudeModel:
    given: dict[str, Any] = {"spool": Spool(jpeg=JPEG, pdf=PDF), "base_url": fake.url, "timeout": 5.0} | more
    return ClaudeModel(given.pop("key", fake.key), **given)


def asked(text: str = "Voilà ce qu'on voudrait.") -> Question:
    return question(message(text), bakery(), ("directive",), Policy())


def worked(fake: Anthropic) -> int:
    """How often an answer was made, and so paid."""
    return sum(c.worked for c in fake.calls if c.kind == "messages_create")


def test_an_answer_comes_back_typed_with_its_cost(fake: Anthropic) -> None:
    value = said("commande", "ce qu'on voudrait") | {"facts": json_facts()}
    fake.answer(value)
    got = model(fake, ttl="1h").ask(replace(asked(), system=(Piece("lis " * 5000, True),)))
    assert json.loads(got.data) == value
    assert (got.stop, got.model) == ("complete", DEFAULT_MODEL)
    usage = got.usage
    assert usage.cache_written == fake.spent["cache_write_1h"] > 500
    assert usage.cache_read == 0
    assert (usage.input, usage.output) == (fake.spent["input"], fake.spent["output"])
    price = PRICES[DEFAULT_MODEL]
    expected = usage.input * price.input + usage.output * price.output + usage.cache_written * price.write_hour
    assert got.cost == expected / 10**6 > 0


def json_facts() -> dict[str, Any]:
    """Every list of the bakery's schema, empty."""
    from processors.model_prompt import schema

    shape = schema(bakery())["properties"]["facts"]["properties"]
    return {name: {fact: [] for fact in one["properties"]} for name, one in shape.items()}


def test_the_instructions_are_read_from_the_cache_the_second_time(fake: Anthropic) -> None:
    one = model(fake, ttl="1h")
    prefix = (Piece("lis " * 5000, True),)
    first, second = (one.ask(replace(asked(text), system=prefix)) for text in ("un", "deux"))
    assert second.usage.cache_read == first.usage.cache_written > 0
    assert second.usage.cache_written == 0
    assert second.cost < first.cost / 5


def test_a_question_that_stays_alone_does_not_pay_for_the_cache(fake: Anthropic) -> None:
    now = [0.0]
    one = model(fake, clock=lambda: now[0])
    put = replace(asked(), system=(Piece("lis " * 5000, True),))
    used = []
    for minutes in (0, 90, 10, 20, 3, 120):
        now[0] += minutes * 60
        used.append(one.ask(put).usage)
    assert [(u.cache_written > 0, u.cache_read > 0) for u in used] == [
        (False, False), (False, False), (True, False), (False, True), (False, True), (False, False),
    ]  # fmt: skip


def test_pictures_and_pdfs_come_from_the_spool_before_the_words(fake: Anthropic) -> None:
    files = (
        Shown("a.jpg", "image/jpeg", len(JPEG), "jpeg"),
        Shown("b.pdf", "application/pdf", len(PDF), "pdf"),
        Shown("c.png", "image/png", 9, "gone"),
    )
    model(fake).ask(replace(asked(), files=files))
    content = fake.requests[0]["messages"][0]["content"]
    assert [b["type"] for b in content] == ["image", "document", "text"]
    assert base64.b64decode(content[0]["source"]["data"]) == JPEG
    assert content[1]["source"]["media_type"] == "application/pdf"


def test_files_that_would_make_the_request_too_large_are_left_out(fake: Anthropic) -> None:
    big = b"\xff\xd8\xff" + b"x" * 3_900_000
    one = model(fake, spool=Spool(big=big))
    one.ask(replace(asked(), files=tuple(Shown(f"{n}.jpg", "image/jpeg", len(big), "big") for n in range(9))))
    assert len(fake.requests[0]["messages"][0]["content"]) == 6


@pytest.mark.parametrize(
    ("reply", "stop"),
    [
        (Reply("", stop_reason="refusal"), "refusal"),
        (Reply('{"directive": {"na', stop_reason="max_tokens"), "truncated"),
        (Reply("Voici : {", lawless=True), "malformed"),
        (Reply("[1]", lawless=True), "malformed"),
        (Reply("", lawless=True), "malformed"),
        (Reply("[" * 5000, lawless=True), "malformed"),
    ],
)
def test_what_is_paid_comes_back_whatever_it_says(fake: Anthropic, reply: Reply, stop: str) -> None:
    fake.answer(reply)
    got = model(fake).ask(asked())
    assert (got.stop, got.data) == (stop, "")
    assert got.cost > 0


def test_an_answer_longer_than_allowed_is_truncated(fake: Anthropic) -> None:
    fake.answer(Reply("x" * 4000, lawless=True))
    assert model(fake).ask(replace(asked(), max_tokens=50)).stop == "truncated"


# ------------------------------------------------------------------ trouble


@pytest.mark.parametrize("status", [429, 500, 503, 529, 408, 409])
def test_the_sdk_retries_what_certainly_was_not_done(fake: Anthropic, status: int) -> None:
    fake.fail_next(2, status, retry_after=0.05)
    assert model(fake).ask(asked()).stop == "complete"
    assert (len(fake.calls), worked(fake)) == (3, 1)


@pytest.mark.parametrize("status", [429, 500, 529])
def test_and_gives_up(fake: Anthropic, status: int) -> None:
    fake.fail_next(9, status, retry_after=0.05)
    with pytest.raises(Transient) as caught:
        model(fake).ask(asked())
    assert caught.value.after == 0.05
    assert len(fake.calls) == 3


def test_a_long_wait_is_ours_to_plan(fake: Anthropic) -> None:
    fake.fail_next(1, 429, retry_after=3600)
    begun = time.monotonic()
    with pytest.raises(Transient) as caught:
        model(fake).ask(asked())
    assert caught.value.after == 3600
    assert len(fake.calls) == 1
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_refused_credentials(fake: Anthropic, status: int) -> None:
    fake.fail_next(1, status)
    with pytest.raises(Unauthorized):
        model(fake).ask(asked())
    assert len(fake.calls) == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_refused_input(fake: Anthropic, status: int) -> None:
    fake.fail_next(1, status)
    with pytest.raises(Rejected):
        model(fake).ask(asked())


def test_a_picture_that_is_none_is_refused(fake: Anthropic) -> None:
    one = model(fake, spool=Spool(bad=b"no picture"))
    with pytest.raises(Rejected):
        one.ask(replace(asked(), files=(Shown("a.jpg", "image/jpeg", 10, "bad"),)))
    assert worked(fake) == 0


def test_a_wrong_key_and_a_wrong_model(fake: Anthropic) -> None:
    for one in (model(fake, key="sk-ant-wrong"), model(fake, model="claude-none-1", price=PRICES[DEFAULT_MODEL])):
        with pytest.raises(Unauthorized):
            one.ask(asked())
        assert one.check().ok is False
    assert model(fake).check().ok is True
    assert worked(fake) == 0


def proxy_page(fake: Anthropic) -> None:
    fake.garble_next(5)


@pytest.mark.parametrize(
    "trouble",
    [
        lambda f: f.late_success(5),
        lambda f: f.late_success(5, silent=3),
        lambda f: f.cut_next(5),
        proxy_page,
        lambda f: f.late_error(5, 504),
        lambda f: f.late_error(5, 502),
    ],
    ids=["connection cut", "silence", "half an answer", "a proxy's page", "gateway 504", "gateway 502"],
)
def test_what_may_be_paid_is_not_put_again(fake: Anthropic, trouble: Any) -> None:
    trouble(fake)
    # A proxy's page is nothing that the vendor's specification could describe.
    with pytest.raises(Ambiguous), fake.unrecorded() if trouble is proxy_page else contextlib.nullcontext():
        model(fake, timeout=1.0).ask(asked())
    while not fake.calls:  # the fake notes a call once it has ended
        time.sleep(0.05)
    time.sleep(0.3)
    assert len(fake.calls) == 1


def test_nobody_there(fake: Anthropic) -> None:
    url = fake.url
    fake.stop()
    with pytest.raises(Transient):
        ClaudeModel("k", spool=Spool(), base_url=url, retries=1).ask(asked())  # type: ignore[arg-type]


def test_a_redirect_takes_nothing_elsewhere(fake: Anthropic) -> None:
    from tests.fakes.wire import Answer

    with Anthropic() as other:
        fake.script(lambda request: Answer(307, {}, {"location": other.url + request.path}))
        with pytest.raises(Unauthorized):
            model(fake).ask(asked())
        assert other.calls == []


def test_many_threads(fake: Anthropic) -> None:
    one = model(fake)
    stops: list[str] = []
    threads = [threading.Thread(target=lambda n=n: stops.append(one.ask(asked(str(n))).stop)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stops == ["complete"] * 8
    one.close()


# ------------------------------------------------------------------ what must not happen


def test_nothing_of_it_is_logged(fake: Anthropic, caplog: pytest.LogCaptureFixture) -> None:
    secret = "PERVENCHE-9021"
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    caplog.set_level(logging.DEBUG)
    try:
        fake.answer(Reply(json.dumps({"said": secret}), lawless=True))
        one = model(fake, timeout=1.0)
        one.ask(asked(f"mon secret est {secret}"))
        for trouble in (
            lambda: fake.fail_next(3, 500, retry_after=0.01),
            lambda: fake.fail_next(1, 400),
            lambda: fake.late_success(1),
        ):
            trouble()
            with pytest.raises(PortError) as caught:
                one.ask(asked(f"mon secret est {secret}"))
            assert secret not in str(caught.value)
            assert fake.key not in str(caught.value)
    finally:
        logging.getLogger().removeHandler(handler)
    assert secret not in stream.getvalue() + caplog.text
    assert fake.key not in stream.getvalue() + caplog.text


def test_the_sdk_is_imported_with_the_first_question_only() -> None:
    code = (
        "import sys; from connectors.claude.client import ClaudeModel; ClaudeModel('k', spool=None);"
        "print([m for m in ('anthropic', 'httpx2') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


# ------------------------------------------------------------------ prices


def test_the_estimate_is_never_below_what_is_paid(fake: Anthropic) -> None:
    one = model(fake)
    for business in (bakery(), figurative()):
        mail = message("Voilà ce qu'on voudrait. " * 40, "Bonjour", picture())
        put = question(mail, business, ("directive",), Policy())
        assert one.ceiling(put) > one.ask(replace(put, files=())).cost


def test_long_prompts_and_dated_ids() -> None:
    price = PRICES["claude-haiku-5-5"]
    assert price.cost(Usage(100_000, 1000)) == Decimal("0.0105")
    assert price.cost(Usage(100_001, 0)) == Decimal("0.0500005")
    assert price.cost(Usage(cache_written=1000), hour=400) == (600 * price.write + 400 * price.write_hour) / 10**6
    assert price_of("claude-haiku-4-5-20251001") == PRICES["claude-haiku-4-5"]
    assert price_of("claude-unheard-of") is None


def test_a_model_whose_price_is_unknown_needs_one() -> None:
    with pytest.raises(UserError):
        ClaudeModel("k", spool=Spool(), model="claude-unheard-of")  # type: ignore[arg-type]
    own = Price(Decimal(1), Decimal(2), Decimal(1), Decimal(1), Decimal(1))
    assert ClaudeModel("k", spool=Spool(), model="claude-unheard-of", price=own).name == "claude-unheard-of"  # type: ignore[arg-type]


def test_pieces_are_marked_as_asked(fake: Anthropic) -> None:
    put = replace(asked(), system=(Piece("a " * 600, True), Piece("b")))
    model(fake, ttl="5m").ask(put)
    body = fake.requests[0]
    assert body["system"][0]["cache_control"] == {"type": "ephemeral", "ttl": "5m"}
    assert "cache_control" not in body["system"][1]
    assert body["output_config"]["effort"] == "low"
    assert "temperature" not in body
