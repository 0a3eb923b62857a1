"""Settings: the example is the truth, mistakes are told in sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from configuration import SettingsError, load
from settings import Settings, example

ROOT = Path(__file__).resolve().parent.parent


def test_the_example_file_is_what_the_settings_say() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example()


def test_every_setting_is_used_somewhere() -> None:
    """No option that does nothing."""
    files = (
        "assembly.py",
        "data_folder.py",
        "switchboard.py",
        "scanners.py",
        "edge.py",
        "daemon.py",
        "settings.py",
        "configuration.py",
    )
    packages = (path for folder in ("console", "commands") for path in (ROOT / folder).glob("*.py"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (*(ROOT / f for f in files), *packages))
    for name in Settings.model_fields:
        assert f".{name}" in code or f'"{name}"' in code, f"{name} is read nowhere"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("IMAP_HOTS=x", "IMAP_HOTS n'est pas un réglage connu. Vouliez-vous dire IMAP_HOST ?"),
        ("IMAP_PORT=abc", "IMAP_PORT : un nombre est attendu"),
        ("IMAP_PORT=0", "IMAP_PORT : au moins 1"),
        ("IMAP_SECURITY=tls", "IMAP_SECURITY : une de ces valeurs est attendue"),
        ("SECRET_KEY=court", "SECRET_KEY : 32 caractères au moins"),
        ("GMAIL_EMAIL=a@example.com", "GMAIL_EMAIL sans GMAIL_APP_PASSWORD"),
        ("ADMIN_EMAIL=patron", "ADMIN_EMAIL : « patron » n'est pas une adresse"),
        ("IMAP_SECURITY=none", "IMAP_SECURITY=none n'est admis que vers cette machine"),
        ("API_KEY=court", "API_KEY : 16 caractères au moins"),
        ("FORM_KEY=0123456789abcdef", "FORM_KEY demande FORM_ORIGINS"),
        ("API_KEY=0123456789abcdef\nFORM_KEY=0123456789abcdef\nPUBLIC_URL=https://a.example", "FORM_KEY est publique"),
        ("FORM_ORIGINS=https://a.example, b.example/x", "« b.example/x » n'est pas l'adresse d'un site"),
        ("FORM_ORIGINS=*", "« * » n'est pas l'adresse d'un site"),
        ("PUBLIC_URL=guichet.example", "« guichet.example » n'est pas une adresse"),
        ("TRUSTED_PROXIES=127.0.0.1,*", "TRUSTED_PROXIES : « * » n'est ni une adresse IP ni un réseau"),
        ("CLICKUP_WEBHOOK_SECRET=abc", "CLICKUP_WEBHOOK_SECRET demande aussi CLICKUP_API_KEY, PUBLIC_URL"),
        ("HUBSPOT_CLIENT_SECRET=abc", "HUBSPOT_CLIENT_SECRET demande aussi HUBSPOT_API_KEY, PUBLIC_URL"),
        ("PORT=70000", "PORT : au plus 65535"),
    ],
)
def test_a_mistake_is_a_sentence(line: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load()
    assert any(sentence in problem for problem in error.value.problems), error.value.problems
    assert "court" not in str(error.value)


def test_the_environment_wins_over_the_file_and_credentials_come_last(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "gmail_app_password").write_text("du-coffre", encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    (tmp_path / ".env").write_text("GMAIL_EMAIL=fichier@example.com\nIMAP_FOLDER=Fichier\n", encoding="utf-8")
    monkeypatch.setenv("GMAIL_EMAIL", "env@example.com")
    found = load()
    assert (found.gmail_email, found.imap_folder) == ("env@example.com", "Fichier")
    assert found.gmail_app_password.get_secret_value() == "du-coffre"
    assert "du-coffre" not in repr(found)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="n'existe pas"):
        load(tmp_path / "nulle-part.env")
