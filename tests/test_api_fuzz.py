"""The OpenAPI description against a fuzzer: whatever is sent, no 500 and no answer that the description does not name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckFunction, load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api_help import Desk, api_desk
from tests.web_help import FORM_KEY, KEY, SITE

CHECKS: list[CheckFunction] = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
load_all_checks()
#: Never ends by itself; tests/test_api_more.py listens to it.
ENDLESS = "/api/events"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    # No file is fetched: no address of this machine is allowed, and no other answers.
    with api_desk(tmp_path_factory.mktemp("fuzz"), wait=0.0, fetch_seconds=0.1, local_hosts=frozenset()) as one:
        yield one


def operations(desk: Desk) -> list[Any]:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{desk.client.port}/openapi.json")
    return [result.ok() for result in schema.get_all_operations()]


def fuzz(desk: Desk, operation: Any, headers: dict[str, str], examples: int, known: dict[str, list[str]]) -> set[int]:
    """Call the operation with generated and with known values; the statuses that came."""
    seen: set[int] = set()

    @seed(20260302)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), data=st.data())
    def one(case: Any, data: st.DataObject) -> None:
        for name in case.path_parameters or {}:
            if name in known and data.draw(st.integers(0, 3)):
                case.path_parameters[name] = data.draw(st.sampled_from(known[name]))
        for name in ("Authorization", "X-API-Key", "Cookie"):
            (case.headers or {}).pop(name, None)
        (case.cookies or {}).clear()
        response = case.call(headers=headers, timeout=10)
        seen.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    one()
    return seen


def test_the_description_is_whole(desk: Desk) -> None:
    found = {(operation.method.upper(), operation.path) for operation in operations(desk)}
    assert {
        ("GET", "/api/cases"), ("POST", "/api/cases/{case_id}/acts"), ("GET", "/api/events"), ("POST", "/webhook/request"),
        ("POST", "/webhook/validate"), ("POST", "/webhook/whatsapp"), ("POST", "/webhook/hubspot"), ("GET", "/health"),
        ("PUT", "/api/directives/{business}/draft"), ("GET", "/api/exports/cases.xlsx"),
    } <= found  # fmt: skip
    for operation in operations(desk):
        raw = operation.definition.raw
        assert raw.get("summary"), operation.path
        assert {"400", "405", "413", "422", "503"} <= set(raw["responses"]), operation.path


@pytest.mark.slow
def test_no_500_and_no_answer_that_is_not_described(desk: Desk) -> None:
    case_id = desk.new(1)
    file = desk.get(f"/api/cases/{case_id}")["files"][0]["sha256"]
    contact = desk.get("/api/contacts")["contacts"][0]["id"]
    act = desk.act(case_id, "note", note="x").json["id"]
    known = {
        "case_id": [case_id], "sha256": [file], "contact_id": [contact], "act_id": [act], "business": ["figurative"],
    }  # fmt: skip
    admin = {"Authorization": f"Bearer {desk.secrets['admin']}"}
    statuses: dict[tuple[str, str], set[int]] = {}
    for operation in operations(desk):
        if operation.path != ENDLESS:
            headers = admin if operation.path.startswith("/api/") else {"X-API-Key": KEY}
            statuses[operation.method, operation.path] = fuzz(desk, operation, headers, 12, known)
    # It did not only knock at doors.
    for path in ("/api/cases", "/api/cases/{case_id}", "/api/cases/{case_id}/files/{sha256}", "/api/figures", "/api/parked"):
        assert 200 in statuses["get", path], path


@pytest.mark.slow
def test_nobody_gets_in_whatever_he_sends(desk: Desk) -> None:
    for operation in operations(desk):
        if operation.path.startswith("/api/"):
            seen = fuzz(desk, operation, {}, 3, {})
            assert seen <= {401, 404, 405, 422, 400, 413}, (operation.path, seen)
            assert not (operation.method == "get" and seen == {404}), operation.path
        elif operation.path.startswith("/webhook/request"):
            assert fuzz(desk, operation, {"X-API-Key": FORM_KEY, "Origin": SITE}, 4, {}) <= {202, 400, 404, 422, 429}
        elif operation.path.startswith("/webhook/"):
            assert fuzz(desk, operation, {}, 4, {}) <= {401, 403, 404, 400, 422}
