"""``daemon.py demo``: a day at the counter, with no real account."""

from __future__ import annotations

from pathlib import Path

from assembly import open_house
from console.status import status_of
from core.errors import UserError
from settings import Settings
from switchboard import LOCAL_ADDRESS


def play_demo(settings: Settings, folder: Path, *, once: bool) -> int:
    """The demonstration, in a folder of its own and with no real account, whatever the settings say."""
    import shutil

    from engine.demo import Demo
    from engine.logs import configure

    marker = folder / "guichet-demo"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise UserError("ce dossier n'est pas celui d'une démonstration : il ne sera pas effacé", where=str(folder))
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "outbox").mkdir(parents=True)
    marker.touch()
    play = Settings(
        data_dir=folder, directives_dir=settings.directives_dir, business=settings.business, admin_email="patron@studio.example"
    )
    bare = {
        n: Settings.model_fields[n].default for n in ("gmail_email", "inbox_dir", "outbox_dir", "files_dir", "database_url")
    }
    play = play.model_copy(update={**bare, "authserv_id": "mx.guichet.demo", "port": 0})
    configure("WARNING")
    house = open_house(play)
    demo = Demo(house, folder, to=LOCAL_ADDRESS, authserv_id=play.authserv_id, status=lambda: status_of(play))
    return demo.play(once=once)
