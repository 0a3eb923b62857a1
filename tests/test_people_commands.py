"""The commands about accounts and tokens, as typed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.road import ROOT

GOOD, BAD = "un mot de passe assez long", "un autre mot de passe long"


def test_the_first_account_is_an_administrator_and_tokens_are_shown_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from daemon import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def call(*arguments: str, password: str = "") -> tuple[int, str, str]:
        result = CliRunner().invoke(app, arguments, input=password)
        return result.exit_code, result.stdout, result.stderr

    assert call("user", "add", "Anne", password=f"{GOOD}\n") == (0, "Anne (admin) peut entrer.\n", "")
    password = call("user", "add", "bob", "--generate")[1].strip().rpartition(" ")[2]
    listed = [json.loads(line) for line in call("user", "list", "--json")[1].splitlines()]
    assert [(u["name"], u["role"], u["disabled"]) for u in listed] == [("Anne", "admin", False), ("bob", "agent", False)]
    _, secret, _ = call("token", "add", "synchro", "--scope", "read", "--user", "bob", "--days", "3")
    assert secret.startswith("guichet_")
    shown = [call("token", "list")[1], call("token", "list", "--json")[1]]
    assert all("synchro" in one and secret.strip() not in one for one in shown)
    assert call("user", "role", "bob", "reader")[:2] == (0, "bob : reader.\n")
    assert call("user", "disable", "bob")[1] == "bob ne peut plus entrer.\n"
    assert "fermé" in call("user", "list")[1]
    assert call("user", "enable", "bob")[0] == 0
    assert call("user", "password", "bob", password="tout autre chose, long\n")[0] == 0
    assert call("token", "revoke", "synchro")[0] == 0
    assert "Aucun jeton" in call("token", "list")[1]
    assert call("token", "list", "--json")[1] == ""
    for refused, why in (
        (call("user", "remove", "Anne"), "dernier administrateur"),
        (call("user", "add", "carl", password="court\n"), "12 caractères"),
        (call("user", "password", "bob"), "aucun mot de passe"),
        (call("user", "add", "anne", "--generate"), "pris"),
        (call("token", "add", "x", "--scope", "write"), "portée inconnue : write"),
    ):
        assert (refused[0], refused[1]) == (2, "")
        assert why in refused[2]
    assert call("user", "remove", "bob")[0] == 0
    assert call("audit")[0] == 0
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()).decode("latin-1")
    for word in (password, GOOD, secret.strip()):
        assert word not in kept


def test_the_terminal_shows_no_password(tmp_path: Path) -> None:
    main, other = pty.openpty()
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DIRECTIVES_DIR": str(ROOT / "directives"),
        "PORT": "0",
    }
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "daemon.py"), "user", "add", "anne"],
        stdin=other, stdout=other, stderr=other, env=environment, cwd=tmp_path, start_new_session=True,
    )  # fmt: skip
    os.close(other)
    shown = b""

    def until(words: bytes) -> None:
        nonlocal shown
        while words not in shown:
            shown += os.read(main, 1000)

    until(b"Mot de passe : ")
    os.write(main, GOOD.encode() + b"\n")
    until(b"encore : ")
    os.write(main, GOOD.encode() + b"\n")
    until(b"peut entrer")
    assert process.wait(30) == 0
    os.close(main)
    assert GOOD.encode() not in shown
