"""What one node publishes is in force on all of them; a node that comes back with old documents follows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.house import House
from tests import postgres
from tests.road import ROOT, Counter
from tests.test_status import until

pytestmark = pytest.mark.server("postgresql")
BUSINESS = "figurative"
SECRET = "une clé commune à toutes les machines du guichet"


@pytest.fixture
def url() -> Iterator[str]:
    made = postgres.fresh(postgres.server())
    yield made
    postgres.drop(made)


def machine(folder: Path, url: str, name: str) -> Counter:
    """A machine with its own copy of the documents; raw mail lies in one folder (else they would turn each other away)."""
    if not (folder / name).exists():
        shutil.copytree(ROOT / "directives", folder / name / "directives")
        (folder / "spool").mkdir(exist_ok=True)
        (folder / name / "data").mkdir()
        (folder / name / "data" / "spool").symlink_to(folder / "spool")
    return Counter(
        folder / name / "data", database_url=url, node_name=name, secret_key=SECRET, business=BUSINESS,
        directives_dir=folder / name / "directives", port=0,
    )  # fmt: skip


def readme(counter: Counter, text: str) -> Path:
    """A document of the business, changed."""
    path = sorted((counter.settings.directives_dir / BUSINESS).glob("*.md"))[0]
    path.write_text(path.read_text("utf-8") + f"\n{text}\n", "utf-8")
    return path


def revision(house: House) -> str:
    return house.published.business(BUSINESS).revision


def test_what_one_node_publishes_is_in_force_on_all_and_in_their_folders(tmp_path: Path, url: str) -> None:
    a, b = machine(tmp_path, url, "un"), machine(tmp_path, url, "deux")
    with a.open() as here, b.open() as there:
        before = revision(here)
        assert revision(there) == before
        path = readme(a, "Une phrase de plus.")
        here.reload()
        assert revision(here) != before
        until(lambda: revision(there) == revision(here))
        copy = b.settings.directives_dir / BUSINESS / path.name
        until(lambda: copy.read_text("utf-8") == path.read_text("utf-8"))
        there.reload()
        assert revision(there) == revision(here)


def test_a_node_that_comes_back_with_old_documents_follows(tmp_path: Path, url: str) -> None:
    a, b = machine(tmp_path, url, "un"), machine(tmp_path, url, "deux")
    with b.open() as there:
        before = revision(there)
    with a.open() as here:
        readme(a, "Une phrase de plus.")
        here.reload()
        published = revision(here)
        with b.open() as there:
            assert revision(there) == published != before
        assert revision(here) == published
        rows = here.store.publications(BUSINESS)
        assert [row.revision for row in rows] == [published, before], "the old one was not published again"


def test_a_folder_that_may_not_be_written_keeps_nobody_from_following(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import UserError

    a, b = machine(tmp_path, url, "un"), machine(tmp_path, url, "deux")

    def refused(folder: Path, changes: object) -> None:
        raise UserError("lecture seule", where=str(folder))

    with a.open() as here, b.open() as there:
        monkeypatch.setattr("engine.published.write_documents", refused)
        readme(a, "Une phrase de plus.")
        here.reload()
        until(lambda: revision(there) == revision(here))
        there.reload()
        assert revision(there) == revision(here)
