"""format=flowed (RFC 3676): soft line breaks undone, quote levels and the signature mark kept."""

from __future__ import annotations

MAX_LINE = 100_000


def unflow(text: str, delsp: bool = False) -> str:
    """Paragraphs put back on one line. Lines of another quote depth, and "-- ", never join."""
    out: list[str] = []
    held: list[str] = []
    held_depth = 0
    held_size = 0

    def flush() -> None:
        nonlocal held_size
        if held:
            body = "".join(held)
            out.append(f"{'>' * held_depth} {body}".rstrip(" ") if held_depth else body)
            held.clear()
        held_size = 0

    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        rest = line[depth:]
        if rest.startswith(" "):
            rest = rest[1:]  # space-stuffing
        if held and depth != held_depth:
            flush()
        soft = rest.endswith(" ") and rest != "-- " and held_size < MAX_LINE
        if rest == "-- ":
            flush()
        held_depth = depth
        held.append(rest[:-1] if soft and delsp else rest)
        held_size += len(rest)
        if not soft:
            flush()
    flush()
    return "\n".join(out)
