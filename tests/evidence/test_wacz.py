"""A WACZ of a page: judged by its own rules, by our own reader and, where it is installed, by py-wacz."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive_makers import found_in, reasons_of
from captured import BODY, FINAL, URL, capture
from rempart.evidence.wacz import sort_key, write_wacz
from required import ROOT, skip_or_fail


def files_of(wacz: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(wacz)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def validate(wacz: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    """Have py-wacz validate it, in a virtual environment of its own."""
    program = ROOT / ".venv-judges-wacz" / "bin" / "wacz"
    if not program.exists():
        skip_or_fail("wacz", "scripts/judges wacz has not installed it")
    path = folder / "page.wacz"
    path.write_bytes(wacz)
    return subprocess.run(
        [program, "validate", "-f", path],
        env={"HOME": str(folder), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_py_wacz_validates_it(tmp_path: Path) -> None:
    """Its files, its digests, its description."""
    done = validate(write_wacz(capture()), tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "succeeded" in done.stdout


def test_py_wacz_finds_a_byte_that_changed(tmp_path: Path) -> None:
    """The judge can fail."""
    wacz = write_wacz(capture())

    done = validate(wacz.replace(b"json-pages-1.0", b"json-pages-1.1"), tmp_path)

    assert "succeeded" not in done.stdout


def test_every_file_is_described() -> None:
    """Each with its size and its digest, and the description with its own."""
    files = files_of(write_wacz(capture()))
    manifest = json.loads(files["datapackage.json"])

    described = {one["path"]: (one["bytes"], one["hash"]) for one in manifest["resources"]}

    rest = {name: content for name, content in files.items() if not name.startswith("datapackage")}
    assert described == {
        name: (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") for name, content in rest.items()
    }
    assert json.loads(files["datapackage-digest.json"]) == {
        "path": "datapackage.json",
        "hash": f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}",
    }
    assert (manifest["profile"], manifest["wacz_version"]) == ("data-package", "1.1.1")
    assert manifest["mainPageUrl"] == URL


def test_the_index_leads_to_the_answers() -> None:
    """Sorted; each line cuts one record out of the WARC, whose address and status it tells."""
    files = files_of(write_wacz(capture()))
    lines = files["indexes/index.cdx"].decode().splitlines()
    warc = files["archive/data.warc.gz"]

    found = {}
    for line in lines:
        entry = json.loads(line.split(" ", 2)[2])
        cut = warc[int(entry["offset"]) : int(entry["offset"]) + int(entry["length"])]
        [record] = [
            (r.http_headers.get_statuscode(), r.content_stream().read()) for r in ArchiveIterator(io.BytesIO(cut))
        ]
        found[entry["url"], entry["status"]] = record

    assert lines == sorted(lines)
    assert found == {(URL, "302"): ("302", b""), (FINAL, "200"): ("200", BODY)}


def test_the_page_is_the_address_that_was_asked_for() -> None:
    """With the time at which it was."""
    [kind, page] = files_of(write_wacz(capture()))["pages/pages.jsonl"].decode().splitlines()

    assert json.loads(kind)["format"] == "json-pages-1.0"
    assert json.loads(page) == {"id": "1", "url": URL, "ts": "2026-03-04T12:00:00.120000Z", "title": "Fil"}


def test_the_same_input_gives_the_same_bytes() -> None:
    """Nothing of the machine or of the moment is in it; nothing is compressed twice."""
    wacz = write_wacz(capture())

    assert wacz == write_wacz(capture())
    with zipfile.ZipFile(io.BytesIO(wacz)) as archive:
        assert {(e.compress_type, e.date_time, e.flag_bits, e.extra) for e in archive.infolist()} == {
            (zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0), 0, b"")
        }


def test_our_own_reader_takes_it_for_a_web_archive(tmp_path: Path) -> None:
    """Nothing in it is damaged, or too much."""
    (tmp_path / "page.wacz").write_bytes(write_wacz(capture()))

    assert reasons_of(found_in(tmp_path)) == []


@pytest.mark.parametrize(
    "url, key",
    [
        ("https://www2.example.org/A", "org,example)/a"),
        ("http://example.org:8080/?z=1&a=2", "org,example:8080)/?a=2&z=1"),
        ("http://192.0.2.7/a/", "7,2,0,192)/a/"),
        ("http://[2001:db8::1]:81/a", "[2001:db8::1]:81)/a"),
        ("https://forum.www.org/www.a", "org,www,forum)/www.a"),
    ],
)
def test_keys_are_those_of_viewers(url: str, key: str) -> None:
    """As wabac.js makes them."""
    assert sort_key(url) == key
