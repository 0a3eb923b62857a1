"""Times on the command line: in the business's zone, and labelled."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from console.status import zone_of
from core.wording import zone_text
from engine.show import case
from settings import Settings
from tests.road import ROOT


@pytest.mark.parametrize(
    ("zone", "told", "label"),
    [
        ("Africa/Casablanca", "15/07 10:05:00", "heure de Casablanca"),
        ("America/New_York", "15/07 05:05:00", "heure de New York"),
        ("UTC", "15/07 09:05:00", "heure universelle (UTC)"),
    ],
)
def test_a_case_is_told_in_the_zone_that_it_names(zone: str, told: str, label: str) -> None:
    one = {
        "ref": "K7",
        "kind": "X",
        "party": {"name": "", "email": "", "phone": ""},
        "subject": "",
        "stage": "done",
        "quote": None,
    }
    line = {"seq": 1, "at": "2026-07-15T09:05:00+00:00", "kind": "case.opened", "author": "", "text": "", "data": {}}
    found = {"case": one | {"approval": None, "facts": []}, "zone": zone, "effects": [], "history": [line]}
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(case(found))
    shown = console.export_text()
    assert told in shown
    assert f"Les heures dites sont en {label}." in shown
    assert zone_text(zone) == label


def test_the_zone_is_the_cases_business_s_else_the_first_served_s(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, business="sacherie", directives_dir=ROOT / "directives")  # type: ignore[call-arg]
    assert zone_of(settings) == "Africa/Casablanca"
    assert zone_of(settings, "figurative") == "Europe/Paris"
    assert zone_of(settings.model_copy(update={"directives_dir": tmp_path})) == "UTC"
