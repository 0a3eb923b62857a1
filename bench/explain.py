"""How long 1,000 varied mails take to be explained in one call: ``python -m bench.explain [--mails 1000]``.

The mails are the demonstration's letters and their answers in several shapes (plain, HTML, quoted, with files), made anew
from a seed. Printed beside it: the standard library parsing the same files, as a yardstick of this machine.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import random
import subprocess
import sys
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path

from engine.demo_day import DAY, Letter, as_mail

ROOT = Path(__file__).resolve().parent.parent
_FILLER = "nous vendons des meubles anciens depuis vingt ans et nos clients veulent les voir avant de venir".split()


def write_mails(folder: Path, number: int, seed: int = 7) -> int:
    """Write that many mails; bytes in all."""
    chance = random.Random(seed)
    total = 0
    for count in range(number):
        letter = chance.choice(DAY)
        words = " ".join(chance.choice(_FILLER) for _ in range(chance.randrange(5, 200)))
        told = Letter(
            letter.name, letter.email, letter.subject, f"{letter.text}\n\n{words}", letter.files, letter.reply, letter.headers
        )
        raw = as_mail(told, count, "guichet@example.com", "mx.google.com")
        if count % 3 == 0:
            raw = _as_html(raw, chance)
        (folder / f"{count:05d}.eml").write_bytes(raw)
        total += len(raw)
    return total


def _as_html(raw: bytes, chance: random.Random) -> bytes:
    """The same mail with an HTML twin and a quoted history, as most mail programs send."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    part = mail.get_body(("plain",))
    text = str(part.get_content()) if part is not None else ""
    quoted = "".join(f"<p>{' '.join(chance.choice(_FILLER) for _ in range(40))}</p>" for _ in range(chance.randrange(1, 12)))
    fresh = EmailMessage()
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Authentication-Results"):
        if mail[name]:
            fresh[name] = str(mail[name])
    fresh.set_content(f"{text}\n\nLe 2 mars 2026 à 10:00, Studio <s@example.com> a écrit :\n> bonjour\n")
    paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines() if line)
    fresh.add_alternative(
        f'<html><body>{paragraphs}<div class="gmail_quote">Le 2 mars 2026, Studio a écrit :'
        f"<blockquote>{quoted}</blockquote></div></body></html>",
        subtype="html",
    )
    return fresh.as_bytes(policy=email.policy.SMTP)


def main() -> None:
    """Write, explain, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=1000)
    number = parser.parse_args().mails
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write_mails(folder, number)
        began = time.monotonic()
        for path in sorted(folder.iterdir()):
            for part in email.message_from_bytes(path.read_bytes(), policy=email.policy.default).walk():
                if not part.is_multipart():
                    part.get_payload(decode=True)
        yardstick = time.monotonic() - began
        command = [sys.executable, str(ROOT / "daemon.py"), "explain", "--json", str(folder)]
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        spent = time.monotonic() - began
    lines = done.stdout.count(b"\n")
    print(f"{lines} of {number} mails ({size / 1e6:.1f} MB) explained in {spent:.2f} s ({number / spent:.0f} a second)")
    print(f"email.parser alone, one process: {yardstick:.2f} s; ratio {spent / yardstick:.2f}")


if __name__ == "__main__":
    main()
