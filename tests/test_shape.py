"""The shape of the house: sizes, names, docstrings, floors, and the lines that no room may cross."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from required import ROOT

SOURCE = ROOT / "src" / "rempart"
FILES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS = [*sorted((ROOT / "demo").glob("*.py")), *sorted((ROOT / "benchmarks").glob("*.py"))]
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "tools", "stuff"}
LINES_MAX = 400

#: Files of the sources without a test of their own name: which tests show what they do.
TESTED_ELSEWHERE = {
    "tests/app/test_evidence_*.py": "app/evidence_desk.py app/evidence_places.py app/evidence_certificates.py "
    "app/evidence_stamping.py app/evidence_recipients.py app/evidence_holding.py app/evidence_listing.py "
    "app/evidence_checking.py app/evidence_jobs.py",
    "tests/cli/test_evidence.py": "cli/case.py cli/evidence_lines.py cli/evidence_opening.py cli/evidence_erasing.py "
    "cli/evidence_renewing.py cli/evidence_recipient.py cli/evidence_verifying.py",
    "tests/store/test_evidence.py": "store/models/evidence.py model/evidence.py store/migrations/0010_evidence.py",
    "tests/privacy/test_retention.py, evidence": "privacy/evidence_texts.py",
    "tests/collect/test_recognising.py": "model/collected.py collect/budget.py collect/document.py "
    "collect/interface.py collect/limits.py collect/references.py collect/referring.py collect/walking.py "
    "collect/engines/discourse.py collect/engines/feed.py collect/engines/file_host.py collect/engines/generic.py "
    "collect/engines/json_values.py collect/engines/listing.py collect/engines/machina.py "
    "collect/engines/misago.py collect/engines/paste.py collect/engines/phpbb.py collect/engines/sitemap.py "
    "collect/engines/xenforo.py collect/examples/discourse.py collect/examples/feed.py collect/examples/files.py "
    "collect/examples/generic.py collect/examples/machina.py collect/examples/misago.py collect/examples/phpbb.py "
    "collect/examples/sitemap.py collect/examples/xenforo.py",
    "tests/app/test_tracing.py": "app/candidates.py app/wiring_copies.py model/recipient.py",
    "tests/app/test_leak_sets.py": "app/leaks.py app/scoring.py",
    "tests/app/test_marking.py": "app/marked_assets.py app/mark_versions.py mark/packing.py",
    "tests/cli/test_copies.py": "cli/recipient.py cli/mark.py cli/trace.py cli/trace_lines.py cli/decoy.py "
    "cli/commands.py",
    "tests/store/test_recipients.py": "store/models/copies.py store/models/provenance.py",
    "tests/net/test_timestamp_reading.py": "model/strict_der.py",
    "every command": "__main__.py settings.py model/ids.py model/outcome.py model/match.py model/fingerprint.py",
    "tests/cli/": "cli/scan.py cli/fingerprint.py cli/config.py cli/doctor.py cli/records.py cli/skipped.py "
    "cli/scan_lines.py cli/interrupts.py cli/remarks.py cli/printing.py cli/progress.py cli/following.py app/doctor.py "
    "app/fingerprint.py app/wiring.py",
    "tests/app/test_scan.py": "app/gating.py",
    "tests/journeys/": "cli/opening.py cli/init.py cli/sheet.py cli/owner.py cli/asset.py cli/asset_add.py "
    "cli/asset_lines.py cli/consent.py cli/ground.py cli/user.py cli/key.py cli/backup.py cli/restore.py cli/db.py "
    "cli/job.py cli/job_lines.py cli/privacy.py app/jobs.py app/privacy.py app/recovery.py app/upgrading.py",
    "tests/cli/test_options.py": "cli/right_options.py",
    "tests/cli/test_net_authorise.py": "cli/net_records.py",
    "tests/cli/test_net_facts.py": "cli/fact_lines.py app/fact_records.py",
    "tests/cli/test_bank.py": "cli/bank_lines.py",
    "tests/store/test_imported.py": "store/exchange_counts.py store/models/exchange.py "
    "store/migrations/0003_exchange.py",
    "tests/cli/test_others.py": "store/drivers.py",
    "tests/app/test_workspace_scan.py": "app/listing.py app/rights.py model/finding.py",
    "tests/app/test_registering.py": "app/detailed.py app/vault.py model/asset.py register/consent_texts.py",
    "tests/app/test_withdrawing.py": "app/handlers.py",
    "tests/app/test_backup.py": "app/restore.py store/snapshot.py keys/backup_stream.py",
    "tests/app/test_worker.py": "model/work.py",
    "tests/net/test_mail.py": "model/mail.py",
    "tests/net/test_tsa.py": "model/timestamp.py",
    "tests/evidence/test_building.py": "evidence/drafts.py evidence/package_files.py evidence/private_facts.py",
    "tests/evidence/test_verify_sh.py": "evidence/package_texts.py",
    "tests/evidence/test_zip_reading.py": "evidence/zip_form.py",
    "tests/evidence/test_verifying.py": "evidence/gathering.py evidence/manifests.py evidence/package_reading.py "
    "evidence/trusted_keys.py evidence/verdicts.py evidence/verifying_contents.py evidence/verifying_files.py "
    "evidence/verifying_signers.py",
    "tests/evidence/test_tokens.py": "evidence/local_authority.py",
    "tests/store/": "store/apps.py store/interface.py store/settings.py store/setup.py store/batches.py "
    "store/models/fields.py store/models/findings.py store/models/people.py store/models/registered.py "
    "store/models/work.py store/migrations/0001_initial.py store/migrations/0002_findings.py "
    "store/migrations/0004_placement.py store/models/hosts.py store/migrations/0005_hosts.py "
    "store/migrations/0006_copies.py store/migrations/0007_trace_leaks.py store/migrations/0008_manifests.py",
    "tests/keys/test_keyring.py": "keys/interface.py",
    "tests/store/test_log.py": "store/models/log.py store/never_changed.py store/migrations/0009_log.py "
    "store/migrations/0010_evidence.py",
    "tests/app/test_transparency_log.py": "app/log_memory.py app/log_nodes.py app/log_entries.py model/log.py",
    "tests/app/test_witness_asking.py": "app/witness_routes.py app/witness_serving.py app/witness_states.py "
    "net/vouching.py",
    "tests/evidence/test_log_proof.py": "evidence/cosigning.py evidence/proof_lines.py",
    "tests/cli/test_log.py": "cli/log_checking.py cli/log_witness.py app/log_files.py",
    "tests/net/test_request.py": "net/interface.py",
    "tests/app/test_report.py": "app/report_texts.py",
    "tests/app/test_matching_words.py": "app/matching_texts.py",
    "tests/cli/test_match.py": "cli/match_lines.py",
    "tests/model/test_gate.py": "model/gate_rules.py",
    "tests/attribute/test_tracing.py": "model/attribution.py",
    "tests/attribute/test_video_reading.py": "attribute/video_finding.py attribute/video_points.py",
    "tests/detect/test_ensemble.py": "detect/interface.py",
    "tests/detect/test_record.py": "detect/versions.py",
    "tests/detect/test_index.py": "detect/index_parts.py",
    "tests/detect/test_index_file.py": "detect/index_layout.py kernels/row_checks.py",
    "tests/kernels/test_multi_index.py": "kernels/band_plan.py kernels/band_tables.py kernels/band_search.py "
    "kernels/band_probe.py kernels/row_scan.py kernels/code_rows.py",
    "tests/detect/test_learned.py": "detect/descriptor.py",
    "tests/kernels/test_local_features.py": "kernels/variants.py",
    "tests/app/archives/": "app/archives/entries.py app/archives/limits.py app/archives/tar_headers.py "
    "app/archives/header_fields.py",
    "tests/mark/test_video_task.py": "hazmat/video_samples.py",
    "tests/cli/test_video_copies.py": "app/registering_videos.py app/wiring_videos.py attribute/video_task.py",
    "tests/hazmat/": "hazmat/formats.py hazmat/interface.py hazmat/process.py hazmat/linux_landlock.py "
    "hazmat/linux_namespaces.py hazmat/linux_process.py hazmat/linux_seccomp.py",
    "tests/cli/test_net.py": "app/net_check.py app/outside.py",
    "tests/cli/test_net_relay.py": "app/relaying.py",
    "tests/net/test_relay.py": "net/relay_attempt.py net/relay_socket.py net/relay_traffic.py model/egress.py",
    "tests/mark/test_ownership.py": "model/ownership.py kernels/ownership_embedding.py",
    "tests/app/test_signing_pictures.py": "app/ownership.py app/manifests.py app/wiring_provenance.py "
    "app/wiring_marks.py app/finding_provenance.py",
    "tests/cli/test_sign.py": "cli/own.py cli/provenance.py cli/ownership_records.py cli/skips.py",
    "tests/provenance/": "provenance/library.py model/provenance.py",
    "tests/privacy/": "privacy/log_texts.py privacy/copies_texts.py privacy/outside_texts.py privacy/patterns.py "
    "privacy/interface.py privacy/retention_texts.py "
    "privacy/article30_texts.py privacy/exchange_texts.py privacy/article30_labels_texts.py model/retention.py",
}

#: Modules that open connections or resolve names.
CONNECTING = (
    "socket ssl http urllib3 asyncio anyio requests httpx2 httpcore2 dns aiosmtplib smtplib ftplib socketserver xmlrpc "
    "imaplib poplib playwright"
).split()

TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def imported(tree: ast.AST) -> set[str]:
    """Return every module that a file imports, at any depth."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def name_of(path: Path) -> str:
    """Return a file's path below the sources."""
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", [*FILES, *TESTS, *SCRIPTS], ids=str)
def test_a_file_fits_in_one_reading(path: Path) -> None:
    """Over 400 lines it is two things."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_MAX


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_has_a_name_that_means_something(path: Path) -> None:
    """No drawer."""
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    """Its first sentence."""
    docstring = ast.get_docstring(TREES[path])

    assert docstring
    assert docstring.splitlines()[0].endswith((".", "?", "!", ":"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_clock_reads_the_time(path: Path) -> None:
    """So that a test can say what time it is."""
    if path.name != "clock.py":
        assert "time" not in imported(TREES[path])
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\.(now|utcnow|today)\(", source)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_net_opens_connections(path: Path) -> None:
    """The sandbox has its socket pairs, and imports nothing that resolves names; libpq is the store's."""
    if path.parent.name == "net":
        return
    allowed = {"socket"} if path.parent.name == "hazmat" else set()
    roots = {name.partition(".")[0] for name in imported(TREES[path])}
    found = roots & set(CONNECTING)

    assert found <= allowed
    assert not re.search(r"create_connection|getaddrinfo|AF_INET", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_is_pickled_and_nothing_speaks_sql(path: Path) -> None:
    """Stored data are JSON or arrays with a header; only a store would speak SQL."""
    assert not imported(TREES[path]) & {"pickle", "marshal", "shelve", "dill", "multiprocessing"}
    if "store" not in path.relative_to(SOURCE).parts:
        assert not {
            name for name in imported(TREES[path]) if name.partition(".")[0] in {"sqlite3", "psycopg", "django"}
        }


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_hazmat_touches_media_decoders(path: Path) -> None:
    """Native parsers of hostile bytes run in a worker: named in a few files of hazmat, and in tasks' warm-up."""
    decoders = {name.partition(".")[0] for name in imported(TREES[path])} & {
        "PIL",
        "simplejpeg",
        "pi_heif",
        "av",
    }

    if decoders:
        assert name_of(path) in {
            "hazmat/picture.py",
            "hazmat/luma.py",
            "detect/fingerprint_task.py",
            "detect/verify_task.py",
            "hazmat/encoding.py",
            "mark/mark_task.py",
            "mark/own_task.py",
            "attribute/read_task.py",
            "hazmat/video.py",
            "hazmat/video_encoding.py",
            "hazmat/video_samples.py",
        }


def test_only_two_files_load_parsers_of_pages() -> None:
    """They are called in a worker; at the top of a module the import would bring them into the parent."""
    native = {"selectolax", "feedparser", "lxml", "html5lib", "xml"}
    named = {name_of(path) for path, tree in TREES.items() if {n.partition(".")[0] for n in imported(tree)} & native}
    hinted = {"collect/walking.py", *(f"collect/engines/{n}.py" for n in HINTED)}

    assert named - hinted == {"collect/document.py", "collect/engines/feed.py"}
    for path in FILES:
        statements = [n for n in TREES[path].body if isinstance(n, ast.Import | ast.ImportFrom)]
        top = {name.partition(".")[0] for node in statements for name in imported(ast.Module([node], []))}
        assert not top & native, path


#: Files that name nodes of the parser in their annotations, under ``if TYPE_CHECKING``.
HINTED = "xenforo phpbb machina generic listing file_host paste".split()


def test_only_one_file_loads_the_reader_of_manifests() -> None:
    """It holds an HTTP client of its own: whatever uses it does so under the settings of that file."""
    named = {
        name_of(path) for path in FILES if re.search(r"(import c2pa|import_module\(.c2pa)", path.read_text("utf-8"))
    }

    assert named == {"provenance/library.py"}


#: Where OpenCV is arithmetic on arrays.
OPENCV_FILES = {
    *(f"kernels/{name}.py" for name in ("agreement", "anchors", "geometry", "local_features")),
    *(f"kernels/{name}.py" for name in ("mark_reading", "photometry", "registration")),
    *("detect/verification.py", "detect/verify_task.py", "detect/fingerprint_task.py"),
    "kernels/ownership_mark.py",
    *("kernels/frame_window.py", "kernels/frame_sums.py", "kernels/pilot_search.py"),
    *("attribute/video_reading.py", "attribute/video_finding.py"),
}
#: What of OpenCV opens files, reads or writes an encoding, shows a window, fetches or runs a model.
OPENCV_DOORS = re.compile(
    r"^(im(read|decode|write|encode|count|show)|haveImage(Reader|Writer)|VideoCapture|VideoWriter|FileStorage|"
    r"Animation|imreadanimation|named?Window|waitKey|dnn|samples|utils|videoio_registry|face|Face|Cascade|CascadeClassifier|"
    r"HOGDescriptor|QRCode|barcode|ocl|cuda)"
)


def opencv_names(tree: ast.AST) -> set[str]:
    """Return what a file uses of OpenCV, whatever it calls it; ``*`` where that cannot be told."""
    called = {"cv2"}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            called |= {alias.asname or "cv2" for alias in node.names if alias.name.partition(".")[0] == "cv2"}
            found |= {alias.name.partition(".")[2] for alias in node.names if alias.name.startswith("cv2.")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "cv2":
            found |= {(node.module or "").partition(".")[2] or alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in called:
            found.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"getattr", "vars"}:
            found |= {"*" for given in node.args if isinstance(given, ast.Name) and given.id in called}
    return found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_opencv_is_arithmetic(path: Path) -> None:
    """It is called on arrays, in few files, and never opens, decodes, encodes or shows anything."""
    if {name.partition(".")[0] for name in imported(TREES[path])} & {"cv2"}:
        assert name_of(path) in OPENCV_FILES
    assert not {n for n in opencv_names(TREES[path]) if n == "*" or OPENCV_DOORS.match(n)}


@pytest.mark.parametrize(
    "source",
    [
        "import cv2\ncv2.imread('a')",
        "import cv2 as eye\neye.imdecode(b, 0)",
        "from cv2 import VideoCapture",
        "from cv2 import imwrite as resize",
        "import cv2.dnn",
        "from cv2.dnn import readNet",
        "import cv2\ngetattr(cv2, 'im' + 'read')('a')",
        "def f():\n    import cv2\n    return cv2.VideoCapture(0)",
    ],
)
def test_a_door_of_opencv_would_be_seen(source: str) -> None:
    """Under another name, inside a function, or spelled in two halves."""
    assert {n for n in opencv_names(ast.parse(source)) if n == "*" or OPENCV_DOORS.match(n)}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_a_worker_imports_the_decoder(path: Path) -> None:
    """At the top of a module the import would bring decoders into the parent process."""
    statements = [n for n in TREES[path].body if isinstance(n, ast.Import | ast.ImportFrom)]
    top = {name for node in statements for name in imported(ast.Module([node], []))}

    assert "rempart.hazmat.picture" not in top
    assert "rempart.hazmat.video" not in top or name_of(path) == "hazmat/video_encoding.py"
    assert not top & {"rempart.hazmat.video_encoding", "rempart.hazmat.video_samples"}
    assert "rempart.hazmat.luma" not in top or name_of(path) == "hazmat/picture.py"


def test_only_the_gate_makes_cleared_values() -> None:
    """No other file constructs one or names its seal."""
    for path in FILES:
        if name_of(path) == "model/gate.py":
            continue
        calls = [n.func for n in ast.walk(TREES[path]) if isinstance(n, ast.Call)]
        assert not [f for f in calls if isinstance(f, ast.Name) and f.id == "Cleared"], path
        assert not re.search(r"\b_SEAL\b", path.read_text(encoding="utf-8")), path


def test_broad_catches_are_where_a_process_ends_only() -> None:
    """``except Exception`` hides mistakes everywhere but in a worker's loop, at the door, and around a log line."""
    found = [
        name_of(path)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        # What is raised again is not hidden.
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]

    # A job, or a log line's arguments, may raise anything: what they raise is recorded, not hidden.
    assert found == ["app/worker.py", "cli/__init__.py", "hazmat/worker.py", *["privacy/redaction.py"] * 3]


def test_every_source_file_is_tested_by_its_namesake_or_named_here() -> None:
    """tests/<room>/test_<file>.py mirrors src; what is tested through others is listed with where."""
    elsewhere = {file for files in TESTED_ELSEWHERE.values() for file in files.split()}
    names = {str(t.relative_to(ROOT / "tests")) for t in TESTS}
    missing = {
        name_of(path)
        for path in FILES
        if path.name != "__init__.py"
        and f"{path.relative_to(SOURCE).parent}/test_{path.name}".lstrip("./") not in names
    }

    assert missing <= elsewhere
    assert not {e for e in elsewhere if not (SOURCE / e).exists()}


def test_floors_are_those_of_the_design_and_exhaustive() -> None:
    """The contract lists every room that exists: lint-imports then refuses one without a floor."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = settings["tool"]["importlinter"]["contracts"]
    named = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
    rooms = {p.stem if p.is_file() else p.name for p in SOURCE.iterdir() if p.suffix == ".py" or p.is_dir()}

    assert contract["exhaustive"] is True
    assert contract["exhaustive_ignores"] == ["__main__"]
    assert named == {r for r in rooms if not r.startswith("__")}


def test_the_numeric_core_is_light() -> None:
    """``import rempart.detect`` works in a notebook: no settings, no command line, no decoder."""
    code = (
        "import sys, rempart.detect\n"
        "heavy = {'django', 'pydantic', 'click', 'PIL', 'rempart.app', 'rempart.cli', 'rempart.config'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)

    assert done.stdout.strip() == "[]"


def test_command_files_are_short() -> None:
    """Doors parse, call and print."""
    for path in (SOURCE / "cli").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 150, path


def test_locks_have_hashes_and_no_address() -> None:
    """What is installed is what was looked at, wherever it is fetched."""
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        for block in re.split(r"\n(?=\S)", text):
            if "==" in block.partition("\n")[0]:
                assert "--hash=sha256:" in block, (lock.name, block[:60])
