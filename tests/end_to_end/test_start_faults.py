"""A hub that cannot start says why, by whom, and what to do, and leaves with exit code 5."""

import os
import socket
from pathlib import Path

import pytest

from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.processes import Cold
from tests.end_to_end.volume import volume

pytestmark = pytest.mark.timeout(60)


async def test_the_port_of_the_api_is_taken(make_hub: MakeHub) -> None:
    hub = make_hub(BROKER__KIND="embedded")
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        hub.api_port = holder.getsockname()[1]
        told = await hub.complaint()
    assert f"127.0.0.1:{hub.api_port} is taken by" in told["detail"]
    assert f"(pid {os.getpid()}, user" in told["detail"]
    assert "[api]" in told["remedy"]
    await hub.start()


async def test_there_is_a_file_in_place_of_the_data_folder(make_hub: MakeHub) -> None:
    hub = make_hub(BROKER__KIND="embedded")
    hub.data.write_text("mine")
    told = await hub.complaint()
    assert told["detail"] == f"{hub.data} is not a folder"
    assert "ECOHUB_DATA" in told["remedy"]
    assert hub.data.read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_the_data_folder_belongs_to_somebody_else(make_hub: MakeHub) -> None:
    hub = make_hub(BROKER__KIND="embedded")
    hub.data.mkdir(mode=0o500)
    told = await hub.complaint()
    assert f"The data folder {hub.data} cannot be written" in told["detail"]
    assert "ECOHUB_DATA" in told["remedy"]


async def test_the_data_folder_is_on_a_disk_that_is_read_only(make_hub: MakeHub) -> None:
    hub = make_hub(BROKER__KIND="embedded")
    with volume(hub.data, "ro") as disk:
        hub.program.launcher = Cold(*disk.prefix)
        told = await hub.complaint()
    assert f"The data folder {hub.data} cannot be written" in told["detail"]
    assert "ECOHUB_DATA" in told["remedy"]


async def test_the_disk_of_the_data_folder_is_full_from_the_start(make_hub: MakeHub) -> None:
    hub = make_hub(BROKER__KIND="embedded")
    with volume(hub.data, "size=64k") as disk:
        hub.program.launcher = Cold(*disk.prefix)
        told = await hub.complaint()
    assert told["code"] == "cannot-start", told
    assert "room" in told["detail"]
    assert "Free some space" in told["remedy"]


@pytest.mark.parametrize("name", ["local-token", "run.json"])
async def test_something_lies_where_the_hub_notes_how_to_reach_it(
    make_hub: MakeHub, name: str
) -> None:
    hub = make_hub(BROKER__KIND="embedded")
    (hub.data / name).mkdir(parents=True)
    told = await hub.complaint()
    assert told["code"] == "cannot-start", told
    assert told["detail"] == f"{hub.data / name} cannot be written: Is a directory"
    assert f"see that {hub.data} can be written" in told["remedy"]


async def test_another_hub_works_in_the_data_folder(make_hub: MakeHub, tmp_path: Path) -> None:
    first = make_hub(BROKER__KIND="embedded")
    await first.start()
    second = make_hub("b", BROKER__KIND="embedded", DATA=str(first.data))
    told = await second.complaint()
    assert told["detail"] == f"{first.data} is in use by another hub (process {first.program.pid})"
    assert "ECOHUB_DATA" in told["remedy"]
    assert await first.is_ready()
    assert (first.data / "run.json").exists()
    await first.kill()
    await second.start()
    assert second.id == first.id
