"""The service and its demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.telling import told

Once = Annotated[bool, typer.Option("--once", help="Relever, travailler jusqu'à ce que tout soit calme, finir.")]


def run(once: Once = False) -> None:
    """Le service : relève, lit, décide, livre ; et répond sur le web (PORT)."""
    with told() as settings:
        from assembly import open_service
        from engine.service import serve

        raise typer.Exit(serve(lambda: open_service(settings, once=once), once=once, level=settings.log_level))


def demo(
    once: Once = False,
    folder: Annotated[Path, typer.Option(help="Où la démonstration range ses données (effacé au début).")] = Path("demo-data"),
) -> None:
    """Une journée au comptoir, sans aucun compte : des courriers variés, puis les réponses."""
    with told() as settings:
        from console.demo import play_demo

        raise typer.Exit(play_demo(settings, folder, once=once))
