"""Reading alone: what it costs, and whether another version reads the same: ``python -m bench.readings [--against FOLDER]``.

Mails of every kind are written to files (the benchmark's mailbox, the demonstration's letters, the tests' answers, requests and
robots), then read in one process, in bundles as a worker does it: CPU seconds per 1,000. With ``--against``, a folder that holds
another version of this source (``git worktree add ../before HEAD~5``), that version reads the very same files, and every reading
that differs in one byte is named.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: As many mails as a worker is given at once (engine.reader_pool).
BUNDLE = 16
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)


def mails(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """(name, bytes): so many of the mailbox and of the letters, and all that the tests have."""
    from bench import explain, mailbox
    from tests import blind_help, blind_mails, mails_200

    random.seed(seed)
    yield from ((f"mailbox-{mail.number:05}", mail.raw) for mail in mailbox.mails(count, seed, malformed=0.05))
    with tempfile.TemporaryDirectory() as folder:
        explain.write_mails(Path(folder), count, seed)
        yield from ((f"letter-{path.stem}", path.read_bytes()) for path in sorted(Path(folder).iterdir()))
    yield from ((f"day-{at:03}", given.raw) for at, given in enumerate(mails_200.day("guichet@example.org")))
    for path in sorted(blind_mails.FOLDER.iterdir()):
        if path.suffix == ".tsv":
            yield from ((f"{path.stem}-{one.line}", blind_help.mail(one)) for one in blind_help.requests(path))
        elif path.stem.startswith("automatic"):
            yield from ((case.name, case.raw) for case in blind_mails.automatic_cases(path.stem))
        elif path.stem.startswith(("replies", "admin")):
            yield from ((case.name, case.raw) for case in blind_mails.cases(path.stem))
    yield from ((path.stem, path.read_bytes()) for path in sorted((ROOT / "tests/fixtures/automatic").iterdir()))


def read_all(folder: Path) -> None:
    """Print a digest of the reading of each file, then the CPU seconds they took: by whatever version stands in this folder."""
    from core import codec
    from engine import pipeline
    from engine.directives import load_all

    setup = pipeline.Setup(tuple(load_all(Path.cwd() / "directives").values()), frozenset({"guichet@example.org"}))
    paths = sorted(folder.iterdir())
    contents = [path.read_bytes() for path in paths]

    def digest(mail: object) -> str:
        return hashlib.sha256(codec.dump(mail)).hexdigest()

    def steps(content: bytes) -> Generator[None, None, str]:
        try:
            mail = yield from pipeline.reading_mail(content, setup, now=NOW, hints={})
            yield
            return digest(mail)
        except Exception as error:  # a defect of that version is what it makes of that mail
            return f"{type(error).__name__}"

    def one(content: bytes) -> str:
        try:
            return digest(pipeline.read_mail(content, setup, now=NOW, hints={}))
        except Exception as error:  # as above
            return f"{type(error).__name__}"

    def read(contents: list[bytes]) -> list[str]:
        if not hasattr(pipeline, "reading_mail"):  # before 28 November one mail was read after the other
            return list(map(one, contents))
        from core.steps import abreast

        bundles = (contents[at : at + BUNDLE] for at in range(0, len(contents), BUNDLE))
        return [digest for bundle in bundles for digest in abreast(map(steps, bundle))]

    # What is loaded and compiled on first use is not the cost of a mail.
    read(contents[:: len(contents) // 50 or 1])
    digests: list[str] = []
    spent = []
    # Who shares the processor makes it slower, and nothing makes it faster: the least of three is the truest.
    for _ in range(3):
        began = time.process_time()
        digests = read(contents)
        spent.append(time.process_time() - began)
    for path, digest in zip(paths, digests, strict=True):
        print(path.name, digest)
    print("CPU", f"{min(spent) / len(paths) * 1000:.3f}")


def readings(folder: Path, source: Path) -> tuple[dict[str, str], str]:
    """The digests by name, and CPU seconds per 1,000, of the version in ``source``."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{_RUN}", str(folder)]
    env = {**os.environ, "PYTHONPATH": str(source)}
    printed = subprocess.run(command, cwd=source, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    *lines, last = (line.split() for line in printed.splitlines())
    return dict(lines), last[1]


#: The version in the current folder comes first on the path; only this file is ours.
_RUN = f"""
import importlib.util, os, pathlib
sys.path.insert(0, os.getcwd())
spec = importlib.util.spec_from_file_location("readings", {str(Path(__file__).resolve())!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.read_all(pathlib.Path(sys.argv[1]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=1500, help="mails of the mailbox, and as many letters")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--only", default="", help="what the names of the mails begin with: mailbox, letter, day, replies …")
    parser.add_argument("--against", type=Path, help="a folder with another version of this source")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="readings") as name:
        folder = Path(name)
        for title, content in mails(given.mails, given.seed):
            if title.startswith(given.only):
                (folder / title).write_bytes(content)
        ours, spent = readings(folder, ROOT)
        print(f"{len(ours)} mails read: {spent} CPU s per 1,000")
        if given.against is None:
            return
        theirs, before = readings(folder, given.against.resolve())
    different = [title for title, digest in ours.items() if theirs[title] != digest]
    print(f"the other version: {before} CPU s per 1,000; readings that differ: {len(different)}")
    for title in different[:50]:
        print(f"  {title}")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
