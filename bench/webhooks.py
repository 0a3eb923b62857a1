"""How quickly webhooks are answered while the lanes work: ``python -m bench.webhooks [--rate 100] [--seconds 10]``.

A service in a process of its own, with the stand-ins, real reading processes and Twilio's real signatures. Messages are due at
fixed times and their answers are timed from then on, so that a stall counts for everybody who had to wait behind it.
The same messages told a second time are the baseline: verified and looked up, but no work follows.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
TOKEN, NUMBER, PUBLIC = "bench-token-bench-token-00000001", "+33755555555", "https://guichet.example"
CLIENTS = 24
#: Seconds at the beginning that are told apart: a rested service starts its reading processes then.
WARM = 4
TEXTS = (
    "Bonjour, je voudrais faire modéliser ce fauteuil en 3D",
    "Mon paiement est refusé",
    "Je valide",
    "merci beaucoup",
    "Et la table ?",
)


def serve(folder: str, *, door: bool) -> None:
    """The service: prints its port, ends at SIGTERM."""
    from assembly import now, open_house
    from connectors.whatsapp.client import Account, TwilioClient
    from connectors.whatsapp.inbox import WhatsAppInbox
    from data_folder import keys_of, secret_of
    from door import told
    from edge import open_edge
    from hooks import add_pickup, whatsapp_hooks
    from settings import Settings
    from store.doorstep import Doorstep
    from web.options import Options

    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: ended.set())
    settings = Settings(data_dir=Path(folder), directives_dir=ROOT / "directives", admin_email="a@b.example")
    house = open_house(settings)
    account = Account(sid="AC" + "0" * 32, token=TOKEN, number=NUMBER, base="http://127.0.0.1:9")
    inbox = WhatsAppInbox(TwilioClient(account), spool=house.spool)
    hooks = whatsapp_hooks(inbox, token=TOKEN, public_url=PUBLIC)
    options = Options(api_key="x" * 32, public_url=PUBLIC, hooks=hooks)
    place = settings.data_dir / "door"
    if door:
        add_pickup(house, hooks, Doorstep(place, keys_of(settings)), now)
    business = house.published.business("")
    edge = open_edge(
        house, host="127.0.0.1", port=0, version="3", options=options, businesses=lambda: [business], clock=now, outside={},
        settings=settings,
        door=partial(told, hooks, folder=place, secret=secret_of(settings), secure=True) if door else None,
    )  # fmt: skip
    house.start()
    edge.start()
    print(edge.server.port, flush=True)
    ended.wait()
    began = time.monotonic()
    edge.stop()
    print(f"stop of the edge           {time.monotonic() - began:6.2f} s", flush=True)
    house.stop()


def bodies(number: int) -> list[tuple[bytes, str]]:
    """(form, signature) of so many messages of a few hundred people."""
    from twilio.request_validator import RequestValidator

    validator, made = RequestValidator(TOKEN), []
    for n in range(number):
        form = {
            "MessageSid": f"SM{n:032x}", "AccountSid": "AC" + "0" * 32, "From": f"whatsapp:+336{n % 300:08d}",
            "To": f"whatsapp:{NUMBER}", "Body": f"{TEXTS[n % len(TEXTS)]} ({n})", "NumMedia": "0", "SmsStatus": "received",
            "ProfileName": f"Client {n % 300}",
        }  # fmt: skip
        made.append((urlencode(form).encode(), validator.compute_signature(f"{PUBLIC}/webhook/whatsapp", form)))
    return made


def load(port: int, messages: list[tuple[bytes, str]], rate: float) -> list[float]:
    """Seconds from when each was due to its answer, in order; ends the program when one was refused."""
    began = time.monotonic() + 0.2
    times = [0.0] * len(messages)
    bad: list[int] = []
    next_one, lock = iter(range(len(messages))), threading.Lock()

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                n = next(next_one, None)
            if n is None:
                return
            due = began + n / rate
            time.sleep(max(0.0, due - time.monotonic()))
            body, signature = messages[n]
            headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
            connection.request("POST", "/webhook/whatsapp", body, headers)
            response = connection.getresponse()
            response.read()
            times[n] = time.monotonic() - due
            if response.status != 200:
                bad.append(response.status)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if bad:
        raise SystemExit(f"{len(bad)} were refused: {sorted(set(bad))}")
    return times


def line(name: str, times: list[float]) -> str:
    """One row of the table."""
    times = sorted(times)
    share = [times[min(len(times) - 1, int(len(times) * q))] * 1000 for q in (0.5, 0.9, 0.99)]
    return f"{name:26} {share[0]:8.1f} {share[1]:8.1f} {share[2]:8.1f} {times[-1] * 1000:8.1f}"


def main() -> None:
    """Start the service, load it, print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument(
        "--without-door", action="store_true", help="as on several machines: answered after the database's commit"
    )
    parser.add_argument("--serve", default="")
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, door=not given.without_door)
        return
    warm = int(given.rate * WARM)
    messages = bodies(warm + int(given.rate * given.seconds))
    with tempfile.TemporaryDirectory() as folder:
        how = ["--without-door"] if given.without_door else []
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.webhooks", "--serve", folder, *how],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        port = int(process.stdout.readline())
        time.sleep(1.0)
        whole = load(port, messages, given.rate)
        cold, busy = whole[:warm], whole[warm:]
        drained = drain(port)
        again = load(port, messages[warm:], given.rate)
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[0]
    print(f"{len(messages)} webhooks at {given.rate:.0f}/s, load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{'answer in ms':26} {'p50':>8} {'p90':>8} {'p99':>8} {'worst':>8}")
    print(line(f"first {WARM} s, readers start", cold))
    print(line("while the lanes work", busy))
    print(line("known already, lanes idle", again))
    print(f"ratio of p99               {sorted(busy)[int(len(busy) * 0.99)] / sorted(again)[int(len(again) * 0.99)]:6.2f}")
    print(f"all decided after          {drained:6.1f} s more")
    print(rest, end="")


def drain(port: int) -> float:
    """Wait until everything was decided and delivered; how long that took."""
    began = time.monotonic()
    while time.monotonic() - began < 120:
        time.sleep(5.2)  # figures are kept that long
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        waiting = ('state="new"', 'state="read"', 'state="intended"', 'state="sending"')
        # Nothing carries answers to WhatsApp here: those stay where they are.
        if not any(mark in row and 'system="whatsapp"' not in row for row in text.splitlines() for mark in waiting):
            return time.monotonic() - began
    return time.monotonic() - began


if __name__ == "__main__":
    main()
