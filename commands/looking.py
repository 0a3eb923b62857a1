"""Looking, changing nothing: settings and directives, one mail, the state of things, one case."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.telling import Json, fail, one_line, out, rich, told


def check(
    online: Annotated[
        bool, typer.Option("--online", help="Essayer aussi chaque système du dehors, sans rien y changer.")
    ] = False,
) -> None:
    """Vérifie les réglages, les directives et leurs exemples. Ne change rien."""
    with told() as settings:
        from console.checks import run_check

        problems, lines = run_check(settings, online=online)
        for line in lines:
            out(line)
        for problem in problems:
            out(problem, err=True)
        raise typer.Exit(1 if problems else 0)


def explain(
    paths: Annotated[
        list[str], typer.Argument(help="Fichiers de courrier bruts, dossiers de tels fichiers, ou - (entrée standard).")
    ],
    stage: Annotated[str, typer.Option(help="Lire comme une réponse : waiting_info, waiting_review ou waiting_approval.")] = "",
    as_json: Json = False,
) -> None:
    """Montre ce qu'un courrier causerait, sans rien faire."""
    with told() as settings:
        from console.reading import explain_paths
        from engine.explain import STAGES

        if stage and stage not in STAGES:
            fail(f"--stage {stage} : une de ces étapes est attendue : {', '.join(STAGES)}.")
        bad = seen = 0
        for found in explain_paths(settings, paths, stage):
            seen += 1
            bad += "error" in found
            if as_json:
                sys.stdout.write(one_line(found) + "\n")
            else:
                from engine.show_reading import explained

                rich().print(explained(found))
        sys.stdout.flush()
        if not seen:
            fail(f"Aucun courrier ici : {', '.join(paths)}.")
        raise typer.Exit(1 if bad else 0)


def evaluate(
    business: Annotated[str, typer.Option(help="Un seul métier ; vide : tous.")] = "",
    directives: Annotated[
        Path | None, typer.Option(help="Dossier de directives modifiées (toutes, ou celui d'un métier) : mesurées à côté.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Mesure la lecture (genre et champs) contre ce que des personnes ont corrigé ou validé, avant et après un changement."""
    with told() as settings:
        from console.reading import evaluate_lessons
        from engine.evaluation import as_json as line_of

        before, after = evaluate_lessons(settings, business, directives)
        if as_json:
            sys.stdout.write(one_line(line_of(before, after)) + "\n")
        else:
            from engine.show_reading import evaluated

            rich().print(evaluated(before, after))


def status(as_json: Json = False) -> None:
    """Ce qui attend, ce qui ne va pas."""
    with told() as settings:
        from console.status import status_of

        found = status_of(settings)
        if as_json:
            sys.stdout.write(one_line(found) + "\n")
        else:
            from engine.show_status import state

            rich().print(state(found))
        raise typer.Exit(0 if found["healthy"] else 1)


def show(
    ref: Annotated[str, typer.Argument(help="La référence du dossier, par exemple K7Q2M9XD.")], as_json: Json = False
) -> None:
    """Un dossier : ce qu'il est, et tout ce qui s'est passé, d'après le journal."""
    with told() as settings:
        from console.cases import case_of

        found = case_of(settings, ref)
        if found is None:
            fail(f"Aucun dossier ne porte la référence {ref}.")
        if as_json:
            sys.stdout.write(one_line(found) + "\n")
        else:
            from engine.show import case

            rich().print(case(found))
