"""Erasing a person in the outside systems: HubSpot, ClickUp, R2, WhatsApp and the stand-ins, each asked again without harm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from effects_help import MemorySpool
from fakes.twilio import Twilio
from r2_server import r2_server
from whatsapp_help import CLIENT, outlet_of, words

from connectors.clickup.client import ClickUpClient
from connectors.clickup.tasks import ClickUpTasks
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.threads import HubSpotThreads
from connectors.r2.files import R2Files
from console.beside import reading_store
from console.persons import erase_person, export_person
from core.effects import Effect, Receipt, StoreFile
from core.erasure import Forgets, Trace
from core.errors import Rejected, Transient, Unauthorized
from tests.fakes.clickup import ClickUp
from tests.fakes.hubspot import HubSpot
from tests.road import JPEG, Light, daemon, mail
from tests.test_road_tools import clickup, hubspot, tools, version

__all__ = ["clickup", "hubspot", "tools", "version"]

WHO = "client@example.com"


@pytest.mark.parametrize("version", ["v3", "2026-09"], indirect=True)
def test_a_person_is_erased_here_and_in_the_companys_tools(
    tmp_path: Path, tools: dict[str, Any], hubspot: HubSpot, clickup: ClickUp
) -> None:
    counter = Light(tmp_path / "data", **tools, files_dir=str(tmp_path / "files"))
    counter.drop(mail("Je souhaite modéliser ce fauteuil", files=(("photo.jpg", JPEG),)))
    counter.drop(mail("Je souhaite modéliser cette table", sender="Luc <luc@example.org>", subject="Table", number=2))
    assert counter.work() == {}
    (quote,) = counter.sent(WHO)
    counter.drop(mail("Je valide", answers=quote, number=3))
    assert counter.work() == {}
    assert len(clickup.created()) == 1
    assert list((tmp_path / "files").rglob("*photo.jpg"))
    settings = counter.settings

    dry = erase_person(settings, WHO, dry=True)
    assert dry.outside["tasks"] == 1
    assert len(hubspot.contacts) == 2
    report = erase_person(settings, WHO.upper(), dry=False)

    assert [one["properties"]["email"] for one in hubspot.created("contacts")] == ["luc@example.org"], "for good"
    assert len(hubspot.tickets) == 1
    assert hubspot.notes == []
    assert "table" in hubspot.tickets[0]["properties"]["subject"].casefold()
    assert len(clickup.deleted) == 1
    assert list((tmp_path / "files").rglob("*photo.jpg")) == []
    assert counter.sent(WHO) == []
    assert len(counter.sent("luc@example.org")) == 1
    assert report.inside["cases"] == 1
    assert "corbeille de HubSpot" in "\n".join(report.lines())
    with reading_store(settings) as store:
        assert store.audit().ok
        cases = {case.party.email: case for case in store.list_cases()}
    assert set(cases) == {"", "luc@example.org"}
    assert cases[""].approval is not None
    assert counter.work() == {}, "and the service goes on"
    assert len(counter.cases()) == 2, "the mail that still lies in the mailbox is no new request"


def test_the_command_prints_the_receipt_and_the_copy(tmp_path: Path) -> None:
    counter = Light(tmp_path / "data")
    counter.drop(mail("Je souhaite modéliser ce fauteuil", files=(("photo.jpg", JPEG),)))
    assert counter.work() == {}
    told = export_person(counter.settings, WHO, tmp_path / "copie")
    assert "1 dossiers, 1 messages" in told
    assert [path.read_bytes() for path in (tmp_path / "copie" / "fichiers").iterdir()] == [JPEG]
    done = daemon(tmp_path / "data", "person", "erase", WHO)
    assert done.returncode == 0, done.stderr
    assert "Reçu d'effacement" in done.stdout
    assert "sauvegardes" in done.stdout
    for system in ("crm.contact", "crm.ticket", "crm.note", "crm.change", "task"):
        assert counter.records(system) == []
    again = daemon(tmp_path / "data", "person", "erase", WHO)
    assert again.returncode == 2
    assert "rien n'est conservé" in again.stderr


def test_what_another_system_made_is_left_alone(tools: dict[str, Any], hubspot: HubSpot, clickup: ClickUp) -> None:
    with reading_nothing(hubspot) as client:
        from connectors.hubspot.forget import forget

        local = Trace("crm", "contact.upsert", "1", url="local://contact/1")
        before = len(hubspot.calls)
        (answer,) = forget(client, [local])
        assert isinstance(answer, Rejected)
        assert len(hubspot.calls) == before


def reading_nothing(hubspot: HubSpot) -> Any:
    import contextlib

    return contextlib.closing(HubSpotClient(hubspot.token, base=hubspot.url))


def test_hubspot_takes_a_hundred_a_call_and_counts_what_is_gone_as_gone(hubspot: HubSpot) -> None:
    from connectors.hubspot.forget import forget

    with reading_nothing(hubspot) as client:
        traces = [Trace("crm", "ticket.note", str(n), url="https://x") for n in range(1, 151)]
        traces += [Trace("crm", "contact.upsert", "99999999", url="https://x")] * 2
        before = len(hubspot.calls)
        assert forget(client, traces) == [None] * 152
        assert len(hubspot.calls) - before == 3


def test_a_conversation_of_hubspot_goes_whole(hubspot: HubSpot) -> None:
    thread = hubspot.add_thread("zoe@client.example")
    with reading_nothing(hubspot) as client:
        outlet = HubSpotThreads(client, agent="51234567")
        assert isinstance(outlet, Forgets)
        traces = [
            Trace("hubspot", "message.received", f"{thread}:1", thread=thread),
            Trace("hubspot", "message.send", "2", thread=thread),
        ]
        assert outlet.forget(traces) == [None, None]
        assert not hubspot.thread_exists(thread)
        assert outlet.forget(traces) == [None, None]
        assert isinstance(outlet.forget([Trace("hubspot", "message.send", "2")])[0], Rejected)


def test_a_token_that_is_refused_is_an_error_to_mend(clickup: ClickUp) -> None:
    client = ClickUpClient("pk_1_wrong", base=clickup.url)
    outlet = ClickUpTasks(client, parent=clickup.parent, spool=MemorySpool())
    (answer,) = outlet.forget([Trace("tasks", "task.create", "abc")])
    assert isinstance(answer, Unauthorized)
    outlet.close()


def test_r2_deletes_in_one_call_and_again_without_harm() -> None:
    with r2_server() as server:
        bucket, spool = server.bucket(), MemorySpool()
        files = R2Files(bucket, spool=spool)
        effects = [
            Effect(f"c1/1/{n}", "c1", "files", StoreFile(spool.put(bytes([n])), f"{n}.jpg", "image/jpeg", 1, "c1"))
            for n in range(3)
        ]
        receipts = [one for one in files.deliver(effects) if isinstance(one, Receipt)]
        traces = [Trace("files", "file.store", one.id, url=one.url) for one in receipts]
        before = len(server.calls)
        assert files.forget(traces[:2]) == [None, None]
        assert len(server.calls) - before == 1
        assert server.headers[-1].get("content-md5")
        left = [o["Key"] for o in server.client().list_objects_v2(Bucket=bucket.name)["Contents"]]
        assert left == [traces[2].id]
        assert files.forget(traces[:2]) == [None, None]
        (foreign,) = files.forget([Trace("files", "file.store", "c1/x", url="file:///x")])
        assert isinstance(foreign, Rejected)
        server.trouble("POST", "fail", 503)
        server.trouble("POST", "fail", 503)
        (failed,) = files.forget(traces[2:])
        assert isinstance(failed, Transient)
        files.close()


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with Twilio() as running:
        yield running


def test_twilio_loses_texts_and_files_both_ways(twilio: Twilio) -> None:
    twilio.receive(CLIENT, "Voici", media=(("image/jpeg", b"photo"),))
    with outlet_of(twilio) as outlet:
        (receipt,) = outlet.deliver([words("c1/2/0", "Bonjour")])
        assert isinstance(receipt, Receipt)
        (came,) = [sid for sid in twilio.messages if sid != receipt.id]
        traces = [Trace("whatsapp", "message.send", receipt.id), Trace("whatsapp", "message.received", f"{came}/media")]
        assert outlet.forget(traces) == [None, None]
        assert twilio.messages == {}
        assert twilio._media == {}
        assert outlet.forget(traces) == [None, None]
        assert isinstance(outlet.forget([Trace("whatsapp", "message.send", "../x")])[0], Rejected)
