"""The command line's own words in French: what typer says by itself about usage, options and mistakes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

#: What typer writes, and what is written instead; the first that fits counts where they overlap.
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), instead)
    for pattern, instead in (
        (r"^Usage: ", "Emploi : "),
        (r"COMMAND \[ARGS\]\.\.\.", "COMMANDE [ARGUMENTS]..."),
        (r"^Arguments:$", "Arguments :"),
        (r"^Options:$", "Options :"),
        (r"^Commands:$", "Commandes :"),
        (r"Show this message and exit\.", "Montre cette aide."),
        (r"\[required\]", "[obligatoire]"),
        (r"; required\]", "; obligatoire]"),
        (r"\[default: ", "[par défaut\u00a0: "),
        (r"^Missing command\.", "Il manque la commande."),
        (r"^Missing argument ('?.+?'?)\.$", r"Il manque l'argument \1."),
        (r"^Missing option ('?.+?'?)\.$", r"Il manque l'option \1."),
        (r"^No such command ('.*?')\.", r"La commande \1 n'existe pas."),
        (r"^No such option: (\S+)", r"L'option \1 n'existe pas"),
        (r"\(Possible options: (.*)\)", r"(options proches : \1)"),
        (r" ?Did you mean (.*)\?", r" Vouliez-vous dire \1 ?"),
        (r"^Got unexpected extra argument\S* \((.*)\)", r"Argument en trop : \1"),
        (r"^Option ('.*?') requires (?:an argument|\d+ arguments)\.", r"L'option \1 demande une valeur."),
        (r"^Option ('.*?') does not take a value\.", r"L'option \1 ne prend pas de valeur."),
        (r"^Invalid value for (.*?): ", r"Valeur refusée pour \1 : "),
        (r"^Invalid value: ", "Valeur refusée : "),
        (r"('.*?') is not one of (.*?)\.", r"\1 n'est aucun de \2."),
        (r"('.*?') is not a valid (?:integer|int)\.?", r"\1 n'est pas un nombre entier."),
        (r"('.*?') is not a valid float\.?", r"\1 n'est pas un nombre."),
        (r"Input should be a valid integer[^\n]*", "un nombre entier est attendu"),
        (r"Input should be a valid number[^\n]*", "un nombre est attendu"),
        (r"Input should be greater than or equal to (\S+)", r"\1 ou davantage est attendu"),
        (r"Input should be less than or equal to (\S+)", r"\1 au plus est attendu"),
        (r"Input should be greater than (\S+)", r"un nombre au-dessus de \1 est attendu"),
        (r"Input should be less than (\S+)", r"un nombre au-dessous de \1 est attendu"),
        (r"Input should be a valid boolean[^\n]*", "oui ou non est attendu"),
        (r"<(?:list\[)?str\]?>", "<texte>"),
        (r"<path>", "<chemin>"),
        (r"<int(?: range)?>", "<entier>"),
        (r"<float(?: range)?>", "<nombre>"),
        (r"\bx>=(\S+?)\]", r"\1 ou plus]"),
    )
)


def in_french(text: str) -> str:
    """The same with typer's words in French; others stay as they are."""
    for pattern, instead in _WORDS:
        text = pattern.sub(instead, text)
    return text


def _in_rows(formatter: Any) -> Any:
    """The formatter, which lays out in French what it is given: done afterwards, the columns would not stand any more."""
    write = formatter.write_dl
    formatter.write_dl = lambda rows, *a, **named: write([(in_french(x), in_french(y)) for x, y in rows], *a, **named)
    return formatter


class _French:
    """The help of a command, in French; stands before typer's own class."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The arguments, options and commands."""
        super().format_options(ctx, _in_rows(formatter))  # type: ignore[misc]

    def get_usage(self, ctx: Any) -> str:
        """One line."""
        return in_french(super().get_usage(ctx))  # type: ignore[misc]

    def get_help(self, ctx: Any) -> str:
        """All of it."""
        return in_french(super().get_help(ctx))  # type: ignore[misc]


class FrenchCommand(_French, TyperCommand):
    """A command whose help is in French."""


class FrenchGroup(_French, TyperGroup):
    """The commands; a mistake in calling them is told in French."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """As typer's: ends the process with 0, with what the command said, or with 2 for a mistake in calling it."""
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.Abort:
            if not standalone_mode:
                raise
            typer.echo("Abandonné.", err=True)
            sys.exit(1)
        except _USAGE as error:
            if not standalone_mode:
                raise
            said = in_french(error.format_message())
            if said.startswith("Emploi : "):  # called without a word: the help itself
                typer.echo(said, err=True)
                sys.exit(error.exit_code)
            if error.ctx is not None:
                typer.echo(error.ctx.get_usage(), err=True)
                typer.echo(f"L'aide : {error.ctx.command_path} --help\n", err=True)
            typer.echo(f"Erreur : {said}", err=True)
            sys.exit(error.exit_code)
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else 0)


#: What typer raises for a mistake in calling a command; its own name for it is private.
_USAGE: Any = typer.BadParameter.__mro__[1]


class FrenchTyper(typer.Typer):
    """typer.Typer with French words."""

    def __init__(self, **named: Any) -> None:
        super().__init__(cls=FrenchGroup, **named)

    def command(self, name: str | None = None, **named: Any) -> Callable[[Any], Any]:
        """As typer's."""
        return super().command(name, cls=FrenchCommand, **named)
