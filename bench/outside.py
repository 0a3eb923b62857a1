"""The outside systems of the bench, in a process of their own and as light as can be: they check nothing, count and remember.

HubSpot's batches (with its limit of calls, where asked), ClickUp's tasks, S3's PUT and HEAD, SMTP with PIPELINING and CHUNKING, and a
wire to Dovecot: each answers ``latency`` seconds late. Every line on standard input is answered by one of JSON: the counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from bench.ledger import Ledger
from bench.outside_mail import Smtp, Wire
from bench.outside_web import S3, Crm


async def _serve(given: argparse.Namespace) -> None:
    ledger = Ledger(given.latency, given.crm_limit, Path(given.sent) if given.sent else None)
    loop = asyncio.get_running_loop()
    Wire.port = given.imap
    ports = {}
    for name, kind in (("s3", S3), ("crm", Crm), ("smtp", Smtp), ("imap", Wire)):
        server = await loop.create_server(lambda kind=kind: kind(ledger), "127.0.0.1", 0, backlog=256)
        ports[name] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(ledger.told() if line.strip() == b"all" else ledger.figures()), flush=True)


def main() -> None:
    """Print the ports, then serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--crm-limit", type=int, default=0)
    parser.add_argument("--imap", type=int, default=0)
    parser.add_argument("--sent", default="")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
