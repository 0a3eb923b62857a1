"""A person's data, erased or copied: what the page and the API share."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Annotated, TypeVar

from fastapi import Path, Response
from fastapi.responses import StreamingResponse

from core.errors import UserError
from engine.desk import Desk
from engine.privacy import Unconfirmed
from web.problems import Refusal
from web.saving import chunks

T = TypeVar("T")
ZIP = "application/zip"
ContactId = Annotated[str, Path(pattern=r"^[0-9a-f]{24}$", description="L'identifiant du contact · The contact's id")]


async def erasing(desk: Desk, work: Callable[[], T]) -> T:
    """The result, from a thread of the desk. Raises Refusal 404, 409 with what keeps it from being done, 422 unconfirmed."""
    try:
        return await desk.run(work)
    except KeyError:
        raise Refusal(404, "Aucun contact ne porte cet identifiant.") from None
    except UserError as error:
        raise Refusal(422 if isinstance(error, Unconfirmed) else 409, f"{error.what[:1].upper()}{error.what[1:]}.") from None


def saved_copy(file: IO[bytes], contact_id: str) -> Response:
    """The ZIP file as an answer to be saved."""
    headers = {"content-disposition": f'attachment; filename="personne-{contact_id}.zip"'}
    return StreamingResponse(chunks(file), 200, headers, media_type=ZIP)
