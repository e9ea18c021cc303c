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
from tested_elsewhere import TESTED_ELSEWHERE

SOURCE = ROOT / "src" / "rempart"
FILES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS = [*sorted((ROOT / "demo").glob("*.py")), *sorted((ROOT / "benchmarks").glob("*.py"))]
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "tools", "stuff"}
LINES_MAX = 400

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


#: What a file needs to send anything but an address: a body, a form, a file, another verb.
_SENDING = frozenset("Body multipart upload PUT POST PATCH content_type boundary memfd MemoryFile FetchedMedia".split())


@pytest.mark.parametrize("path", [path for path in FILES if "collect" in path.parts], ids=name_of)
def test_what_asks_channels_and_providers_cannot_send_a_picture(path: Path) -> None:
    """A search by picture would give her picture to a stranger: this room knows no body, no form, no file of media."""
    tree = TREES[path]
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}

    assert not names & _SENDING
    assert not any(name.startswith("rempart.net") for name in imported(tree))


#: Files that name nodes of the parser in their annotations, under ``if TYPE_CHECKING``.
HINTED = "xenforo phpbb machina mastodon telegram generic listing file_host paste".split()


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
