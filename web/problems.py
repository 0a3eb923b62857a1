"""What went wrong, told as JSON with a sentence in French; never a trace, never what the caller sent."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from core.errors import PortError, UserError

#: A sentence for every status that no endpoint words itself.
SENTENCES = {
    400: "La requête n'est pas lisible.",
    401: "Une clé valable est demandée (en-tête X-API-Key ou Authorization: Bearer).",
    403: "Cette requête n'est pas admise.",
    404: "Il n'y a rien à cette adresse.",
    405: "Cette méthode n'est pas admise à cette adresse.",
    408: "La requête arrive trop lentement.",
    409: "L'état du dossier ne le permet pas.",
    413: "La requête est trop volumineuse.",
    422: "Des champs manquent ou ne conviennent pas.",
    428: "Un oui vaut pour ce qui a été vu : joignez-en le « digest ».",
    429: "Trop de demandes à la fois : réessayez un peu plus tard.",
    500: "Une erreur interne s'est produite ; elle a été notée.",
    503: "Le service ne peut pas enregistrer la demande en ce moment : réessayez dans un instant.",
}


class ProblemOut(BaseModel):
    """An answer that is no success."""

    error: str = Field(description="Ce qui ne va pas, en une phrase.", examples=["Une clé valable est demandée."])
    fields: dict[str, str] | None = Field(
        None, description="Pour 422 : ce qui ne va pas, champ par champ. Pour 428 : le « digest » de ce qu'il y a."
    )


#: A problem in the API's description, by its name; its shape comes from web.health, where it is a model. Of a model FastAPI makes a
#: validator at every status of every route, which was half of all that a start makes.
_NAMED = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}}}


class Refusal(Exception):
    """An endpoint's no: its status and a sentence ('' for the usual one); ``fields``: what is wrong with each field of the body."""

    def __init__(
        self, status: int, sentence: str = "", *, after: int | None = None, fields: dict[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.after = status, sentence or SENTENCES.get(status, SENTENCES[500]), after
        self.fields = fields


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses for an endpoint's documentation, beside those that every endpoint may give."""
    every = sorted({*statuses, 400, 405, 408, 413, 422, 500, 503})
    return {status: {"description": SENTENCES[status], "content": _NAMED} for status in every}


def body_of(status: int, sentence: str = "") -> bytes:
    """A problem's JSON."""
    return json.dumps({"error": sentence or SENTENCES.get(status, SENTENCES[500])}, ensure_ascii=False).encode()


def answer(status: int, sentence: str = "", fields: dict[str, str] | None = None, after: int | None = None) -> JSONResponse:
    """A problem as an answer."""
    content: dict[str, Any] = {"error": sentence or SENTENCES.get(status, SENTENCES[500])}
    if fields:
        content["fields"] = fields
    headers = {"Retry-After": str(after)} if after is not None else {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="guichet"'
    return JSONResponse(content, status, headers)


def install(app: FastAPI) -> None:
    """Let the app tell every problem this way."""

    async def refusal(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refusal)
        return answer(error.status, error.sentence, error.fields, error.after)

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        told = answer(error.status_code)
        if error.status_code == 405 and error.headers and "Allow" in error.headers:
            told.headers["Allow"] = error.headers["Allow"]
        return told

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        problems = error.errors()
        if any(str(p["type"]).startswith("json_invalid") for p in problems):
            return answer(400, "Le corps de la requête n'est pas du JSON.")
        fields = {".".join(str(part) for part in p["loc"][1:])[:100] or "corps": _why(p) for p in problems[:20]}
        return answer(422, fields=fields)

    async def unwell(_: Request, __: Exception) -> JSONResponse:
        return answer(503, after=5)

    app.add_exception_handler(Refusal, refusal)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    for kind in (PortError, UserError, OSError):
        app.add_exception_handler(kind, unwell)


def _why(problem: Any) -> str:
    kind, context = str(problem["type"]), problem.get("ctx", {})
    if kind == "missing":
        return "ce champ manque"
    if kind == "string_too_long":
        return f"{context.get('max_length')} caractères au plus"
    if kind == "string_too_short":
        return f"{context.get('min_length')} caractères au moins"
    if kind == "too_long":
        return f"{context.get('max_length')} éléments au plus"
    if kind == "string_pattern_mismatch":
        return "la forme ne convient pas"
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        bound = next(iter(context.values()), "?")
        return {"greater_than": "plus que", "less_than": "moins que"}.get(kind, "la limite est") + f" {bound}"
    if kind == "literal_error":
        listed = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
        return f"une de ces valeurs est attendue : {listed}"
    if kind.startswith("string"):
        return "un texte est attendu"
    if kind.startswith(("decimal", "int", "float", "finite")):
        return "un nombre est attendu (deux décimales au plus)"
    if kind.startswith("list"):
        return "une liste est attendue"
    return "cette valeur ne convient pas"
