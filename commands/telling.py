"""How commands tell their results, and what a person can mend."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

#: The settings' file that was named, None for .env.
ENV: dict[str, Path | None] = {"file": None}
Json = Annotated[bool, typer.Option("--json", help="Une ligne JSON par résultat, pour les scripts.")]


@contextmanager
def told() -> Iterator[Any]:
    """The settings; and whatever a person can mend is told in a sentence, never as a traceback."""
    from configuration import SettingsError, load
    from core.errors import PortError, Transient, UserError

    try:
        yield load(ENV["file"])
    except (typer.Exit, typer.Abort):
        raise
    except SettingsError as error:
        fail("Réglages :\n" + "\n".join(f"  - {p}" for p in error.problems))
    except Transient as error:
        # The service would try again by itself; a command does not.
        trouble = str(error).replace(" ; nouvel essai dans un instant", "")
        fail(f"{trouble}\n  → recommencez quand la cause est levée")
    except (UserError, PortError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except BrokenPipeError:
        # `daemon.py explain … | head` closes our output: nothing is wrong.
        sys.stderr.close()
        raise typer.Exit(0) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        fail(f"{place}le système refuse ({error.strerror or error})\n  → vérifiez le chemin, les droits et la place libre")
    except Exception as error:  # the top of the command line: a person is told, the trace is there for who asks
        if os.environ.get("LOG_LEVEL") == "DEBUG":
            raise
        fail(f"erreur interne : {type(error).__name__} : {error}\n  → LOG_LEVEL=DEBUG en montre la trace")


def one_line(value: Any) -> str:
    """JSON on one line for every reader: a mail may hold characters at which some would cut it (U+2028, U+2029, U+0085)."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text.translate({0x2028: "\\u2028", 0x2029: "\\u2029", 0x85: "\\u0085"})


def fail(text: str) -> NoReturn:
    """End the command with a sentence on standard error and 2: what was asked for cannot be done."""
    out(text, err=True)
    raise typer.Exit(2)


def out(text: str, *, err: bool = False) -> None:
    """A line for the person, on standard output or standard error."""
    typer.echo(text, err=err)


def rich() -> Any:
    """A rich console, for tables; loaded only where one is shown."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)
