"""Who may come to the desk, tokens of the API, and a person's rights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.french import FrenchTyper
from commands.telling import Json, one_line, out, told

user_app = FrenchTyper(help="Qui entre au guichet : comptes et rôles (reader < agent < admin).", no_args_is_help=True)
token_app = FrenchTyper(help="Jetons de l'API, par personne ou par service.", no_args_is_help=True)
person_app = FrenchTyper(help="Les droits d'une personne sur ses données (RGPD) : effacement et copie.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Le nom de la personne, tel qu'elle le tapera.")]
Generate = Annotated[bool, typer.Option("--generate", help="Tirer le mot de passe au sort et le montrer, une seule fois.")]


@user_app.command("add")
def user_add(
    name: Name,
    role: Annotated[
        str, typer.Option(help="reader, agent ou admin ; par défaut admin pour le premier compte, puis agent.")
    ] = "",
    generate: Generate = False,
) -> None:
    """Ouvre un compte. Le mot de passe est demandé sans s'afficher, ou lu sur l'entrée standard."""
    with told() as settings:
        from console.accounts import add_user

        out(add_user(settings, name, role, generate=generate))


@user_app.command("list")
def user_list(as_json: Json = False) -> None:
    """Les comptes."""
    with told() as settings:
        from console.accounts import people, user_line

        with people(settings) as accounts:
            users = accounts.users()
        if not (users or as_json):
            out("Personne encore : « daemon.py user add NOM » fait le premier compte.")
        for user in users:
            out(one_line(user_line(user)) if as_json else f"{user.name}  {user.role}{'  fermé' if user.disabled else ''}")


@user_app.command("password")
def user_password(name: Name, generate: Generate = False) -> None:
    """Change le mot de passe ; toutes les sessions de la personne se ferment."""
    with told() as settings:
        from console.accounts import set_password

        out(set_password(settings, name, generate=generate))


@user_app.command("role")
def user_role(name: Name, role: Annotated[str, typer.Argument(help="reader, agent ou admin.")]) -> None:
    """Change le rôle, aussitôt, sessions ouvertes comprises."""
    with told() as settings:
        from console.accounts import author, people

        with people(settings) as accounts:
            user = accounts.set_role(name, role, author())
        out(f"{user.name} : {user.role}.")


@user_app.command("disable")
def user_disable(name: Name) -> None:
    """Ferme le compte : ses sessions finissent, ses jetons dorment ; « enable » le rouvre."""
    _open_or_shut(name, disabled=True)


@user_app.command("enable")
def user_enable(name: Name) -> None:
    """Rouvre un compte fermé."""
    _open_or_shut(name, disabled=False)


def _open_or_shut(name: str, *, disabled: bool) -> None:
    with told() as settings:
        from console.accounts import author, people

        with people(settings) as accounts:
            user = accounts.set_disabled(name, disabled, author())
        out(f"{user.name} ne peut plus entrer." if disabled else f"{user.name} peut entrer à nouveau.")


@user_app.command("remove")
def user_remove(name: Name) -> None:
    """Supprime le compte et ses jetons ; le journal garde ce qu'il a fait."""
    with told() as settings:
        from console.accounts import author, people

        with people(settings) as accounts:
            accounts.remove(name, author())
        out(f"{name} n'a plus de compte.")


@token_app.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="À quoi il sert, par exemple « export-compta ».")],
    scope: Annotated[list[str], typer.Option(help="read, act ou admin ; plusieurs fois au besoin.")],
    user: Annotated[str, typer.Option(help="La personne pour qui il parle ; vide : un service, sous le nom du jeton.")] = "",
    days: Annotated[int, typer.Option(help="Durée en jours ; 0 : jusqu'à ce qu'on le révoque.")] = 0,
) -> None:
    """Crée un jeton et le montre, une seule fois."""
    with told() as settings:
        from console.accounts import author, people

        with people(settings) as accounts:
            token, secret = accounts.add_token(name, scope, author(), user=user, days=days)
        out(f"Jeton {token.id} ({', '.join(token.scopes)}), montré cette seule fois :", err=True)
        out(secret)


@token_app.command("list")
def token_list(as_json: Json = False) -> None:
    """Les jetons, sans leur secret."""
    with told() as settings:
        from console.accounts import people, token_line

        with people(settings) as accounts:
            tokens = accounts.tokens()
        if not (tokens or as_json):
            out("Aucun jeton : « daemon.py token add NOM --scope read » en fait un.")
        for token in tokens:
            end = f"  jusqu'au {token.expires_at:%d/%m/%Y}" if token.expires_at else ""
            used = f"  servi le {token.used_at:%d/%m/%Y}" if token.used_at else "  jamais servi"
            line = f"{token.id}  {token.name}  {token.user or '(service)'}  {','.join(token.scopes)}{end}{used}"
            out(one_line(token_line(token)) if as_json else line)


@token_app.command("revoke")
def token_revoke(token: Annotated[str, typer.Argument(help="L'identifiant ou le nom donné par « list ».")]) -> None:
    """Révoque un jeton, aussitôt."""
    with told() as settings:
        from console.accounts import author, people

        with people(settings) as accounts:
            gone = accounts.revoke_token(token, author())
        out(f"Le jeton {gone.name} ne vaut plus rien.")


@person_app.command("erase")
def person_erase(
    who: Annotated[str, typer.Argument(help="Une adresse de la personne, ou son numéro (+33…).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait effacé, sans rien faire.")] = False,
) -> None:
    """Efface une personne : ici, dans HubSpot, ClickUp, R2 et WhatsApp ; le reçu dit aussi ce qui reste."""
    with told() as settings:
        from console.persons import erase_person

        for line in erase_person(settings, who, dry=dry_run).lines():
            out(line)


@person_app.command("export")
def person_export(
    who: Annotated[str, typer.Argument(help="Une adresse de la personne, ou son numéro (+33…).")],
    to: Annotated[Path, typer.Option(help="Dossier neuf où écrire ses données (JSON, messages, fichiers).")],
) -> None:
    """Copie pour une personne de tout ce qui est conservé d'elle."""
    with told() as settings:
        from console.persons import export_person

        out(export_person(settings, who, to))
