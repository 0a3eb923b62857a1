"""The files of a case: which a message brings, where they are stored, which could not be read, and whether one opens by now."""

from __future__ import annotations

from core.case import CaseFile
from core.document import unread
from core.effects import StoreFile
from core.events import SECRETS, MessageRead
from core.message import is_decoration
from core.values import file_name
from core.work import Work


def add_files(work: Work, event: MessageRead) -> tuple[CaseFile, ...]:
    """The message's files that the case does not have yet."""
    have = {f.sha256 for f in work.case.files}
    new: dict[str, CaseFile] = {}
    for a in event.message.attachments:
        if a.sha256 not in have and not is_decoration(a):
            new.setdefault(a.sha256, CaseFile(a.sha256, a.name, a.type, a.size, a.family, a.inline))
    work.change(files=(*work.case.files, *new.values()))
    return tuple(new.values())


def note_unread(work: Work, event: MessageRead) -> None:
    """Keep which files could not be read, and why. Who writes again has answered for those that only he could mend."""
    documents = event.message.documents
    found = unread(documents)
    known = {d.sha256 for d in documents}
    # « je vous l'envoie jeudi » names a day and says nothing of what the file does.
    told = [f for f in event.reading.facts if (spec := work.directive.fact(f.name)) is not None and spec.required]
    answered = not work.new and "again" not in event.hints and bool(event.message.attachments or told)
    kept = [u for u in work.case.unread if u.sha256 not in known and not (answered and u.theirs)]
    for one in found:
        if one not in work.case.unread:
            work.because(f"unread:{one.trouble.code}", one.sentence())
    work.change(unread=(*kept, *found))


def store_files(work: Work, files: tuple[CaseFile, ...]) -> None:
    """Want the files stored outside; their addresses go to the ticket once they are."""
    keys = [
        work.emit("files", StoreFile(f.sha256, f.name, f.type, f.size, work.case.id), name=file_name(f.sha256)) for f in files
    ]
    if keys and work.directive.ticket.files_property:
        stored = [k for n, k in work.case.keys.items() if n.startswith("file:")]
        links = "\n".join(f"${{{file_name(f.sha256)}.url}}" for f in work.case.files)
        work.set_property({work.directive.ticket.files_property: links}, after=stored)


def tell_oversize(work: Work, event: MessageRead) -> None:
    """A message too large to be taken whole: the customer is told how to send his files."""
    if "oversize" in event.hints:
        work.because("oversize", "message trop volumineux : seul son en-tête a été lu, le client en est informé")
        work.tell_customer("too_large", "question")


def unlocks(work: Work, event: MessageRead) -> bool:
    """Whether the message may hold the password of a file that we could not open: the file is tried before anything is asked again."""
    closed = [one.name for one in work.case.unread if one.locked]
    if not closed or not event.hints.get(SECRETS):
        return False
    work.count("unlock")
    work.because("unlock", f"sa réponse contient peut-être le mot de passe de « {closed[0]} » : le fichier est essayé avec")
    return True


def still_locked(work: Work) -> bool:
    """Whether a file was tried with a password that does not open it. Where it was the customer's he is asked once more, then a person
    is told (core.gates.complete)."""
    closed = [one.name for one in work.case.unread if one.locked]
    if not closed:
        return False
    work.because("locked", f"le mot de passe reçu n'ouvre pas « {closed[0]} »")
    if work.case.counts.get("unlock", 0) > work.case.counts.get("locked", 0):
        work.count("locked")
        work.change(asked=())
    return True
