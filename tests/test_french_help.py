"""The command line says nothing in English by itself."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from daemon import app

ENGLISH = (
    "Usage",
    "Options:",
    "Commands:",
    "Arguments:",
    "Try ",
    "Error",
    "Missing",
    "No such",
    "Show this",
    "COMMAND ",
    "unexpected",
    "requires",
    "Input should",
    "[default",
    "<str>",
    "<path>",
    "range>",
)


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ((), 2, "Commandes :"),
        (("--help",), 0, "Emploi : "),
        (("user", "--help"), 0, "Montre cette aide."),
        (("show", "--help"), 0, "Arguments :"),
        (("show",), 2, "Erreur : Il manque l'argument 'ref'."),
        (("shwo",), 2, "La commande 'shwo' n'existe pas. Vouliez-vous dire 'show' ?"),
        (("show", "A", "--bar"), 2, "L'option --bar n'existe pas"),
        (("show", "A", "B"), 2, "Argument en trop : B"),
        (("eval", "--business"), 2, "L'option '--business' demande une valeur."),
        (("backup", "x", "--keep", "trois"), 2, "Valeur refusée pour '--keep' : un nombre entier est attendu"),
        (("backup", "x", "--keep", "-1"), 2, "Valeur refusée pour '--keep' : 0 ou davantage est attendu"),
        (("canary", "--minutes", "dix"), 2, "Valeur refusée pour '--minutes' : un nombre est attendu"),
        (("backup", "--help"), 0, "--keep <entier>  Ne garder que les plus récentes ; 0 : toutes."),
        (("backup", "--help"), 0, "0 ou plus]"),
        (("token", "add", "--help"), 0, "--scope <texte>"),
    ],
)
def test_what_the_command_line_says_by_itself_is_french(typed: tuple[str, ...], code: int, said: str) -> None:
    told = CliRunner().invoke(app, list(typed))
    assert (told.exit_code, [word for word in ENGLISH if word in told.output]) == (code, [])
    assert said in told.output


def test_a_command_that_ends_well_ends_the_process_with_0() -> None:
    assert CliRunner().invoke(app, ["version"]).exit_code == 0
