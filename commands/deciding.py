"""What needs a person: acts on a case, what is parked."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from commands.telling import Json, fail, one_line, out, rich, told


def act(
    ref: Annotated[str, typer.Argument(help="La référence du dossier.")],
    action: Annotated[str, typer.Argument(help="validate, reprice, refuse, ask, answer, note ou close.")],
    amount: Annotated[str, typer.Option(help="Le montant, pour validate et reprice.")] = "",
    note: Annotated[str, typer.Option(help="Une note, la question à poser au client ou la réponse à lui faire.")] = "",
    author: Annotated[str, typer.Option(help="Qui agit ; par défaut l'utilisateur du système.")] = "",
) -> None:
    """Agit sur un dossier depuis la console ; le service en marche s'en charge aussitôt."""
    with told() as settings:
        from console.cases import act_on

        out(act_on(settings, ref, action, amount, note, author))


def parked(as_json: Json = False) -> None:
    """Ce qui a besoin d'une personne, le plus ancien d'abord."""
    with told() as settings:
        from console.beside import reading_store
        from console.status import zone_of

        with reading_store(settings) as store:
            rows = store.parked()
        if as_json:
            for row in rows:
                line = {n: getattr(row, n) for n in ("id", "case_id", "ref", "what", "why", "since", "attempts")}
                sys.stdout.write(one_line(line) + "\n")
        else:
            from engine.show_status import waiting_for_a_person

            rich().print(waiting_for_a_person(rows, zone_of(settings)))


def retry(ids: Annotated[list[str], typer.Argument(help="Identifiants donnés par « parked », ou « all ».")]) -> None:
    """Refait ce qui était mis de côté."""
    _settle_parked(ids, "retry")


def drop(ids: Annotated[list[str], typer.Argument(help="Identifiants donnés par « parked ».")]) -> None:
    """Abandonne ce qui était mis de côté ; le journal garde qui l'a fait."""
    _settle_parked(ids, "drop")


def _settle_parked(ids: list[str], what: str) -> None:
    with told() as settings:
        from console.cases import settle_parked

        number = settle_parked(settings, ids, what)
        if not number:
            fail(
                "Rien n'attend une personne."
                if ids == ["all"]
                else f"Rien de ce qui attend ne s'appelle {', '.join(ids)}.\n  → « daemon.py parked » montre ce qui attend."
            )
        verb = {"retry": "à refaire", "drop": "abandonné"}[what]
        out(f"{number} {verb}{'s' if number > 1 and what == 'drop' else ''}.")
