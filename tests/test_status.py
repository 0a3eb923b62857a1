"""``status`` and /health: a service that was killed shows at once, and so does a dead node; which lane is where."""

from __future__ import annotations

import fcntl
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from rich.console import Console

from console.status import status_of
from core.errors import UserError
from data_folder import daemon_state, sole_daemon
from engine.show_status import state
from tests import postgres
from tests.road import ROOT, Counter, Light, daemon, mail
from web.health import _node


def _start(folder: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "DATA_DIR": str(folder), "DIRECTIVES_DIR": str(ROOT / "directives"), "PORT": "0", "LOG_LEVEL": "INFO"}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "daemon.py"), "run"],
        env=env,
        cwd=folder,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    assert any("guichet is ready" in line for line in process.stderr)
    threading.Thread(target=process.stderr.read, daemon=True).start()
    return process


@pytest.mark.slow
def test_a_killed_service_shows_at_once(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "data")
    process = _start(counter.settings.data_dir)
    try:
        assert status_of(counter.settings)["running"]
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    found = status_of(counter.settings)
    assert not found["running"]
    assert daemon_state(counter.settings) == "died"
    assert any("le service ne tourne pas : dernier signe de vie" in trouble for trouble in found["troubles"])


def test_a_service_that_has_ended_shows_at_once(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "data")
    counter.work()
    found = status_of(counter.settings)
    assert found["stopped"]
    console = Console(width=200)
    with console.capture() as shown:
        console.print(state(found))
    assert "Le service est arrêté" in shown.get()
    assert "Les heures dites sont en heure de Paris." in shown.get()
    sign = datetime.fromisoformat(found["stopped"]).astimezone(ZoneInfo("Europe/Paris"))
    assert f"{sign:%d/%m %H:%M:%S}" in shown.get()
    assert "Tout va bien" not in shown.get()
    assert (found["healthy"], found["troubles"]) == (True, [])


def test_a_service_that_never_ran_says_so_and_what_to_do(tmp_path: Path) -> None:
    assert daemon(tmp_path / "data", "token", "add", "site", "--scope", "read").returncode == 0
    told = daemon(tmp_path / "data", "status")
    assert "Tout va bien" not in told.stdout
    assert "n'a encore jamais tourné ici : lancez « daemon.py run »" in " ".join(told.stdout.split())
    assert told.returncode == 1
    counter = Light(tmp_path / "data")
    assert counter.work() == {}
    assert not status_of(counter.settings)["never"]


def test_asking_whether_it_runs_keeps_nobody_from_starting(tmp_path: Path) -> None:
    settings = Counter(tmp_path / "data").settings
    assert daemon_state(settings) == "ended"
    ended = threading.Event()

    def ask() -> None:
        """As ``daemon_state`` does, only much longer, so that a start meets it."""
        while not ended.wait(0.06):
            with (settings.data_dir / "guichet.lock").open() as file, suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                time.sleep(0.02)

    with sole_daemon(settings):
        pass
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(20):
            time.sleep(0.017)
            with sole_daemon(settings):
                assert daemon_state(settings) == "runs"
                with pytest.raises(UserError, match="travaille déjà"), sole_daemon(settings):
                    pass
    finally:
        ended.set()
        asking.join()
    assert daemon_state(settings) == "ended"


@pytest.fixture
def url() -> Iterator[str]:
    made = postgres.fresh(postgres.server())
    yield made
    postgres.drop(made)


@pytest.mark.server("postgresql")
def test_status_and_health_tell_of_nodes_and_of_a_dead_one(url: str, tmp_path: Path) -> None:
    from tests.web_help import Client, running

    counter = Counter(tmp_path / "data", database_url=url, node_name="un")
    with running(tmp_path / "data", house={"database_url": url, "node_name": "un"}) as web:
        call: Client = web.call
        until(lambda: "clerk" in str(status_of(counter.settings)["nodes"]))
        found = status_of(counter.settings)
        assert found["running"]
        ((node),) = found["nodes"]
        assert (node["name"], node["state"]) == ("un", "alive")
        assert {"clerk", "intake:folder", "courier:crm"} <= set(node["lanes"])
        told = call("GET", "/health").json["nodes"]
        assert told[0]["name"] == "un"
        assert "clerk" in told[0]["lanes"]
        with psycopg.connect(url, autocommit=True) as beside:
            beside.execute("INSERT INTO nodes VALUES (999, 'deux', '1', 'b', now(), now() - interval '9 seconds', false)")
        found = status_of(counter.settings)
        assert any("« deux » : plus de signe de vie" in trouble for trouble in found["troubles"])
        assert [n["state"] for n in call("GET", "/health").json["nodes"]] == ["alive", "dead"]
        assert call("GET", "/health").json["status"] == "degraded"
        shown = _printed(state(found))
        assert "un (au travail)" in shown
        assert "deux (plus de signe de vie)" in shown
    assert not status_of(counter.settings)["running"], "who stops leaves nothing behind but the dead"


def _printed(what: object) -> str:
    from rich.console import Console

    console = Console(width=200, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print(what)
    return console.export_text()


def test_the_health_page_shows_no_address() -> None:

    from core.nodes import NodeView

    now = datetime.now(UTC)
    node = NodeView("un", "alive", "3", now, now, ("clerk", "courier:mail", "intake:gmail:secret@boite.example"))
    assert _node(node).lanes == ["clerk", "courier:mail", "intake:gmail"]


def until(true: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


def test_requests_that_are_older_than_their_register_are_told(tmp_path: Path) -> None:
    before = tmp_path / "before"
    shutil.copytree(ROOT / "directives" / "sacherie", before / "sacherie")
    page = before / "sacherie" / "commande.md"
    page.write_text(re.sub(r"(?m)^register:.*\n", "", page.read_text("utf-8")), "utf-8")
    counter = Counter(tmp_path / "data", business="sacherie", directives_dir=before)
    counter.drop(mail("Bonjour, je commande 300 sacs fond carré poignées torsadées.", subject="Commande"))
    assert counter.work() == {}
    assert status_of(counter.settings)["registers"] == {}
    counter = Counter(tmp_path / "data", business="sacherie")
    found = status_of(counter.settings)
    assert found["registers"] == {"Commandes": 1}
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(state(found))
    assert "Registre « Commandes » : 1 demandes d'avant" in console.export_text()
