"""What a message brings to a case beside decisions: where answers go, files, words."""

from __future__ import annotations

from core.case import CaseFile, Thread
from core.effects import StoreFile
from core.events import MessageRead
from core.message import is_decoration
from core.values import SUMMARY, file_name
from core.work import Work

#: How many message ids a thread keeps for References.
MOST_REFERENCES = 20


def follow(work: Work, event: MessageRead) -> None:
    """Answers go to where the customer wrote last, in that thread."""
    message, thread = event.message, work.case.thread
    # A mail that nobody vouches for must not lead our answers to another address.
    trusted = event.authorised or message.authentication.verdict == "pass"
    elsewhere = message.channel != thread.channel or event.conversation != thread.conversation
    if elsewhere and not trusted and thread.last_id:
        return
    where = message.sender.email if message.channel == "whatsapp" else message.answer_to.email
    known = thread.references if thread.channel == message.channel else ()
    ids = [*known, *message.references, message.id]
    references = tuple(dict.fromkeys(i for i in ids if i))[-MOST_REFERENCES:]
    work.change(
        thread=Thread(
            channel=message.channel,
            account=event.account or thread.account,
            to=where if where and (trusted or not thread.to) else thread.to,
            subject=message.subject or thread.subject,
            last_id=message.id,
            references=references,
            conversation=event.conversation,
        )
    )


def add_files(work: Work, event: MessageRead) -> tuple[CaseFile, ...]:
    """The message's files that the case does not have yet."""
    have = {f.sha256 for f in work.case.files}
    new: dict[str, CaseFile] = {}
    for a in event.message.attachments:
        if a.sha256 not in have and not is_decoration(a):
            new.setdefault(a.sha256, CaseFile(a.sha256, a.name, a.type, a.size, a.family, a.inline))
    work.change(files=(*work.case.files, *new.values()))
    return tuple(new.values())


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


def words(event: MessageRead) -> str:
    """What the person wrote, cut to a length that every tool takes."""
    return (event.message.text or event.message.body)[:SUMMARY]
