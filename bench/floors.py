"""What the mailbox, the parser and the outside systems allow on this machine, now: measured in the same run as the product."""

from __future__ import annotations

import base64
import email
import email.policy
import http.client
import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from bench.proc import Clock

#: Mails of one command.
BATCH = 100
_LITERAL = re.compile(rb"BODY\[\] \{(\d+)\}\r\n")
_FROM = re.compile(rb"^From:.*?<([^>\r\n]+)>", re.MULTILINE)
_ID = re.compile(rb"^Message-ID: *(\S+)", re.MULTILINE | re.IGNORECASE)
_SUBJECT = re.compile(rb"^Subject: *([^\r\n]*)", re.MULTILINE)
_FILE = re.compile(rb"^--(\S+)\r\nContent-Type: (?!text|multipart)[^\r]*\r\n(?:[^\r\n]+\r\n)*\r\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Floor:
    """One way: mails, seconds and CPU seconds of the client."""

    name: str
    mails: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.mails / self.seconds

    @property
    def cpu_per_1000(self) -> float:
        return self.cpu / self.mails * 1000


def imapclient_alone(port: int, user: str, password: str, count: int) -> Floor:
    """imapclient as it comes, fetching bodies, a batch a command."""
    with IMAPClient("127.0.0.1", port, ssl=False) as client:
        client.login(user, password)
        client.select_folder("INBOX", readonly=True)
        uids = client.search()[:count]
        with Clock() as clock:
            for start in range(0, len(uids), BATCH):
                client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"])
    return Floor("imapclient fetch alone", len(uids), clock.seconds, clock.cpu)


class Wire:
    """IMAP by hand: commands sent ahead, literals taken out of one buffer."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rb", 1 << 18)
        self.file.readline()
        self.ask(b'a LOGIN "%s" "%s"' % (user.encode(), password.encode()))
        self.until(b"a ")
        self.ask(b"b EXAMINE INBOX")
        self.count = next(int(line.split()[1]) for line in self.until(b"b ") if line.endswith(b"EXISTS\r\n"))

    def ask(self, line: bytes) -> None:
        self.socket.sendall(line + b"\r\n")

    def until(self, tag: bytes) -> list[bytes]:
        lines = []
        while not (line := self.file.readline()).startswith(tag):
            lines.append(line)
        return lines

    def bodies(self) -> list[bytes]:
        """The bodies of the answer to a FETCH that was sent."""
        found = []
        while (line := self.file.readline())[:2] != b"f ":
            if match := _LITERAL.search(line):
                found.append(self.file.read(int(match[1])))
        return found


def bare_socket(port: int, user: str, password: str, count: int) -> Floor:
    """Bytes off the wire and nothing else."""
    wire = Wire(port, user, password)
    count = min(count, wire.count)
    with Clock() as clock:
        wire.ask(b"f FETCH 1:%d BODY.PEEK[]" % count)
        last = b""
        while b"\r\nf OK" not in last + (piece := wire.socket.recv(1 << 18)):
            last = piece[-20:]
    wire.socket.close()
    return Floor("bare socket", count, clock.seconds, clock.cpu)


def stdlib_parse(files: list[Path]) -> Floor:
    """The standard library's parser, files decoded; one process."""
    with Clock() as clock:
        for path in files:
            for part in email.message_from_bytes(path.read_bytes(), policy=email.policy.default).walk():
                if not part.is_multipart():
                    part.get_payload(decode=True)
    return Floor("standard library parse alone", len(files), clock.seconds, clock.cpu)


def least_code(imap: int, user: str, password: str, ports: dict[str, int], count: int) -> Floor:
    """The whole job with nothing kept, nothing checked and nothing read: fetch, cut, contact, ticket, files to S3, reply."""
    wire = Wire(imap, user, password)
    count = min(count, wire.count)
    crm = http.client.HTTPConnection("127.0.0.1", ports["crm"])
    s3 = http.client.HTTPConnection("127.0.0.1", ports["s3"])
    smtp = socket.create_connection(("127.0.0.1", ports["smtp"]))
    answers = smtp.makefile("rb")
    answers.readline()
    smtp.sendall(b"EHLO me\r\n")
    while answers.readline()[3:4] == b"-":
        pass
    with Clock() as clock:
        ranges = [(first, min(first + BATCH - 1, count)) for first in range(1, count + 1, BATCH)]
        wire.ask(b"f FETCH %d:%d BODY.PEEK[]" % ranges[0])
        for number, (first, _) in enumerate(ranges):
            bodies = wire.bodies()
            if number + 1 < len(ranges):
                wire.ask(b"f FETCH %d:%d BODY.PEEK[]" % ranges[number + 1])
            told = []
            for raw in bodies:
                sender, id, subject = _FROM.search(raw), _ID.search(raw), _SUBJECT.search(raw)
                told.append(tuple(m[1].decode("latin-1") if m else "" for m in (sender, id, subject)))
                for match in _FILE.finditer(raw):
                    try:
                        content = base64.b64decode(raw[match.end() : raw.find(b"\r\n--" + match[1], match.end())])
                    except ValueError:
                        continue
                    s3.request("PUT", f"/floor/{first}-{match.start()}-{len(content)}", content)
                    s3.getresponse().read()
            for path, properties in (
                ("/crm/v3/objects/contacts/batch/upsert", [{"email": t[0]} for t in told]),
                ("/crm/v3/objects/tickets/batch/create", [{"guichet_key": f"floor/{t[1]}", "subject": t[2]} for t in told]),
            ):
                inputs = [{"id": p.get("email", ""), "properties": p} for p in properties]
                crm.request("POST", path, json.dumps({"inputs": inputs}).encode())
                crm.getresponse().read()
            for sender, id, subject in told:
                mail = f"From: a@b.example\r\nTo: {sender}\r\nSubject: Re: {subject}\r\nMessage-ID: <floor.{id[1:]}\r\n\r\nBonjour\r\n.\r\n"
                smtp.sendall(f"MAIL FROM:<a@b.example>\r\nRCPT TO:<{sender}>\r\nDATA\r\n".encode())
                for _ in range(3):
                    answers.readline()
                smtp.sendall(mail.encode())
                answers.readline()
    return Floor("the least code, whole job", count, clock.seconds, clock.cpu)
