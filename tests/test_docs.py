"""Documentation that cannot lag behind the code."""

from __future__ import annotations

import re
from pathlib import Path

from engine.diagram import page
from engine.directives import load_business
from tests.road import ROOT, daemon

PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "systemd" / "README.md",
    ROOT / "directives" / "README.md",
]

FOLDERS = "core|engine|processors|connectors|store|web|console|commands|bench|tests|systemd|docs"


def test_the_diagram_of_stages_is_what_decide_does() -> None:
    directive = load_business(ROOT / "directives" / "figurative").directive("modelisation")
    assert directive is not None
    assert (ROOT / "docs" / "stages.md").read_text(encoding="utf-8") == page(directive), (
        "python -m engine.diagram > docs/stages.md"
    )


def test_every_file_that_the_pages_name_exists() -> None:
    missing = []
    for doc in PAGES:
        text = doc.read_text(encoding="utf-8")
        named = re.findall(rf"`((?:{FOLDERS})/[a-z_0-9./]*)`", text)
        links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
        lost = [name for name in named if not (ROOT / name).exists() and not (doc.parent / name).exists()]
        missing += [f"{doc.name}: {name}" for name in lost]
        missing += [f"{doc.name}: {link}" for link in links if not (doc.parent / link).exists()]
    assert missing == []


def test_every_command_of_the_readme_exists(tmp_path: Path) -> None:
    told = daemon(tmp_path, "--help").stdout
    commands = set(re.findall(r"^\s{2}([a-z]+)\s", told, re.MULTILINE))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"daemon\.py ([a-z]+)", readme)) | {
        "run",
        "status",
        "show",
        "act",
        "parked",
        "retry",
        "drop",
        "audit",
    }
    assert named <= commands, named - commands
    for command in commands:
        assert command in readme or command in ("demo", "version"), f"the README does not name {command}"


def test_every_library_is_explained() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").casefold()
    names = [re.split(r"[><=\[ ]", line)[0] for line in project["dependencies"]]
    assert [name for name in names if name.casefold() not in told] == []
