"""HubSpot's conversations: threads and messages.

As the real one: threads sorted by their latest message need ``latestMessageTimestampAfter`` and come ascending only; a thread's messages
mix in ones that nobody wrote; long mails are cut and whole only at /original-content; ids of messages are not numbers.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import datetime
from typing import Any

from .base import parse_body, stamp
from .hubspot_inboxes import EMAIL, ROOT, Inboxes
from .hubspot_types import error, invalid
from .wire import Answer, Request

CUT_AT = 400


class Conversations(Inboxes):
    """Mixed into the fake: threads and what is written in them."""

    routes = [
        ("GET", rf"{ROOT}/threads", "threads_list"),
        ("GET", rf"{ROOT}/threads/(?P<thread>\d+)", "threads_get"),
        ("PATCH", rf"{ROOT}/threads/(?P<thread>\d+)", "threads_update"),
        ("DELETE", rf"{ROOT}/threads/(?P<thread>\d+)", "threads_archive"),
        ("GET", rf"{ROOT}/threads/(?P<thread>\d+)/messages", "messages_list"),
        ("POST", rf"{ROOT}/threads/(?P<thread>\d+)/messages", "messages_create"),
        ("GET", rf"{ROOT}/threads/(?P<thread>\d+)/messages/(?P<number>[^/]+)", "messages_get"),
        ("GET", rf"{ROOT}/threads/(?P<thread>\d+)/messages/(?P<number>[^/]+)/original-content", "messages_original"),
    ]

    def start_conversations(self) -> None:
        self.start_files()
        self.start_inboxes()
        self.threads: dict[str, dict[str, Any]] = {}
        self._messages: dict[str, list[dict[str, Any]]] = {}
        self._originals: dict[str, dict[str, str]] = {}
        #: messages sent through the API, in order
        self.sent: list[dict[str, Any]] = []

    # ------------------------------------------------------------------ from the test
    def add_thread(self, email: str, name: str = "", *, contact: str = "", channel: str = EMAIL) -> str:
        """A new thread of a visitor; a contact is made when there is none. Returns the thread's id."""
        with self.lock:
            if not contact:
                contact = self._index.get(("contacts", "email", email.lower())) or self.add("contacts", {"email": email})
            number, now = self.new_id(), stamp(self.now())
            self.threads[number] = {
                "id": number,
                "createdAt": now,
                "status": "OPEN",
                "inboxId": self.inbox,
                "archived": False,
                "spam": False,
                "associatedContactId": contact,
                "originalChannelId": channel,
                "originalChannelAccountId": self.email_account,
                "latestMessageTimestamp": now,
            }
            self._actors[f"V-{contact}"] = {"id": f"V-{contact}", "type": "VISITOR", "name": name, "email": email}
            self._messages[number] = []
            self.event("conversations", number, "creation")
            return number

    def receive(
        self,
        thread: str,
        text: str,
        *,
        subject: str = "",
        html: str = "",
        message_id: str = "",
        truncated: bool | None = None,
        files: list[tuple[str, str, bytes]] | None = None,
        at: float | None = None,
    ) -> str:
        """The visitor writes into a thread. ``files``: (name, type, bytes). ``truncated`` None: when the text is long.

        With ``message_id`` an email object is logged on the contact as well, as HubSpot does for a connected mailbox.
        Returns the message's id.
        """
        with self.lock:
            place = self.threads[thread]
            visitor = self._actors[f"V-{place['associatedContactId']}"]
            cut = len(text) > CUT_AT if truncated is None else truncated
            said = self._message(thread, "MESSAGE", visitor["id"], at)
            self._originals[said["id"]] = {"text": text, "richText": html or _as_html(text)}
            shown = text[: max(min(CUT_AT, len(text) // 2), 1)] if cut else text
            said |= {
                "text": shown,
                "richText": _as_html(shown) if cut or not html else html,
                "subject": subject,
                "direction": "INCOMING",
                "truncationStatus": "TRUNCATED" if cut else "NOT_TRUNCATED",
                "channelId": place["originalChannelId"],
                "channelAccountId": place["originalChannelAccountId"],
                "status": {"statusType": "RECEIVED"},
                "senders": [
                    {
                        "actorId": visitor["id"],
                        "name": visitor["name"],
                        "senderField": "FROM",
                        "deliveryIdentifier": {"type": "HS_EMAIL_ADDRESS", "value": visitor["email"]},
                    }
                ],
                "recipients": [
                    {"recipientField": "TO", "deliveryIdentifier": {"type": "HS_EMAIL_ADDRESS", "value": self.mailbox}}
                ],
                "attachments": [self._attachment(*one) for one in files or []],
            }
            if message_id:
                to = {"contacts": [place["associatedContactId"]]}
                headers = json.dumps({"from": {"email": visitor["email"]}, "to": [{"email": self.mailbox}]})
                self.add(
                    "emails",
                    {
                        "hs_timestamp": said["createdAt"],
                        "hs_email_direction": "INCOMING_EMAIL",
                        "hs_email_subject": subject,
                        "hs_email_text": text,
                        "hs_email_headers": headers,
                        "hs_email_message_id": message_id,
                        "hs_email_thread_id": thread,
                    },
                    to,
                )
            return self._keep(thread, said)

    def noise(self, thread: str, kind: str = "ASSIGNMENT") -> str:
        """Something in a thread that nobody wrote: ASSIGNMENT, WELCOME_MESSAGE, THREAD_STATUS_CHANGE."""
        with self.lock:
            return self._keep(thread, self._message(thread, kind, "S-hubspot", None))

    def agent_writes(self, thread: str, text: str) -> str:
        """A person answers in HubSpot's own desk."""
        with self.lock:
            said = self._message(thread, "MESSAGE", next(one for one in self._actors if one.startswith("A-")), None)
            said |= {"text": text, "richText": _as_html(text), "direction": "OUTGOING", "truncationStatus": "NOT_TRUNCATED"}
            return self._keep(thread, said)

    def _message(self, thread: str, kind: str, by: str, at: float | None) -> dict[str, Any]:
        when = stamp(self.now() if at is None else at)
        return {
            "id": uuid.uuid4().hex,
            "type": kind,
            "conversationsThreadId": thread,
            "createdAt": when,
            "updatedAt": when,
            "createdBy": by,
            "client": {"clientType": "SYSTEM" if by.startswith("S-") else "HUBSPOT"},
            "senders": [],
            "recipients": [],
            "archived": False,
        }

    def _keep(self, thread: str, said: dict[str, Any]) -> str:
        rows, place = self._messages[thread], self.threads[thread]
        rows.append(said)
        rows.sort(key=lambda one: one["createdAt"])
        if said["type"] == "MESSAGE":
            place["latestMessageTimestamp"] = max(place["latestMessageTimestamp"], said["createdAt"])
            field = "latestMessageReceivedTimestamp" if said.get("direction") == "INCOMING" else "latestMessageSentTimestamp"
            place[field] = max(place.get(field, ""), said["createdAt"])
            self.event("conversations", thread, "newMessage", messageId=said["id"], messageType="MESSAGE")
        return str(said["id"])

    def thread_exists(self, number: str) -> bool:
        return number in self.threads

    # ------------------------------------------------------------------ threads
    def _thread(self, thread: str) -> dict[str, Any]:
        if thread not in self.threads:
            raise error(404, "OBJECT_NOT_FOUND", f"Thread {thread} not found")
        return self.threads[thread]

    def _shown(self, thread: dict[str, Any], request: Request) -> dict[str, Any]:
        out = dict(thread)
        tickets = [number for kind, number in self.links.get(("conversations", thread["id"]), {}) if kind == "tickets"]
        if tickets and "TICKET" in request.all("association"):
            out["threadAssociations"] = {"associatedTicketId": tickets[0]}
        return out

    def threads_list(self, request: Request) -> Any:
        sort, since, limit = (
            request.get("sort") or "id",
            request.get("latestMessageTimestampAfter"),
            int(request.get("limit") or 100),
        )
        if sort not in ("id", "latestMessageTimestamp"):
            raise invalid(f"Invalid sort: {sort}. Threads are sorted by id or latestMessageTimestamp, ascending")
        if sort == "latestMessageTimestamp" and not since:
            raise invalid("latestMessageTimestampAfter is required when sorting by latestMessageTimestamp")
        if since and sort == "id":
            raise invalid("latestMessageTimestampAfter needs sort=latestMessageTimestamp")
        if request.get("associatedContactId") and not request.get("threadStatus"):
            raise invalid("threadStatus is required with associatedContactId")
        if limit > 500:
            raise invalid("limit must be at most 500")
        rows = [one for one in self.threads.values() if one["archived"] == request.flag("archived")]
        for query, name in (("threadStatus", "status"), ("associatedContactId", "associatedContactId")):
            if wanted := request.get(query):
                rows = [one for one in rows if one[name] == wanted]
        if boxes := request.all("inboxId"):
            rows = [one for one in rows if one["inboxId"] in boxes]
        if ticket := request.get("associatedTicketId"):
            rows = [one for one in rows if ("tickets", ticket) in self.links.get(("conversations", one["id"]), {})]
        if since:
            floor = _seconds(since)
            rows = [one for one in rows if _seconds(one["latestMessageTimestamp"]) > floor]
        rows.sort(key=lambda one: (one["latestMessageTimestamp"], int(one["id"])) if sort != "id" else ("", int(one["id"])))
        return self._paged(request, [self._shown(one, request) for one in rows], limit)

    def _paged(self, request: Request, rows: list[Any], limit: int) -> dict[str, Any]:
        start = int(request.get("after") or 0)
        out: dict[str, Any] = {"results": rows[start : start + limit]}
        if start + limit < len(rows):
            out["paging"] = {"next": {"after": str(start + limit), "link": f"{self.real}{request.path}?after={start + limit}"}}
        return out

    def threads_get(self, request: Request, thread: str) -> Any:
        return self._shown(self._thread(thread), request)

    def threads_update(self, request: Request, thread: str) -> Any:
        found, body = self._thread(thread), parse_body(request, invalid)
        if body.get("status", "OPEN") not in ("OPEN", "CLOSED") or set(body) - {"status", "archived"}:
            raise invalid("Only status (OPEN, CLOSED) and archived of a thread can be changed")
        found.update(body)
        if body.get("status") == "CLOSED":
            found["closedAt"] = stamp(self.now())
        return self._shown(found, request)

    def threads_archive(self, request: Request, thread: str) -> Any:
        del self.threads[self._thread(thread)["id"]]
        return Answer(204)

    # ------------------------------------------------------------------ messages
    def messages_list(self, request: Request, thread: str) -> Any:
        self._thread(thread)
        sort = request.get("sort") or "createdAt"
        if sort not in ("createdAt", "-createdAt"):
            raise invalid(f"Invalid sort: {sort}")
        rows = self._messages[thread][:: -1 if sort.startswith("-") else 1]
        return self._paged(request, rows, int(request.get("limit") or 100))

    def _one_message(self, thread: str, number: str) -> dict[str, Any]:
        self._thread(thread)
        for one in self._messages[thread]:
            if one["id"] == number:
                return one
        raise error(404, "OBJECT_NOT_FOUND", f"Message {number} not found in thread {thread}")

    def messages_get(self, request: Request, thread: str, number: str) -> Any:
        return self._one_message(thread, number)

    def messages_original(self, request: Request, thread: str, number: str) -> Any:
        said = self._one_message(thread, number)
        return self._originals.get(number) or {"text": said.get("text", ""), "richText": said.get("richText", "")}

    def messages_create(self, request: Request, thread: str) -> Any:
        self._thread(thread)
        body = parse_body(request, invalid)
        comment = body.get("type") == "COMMENT"
        needed = ("text",) if comment else ("text", "recipients", "senderActorId", "channelId", "channelAccountId")
        if lost := [name for name in needed if not body.get(name)]:
            raise invalid(f"Invalid input JSON on line 1, column 1: Some required fields were not set: {lost}")
        if body.get("type") not in ("MESSAGE", "COMMENT"):
            raise invalid("type must be MESSAGE or COMMENT")
        if not comment:
            if not re.fullmatch(r"A-\d+", body["senderActorId"]) or body["senderActorId"] not in self._actors:
                raise invalid(f"senderActorId {body['senderActorId']} is not an agent of this account")
            if body["channelId"] != EMAIL or body["channelAccountId"] != self.email_account:
                raise invalid("channelAccountId does not belong to channelId in this account")
            for one in body["recipients"]:
                for way in one.get("deliveryIdentifiers") or [{}]:
                    if way.get("type") != "HS_EMAIL_ADDRESS" or "@" not in str(way.get("value")):
                        raise invalid("recipients: deliveryIdentifiers must be of type HS_EMAIL_ADDRESS for this channel")
        files = []
        for one in body.get("attachments") or []:
            if one.get("type") == "FILE" and one.get("fileId") not in self.files:
                raise invalid(f"File {one.get('fileId')} does not exist")
            files.append(
                one | {"url": self.files[one["fileId"]]["url"], "name": self.files[one["fileId"]]["name"]}
                if one.get("type") == "FILE"
                else one
            )
        said = self._message(thread, body["type"], body.get("senderActorId") or "I-integration", None)
        said |= {
            "text": body["text"],
            "richText": body.get("richText") or _as_html(body["text"]),
            "attachments": files,
            "client": {"clientType": "INTEGRATION", "integrationAppId": 4242},
        }
        if not comment:
            actor = self._actors[body["senderActorId"]]
            said |= {
                "direction": "OUTGOING",
                "truncationStatus": "NOT_TRUNCATED",
                "channelId": body["channelId"],
                "subject": body.get("subject") or "",
                "channelAccountId": body["channelAccountId"],
                "status": {"statusType": "SENT"},
                "senders": [{"actorId": actor["id"], "name": actor["name"], "senderField": "FROM"}],
                "recipients": [
                    {"recipientField": one.get("recipientField") or "TO", "deliveryIdentifier": one["deliveryIdentifiers"][0]}
                    for one in body["recipients"]
                ],
            }
        self._keep(thread, said)
        self.sent.append(said)
        return Answer(201, said)


def _as_html(text: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<p>" + safe.replace("\n", "<br>") + "</p>"


def _seconds(value: str) -> float:
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    except ValueError as err:
        raise invalid(f"latestMessageTimestampAfter: {value} is not a timestamp") from err
