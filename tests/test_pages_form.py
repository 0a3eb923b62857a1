"""/demande: the customers' form, as a browser without scripts posts it; what is refused is told, what is taken is kept."""

from __future__ import annotations

import http.client
import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_help import Answer, Running, running

from tests.road import JPEG

BORDER = "grenze-4711"
HTML = {"Accept": "text/html"}
GLB = b"glTF" + struct.pack("<II", 2, 20) + struct.pack("<I4s", 0, b"JSON")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, form_burst=50, file_bytes=1_000_000) as edge:
        yield edge


def body(values: dict[str, str], files: list[tuple[str, bytes]]) -> bytes:
    """The form as a browser sends it."""
    out = io.BytesIO()
    for name, value in values.items():
        out.write(f'--{BORDER}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, content in files:
        out.write(f'--{BORDER}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'.encode())
        out.write(b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    out.write(f"--{BORDER}--\r\n".encode())
    return out.getvalue()


def fill(web: Running, *files: tuple[str, bytes], headers: dict[str, str] | None = None, **changed: str) -> Answer:
    values = {"email": "client@example.com", "text": "Je souhaite modéliser ce fauteuil.", "subject": "Fauteuil", **changed}
    kind = f"multipart/form-data; boundary={BORDER}"
    return web.call("POST", "/demande", body(values, list(files)), Content_Type=kind, **HTML, **(headers or {}))


def test_a_request_with_files_is_one_case_and_sent_again_it_stays_one(web: Running) -> None:
    answer = fill(web, ("photo.jpg", JPEG), ("fauteuil.glb", GLB))
    assert answer.status == 303
    web.counter.settle()
    case = web.counter.only()
    assert [(f.name, f.family) for f in case.files] == [("photo.jpg", "image"), ("fauteuil.glb", "model3d")]
    assert (case.party.email, case.thread.channel) == ("client@example.com", "form")
    again = fill(web, ("photo.jpg", JPEG), ("fauteuil.glb", GLB))
    assert again.headers["location"] == answer.headers["location"]
    web.counter.settle()
    assert len(web.counter.cases()) == 1
    page = web.call("GET", answer.headers["location"], **HTML)
    assert page.status == 200
    assert case.ref in page.body.decode()


def test_what_is_missing_is_told_at_its_field_and_nothing_written_is_lost(web: Running) -> None:
    answer = fill(web, email="pas une adresse", name="Zoé <script>")
    page = answer.body.decode()
    assert answer.status == 422
    assert "Cette adresse ne semble pas complète." in page
    assert "Zoé &lt;script&gt;" in page
    assert "<script>" not in page.replace("<script src", "")
    assert 'aria-invalid="true"' in page
    english = fill(web, text=" ", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert english.status == 422
    assert "Tell us in a few words what you would like." in english.body.decode()
    assert web.counter.cases() == []


def bomb() -> bytes:
    """300 MB of nothing in a small zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("rien.bin", b"\0" * 300_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("vide.jpg", b"", "ce fichier est vide"),
        ("grand.jpg", JPEG + b"x" * 1_000_001, "ce fichier est trop grand (1 Mo au plus)"),
        ("bombe.zip", bomb, "démesuré"),
    ],
)
def test_a_file_that_is_not_taken_is_told_and_nothing_of_the_request_is_kept(
    web: Running, name: str, content: Any, sentence: str
) -> None:
    answer = fill(web, ("photo.jpg", JPEG), (name, content() if callable(content) else content))
    assert answer.status == 422
    assert f"{name} : " in answer.body.decode()
    assert sentence in answer.body.decode()
    web.counter.settle()
    assert web.counter.cases() == []


def test_an_honest_zip_is_taken(web: Running) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("plan.txt", b"plan " * 20_000)
    assert fill(web, ("plans.zip", out.getvalue())).status == 303


def test_more_than_fits_is_refused_before_it_fills_the_disk(web: Running) -> None:
    answer = fill(web, *((f"{n}.bin", b"x" * 900_000) for n in range(8)))
    assert answer.status == 413
    assert "6 Mo ensemble" in answer.body.decode()
    # What does not say how long it is, is counted as it comes.
    whole = body({"email": "a@example.com", "text": "Bonjour"}, [(f"{n}.bin", b"x" * 900_000) for n in range(8)])
    pieces = (whole[at : at + 65_536] for at in range(0, len(whole), 65_536))
    connection = http.client.HTTPConnection("127.0.0.1", web.call.port, timeout=30)
    headers = {"Content-Type": f"multipart/form-data; boundary={BORDER}", "Transfer-Encoding": "chunked"}
    connection.request("POST", "/demande", pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()
    many = fill(web, *((f"{n}.jpg", JPEG + bytes([n])) for n in range(21)))
    assert many.status == 422
    assert "20 fichiers au plus" in many.body.decode()
    assert fill(web, *((f"{n}.jpg", JPEG) for n in range(40))).status == 400


def test_the_hidden_field_keeps_nothing_and_tells_nothing(web: Running) -> None:
    answer = fill(web, website="https://spam.example")
    assert answer.status == 303
    assert web.call("GET", answer.headers["location"], **HTML).status == 200
    web.counter.settle()
    assert web.counter.cases() == []


def test_another_site_may_not_send_the_form(web: Running) -> None:
    assert fill(web, headers={"Origin": "https://autre.example"}).status == 403
    assert fill(web, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert fill(web, headers={"Origin": f"http://127.0.0.1:{web.call.port}"}).status == 303
    web.counter.settle()
    assert len(web.counter.cases()) == 1


def test_a_flood_is_asked_to_wait(tmp_path: Path) -> None:
    with running(tmp_path, form_burst=3, form_pause=60.0) as web:
        assert [fill(web, subject=f"n° {n}").status for n in range(4)] == [303, 303, 303, 429]
        assert "réessayez dans une minute" in fill(web).body.decode()


def test_a_script_is_told_in_json(web: Running) -> None:
    told = fill(web, headers={"X-Requested-With": "guichet"}, email="")
    assert told.status == 422
    assert told.json["fields"] == {"email": "Il nous faut une adresse pour vous répondre."}
    fine = fill(web, headers={"X-Requested-With": "guichet"})
    assert fine.status == 201
    assert fine.json["place"].startswith("/demande/recue/")


def test_pages_load_nothing_from_elsewhere_and_run_no_script_of_their_own(web: Running) -> None:
    page = web.call("GET", "/demande", **HTML)
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    text = page.body.decode()
    assert "://" not in text.replace("http://www.w3.org", "")
    assert " style=" not in text
    assert " onclick=" not in text
    asset = next(part for part in text.split('"') if part.startswith("/static/") and part.endswith("app.css"))
    css = web.call("GET", asset, Accept_Encoding="gzip")
    assert css.status == 200
    assert css.headers["content-encoding"] == "gzip"
    assert "immutable" in css.headers["cache-control"]
    for bad in ("/static/000000000000/app.css", "/static/x/../app.py", "/static/x/..%2f..%2fapp.py", "/static/x/%00"):
        assert web.call("GET", bad).status == 404, bad


def test_errors_are_pages_for_people_and_json_for_programs(web: Running) -> None:
    page = web.call("GET", "/nulle-part", **HTML)
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Il n’y a rien à cette adresse" in page.body.decode()
    assert web.call("GET", "/nulle-part").json["error"]
    assert web.call("GET", "/api/nulle-part", **HTML).json["error"]


def test_language_and_light_are_remembered_and_lead_nowhere_else(web: Running) -> None:
    kind = "application/x-www-form-urlencoded"
    chosen = web.call("POST", "/preferences", b"lang=en&theme=dark&next=/demande", Content_Type=kind)
    assert (chosen.status, chosen.headers["location"]) == (303, "/demande")
    page = web.call("GET", "/demande", Cookie="lang=en; theme=dark", Accept_Language="fr", **HTML).body.decode()
    assert '<html lang="en" data-theme="dark" data-bs-theme="dark">' in page
    for away in (b"//evil.example", b"https://evil.example", b"/\\evil.example", b"/%0d%0aSet-Cookie:x"):
        assert web.call("POST", "/preferences", b"next=" + away, Content_Type=kind).headers["location"] == "/"
