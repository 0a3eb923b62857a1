"""For the machine's keeper: the journal, backups, the move, vendors' webhooks, systemd, the canary."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.telling import Json, fail, one_line, out, told


def webhooks(
    register: Annotated[bool, typer.Option("--register", help="Créer le webhook de ClickUp, et dire son secret.")] = False,
    as_json: Json = False,
) -> None:
    """Les adresses à donner à WhatsApp, HubSpot et ClickUp pour qu'ils nous préviennent aussitôt."""
    with told() as settings:
        from dataclasses import asdict

        from console.webhooks import lines
        from console.webhooks import webhooks as found_for

        found = found_for(settings, register=register)
        if as_json:
            for vendor in found:
                sys.stdout.write(one_line(asdict(vendor)) + "\n")
        else:
            for line in lines(found):
                out(line)


def audit(as_json: Json = False) -> None:
    """Vérifie la chaîne du journal : rien n'y a été changé, ôté ni coupé."""
    with told() as settings:
        from console.beside import reading_store

        with reading_store(settings) as store:
            report = store.audit()
        if as_json:
            line = {"ok": report.ok, "rows": report.rows, "problems": list(report.problems)}
            sys.stdout.write(one_line(line) + "\n")
        elif report.ok:
            out(f"Journal intact : {report.rows} lignes, chaîne vérifiée.")
        else:
            for problem in report.problems:
                out(str(problem), err=True)
        raise typer.Exit(0 if report.ok else 1)


def backup(
    to: Annotated[Path, typer.Argument(help="Dossier où ranger la sauvegarde.")],
    keep: Annotated[int, typer.Option(help="Ne garder que les plus récentes ; 0 : toutes.", min=0)] = 0,
) -> None:
    """Sauvegarde la base, les fichiers et la tête du journal, service en marche ou non."""
    with told() as settings:
        from console.keeping import back_up

        out(back_up(settings, to, keep))


def restore(
    source: Annotated[Path, typer.Argument(help="Dossier d'une sauvegarde.")],
    force: Annotated[bool, typer.Option("--force", help="Remplacer des données présentes.")] = False,
) -> None:
    """Remet une sauvegarde. Ce qui était en cours est vérifié dehors avant d'être refait."""
    with told() as settings:
        from console.keeping import put_back

        out(put_back(settings, source, force=force))


def move_store(
    keep_files: Annotated[
        bool, typer.Option("--keep-files", help="La base seulement : les fichiers restent ici, pour une seule machine.")
    ] = False,
) -> None:
    """Déménage la base SQLite vers PostgreSQL (DATABASE_URL), et les fichiers vers SPOOL_BUCKET. Service arrêté."""
    with told() as settings:
        from console.keeping import move_store as move

        for line in move(settings, files=not keep_files):
            out(line)


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
        from console.units import ROOT, place_units, units

        texts = units(root=ROOT, data=data, env=env, backups=backups, account=user)
        if to is None:
            for name, text in texts.items():
                out(f"# ---- {name}\n{text}")
        else:
            out("\n".join(place_units(texts, to)))
    except UserError as error:
        fail(str(error))


def canary(
    minutes: Annotated[float, typer.Option(help="Combien de temps l'attendre.", min=0)] = 10.0,
) -> None:
    """S'envoie un courrier par le service en marche et attend son retour ; sans retour, la santé passe au rouge."""
    with told() as settings:
        from console.canary import fly_canary

        if not fly_canary(settings, minutes):
            out(f"Le canari n'est pas revenu en {minutes:g} min. « daemon.py status » montre ce qui ne va pas.", err=True)
            raise typer.Exit(1)
        out("Le canari est revenu : le courrier part, arrive et est lu.")


def version() -> None:
    """La version."""
    from assembly import VERSION

    out(VERSION)
