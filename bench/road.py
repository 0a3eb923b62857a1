"""The whole product over a whole mailbox: ``python -m bench.road [--mails 5000] [--latency 120] [--store postgresql] [--kill 3]``.

Starts Dovecot and light outside systems on loopback, makes a seeded mailbox, runs the service as an operator does
(``daemon.py run``) until everything is decided and delivered, and prints one table, with what the machine allows (floors) measured
right before. ``--kill N`` ends the service with SIGKILL N times on its way and starts it again.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import floors, mailbox
from bench.proc import Peak, cpu, cpu_alone, memory
from bench.world import ADMIN, PASSWORD, Look, Outside, Product, dovecot, settings

#: Seconds after which a run that goes nowhere is given up.
GIVE_UP = 900.0


def work(
    given: argparse.Namespace, product: Product, outside: Outside, look: Look, mails: int
) -> tuple[float, float, float, Peak]:
    """Run until all is done: (seconds from ready to the last arrival outside, CPU seconds, those of the service's own process since
    it started last, peak)."""
    chance = random.Random(given.seed)
    kills = sorted(chance.uniform(0.1, 0.9) for _ in range(given.kill))
    product.start()
    began, spent, own = time.time(), cpu(product.pid), cpu_alone(product.pid)
    peak, quiet = Peak(product.pid), 0
    end = time.monotonic() + GIVE_UP
    while time.monotonic() < end and product.process is not None and product.process.poll() is None:
        time.sleep(0.25)
        told = outside.ask("few")
        if kills and told["tickets"] >= kills[0] * mails:
            kills.pop(0)
            product.kill()
            peak.stop()
            product.start()
            peak, own = Peak(product.pid), 0.0
        if told["tickets"] >= mails * 0.9 or time.time() - told["last"] > 5:
            new, waiting, _, taken, _ = look()
            quiet = quiet + 1 if (new, waiting) == (0, 0) and taken >= given.mails else 0
            if quiet >= 2:
                break
    last = outside.ask("few")["last"]
    spent = product.spent + cpu(product.pid) - spent
    own = cpu_alone(product.pid) - own
    peak.stop()
    return last - began, spent, own, peak


def alone(given: argparse.Namespace, imap: int, outside: Outside) -> list[tuple[float, float]]:
    """One mail at a time, the service at rest before: seconds from its arrival in the mailbox to its reply at the SMTP server, and until
    the server told another connection that waits as the service does (IDLE) of it: Dovecot gathers news for half a second, unless
    the connection hibernates."""
    from imapclient import IMAPClient

    times = []
    with IMAPClient("127.0.0.1", imap, ssl=False) as client, IMAPClient("127.0.0.1", imap, ssl=False) as other:
        for one in (client, other):
            one.login(mailbox.ADDRESS, PASSWORD)
        other.select_folder("INBOX", readonly=True)
        for number in range(given.alone):
            mail = next(m for m in mailbox.mails(10**6, given.seed + 1000 + number) if m.request and m.files == 1)
            raw = mail.raw.replace(b"<bench-", b"<alone%d-" % number).replace(b"client0", b"alone%d" % number)
            time.sleep(3)
            other.idle()
            time.sleep(3)
            before, began = outside.ask("few")["mails"], time.monotonic()
            client.append("INBOX", raw)
            told: list[float] = []
            waiting = threading.Thread(target=_told, args=(other, told))
            waiting.start()
            while outside.ask("few")["mails"] == before and time.monotonic() - began < 60:
                time.sleep(0.005)
            times.append((time.monotonic() - began, (waiting.join() or told[0]) - began))
            other.idle_done()
    return times


def _told(waiting: Any, at: list[float]) -> None:
    """When the server tells of a new mail, within a minute. (Of marks that were set it tells too.)"""
    end = time.monotonic() + 60
    while (left := end - time.monotonic()) > 0 and not any(line[1] == b"EXISTS" for line in waiting.idle_check(timeout=left)):
        pass
    at.append(time.monotonic())


def print_table(title: str, rows: list[tuple[str, str]]) -> None:
    print(title)
    for name, value in rows:
        print(f"  {name:44}{value}")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds that every outside call takes")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kill", type=int, default=0, help="how often the service is killed on its way")
    parser.add_argument("--crm-limit", type=int, default=0, help="HubSpot calls allowed in ten seconds; the rest get 429")
    parser.add_argument("--malformed", type=float, default=mailbox.MALFORMED, help="share of the mails")
    parser.add_argument("--alone", type=int, default=0, help="mails that come one at a time afterwards, timed to their reply")
    parser.add_argument(
        "--hibernate", action="store_true", help="Dovecot has connections that idle hibernate (imap_hibernate_timeout)"
    )
    parser.add_argument("--idle", type=float, default=0.0, help="seconds to watch it idle afterwards")
    parser.add_argument("--no-floors", action="store_true")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--keep", default="", help="folder in which the service's data and log stay")
    given = parser.parse_args()
    with ExitStack() as held:
        run(given, held)


def run(given: argparse.Namespace, held: ExitStack) -> None:
    """One run, one table."""
    server = held.enter_context(dovecot(hibernates=given.hibernate))
    folder = Path(given.keep) if given.keep else Path(held.enter_context(tempfile.TemporaryDirectory(prefix="guichet-bench")))
    folder.mkdir(parents=True, exist_ok=True)
    user = server.mail_user
    home = server.root / "mail" / mailbox.ADDRESS
    home.mkdir()
    os.chown(home, user.pw_uid, user.pw_gid)
    written = mailbox.fill(home, given.mails, given.seed, malformed=given.malformed, uid=user.pw_uid, gid=user.pw_gid)
    size = sum(path.stat().st_size for path in (home / "cur").iterdir())
    # The first look at a Maildir makes Dovecot's index: that is the server's, not ours to measure.
    floors.bare_socket(server.port, mailbox.ADDRESS, PASSWORD, 10)
    sent = None
    if given.kill:
        from imapclient.imap_utf7 import encode

        from tests.dovecot import SENT

        sent = home / f".{encode(SENT).decode()}"
        for name in ("", "cur", "new", "tmp"):
            (sent / name).mkdir(exist_ok=True)
            os.chown(sent / name, user.pw_uid, user.pw_gid)
    if given.store == "postgresql":
        from tests.postgres import fresh
        from tests.postgres import server as postgres

        given.database = fresh(postgres())
    ways: list[floors.Floor] = []
    if not given.no_floors:
        files = sorted((home / "cur").iterdir())[: min(given.mails, 1000)]
        least = Outside(latency=0, crm_limit=0, imap=0, sent=None)
        ways = [
            floors.imapclient_alone(server.port, mailbox.ADDRESS, PASSWORD, given.mails),
            floors.bare_socket(server.port, mailbox.ADDRESS, PASSWORD, given.mails),
            floors.stdlib_parse(files),
            floors.least_code(server.port, mailbox.ADDRESS, PASSWORD, least.ports, given.mails),
        ]
        least.close()
    outside = Outside(latency=given.latency / 1000, crm_limit=given.crm_limit, imap=server.port, sent=sent)
    held.callback(outside.close)
    imap = outside.ports["imap"] if given.latency else server.port
    (folder / "data").mkdir(exist_ok=True)
    product = Product(folder, settings(given, folder, imap, outside.ports))
    look = Look(given.database if given.store == "postgresql" else f"sqlite:///{folder / 'data' / 'guichet.db'}")
    people = sum(w.request for w in written)
    seconds, spent, own, peak = work(given, product, outside, look, people)
    told = outside.ask("all")
    state = look()
    rows = report(given, written, told, state, seconds, spent, ways)
    if not given.kill:
        share = f"{own / given.mails * 1000:.2f}, {(spent - own) / given.mails * 1000:.2f}"
        rows.insert(2, ("of it: the service itself, its readers", share))
    rows += [("peak memory, workers counted", f"{peak.rss:.0f} MB RSS, {peak.pss:.0f} MB PSS")]
    if given.alone:
        times = alone(given, server.port, outside)
        whole, ours = sorted(t for t, _ in times), sorted(t - told for t, told in times)
        middle = len(times) // 2
        rows += [
            ("a lone mail, arrival to reply", f"{whole[middle]:.2f} s median, {whole[-1]:.2f} s worst of {len(times)}"),
            ("the same, from when the server tells (IDLE)", f"{ours[middle]:.2f} s median, {ours[-1]:.2f} s worst"),
        ]
    if given.idle:
        time.sleep(25)
        before, at = cpu(product.pid), time.monotonic()
        time.sleep(given.idle)
        share = (cpu(product.pid) - before) / (time.monotonic() - at)
        rss, pss = memory(product.pid)
        rows.append(("idle afterwards", f"{rss:.0f} MB RSS, {pss:.0f} MB PSS, {share * 100:.2f} % of a core"))
    rows.append(
        ("start-up, first" + (" and after kills" if given.kill else ""), ", ".join(f"{s:.2f} s" for s in product.starts))
    )
    rows.append(("stop", f"{product.stop():.2f} s"))
    for way in ways:
        rows.append((f"floor: {way.name}", f"{way.rate:7.0f} mails/s, {way.cpu_per_1000:5.2f} CPU s per 1,000"))
    latency = f"{given.latency:.0f} ms a call" if given.latency else "no latency"
    title = (
        f"{given.mails} mails ({size / 1e6:.0f} MB), {latency}, {given.store}, seed {given.seed}; load {os.getloadavg()[0]:.1f}"
    )
    print_table(title, rows)


def report(
    given: argparse.Namespace,
    written: list[mailbox.Written],
    told: dict[str, Any],
    state: tuple[int, ...],
    seconds: float,
    spent: float,
    ways: list[floors.Floor],
) -> list[tuple[str, str]]:
    """The rows that say how fast and how well."""
    rate = given.mails / seconds if seconds > 0 else 0.0
    wanted = {mailbox.identity(w.number): w for w in written if w.request}
    tickets = told["tickets"]
    lost = [id for id in wanted if id not in tickets]
    doubled = sum(n - 1 for n in tickets.values())
    strangers = [id for id in tickets if id not in wanted]
    mails: dict[str, int] = told["mails"]
    twice = sum(n - 1 for name, n in mails.items() if not name.startswith(ADMIN))
    bad = [id for id, w in wanted.items() if w.malformed]
    calls: dict[str, int] = {}
    for name, number in told["calls"].items():
        system = name.partition(" ")[0]
        if system != "smtp" or name == "smtp RCPT":
            calls[system] = calls.get(system, 0) + number
    rows = [
        ("mails/s, all delivered", f"{rate:.0f} ({seconds:.1f} s)"),
        ("CPU s per 1,000 mails", f"{spent / given.mails * 1000:.2f}"),
    ]
    if ways:
        rows.append(("share of the imapclient fetch floor", f"{rate / ways[0].rate:.2f}"))
        rows.append(("share of the least code's rate", f"{rate / ways[3].rate:.2f}"))
    rows += [
        ("lost / doubled tickets / doubled mails", f"{len(lost)} / {doubled} / {twice + told['mails_again']}"),
        (
            "tickets, contacts, mails out, files",
            f"{sum(tickets.values())}, {told['contacts']}, {sum(mails.values())}, {told['objects']}",
        ),
        ("malformed mails: tickets", f"{len(bad)}: {sum(id in tickets for id in bad)}"),
        ("parked effects, unfinished", f"{state[2]}, {state[0] + state[1]}"),
        ("outside calls a mail", ", ".join(f"{k} {v / given.mails:.3f}" for k, v in sorted(calls.items()))),
        ("most connections at once", ", ".join(f"{k} {v}" for k, v in sorted(told["most"].items()))),
    ]
    hub = {k: v for k, v in told["calls"].items() if k.startswith("crm ")}
    rows.append(("HubSpot calls", ", ".join(f"{k[4:]} {v}" for k, v in sorted(hub.items()))))
    if told["refused"]:
        rows.append(("HubSpot calls refused (429)", str(told["refused"])))
    if told["put_again"]:
        rows.append(("files stored again under the same key", str(told["put_again"])))
    if lost or strangers:
        rows.append(
            ("lost, for instance", f"{[(wanted[i].number, wanted[i].malformed) for i in lost[:5]]} unknown: {strangers[:3]}")
        )
    return rows


if __name__ == "__main__":
    main()
