"""Twilio's media: not there at first, then a redirect to another host, where credentials are a leak (``leaked``) and an error."""

from __future__ import annotations

from typing import Any

from .base import Fake
from .twilio_content import twilio_error
from .twilio_messages import ROOT, SM, Messages, written
from .wire import Answer, Request


class Media(Messages):
    """Mixed into the fake: files of messages. ``media_404s``: how often one is asked for before it is there."""

    routes = [
        ("GET", rf"{ROOT}/Messages/{SM}/Media\.json", "media_list"),
        ("GET", rf"{ROOT}/Messages/{SM}/Media/(?P<media>ME[0-9a-fA-F]{{32}})\.json", "media_get"),
        ("DELETE", rf"{ROOT}/Messages/{SM}/Media/(?P<media>ME[0-9a-fA-F]{{32}})(?:\.json)?", "media_delete"),
        ("GET", rf"{ROOT}/Messages/{SM}/Media/(?P<media>ME[0-9a-fA-F]{{32}})", "media_content"),
    ]

    def start_media(self) -> None:
        self.media_404s = 1
        #: requests that carried our credentials to the other host
        self.leaked: list[str] = []
        self._media: dict[str, dict[str, Any]] = {}
        self.cdn = Cdn(self)

    def _media_of(self, sid: str, media: str) -> dict[str, Any]:
        if media not in self._media or self._media[media]["message"] != sid:
            raise twilio_error(404, 20404, f"The requested resource {self._path(sid)}/Media/{media} was not found")
        return self._media[media]

    def _shown_media(self, media: str) -> dict[str, Any]:
        one, now = self._media[media], written(self._media[media]["at"])
        return {
            "sid": media,
            "account_sid": self.account,
            "parent_sid": one["message"],
            "content_type": one["type"],
            "date_created": now,
            "date_updated": now,
            "uri": f"{self._path(one['message'])}/Media/{media}.json",
        }

    def media_list(self, request: Request, account: str, sid: str) -> Any:
        self._one(sid)
        return self._page(
            request, "media_list", [self._shown_media(key) for key, one in self._media.items() if one["message"] == sid]
        )

    def media_get(self, request: Request, account: str, sid: str, media: str) -> Any:
        self._media_of(sid, media)
        return self._shown_media(media)

    def media_delete(self, request: Request, account: str, sid: str, media: str) -> Any:
        self._media_of(sid, media)
        del self._media[media]
        return Answer(204)

    def media_content(self, request: Request, account: str, sid: str, media: str) -> Any:
        one = self._media_of(sid, media)
        one["asked"] += 1
        if one["asked"] <= self.media_404s:
            raise twilio_error(404, 20404, f"The requested resource {self._path(sid)}/Media/{media} was not found")
        return Answer(307, b"", {"Location": self.cdn.address(media)}, "text/plain")


class Cdn(Fake):
    """Where media really lie: another host name (localhost) and port. Credentials that arrive here have leaked."""

    real = ""
    routes = [("GET", r"/media/(?P<media>ME[0-9a-f]{32})", "media")]

    def __init__(self, owner: Media) -> None:
        self._owner = owner
        super().__init__(clock=owner.now)

    def address(self, media: str) -> str:
        return f"http://localhost:{self.port}/media/{media}?X-Amz-Expires=300&X-Amz-Signature={'ab' * 16}"

    def real_url(self, request: Request) -> str | None:
        return None

    def error(self, status: int, request: Request, retry_after: float | None = None) -> Answer:
        return Answer(status, b"<Error><Code>InternalError</Code></Error>", content_type="application/xml")

    def media(self, request: Request, media: str) -> Any:
        if request.header("Authorization"):
            self._owner.leaked.append(request.path)
            text = b"<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>"
            return Answer(400, text, content_type="application/xml")
        one = self._owner._media.get(media)
        if one is None or not request.get("X-Amz-Signature"):
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>", content_type="application/xml")
        return Answer(200, one["data"], content_type=one["type"])
