#!/usr/bin/env python3
"""Guichet's command line. Thin: every command asks the assembly for the parts it needs and shows what they say.

run      the service                     check    settings, directives and their examples
demo     a day at the counter, no account needed
explain  what a mail would cause, without doing anything
eval     how well messages are read, by what people have corrected
status   what waits, what is wrong       parked / retry / drop   what needs a person
show     one case, told by the journal   act      decide on a case from the console
audit    has the journal been changed?   backup / restore / move-store (SQLite to PostgreSQL)
user     who may come to the desk        token    who may call the API
webhooks what vendors must know to tell us things at once
person   erase one everywhere, or hand over all that is kept of him
install  systemd units                   canary   a mail to ourselves that must come back
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from french_help import FrenchTyper

app = FrenchTyper(
    name="guichet",
    help="Guichet : le comptoir où vos clients écrivent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
user_app = FrenchTyper(help="Qui entre au guichet : comptes et rôles (reader < agent < admin).", no_args_is_help=True)
token_app = FrenchTyper(help="Jetons de l'API, par personne ou par service.", no_args_is_help=True)
app.add_typer(user_app, name="user")
app.add_typer(token_app, name="token")
person_app = FrenchTyper(help="Les droits d'une personne sur ses données (RGPD) : effacement et copie.", no_args_is_help=True)
app.add_typer(person_app, name="person")
_ENV: dict[str, Path | None] = {"file": None}

Json = Annotated[bool, typer.Option("--json", help="Une ligne JSON par résultat, pour les scripts.")]
Once = Annotated[bool, typer.Option("--once", help="Relever, travailler jusqu'à ce que tout soit calme, finir.")]


@app.callback()
def main(
    env_file: Annotated[Path | None, typer.Option("--env-file", help="Fichier de réglages au lieu de .env.")] = None,
) -> None:
    """Guichet : le comptoir où vos clients écrivent."""
    _ENV["file"] = env_file


# ------------------------------------------------------------------ the service


@app.command()
def run(once: Once = False) -> None:
    """Le service : relève, lit, décide, livre ; et répond sur le web (PORT)."""
    with _told() as settings:
        from assembly import open_service
        from engine.service import serve

        raise typer.Exit(serve(lambda: open_service(settings, once=once), once=once, level=settings.log_level))


@app.command()
def demo(
    once: Once = False,
    folder: Annotated[Path, typer.Option(help="Où la démonstration range ses données (effacé au début).")] = Path("demo-data"),
) -> None:
    """Une journée au comptoir, sans aucun compte : des courriers variés, puis les réponses."""
    with _told() as settings:
        from console import play_demo

        raise typer.Exit(play_demo(settings, folder, once=once))


# ------------------------------------------------------------------ looking


@app.command()
def check(
    online: Annotated[
        bool, typer.Option("--online", help="Essayer aussi chaque système du dehors, sans rien y changer.")
    ] = False,
) -> None:
    """Vérifie les réglages, les directives et leurs exemples. Ne change rien."""
    with _told() as settings:
        from console import run_check

        problems, lines = run_check(settings, online=online)
        for line in lines:
            _out(line)
        for problem in problems:
            _out(problem, err=True)
        raise typer.Exit(1 if problems else 0)


@app.command()
def explain(
    paths: Annotated[
        list[str], typer.Argument(help="Fichiers de courrier bruts, dossiers de tels fichiers, ou - (entrée standard).")
    ],
    stage: Annotated[str, typer.Option(help="Lire comme une réponse : waiting_info, waiting_review ou waiting_approval.")] = "",
    as_json: Json = False,
) -> None:
    """Montre ce qu'un courrier causerait, sans rien faire."""
    with _told() as settings:
        from console import explain_paths
        from engine.explain import STAGES

        if stage and stage not in STAGES:
            _fail(f"--stage {stage} : une de ces étapes est attendue : {', '.join(STAGES)}.")
        bad = seen = 0
        for found in explain_paths(settings, paths, stage):
            seen += 1
            bad += "error" in found
            if as_json:
                sys.stdout.write(_one_line(found) + "\n")
            else:
                from engine.show import explained

                _rich().print(explained(found))
        sys.stdout.flush()
        if not seen:
            _fail(f"Aucun courrier ici : {', '.join(paths)}.")
        raise typer.Exit(1 if bad else 0)


@app.command("eval")
def evaluate(
    business: Annotated[str, typer.Option(help="Un seul métier ; vide : tous.")] = "",
    directives: Annotated[
        Path | None, typer.Option(help="Dossier de directives modifiées (toutes, ou celui d'un métier) : mesurées à côté.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Mesure la lecture (genre et champs) contre ce que des personnes ont corrigé ou validé, avant et après un changement."""
    with _told() as settings:
        from console import evaluate_lessons
        from engine.evaluation import as_json as line_of

        before, after = evaluate_lessons(settings, business, directives)
        if as_json:
            sys.stdout.write(_one_line(line_of(before, after)) + "\n")
        else:
            from engine.show import evaluated

            _rich().print(evaluated(before, after))


@app.command()
def status(as_json: Json = False) -> None:
    """Ce qui attend, ce qui ne va pas."""
    with _told() as settings:
        from console import status_of

        found = status_of(settings)
        if as_json:
            sys.stdout.write(json.dumps(found, ensure_ascii=False, default=str) + "\n")
        else:
            from engine.show import state

            _rich().print(state(found))
        raise typer.Exit(0 if found["healthy"] else 1)


@app.command()
def show(
    ref: Annotated[str, typer.Argument(help="La référence du dossier, par exemple K7Q2M9XD.")], as_json: Json = False
) -> None:
    """Un dossier : ce qu'il est, et tout ce qui s'est passé, d'après le journal."""
    with _told() as settings:
        from console import case_of

        found = case_of(settings, ref)
        if found is None:
            _fail(f"Aucun dossier ne porte la référence {ref}.")
        if as_json:
            sys.stdout.write(json.dumps(found, ensure_ascii=False, default=str) + "\n")
        else:
            from engine.show import case

            _rich().print(case(found))


@app.command()
def act(
    ref: Annotated[str, typer.Argument(help="La référence du dossier.")],
    action: Annotated[str, typer.Argument(help="validate, reprice, refuse, ask, answer, note ou close.")],
    amount: Annotated[str, typer.Option(help="Le montant, pour validate et reprice.")] = "",
    note: Annotated[str, typer.Option(help="Une note, la question à poser au client ou la réponse à lui faire.")] = "",
    author: Annotated[str, typer.Option(help="Qui agit ; par défaut l'utilisateur du système.")] = "",
) -> None:
    """Agit sur un dossier depuis la console ; le service en marche s'en charge aussitôt."""
    with _told() as settings:
        from console import act_on

        _out(act_on(settings, ref, action, amount, note, author))


# ------------------------------------------------------------------ what needs a person


@app.command()
def parked(as_json: Json = False) -> None:
    """Ce qui a besoin d'une personne, le plus ancien d'abord."""
    with _told() as settings:
        from console import reading_store, zone_of

        with reading_store(settings) as store:
            rows = store.parked()
        if as_json:
            for row in rows:
                line = {n: getattr(row, n) for n in ("id", "case_id", "ref", "what", "why", "since", "attempts")}
                sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        else:
            from engine.show import waiting_for_a_person

            _rich().print(waiting_for_a_person(rows, zone_of(settings)))


@app.command()
def retry(ids: Annotated[list[str], typer.Argument(help="Identifiants donnés par « parked », ou « all ».")]) -> None:
    """Refait ce qui était mis de côté."""
    _settle_parked(ids, "retry")


@app.command()
def drop(ids: Annotated[list[str], typer.Argument(help="Identifiants donnés par « parked ».")]) -> None:
    """Abandonne ce qui était mis de côté ; le journal garde qui l'a fait."""
    _settle_parked(ids, "drop")


def _settle_parked(ids: list[str], what: str) -> None:
    with _told() as settings:
        from console import settle_parked

        number = settle_parked(settings, ids, what)
        if not number:
            _fail(
                "Rien n'attend une personne."
                if ids == ["all"]
                else f"Rien de ce qui attend ne s'appelle {', '.join(ids)}.\n  → « daemon.py parked » montre ce qui attend."
            )
        verb = {"retry": "à refaire", "drop": "abandonné"}[what]
        _out(f"{number} {verb}{'s' if number > 1 and what == 'drop' else ''}.")


# ------------------------------------------------------------------ vendors


@app.command()
def webhooks(
    register: Annotated[bool, typer.Option("--register", help="Créer le webhook de ClickUp, et dire son secret.")] = False,
    as_json: Json = False,
) -> None:
    """Les adresses à donner à WhatsApp, HubSpot et ClickUp pour qu'ils nous préviennent aussitôt."""
    with _told() as settings:
        from dataclasses import asdict

        from vendors import lines
        from vendors import webhooks as found_for

        found = found_for(settings, register=register)
        if as_json:
            for vendor in found:
                sys.stdout.write(_one_line(asdict(vendor)) + "\n")
        else:
            for line in lines(found):
                _out(line)


# ------------------------------------------------------------------ people

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
    with _told() as settings:
        from accounts import add_user

        _out(add_user(settings, name, role, generate=generate))


@user_app.command("list")
def user_list(as_json: Json = False) -> None:
    """Les comptes."""
    with _told() as settings:
        from accounts import people, user_line

        with people(settings) as accounts:
            users = accounts.users()
        if not (users or as_json):
            _out("Personne encore : « daemon.py user add NOM » fait le premier compte.")
        for user in users:
            _out(_one_line(user_line(user)) if as_json else f"{user.name}  {user.role}{'  fermé' if user.disabled else ''}")


@user_app.command("password")
def user_password(name: Name, generate: Generate = False) -> None:
    """Change le mot de passe ; toutes les sessions de la personne se ferment."""
    with _told() as settings:
        from accounts import set_password

        _out(set_password(settings, name, generate=generate))


@user_app.command("role")
def user_role(name: Name, role: Annotated[str, typer.Argument(help="reader, agent ou admin.")]) -> None:
    """Change le rôle, aussitôt, sessions ouvertes comprises."""
    with _told() as settings:
        from accounts import author, people

        with people(settings) as accounts:
            user = accounts.set_role(name, role, author())
        _out(f"{user.name} : {user.role}.")


@user_app.command("disable")
def user_disable(name: Name) -> None:
    """Ferme le compte : ses sessions finissent, ses jetons dorment ; « enable » le rouvre."""
    _open_or_shut(name, disabled=True)


@user_app.command("enable")
def user_enable(name: Name) -> None:
    """Rouvre un compte fermé."""
    _open_or_shut(name, disabled=False)


def _open_or_shut(name: str, *, disabled: bool) -> None:
    with _told() as settings:
        from accounts import author, people

        with people(settings) as accounts:
            user = accounts.set_disabled(name, disabled, author())
        _out(f"{user.name} ne peut plus entrer." if disabled else f"{user.name} peut entrer à nouveau.")


@user_app.command("remove")
def user_remove(name: Name) -> None:
    """Supprime le compte et ses jetons ; le journal garde ce qu'il a fait."""
    with _told() as settings:
        from accounts import author, people

        with people(settings) as accounts:
            accounts.remove(name, author())
        _out(f"{name} n'a plus de compte.")


@token_app.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="À quoi il sert, par exemple « export-compta ».")],
    scope: Annotated[list[str], typer.Option(help="read, act ou admin ; plusieurs fois au besoin.")],
    user: Annotated[str, typer.Option(help="La personne pour qui il parle ; vide : un service, sous le nom du jeton.")] = "",
    days: Annotated[int, typer.Option(help="Durée en jours ; 0 : jusqu'à ce qu'on le révoque.")] = 0,
) -> None:
    """Crée un jeton et le montre, une seule fois."""
    with _told() as settings:
        from accounts import author, people

        with people(settings) as accounts:
            token, secret = accounts.add_token(name, scope, author(), user=user, days=days)
        _out(f"Jeton {token.id} ({', '.join(token.scopes)}), montré cette seule fois :", err=True)
        _out(secret)


@token_app.command("list")
def token_list(as_json: Json = False) -> None:
    """Les jetons, sans leur secret."""
    with _told() as settings:
        from accounts import people, token_line

        with people(settings) as accounts:
            tokens = accounts.tokens()
        if not (tokens or as_json):
            _out("Aucun jeton : « daemon.py token add NOM --scope read » en fait un.")
        for token in tokens:
            end = f"  jusqu'au {token.expires_at:%d/%m/%Y}" if token.expires_at else ""
            used = f"  servi le {token.used_at:%d/%m/%Y}" if token.used_at else "  jamais servi"
            line = f"{token.id}  {token.name}  {token.user or '(service)'}  {','.join(token.scopes)}{end}{used}"
            _out(_one_line(token_line(token)) if as_json else line)


@token_app.command("revoke")
def token_revoke(token: Annotated[str, typer.Argument(help="L'identifiant ou le nom donné par « list ».")]) -> None:
    """Révoque un jeton, aussitôt."""
    with _told() as settings:
        from accounts import author, people

        with people(settings) as accounts:
            gone = accounts.revoke_token(token, author())
        _out(f"Le jeton {gone.name} ne vaut plus rien.")


@person_app.command("erase")
def person_erase(
    who: Annotated[str, typer.Argument(help="Une adresse de la personne, ou son numéro (+33…).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait effacé, sans rien faire.")] = False,
) -> None:
    """Efface une personne : ici, dans HubSpot, ClickUp, R2 et WhatsApp ; le reçu dit aussi ce qui reste."""
    with _told() as settings:
        from persons import erase_person

        for line in erase_person(settings, who, dry=dry_run).lines():
            _out(line)


@person_app.command("export")
def person_export(
    who: Annotated[str, typer.Argument(help="Une adresse de la personne, ou son numéro (+33…).")],
    to: Annotated[Path, typer.Option(help="Dossier neuf où écrire ses données (JSON, messages, fichiers).")],
) -> None:
    """Copie pour une personne de tout ce qui est conservé d'elle."""
    with _told() as settings:
        from persons import export_person

        _out(export_person(settings, who, to))


# ------------------------------------------------------------------ keeping


@app.command()
def audit(as_json: Json = False) -> None:
    """Vérifie la chaîne du journal : rien n'y a été changé, ôté ni coupé."""
    with _told() as settings:
        from console import reading_store

        with reading_store(settings) as store:
            report = store.audit()
        if as_json:
            line = {"ok": report.ok, "rows": report.rows, "problems": list(report.problems)}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        elif report.ok:
            _out(f"Journal intact : {report.rows} lignes, chaîne vérifiée.")
        else:
            for problem in report.problems:
                _out(str(problem), err=True)
        raise typer.Exit(0 if report.ok else 1)


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(help="Dossier où ranger la sauvegarde.")],
    keep: Annotated[int, typer.Option(help="Ne garder que les plus récentes ; 0 : toutes.", min=0)] = 0,
) -> None:
    """Sauvegarde la base, les fichiers et la tête du journal, service en marche ou non."""
    with _told() as settings:
        from console import back_up

        _out(back_up(settings, to, keep))


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="Dossier d'une sauvegarde.")],
    force: Annotated[bool, typer.Option("--force", help="Remplacer des données présentes.")] = False,
) -> None:
    """Remet une sauvegarde. Ce qui était en cours est vérifié dehors avant d'être refait."""
    with _told() as settings:
        from console import put_back

        _out(put_back(settings, source, force=force))


@app.command("move-store")
def move_store(
    keep_files: Annotated[
        bool, typer.Option("--keep-files", help="La base seulement : les fichiers restent ici, pour une seule machine.")
    ] = False,
) -> None:
    """Déménage la base SQLite vers PostgreSQL (DATABASE_URL), et les fichiers vers SPOOL_BUCKET. Service arrêté."""
    with _told() as settings:
        from console import move_store as move

        for line in move(settings, files=not keep_files):
            _out(line)


@app.command()
def install(
    to: Annotated[Path | None, typer.Option(help="Dossier où écrire les unités ; sans lui elles sont montrées.")] = None,
    user: Annotated[str, typer.Option(help="Compte du service.")] = "guichet",
    env: Annotated[str, typer.Option(help="Fichier de réglages du service.")] = "/etc/guichet/guichet.env",
    data: Annotated[str, typer.Option(help="Dossier des données.")] = "/var/lib/guichet",
    backups: Annotated[str, typer.Option(help="Dossier des sauvegardes.")] = "/var/backups/guichet",
) -> None:
    """Les unités systemd de cette installation : le service, la sauvegarde de la nuit, le canari."""
    from core.errors import UserError

    try:
        from operations import place_units, units

        texts = units(root=Path(__file__).resolve().parent, data=data, env=env, backups=backups, account=user)
        if to is None:
            for name, text in texts.items():
                _out(f"# ---- {name}\n{text}")
        else:
            _out("\n".join(place_units(texts, to)))
    except UserError as error:
        _fail(str(error))


@app.command()
def canary(
    minutes: Annotated[float, typer.Option(help="Combien de temps l'attendre.", min=0)] = 10.0,
) -> None:
    """S'envoie un courrier par le service en marche et attend son retour ; sans retour, la santé passe au rouge."""
    with _told() as settings:
        from operations import fly_canary

        if not fly_canary(settings, minutes):
            _out(f"Le canari n'est pas revenu en {minutes:g} min. « daemon.py status » montre ce qui ne va pas.", err=True)
            raise typer.Exit(1)
        _out("Le canari est revenu : le courrier part, arrive et est lu.")


@app.command()
def version() -> None:
    """La version."""
    from assembly import VERSION

    _out(VERSION)


# ------------------------------------------------------------------ how things are told


@contextmanager
def _told(**overrides: Any) -> Iterator[Any]:
    """The settings; and whatever a person can mend is told in a sentence, never as a traceback."""
    from core.errors import PortError, Transient, UserError
    from settings import SettingsError, load

    try:
        yield load(_ENV["file"], **overrides)
    except (typer.Exit, typer.Abort):
        raise
    except SettingsError as error:
        _fail("Réglages :\n" + "\n".join(f"  - {p}" for p in error.problems))
    except Transient as error:
        # The service would try again by itself; a command does not.
        told = str(error).replace(" ; nouvel essai dans un instant", "")
        _fail(f"{told}\n  → recommencez quand la cause est levée")
    except (UserError, PortError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except BrokenPipeError:
        # `daemon.py explain … | head` closes our output: nothing is wrong.
        sys.stderr.close()
        raise typer.Exit(0) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}le système refuse ({error.strerror or error})\n  → vérifiez le chemin, les droits et la place libre")
    except Exception as error:  # the top of the command line: a person is told, the trace is there for who asks
        if os.environ.get("LOG_LEVEL") == "DEBUG":
            raise
        _fail(f"erreur interne : {type(error).__name__} : {error}\n  → LOG_LEVEL=DEBUG en montre la trace")


def _one_line(value: Any) -> str:
    """JSON on one line for every reader: a mail may hold characters at which some would cut it (U+2028, U+2029, U+0085)."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text.translate({0x2028: "\\u2028", 0x2029: "\\u2029", 0x85: "\\u0085"})


def _fail(text: str) -> NoReturn:
    _out(text, err=True)
    raise typer.Exit(2)


def _out(text: str, *, err: bool = False) -> None:
    typer.echo(text, err=err)


def _rich() -> Any:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


if __name__ == "__main__":
    app()
