"""Reading the settings (settings.py): where their values come from, and everything that is wrong with them, in sentences.

Values come from the environment, then from the file ``.env``, then from systemd credentials ($CREDENTIALS_DIRECTORY).
"""

from __future__ import annotations

import difflib
import io
import ipaddress
import logging
import os
import re
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from settings import Settings, names_in, origin_of

#: Characters of a key that opens something to whoever guesses it.
KEY = 16


class SettingsError(Exception):
    """A setting is wrong or unknown; ``problems`` are sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load(env_file: Path | None = None, **overrides: Any) -> Settings:
    """The settings of this process. Raises SettingsError with one sentence for everything that is wrong.

    ``env_file``: the file named on the command line, else ``.env`` in the current folder when there is one.
    """
    path = env_file or Path(".env")
    problems = unknown_in(path) if path.is_file() else []
    if env_file is not None and not env_file.is_file():
        problems.append(f"{env_file} : ce fichier n'existe pas.")
    credentials = os.environ.get("CREDENTIALS_DIRECTORY", "")
    sources: dict[str, Any] = {"_env_file": path if path.is_file() else None, "_env_file_encoding": "utf-8"}
    if credentials and Path(credentials).is_dir():
        sources["_secrets_dir"] = credentials
    settings: Settings | None = None
    if any("UTF-8" in problem for problem in problems):
        raise SettingsError(problems)
    try:
        settings = Settings(**sources, **overrides)
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0]).upper() if problem["loc"] else "?"
            problems.append(f"{name} : {_why(problem)}")
    if settings is not None:
        problems += _together(settings)
    if problems or settings is None:
        raise SettingsError(problems)
    return settings


def _why(problem: Any) -> str:
    kind, ctx = problem["type"], problem.get("ctx", {})
    given = "" if "secret" in kind else f" (donné : {str(problem.get('input'))[:40]!r})"
    if kind == "literal_error":
        return f"une de ces valeurs est attendue : {str(ctx.get('expected')).replace(' or ', ' ou ')}{given}"
    if kind.startswith(("int", "float")):
        return f"un nombre est attendu{given}"
    if kind.startswith(("greater", "less")):
        bound = next(iter(ctx.values()), "?")
        return f"{'au moins' if kind.startswith('greater') else 'au plus'} {bound}{given}"
    return f"{problem['msg']}{given}"


def _together(settings: Settings) -> list[str]:
    """What only shows when settings are seen together."""
    problems = []
    oauth = bool(settings.gmail_oauth_refresh_token.get_secret_value())
    if settings.gmail_email and not (settings.gmail_app_password.get_secret_value() or oauth):
        problems.append("GMAIL_EMAIL sans GMAIL_APP_PASSWORD ni GMAIL_OAUTH_REFRESH_TOKEN : la boîte ne peut pas s'ouvrir.")
    if oauth and not settings.gmail_oauth_client_id:
        problems.append("GMAIL_OAUTH_REFRESH_TOKEN demande aussi GMAIL_OAUTH_CLIENT_ID et GMAIL_OAUTH_CLIENT_SECRET.")
    secret = settings.secret_key.get_secret_value()
    if secret and len(secret) < 32:
        problems.append("SECRET_KEY : 32 caractères au moins (par exemple : openssl rand -hex 32).")
    for name in ("gmail_email", "admin_email"):
        value = getattr(settings, name)
        if value and "@" not in value:
            problems.append(f"{name.upper()} : « {value} » n'est pas une adresse.")
    if settings.admin_phone and not re.fullmatch(r"\+[1-9][0-9]{5,14}", settings.admin_phone.replace(" ", "")):
        problems.append(f"ADMIN_PHONE : « {settings.admin_phone} » n'est pas un numéro international (+33…).")
    wanted = {
        "hubspot_api_key": ("hubspot_pipeline_id", "hubspot_stage_new", "hubspot_stage_closed"),
        "clickup_api_key": ("clickup_parent_task_id",),
        "twilio_account_sid": ("twilio_auth_token", "twilio_whatsapp_number"),
        "spool_bucket": ("r2_access_key_id", "r2_secret_access_key", "r2_endpoint_url"),
        "r2_access_key_id": ("r2_secret_access_key", "r2_bucket_name", "r2_endpoint_url"),
    }
    for key, names in wanted.items():
        if _set(settings, key):
            lacking = [n.upper() for n in names if not _set(settings, n)]
            if lacking:
                problems.append(f"{key.upper()} demande aussi {', '.join(lacking)}.")
    problems += _web_together(settings)
    if settings.spool_bucket and settings.spool_bucket == settings.r2_bucket_name:
        problems.append("SPOOL_BUCKET doit être un autre compartiment que R2_BUCKET_NAME, que des clients peuvent voir.")
    for kind in ("imap", "smtp"):
        local = getattr(settings, f"{kind}_host") in ("127.0.0.1", "::1", "localhost")
        if getattr(settings, f"{kind}_security") == "none" and not local:
            problems.append(
                f"{kind.upper()}_SECURITY=none n'est admis que vers cette machine : le mot de passe passerait en clair."
            )
    return problems


def _web_together(settings: Settings) -> list[str]:
    """What does not fit together of the web's settings."""
    problems = []
    keys = {n: getattr(settings, n).get_secret_value() for n in ("api_key", "form_key", "metrics_key")}
    problems += [
        f"{name.upper()} : {KEY} caractères au moins (par exemple : openssl rand -hex 24)."
        for name, key in keys.items()
        if 0 < len(key) < KEY
    ]
    if keys["form_key"] and keys["form_key"] in (keys["api_key"], keys["metrics_key"]):
        problems.append("FORM_KEY est publique : elle ne peut être ni API_KEY ni METRICS_KEY.")
    if keys["form_key"] and not (settings.form_origins or settings.public_url):
        problems.append("FORM_KEY demande FORM_ORIGINS : les sites d'où le formulaire est posté.")
    for origin in names_in(settings.form_origins):
        if origin.rstrip("/") != origin_of(origin):
            problems.append(f"FORM_ORIGINS : « {origin} » n'est pas l'adresse d'un site, sans chemin (https://www.exemple.fr).")
    if settings.public_url and not origin_of(settings.public_url):
        problems.append(f"PUBLIC_URL : « {settings.public_url} » n'est pas une adresse (https://guichet.exemple.fr).")
    for name in names_in(settings.trusted_proxies):
        try:
            ipaddress.ip_network(name, strict=False)
        except ValueError:
            problems.append(f"TRUSTED_PROXIES : « {name} » n'est ni une adresse IP ni un réseau (10.0.0.0/8).")
    for secret, key in (("hubspot_client_secret", "hubspot_api_key"), ("clickup_webhook_secret", "clickup_api_key")):
        lacking = [n.upper() for n in (key, "public_url") if not _set(settings, n)] if _set(settings, secret) else []
        if lacking:
            problems.append(f"{secret.upper()} demande aussi {', '.join(lacking)}.")
        elif _set(settings, secret) and not settings.port:
            problems.append(f"{secret.upper()} ne sert à rien avec PORT=0 : aucun webhook ne peut arriver.")
    return problems


def _set(settings: Settings, name: str) -> bool:
    value = getattr(settings, name)
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def unknown_in(path: Path) -> list[str]:
    """A sentence for every name in the file that is no setting, with the one that was probably meant."""
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    logging.getLogger("dotenv.main").setLevel(
        logging.ERROR
    )  # it warns of the same lines, in English and without the name of the file
    known = [name.upper() for name in Settings.model_fields]
    problems = []
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [f"{path} : ce fichier n'est pas enregistré en UTF-8 (octet {error.start}) : enregistrez-le à nouveau en UTF-8."]
    lines = text.splitlines()
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            told = binding.original.string.strip().splitlines()[0][:40]
            problems.append(f"{path}:{binding.original.line} : cette ligne n'est pas un réglage (NOM=valeur) : {told}")
    for name in dotenv_values(path, interpolate=False):
        if name.upper() in known:
            continue
        number = next((n for n, line in enumerate(lines, 1) if line.lstrip().removeprefix("export ").startswith(name)), 0)
        close = difflib.get_close_matches(name.upper(), known, 1)
        hint = f" Vouliez-vous dire {close[0]} ?" if close else " Les réglages connus sont dans .env.example."
        problems.append(f"{path}:{number} : {name} n'est pas un réglage connu.{hint}")
    return problems
