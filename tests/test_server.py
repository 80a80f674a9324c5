"""The served page as programs meet it: its endpoints, its health, and what it leaves behind: nothing."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from offline import guard
from PIL import Image

import diseaseface
from diseaseface import Pipeline, pictures
from diseaseface.__main__ import main

ROOT = Path(diseaseface.__file__).parents[1]
HEAD = ROOT / "assets" / "examples" / "head-04.jpg"
ASKED = {"disease": "Down syndrome", "severity": 0.6, "seed": 2}
NAMES = {"/transform", "/strip", "/bundle", "/evaluate", "/search_diseases", "/profile", "/describe"}


def start(temporary: Path, logs: Path):
    """The app in a process of its own, which may reach nothing but this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    surroundings = {name: value for name, value in os.environ.items() if name != "GRADIO_TEMP_DIR"}
    surroundings |= {"GRADIO_SERVER_PORT": str(port), "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"}
    surroundings |= {"DISEASEFACE_MCP": "1"} if find_spec("mcp") else {}
    said, outside = logs / "app.log", logs / "outside.log"
    command = [sys.executable, str(ROOT / "tests" / "offline.py"), str(outside), "app.py"]
    with said.open("w") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=file, stderr=file)
    url = f"http://127.0.0.1:{port}/"
    for _ in range(1200):
        try:
            fetched(url + "health")
            return SimpleNamespace(process=process, url=url, temporary=temporary, said=said, outside=outside)
        except OSError:
            assert process.poll() is None, said.read_text()
            time.sleep(0.25)
    process.kill()
    pytest.fail("the page was not served in time: " + said.read_text())


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    app = start(tmp_path_factory.mktemp("temporary"), tmp_path_factory.mktemp("logs"))
    yield app
    app.process.terminate()
    app.process.wait(60)


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    from gradio_client import Client

    return Client(server.url, verbose=False, download_files=str(tmp_path_factory.mktemp("downloads")))


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A photo with somebody's name in its file's name."""
    path = tmp_path_factory.mktemp("photo") / "jane-doe-1980.jpg"
    path.write_bytes(HEAD.read_bytes())
    return path


@pytest.fixture(scope="module")
def drawn(client, photo):
    """What the endpoint gives for a request, without the visible mark."""
    from gradio_client import handle_file

    picture, report = client.predict(photo=handle_file(photo), **ASKED, mark=False, api_name="/transform")
    return Path(picture).read_bytes(), report


def test_api_command_line_and_python_give_the_same_bytes(drawn, photo, tmp_path):
    out = tmp_path / "drawn.png"
    asked = ["--disease", ASKED["disease"], "--severity", str(ASKED["severity"]), "--seed", str(ASKED["seed"])]
    assert main(["transform", str(photo), *asked, "--no-mark", "--out", str(out)]) == 0
    result = Pipeline.load().transform(photo, **ASKED)
    assert drawn[0] == out.read_bytes() == result.png(mark=False)
    with Image.open(io.BytesIO(drawn[0])) as picture:
        np.testing.assert_array_equal(np.asarray(picture), result.picture)


def test_the_endpoint_returns_the_report_that_is_in_its_picture(drawn):
    picture, report = drawn
    assert report == pictures.read_report(picture)
    assert report["disease"]["id"] == "ORPHA:870"
    assert "timings_ms" not in report


def test_the_endpoints_are_named_and_typed_and_nothing_else_can_be_called(client):
    told = client.view_api(return_format="dict", print_info=False)
    assert told["named_endpoints"].keys() == NAMES
    assert not told["unnamed_endpoints"]
    parameters = {one["parameter_name"]: one for one in told["named_endpoints"]["/transform"]["parameters"]}
    assert list(parameters) == [
        "photo", "disease", "severity", "seed", "age", "photo_age", "sex", "side", "presentation", "toward",
        "engine", "mark",
    ]  # fmt: skip
    required = {name for name, one in parameters.items() if not one["parameter_has_default"]}
    assert required == {"photo", "disease"}
    assert parameters["severity"]["python_type"]["type"] == "float"
    assert "left" in parameters["side"]["python_type"]["type"]


def test_a_handler_of_the_page_is_no_endpoint(client):
    with pytest.raises(ValueError, match="show"):
        client.predict(api_name="/show")


def test_a_photo_named_by_an_address_is_not_fetched(client, server):
    from gradio_client import handle_file

    photo = handle_file(f"{server.url}/health")
    with pytest.raises(Exception, match="Send the photo itself"):
        client.predict(photo=photo, disease="rosacea", api_name="/transform")


def test_a_strip_a_bundle_and_an_evaluation_can_be_asked_for(client, photo, drawn, tmp_path):
    from gradio_client import handle_file

    sheet, reports = client.predict(photo=handle_file(photo), disease="rosacea", stages=3, api_name="/strip")
    assert [report["severity"] for report in reports] == [0.0, 0.5, 1.0]
    assert pictures.read_report(sheet)["severity"] == 1.0
    archive = client.predict(photo=handle_file(photo), disease="rosacea", severity=0.5, api_name="/bundle")
    with zipfile.ZipFile(archive) as contents:
        assert {Path(name).suffix for name in contents.namelist()} >= {".png", ".gif", ".mp4", ".pdf", ".json", ".csv"}
    path = tmp_path / "drawn.png"
    path.write_bytes(drawn[0])
    read = client.predict(photo=handle_file(path), disease="ORPHA:870", before=handle_file(photo), api_name="/evaluate")
    assert read["scores"]["severity"]["value"] == pytest.approx(ASKED["severity"], abs=0.15)
    assert read["scores"]["unchanged_outside"]["value"] == 1.0


def test_diseases_profiles_and_words_can_be_asked_for(client):
    found = client.predict(text="cushing", most=3, api_name="/search_diseases")
    assert 1 <= len(found) <= 3
    assert found[0].keys() == {"id", "name", "synonyms", "signs", "drawable"}
    assert client.predict(disease="rosacea", api_name="/profile")["signs"]
    signs = client.predict(text="puffy eyelids and yellow eyes", api_name="/describe")
    assert {"hpo", "label", "attribute", "side", "strength", "score"} <= signs[0].keys()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"disease": "xyzzy"}, "xyzzy"),
        ({"severity": 1.0, "engine": "diffusion"}, "weights"),
        ({"age": -3}, "age"),
    ],
    ids=["disease", "engine", "age"],
)
def test_a_refusal_is_one_sentence_for_the_caller(client, photo, changed, words):
    from gradio_client import handle_file
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match=words) as refused:
        client.predict(photo=handle_file(photo), **(ASKED | changed), api_name="/transform")
    assert "Traceback" not in str(refused.value)


def test_health_is_told_under_load_and_tells_nothing_of_anybody(server, client, photo):
    from gradio_client import handle_file

    jobs = [
        client.submit(photo=handle_file(photo), disease=name, severity=0.9, api_name="/transform")
        for name in ("rosacea", "Graves disease", "Williams syndrome")
    ]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: json.loads(fetched(server.url + "health")), range(12)))
    assert all(answer["status"] == "ok" for answer in answers)
    assert answers[0]["version"] == diseaseface.__version__
    assert answers[0]["engines"] == {"morph": True, "diffusion": False}
    assert answers[0].keys() == {"status", "version", "engines", "waiting"}
    for job in jobs:
        assert job.result(timeout=300)[1]["synthetic"] is True


@pytest.mark.skipif(not find_spec("mcp"), reason="the package mcp is not installed")
def test_the_endpoints_are_tools_for_mcp(server):
    import asyncio

    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def tools():
        async with (
            streamablehttp_client(server.url + "gradio_api/mcp/") as (receive, send, _),
            ClientSession(receive, send) as session,
        ):
            await session.initialize()
            listed = {tool.name: tool for tool in (await session.list_tools()).tools}
            found = await session.call_tool(next(n for n in listed if n.endswith("search_diseases")), {"text": "down"})
            return listed, found

    listed, found = asyncio.run(tools())
    assert {"/" + name.removeprefix("diseaseface_") for name in listed} == NAMES
    drawing = next(tool for name, tool in listed.items() if name.endswith("transform"))
    assert "disease" in drawing.inputSchema["properties"]
    assert "Show a disease" in drawing.description
    assert "Down syndrome" in found.content[0].text


def test_whatever_a_visit_leaves_on_disk_lies_in_the_one_folder_that_is_swept(server, drawn):
    assert [entry.name.startswith("diseaseface-room-") for entry in server.temporary.iterdir()] == [True]
    (room,) = server.temporary.iterdir()
    held = [path for path in room.rglob("*") if path.is_file() and path.name != ".alive"]
    assert held, "the visit's files are there while it lasts"
    long_ago = time.time() - 3600
    for path in (*held, *(path for path in room.rglob("*") if path.is_dir())):
        os.utime(path, (long_ago, long_ago))
    for _ in range(240):
        if not any(path.exists() for path in held):
            break
        time.sleep(0.25)
    assert not any(path.exists() for path in held), "files go when they were not used for some minutes"


def test_no_name_of_a_photo_is_in_the_log_or_in_a_result(server, drawn):
    assert b"jane" not in drawn[0]
    assert "jane" not in json.dumps(drawn[1])
    assert "jane" not in server.said.read_text().lower()
    assert "Traceback" not in server.said.read_text()


def test_the_served_page_names_no_other_machine_to_fetch_from(server):
    import re

    html = fetched(server.url).decode()
    fetches = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=[\"'](https?:)?//([^/\"']+)", html)
    assert [host for _, host in fetches if not host.startswith("127.0.0.1")] == []


def test_the_guard_against_connections_would_notice(tmp_path):
    log = tmp_path / "outside.log"
    probe = (
        "import sys, socket; sys.path.insert(0, 'tests'); from offline import guard; from pathlib import Path; "
        f"guard(Path({str(log)!r}))\n"
        "for reach in (socket.create_connection, lambda address: socket.getaddrinfo(*address)):\n"
        "    try:\n        reach(('192.0.2.1', 80))\n    except OSError:\n        pass\n"
    )
    subprocess.run([sys.executable, "-c", probe], cwd=ROOT, check=True)
    assert len(log.read_text().splitlines()) == 2
    assert callable(guard)


def test_nothing_reached_for_another_machine_during_the_whole_visit(server, drawn):
    """Stands near the end, so that all of the above has happened."""
    assert not server.outside.exists() or server.outside.read_text() == ""


def test_nothing_is_left_on_disk_when_the_page_is_stopped(server, drawn):
    """Stands last, since it stops the server."""
    assert len(list(server.temporary.iterdir())) == 1
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(120)
    assert list(server.temporary.iterdir()) == []
