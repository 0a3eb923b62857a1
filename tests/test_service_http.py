"""The whole journey over HTTP against the daemon as a process: requests posted, files fetched, vendors on loopback, an end in time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from fakes.clickup import ClickUp
from fakes.hubspot import HubSpot
from fakes.twilio import Twilio
from fakes.wire import Webhook
from r2_server import R2Server, r2_server
from test_web_webhooks import hubspot as hubspot_hook
from web_help import FORM_KEY, KEY, SAMPLE, SITE, Client, Files, file_server

from tests.road import ADMIN, ROOT, daemon, mail, plain

PUBLIC = "https://guichet.example"
SECRET = "secret-de-l-application-hubspot"
#: The daemon, but for one thing: files may be fetched from this machine.
RUN = """
import dataclasses, sys, edge, daemon
made = edge.options_of
edge.options_of = lambda *a, **k: dataclasses.replace(made(*a, **k), local_hosts=frozenset({"127.0.0.1"}))
sys.argv = ["daemon.py", "run"]
daemon.app()
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Vendors:
    """Every outside system on loopback."""

    def __init__(self, hubspot: HubSpot, clickup: ClickUp, twilio: Twilio, r2: R2Server) -> None:
        self.hubspot, self.clickup, self.twilio, self.r2 = hubspot, clickup, twilio, r2
        bucket = r2.bucket()
        self.env = {
            "HUBSPOT_API_KEY": hubspot.token,
            "HUBSPOT_BASE_URL": hubspot.url,
            "HUBSPOT_HUB_ID": str(hubspot.portal),
            "HUBSPOT_PIPELINE_ID": "0",
            "HUBSPOT_STAGE_NEW": "1",
            "HUBSPOT_STAGE_CLOSED": "4",
            "HUBSPOT_AGENT_ID": "A-51234567",
            "HUBSPOT_CLIENT_SECRET": SECRET,
            "HUBSPOT_POLL_SECONDS": "3600",
            "CLICKUP_API_KEY": clickup.token,
            "CLICKUP_BASE_URL": clickup.url + "/api",
            "CLICKUP_PARENT_TASK_ID": clickup.parent,
            "TWILIO_ACCOUNT_SID": twilio.account,
            "TWILIO_AUTH_TOKEN": twilio.auth_token,
            "TWILIO_WHATSAPP_NUMBER": twilio.number.removeprefix("whatsapp:"),
            "TWILIO_BASE_URL": twilio.url,
            "TWILIO_POLL_SECONDS": "3600",
            "R2_ACCESS_KEY_ID": bucket.access_key_id,
            "R2_SECRET_ACCESS_KEY": bucket.secret_access_key,
            "R2_BUCKET_NAME": bucket.name,
            "R2_ENDPOINT_URL": bucket.endpoint,
            "R2_PUBLIC_URL": "https://fichiers.example.org",
        }
        self.bucket = bucket


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with HubSpot() as hubspot, ClickUp() as clickup, Twilio() as twilio, r2_server() as r2:
        yield Vendors(hubspot, clickup, twilio, r2)


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with file_server() as server:
        yield server


class Daemon:
    """The service as a process, listening."""

    def __init__(self, folder: Path, **env: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_port()
        self.env = {
            "ADMIN_EMAIL": ADMIN,
            "BUSINESS": "figurative",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PUBLIC_URL": PUBLIC,
            "API_KEY": KEY,
            "FORM_KEY": FORM_KEY,
            "FORM_ORIGINS": SITE,
            "WEB_WAIT": "45",  # the machine may be busy with other tests
            **env,
        }
        self.call = Client(self.port)

    @contextmanager
    def running(self, **env: str) -> Iterator[subprocess.Popen[bytes]]:
        """Up and answering; killed at the end if it did not stop."""
        base = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
        base |= {"DATA_DIR": str(self.folder), "DIRECTIVES_DIR": str(ROOT / "directives"), "PYTHONPATH": str(ROOT)}
        self._began = len(self.log())
        with (self.folder / "daemon.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", RUN], cwd=self.folder, env={**base, **self.env, **env}, stdout=log, stderr=log
            )
            try:
                self.until(
                    "it is ready", lambda: "guichet is ready" in self.log()[self._began :] or process.poll() is not None, 60
                )
                yield process
            finally:
                process.kill()
                process.wait()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command beside it."""
        return daemon(self.folder, *arguments, **self.env)

    def log(self) -> str:
        path = self.folder / "daemon.log"
        return path.read_text() if path.exists() else ""

    def until(self, what: str, true: Any, seconds: float = 60.0) -> Any:
        """Wait until it is true; what it was."""
        end = time.monotonic() + seconds
        while not (found := true()):
            assert time.monotonic() < end, f"not within {seconds} s: {what}\n{self.log()[-3000:]}"
            time.sleep(0.05)
        return found

    def letters(self, to: str) -> list[EmailMessage]:
        """Mails written to that address, by file name."""
        found = []
        for path in sorted((self.folder / "outbox").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=default)
            assert isinstance(message, EmailMessage)
            if to in str(message["To"]):
                found.append(message)
        return found

    def drop(self, raw: bytes, name: str) -> None:
        path = self.folder / "inbox" / name
        path.write_bytes(raw)
        os.utime(path, (path.stat().st_mtime - 5, path.stat().st_mtime - 5))

    def send(self, hook: Webhook) -> int:
        """As a vendor's server would, through a proxy."""
        return hook.post(f"http://127.0.0.1:{self.port}")[0]


def properties(record: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = record["properties"]
    return found


def people(hubspot: HubSpot) -> set[str]:
    """Addresses and numbers of the portal's contacts."""
    return {properties(c).get(name) or "" for c in hubspot.created("contacts") for name in ("email", "phone")}


@pytest.mark.slow
def test_the_whole_journey_over_http(tmp_path: Path, vendors: Vendors, files: Files) -> None:
    hubspot, clickup = vendors.hubspot, vendors.clickup
    counter = Daemon(tmp_path / "data", **vendors.env)
    told = counter.command("webhooks", "--register")
    secret = next(line for line in told.stdout.splitlines() if "CLICKUP_WEBHOOK_SECRET=" in line).rpartition("=")[2]
    counter.env["CLICKUP_WEBHOOK_SECRET"] = secret
    with counter.running() as process:
        call = counter.call

        # The studio's program posts its request: figurative.md's own example, answered as it says.
        photo = [{"name": "photo.jpg", "url": files.url("photo.jpg")}]
        answer = call("POST", "/webhook/request", {**SAMPLE, "fichiers": photo}, key=KEY, timeout=60)
        assert answer.status == 200, answer.body
        (ticket,) = hubspot.created("tickets")
        assert answer.json == {
            "status": "pending_validation",
            "ticket_id": ticket["id"],
            "ticket_url": f"https://app.hubspot.com/contacts/{hubspot.portal}/record/0-5/{ticket['id']}",
            "is_new_ticket": True,
            "classification": "MODELISATION",
            "files_uploaded": 1,
            "validation_status": "pending_credits",
            "credits_estimes": 2,
            "message": "Ticket modélisation créé, en attente de validation",
        }
        again = call("POST", "/webhook/request", {**SAMPLE, "fichiers": photo}, key=KEY)
        assert (again.json["ticket_id"], again.json["is_new_ticket"]) == (ticket["id"], False)
        (contact,) = hubspot.created("contacts")
        assert properties(contact)["email"] == "client@example.com"
        listed = vendors.r2.client().list_objects_v2(Bucket=vendors.bucket.name)["Contents"]
        assert len(listed) == 1
        (quote,) = counter.until("the quote is mailed", lambda: counter.letters("client@example.com"))
        assert "2 crédits" in plain(quote)
        assert clickup.created() == [], "nothing in ClickUp before the credits are validated"

        # A stranger who knows the address cannot say yes by the form, nor a program by its key.
        for n, (key, origin) in enumerate(((FORM_KEY, SITE), (KEY, ""))):
            yes = {"user_email": "client@example.com", "objet": str(quote["Subject"]), "description": "Je valide" + " !" * n}
            more = {"Origin": origin} if origin else {}
            assert call("POST", "/webhook/request", yes, key=key, **more).status in (200, 202)
        counter.until("both are decided", lambda: counter.command("status", "--json").stdout.count('"decided": 3') == 1)
        assert clickup.created() == []

        # The studio validates, and gets what is documented.
        wanted = {"ticket_id": ticket["id"], "credits": 2, "admin_notes": "Validation OK"}
        done = call("POST", "/webhook/validate", wanted, key=KEY, timeout=60)
        (task,) = clickup.created()
        assert done.json == {
            "success": True,
            "ticket_id": ticket["id"],
            "subtask_id": task["id"],
            "credits": 2,
            "message": "Demande validée, subtask ClickUp créée",
        }
        assert task["parent"] == clickup.parent

        def validated() -> bool:
            now = properties(next(t for t in hubspot.created("tickets") if t["id"] == ticket["id"]))
            return (now.get("validation_status"), now.get("clickup_subtask_id")) == ("validated", task["id"])

        counter.until("the ticket says so", validated)

        # Another one is approved by the customer's own reply to the mail.
        second = {
            **SAMPLE,
            "user_email": "b@example.org",
            "objet": "Modélisation table basse",
            "description": "Une table en 3D",
        }
        assert (
            call("POST", "/webhook/request", {**second, "fichiers": photo}, key=KEY, timeout=60).json["is_new_ticket"] is True
        )
        (offer,) = counter.until("it is quoted", lambda: counter.letters("b@example.org"))
        counter.drop(mail("Je valide", sender="B <b@example.org>", answers=offer, number=7), "yes.eml")
        counter.until("its task is there", lambda: len(clickup.created()) == 2)

        # ClickUp says that work began: by webhook, twice, and the customer hears it once.
        before = len(counter.letters("client@example.com"))
        clickup.set_status(task["id"], "in progress")
        assert {counter.send(hook) for hook in clickup.hooks("Status")} == {200}
        counter.until("the customer hears it", lambda: len(counter.letters("client@example.com")) == before + 1)

        # A message by WhatsApp, one in HubSpot's inbox: their webhooks bring both at once though polling is an hour away.
        spoken = vendors.twilio.receive("+33612345678", "Bonjour, mon paiement est refusé", url=f"{PUBLIC}/webhook/whatsapp")
        assert counter.send(spoken) == 200
        thread = hubspot.add_thread("h@example.net", "Hélène")
        hubspot.receive(thread, "Bonjour, mon compte est bloqué", subject="compte", message_id="<h1@example.net>")
        assert counter.send(hubspot_hook(b"[{}]", time.time(), secret=SECRET)) == 200
        assert counter.send(hubspot_hook(b"[{}]", time.time(), secret="autre")) == 403
        wanted = {"h@example.net", "+33612345678"}
        counter.until("both are taken in", lambda: wanted <= people(hubspot))

        # How it is, for machines and for people.
        health = counter.until(
            "everything answers", lambda: (h := call("GET", "/health").json)["status"] == "healthy" and h, 30
        )
        assert health == {
            "status": "healthy",
            "version": "3.0.0",
            "features": dict.fromkeys(("classification", "file_upload", "hubspot", "clickup", "credit_validation"), True),
            "workflow": {"support": "immediate_ticket", "modelisation": "validation_required"},
        }
        figures = call("GET", "/metrics").body.decode()
        for system, status in (("hubspot", "201"), ("clickup", "200"), ("r2", "200")):
            assert f'guichet_outside_calls_total{{status="{status}",system="{system}"}}' in figures, figures
        process.send_signal(signal.SIGTERM)
        assert process.wait(12) == 0
    status = json.loads(counter.command("status", "--json").stdout)
    calls = status["calls"]["hubspot"]
    assert calls["calls"] >= 10
    assert calls["budget"] - calls["left"] >= calls["calls"]
    assert "Traceback" not in counter.log()
    for private in ("client@example.com", "b@example.org", "33612345678", KEY, secret):
        assert private not in counter.log()


@pytest.mark.slow
def test_it_stops_in_time_while_a_request_waits_and_the_request_is_not_lost(
    tmp_path: Path, vendors: Vendors, files: Files
) -> None:
    hubspot = vendors.hubspot
    counter = Daemon(tmp_path / "data", **vendors.env)
    photo = [{"name": "photo.jpg", "url": files.url("other.jpg")}]
    posted: list[Any] = []

    def post() -> None:
        request = {**SAMPLE, "user_email": "late@example.com", "user_name": "Lise Tard", "fichiers": photo}
        posted.append(counter.call("POST", "/webhook/request", request, key=KEY, timeout=60))

    hubspot.fail_next(10_000, 423, match="tickets/batch/create")
    try:
        with counter.running() as process:
            waiting = threading.Thread(target=post)
            waiting.start()
            waits = 'guichet_cases{stage="waiting_approval"} 1.0'
            counter.until("it waits", lambda: waits in counter.call("GET", "/metrics").body.decode())
            assert not posted
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert process.wait(15) == 0
            assert time.monotonic() - began < 10
            waiting.join(5)
        (answer,) = posted
        assert answer.status == 202
        assert answer.json["case_url"].startswith(f"{PUBLIC}/cases/")
    finally:
        hubspot.kind_again()
    with counter.running() as process:
        where = answer.json["status_url"]
        found = counter.until("the ticket is there", lambda: (a := counter.call("GET", where, key=KEY)).status == 200 and a, 90)
        assert found.json["classification"] == "MODELISATION"
        process.send_signal(signal.SIGTERM)
        assert process.wait(12) == 0
    mine = [t for t in hubspot.created("tickets") if properties(t)["subject"].endswith("Lise Tard")]
    assert len(mine) == 1


@pytest.mark.slow
def test_the_form_of_the_studios_site(tmp_path: Path) -> None:
    """A browser's preflight, the form's key and its limits, against the daemon with no account at all."""
    counter = Daemon(tmp_path / "data", FORM_BURST="3", FORM_PAUSE="3600")
    with counter.running() as process:
        call = counter.call
        asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "content-type,x-api-key"}
        flight = call("OPTIONS", "/webhook/request", Origin=SITE, **asked)
        assert flight.status == 200
        assert flight.headers["access-control-allow-origin"] == SITE
        assert "access-control-allow-origin" not in call(
            "OPTIONS", "/webhook/request", Origin="https://autre.example", **asked
        ).headers  # fmt: skip
        request = {"user_email": "c@example.com", "objet": "paiement", "description": "Mon paiement est refusé"}
        assert call("POST", "/webhook/request", request).status == 401
        assert call("POST", "/webhook/request", request, key="une-autre-cle-0000").status == 401
        assert call("POST", "/webhook/request", request, key=FORM_KEY, Origin="https://autre.example").status == 403
        trapped = call("POST", "/webhook/request", {**request, "website": "http://spam.example"}, key=FORM_KEY, Origin=SITE)
        assert trapped.status == 202
        told = call("POST", "/webhook/request", request, key=FORM_KEY, Origin=SITE)
        assert (told.status, told.json["classification"]) == (200, "SUPPORT")
        assert told.headers["access-control-allow-origin"] == SITE
        # Every post of the form counts, the trapped one too.
        answers = [
            call("POST", "/webhook/request", {**request, "objet": f"n° {n}"}, key=FORM_KEY, Origin=SITE) for n in range(3)
        ]
        assert [a.status == 429 for a in answers] == [False, True, True]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert call("POST", "/webhook/validate", {"ticket_id": "1", "credits": 1}, key=FORM_KEY).status == 403
        assert call("POST", "/webhook/request", request, key=KEY).status == 200, (
            "programs are not held up by the form's visitors"
        )

        twin = Daemon(tmp_path / "twin")
        taken = daemon(twin.folder, "run", PORT=str(counter.port))
        assert taken.returncode == 2
        assert f"PORT={counter.port}" in taken.stderr
        assert "Traceback" not in taken.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(12) == 0
    shutil.rmtree(twin.folder)
