"""Those who write: customers by mail and through the site's form, each with an address of their own, and what they answer."""

from __future__ import annotations

import http.client
import json
import os
import queue
import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count, cycle
from pathlib import Path

from tests.road import JPEG, mail

#: What a request says; a photo goes with the first three, which end in an offer that the customer accepts.
_REQUESTS = (
    ("Modélisation fauteuil", "Bonjour,\n\nJe souhaite modéliser ce fauteuil pour ma boutique en ligne.\n\nCordialement"),
    ("Chaise en 3D", "Bonjour, je voudrais une version 3D de cette chaise, elle fait 45 x 45 x 90 cm. Merci d'avance"),
    ("modelisation", "slt jaimerai modeliser un tabouret cest pour mon site merci"),
    ("paiement refusé", "Bonjour, ma carte est refusée alors que j'ai bien été débité, pouvez-vous regarder svp ?"),
    ("Impossible de me connecter", "Je ne reçois pas le mail pour changer mon mot de passe. Merci de votre aide"),
)
_AT = re.compile(r"client(\d+)@clients\.example")


class People:
    """``wrote`` holds everybody who asked for something and whose asking was taken: by the mail server, or acknowledged by the form.

    Mails are put into the Maildir ``box`` as the server's delivery would. Posts are repeated until they are answered, at one of
    the ``ports`` after the other.
    """

    def __init__(
        self, box: Path, owner: tuple[int, int], ours: str, ports: Sequence[int], key: str, chance: random.Random
    ) -> None:
        self._box, self._owner, self._ours = box, owner, ours
        self._ports, self._key, self._chance = cycle(ports), key, chance
        self.wrote: list[str] = []
        self.said_yes: set[str] = set()
        #: Called when the form's answer has come: a trap of the driver.
        self.answered: Callable[[], None] = lambda: None
        self._numbers, self._mails = count(1), count(1)
        self._posts: queue.SimpleQueue[dict[str, str] | None] = queue.SimpleQueue()
        #: Posts that have no answer yet, and messages that must be in the house's inbox in the end.
        self.waiting = self.delivered = 0
        self._ended = False
        self._site = threading.Thread(target=self._post_all, name="site", daemon=True)
        self._site.start()

    def write(self) -> None:
        """One more customer writes: four in five by mail."""
        number = next(self._numbers)
        email = f"client{number}@clients.example"
        subject, text = self._chance.choice(_REQUESTS)
        if self._chance.random() < 0.2:
            self.waiting += 1
            self._posts.put({"objet": subject, "description": text, "user_email": email, "user_name": f"Client {number}"})
            return
        files = ((f"photo{number}.jpg", JPEG[:3000] + str(number).encode()),) if subject != "paiement refusé" else ()
        raw = mail(
            text, sender=f"Client {number} <{email}>", subject=subject, files=files, number=f"faults-{number}", to=self._ours
        )
        self._deliver(raw)
        self.wrote.append(email)

    def read(self, letters: list[bytes]) -> int:
        """They read what we sent; who has an offer in hand accepts it, once. How many answered."""
        answers = 0
        for raw in letters:
            letter = message_from_bytes(raw, policy=default)
            assert isinstance(letter, EmailMessage)
            who = _AT.search(str(letter["To"]))
            part = letter.get_body(("plain",))
            text = str(part.get_content()) if part is not None else ""
            if who is None or who[0] in self.said_yes or "valide" not in text:
                continue
            self.said_yes.add(who[0])
            answers += 1
            name = f"Client {who[1]} <{who[0]}>"
            self._deliver(mail("Je valide", sender=name, answers=letter, number=f"yes-{who[1]}", to=self._ours))
        return answers

    def _deliver(self, raw: bytes) -> None:
        name = f"{int(time.time())}.M{next(self._mails):06d}P3.faults"
        path = self._box / "tmp" / name
        path.write_bytes(raw)
        os.chown(path, *self._owner)
        path.rename(self._box / "new" / name)
        self.delivered += 1

    # ------------------------------------------------------------------ the site

    def _post_all(self) -> None:
        while (told := self._posts.get()) is not None:
            while not self._ended:
                if self._post(told):
                    self.wrote.append(told["user_email"])
                    self.waiting -= 1
                    self.delivered += 1
                    self.answered()
                    break
                time.sleep(0.3)

    def _post(self, told: dict[str, str]) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", next(self._ports), timeout=15)
        try:
            headers = {"Content-Type": "application/json", "X-API-Key": self._key}
            connection.request("POST", "/webhook/request", json.dumps(told), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status in (200, 202)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def close(self) -> None:
        """The site goes home."""
        self._ended = True
        self._posts.put(None)
        self._site.join(20)
