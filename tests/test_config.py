"""Settings come from three layers; a mistake in any of them is an error with the value, the place and a hint."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from rempart.config import HazmatSettings, Settings, accepted, default_file, load_settings, setting_docs, variable_name
from rempart.errors import ConfigError, SettingValueError, UnknownSettingError


def write(tmp_path: Path, text: str) -> Path:
    """Write a settings file."""
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_when_nothing_is_set() -> None:
    """An absent default file is no error."""
    loaded = load_settings(environment={"HOME": "/nonexistent"})

    assert loaded.settings == Settings()
    assert {line.origin for line in loaded.lines()} == {"default"}


def test_toml_then_variables_then_flags(tmp_path: Path) -> None:
    """Each layer wins over the one before, key by key."""
    path = write(tmp_path, "[hazmat]\nworkers = 1\nmax_frames = 2\ncpu_s = 3\n")
    variables = {"REMPART_HAZMAT_MAX_FRAMES": "20", "REMPART_HAZMAT_CPU_S": "30"}

    loaded = load_settings(file=path, environment=variables, flags={"hazmat.cpu_s": 300, "hazmat.wall_s": None})

    hazmat = loaded.settings.hazmat
    assert (hazmat.workers, hazmat.max_frames, hazmat.cpu_s, hazmat.wall_s) == (1, 20, 300, 120)
    assert loaded.origins == {
        "hazmat.workers": str(path),
        "hazmat.max_frames": "REMPART_HAZMAT_MAX_FRAMES",
        "hazmat.cpu_s": "--cpu-s",
    }


def test_an_empty_variable_is_not_set() -> None:
    """And paths are made whole: workers stand in another folder."""
    loaded = load_settings(environment={"HOME": "/nonexistent", "REMPART_KERNELS_CACHE_DIR": ""})
    relative = load_settings(environment={"HOME": "/nonexistent", "REMPART_KERNELS_CACHE_DIR": "here"})

    assert loaded.settings.kernels.cache_dir is None
    assert relative.settings.kernels.cache_dir == Path.cwd() / "here"


@pytest.mark.parametrize("value", ["true", "2.0", '"3"', "-1", "99999999"])
def test_types_in_the_file_are_its_own(tmp_path: Path, value: str) -> None:
    """What TOML does not call a whole number is none, and numbers have bounds."""
    with pytest.raises(SettingValueError, match="it takes a whole number from 0 to 1024"):
        load_settings(file=write(tmp_path, f"[hazmat]\nworkers = {value}\n"), environment={})


def test_lists_are_separated_by_commas_in_variables() -> None:
    """And by TOML's own signs in the file."""
    loaded = load_settings(environment={"HOME": "/nonexistent", "REMPART_HAZMAT_REQUIRE": "seccomp, landlock"})

    assert loaded.settings.hazmat.require == ("seccomp", "landlock")


def test_the_file_is_where_the_variable_says(tmp_path: Path) -> None:
    """``REMPART_CONFIG`` names it, and it must exist then."""
    path = write(tmp_path, "[report]\nlanguage = 'en'\n")

    assert load_settings(environment={"REMPART_CONFIG": str(path)}).settings.report.language == "en"
    with pytest.raises(ConfigError, match="absent"):
        load_settings(environment={"REMPART_CONFIG": str(tmp_path / "absent")})


def test_the_default_file_follows_xdg() -> None:
    """A relative XDG path is ignored, as its specification says."""
    assert default_file({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}) == Path("/x/rempart/config.toml")
    assert default_file({"XDG_CONFIG_HOME": "x", "HOME": "/h"}) == Path("/h/.config/rempart/config.toml")


@pytest.mark.parametrize(
    "text, words",
    [
        ("[hazmat]\nworkes = 1\n", "'hazmat.workes'"),
        ("[hasmat]\nworkers = 1\n", "'hasmat.workers'"),
        ("workers = 1\n", "'workers'"),
        ("[hazmat.workers]\nx = 1\n", "hazmat.workers cannot be"),
        ("[hazmatt]\n", "'hazmatt'"),
        ("hazmat = 3\n", "hazmat is a section"),
    ],
)
def test_an_unknown_key_is_an_error(tmp_path: Path, text: str, words: str) -> None:
    """In a section, as a section, outside of one, below a setting."""
    with pytest.raises((UnknownSettingError, SettingValueError), match=words):
        load_settings(file=write(tmp_path, text), environment={})


def test_an_unknown_flag_is_an_error() -> None:
    """A door cannot invent a setting."""
    with pytest.raises(UnknownSettingError):
        load_settings(environment={"HOME": "/nonexistent"}, flags={"hazmat.colour": 1})


@pytest.mark.parametrize(
    "variable, value",
    [
        ("REMPART_HAZMAT_WORKERS", "many"),
        ("REMPART_HAZMAT_MAX_PIXELS", "0"),
        ("REMPART_DETECT_RADIUS_BITS", "65"),
        ("REMPART_REPORT_LANGUAGE", "de"),
        ("REMPART_HAZMAT_REQUIRE", "firewall"),
    ],
)
def test_a_wrong_value_names_its_variable(variable: str, value: str) -> None:
    """With the value that was wrong."""
    with pytest.raises(SettingValueError, match=rf"{value}.*{variable}"):
        load_settings(environment={"HOME": "/nonexistent", variable: value})


@pytest.mark.parametrize("contact", ["écrire@exemple.fr", "a (b", "a) b", "a\\b", "a\r\nX: y"])
def test_a_contact_that_no_request_can_carry_is_refused(contact: str) -> None:
    """Before any fetch, not in the middle of one."""
    with pytest.raises(SettingValueError, match="without accents"):
        load_settings(environment={"HOME": "/nonexistent", "REMPART_NET_CONTACT": contact})


SHA = "ab" * 32


@pytest.mark.parametrize(
    "variables",
    [
        {"MODEL_FILE": "/m.onnx"},
        {"MODEL_SHA256": SHA},
        {"MODEL_FILE": "/m.onnx", "MODEL_SHA256": SHA[:-1]},
        {"MODEL_FILE": "/m.onnx", "MODEL_SHA256": SHA.upper()},
        {"MEAN": "0.5 0.5"},
        {"MEAN": "0.5 0.5 nan"},
        {"MEAN": "a b c"},
        {"STD": "1 1 0"},
        {"STD": "1 1 -1"},
        {"SIMILARITY_MIN_PERCENT": "0"},
    ],
)
def test_a_model_and_its_pin_are_set_together_and_well(variables: dict[str, str]) -> None:
    """A file without its digest would be whatever lies there; numbers are as many as colours."""
    with pytest.raises(SettingValueError, match=r"learned\."):
        load_settings(environment={"HOME": "/nonexistent"} | {f"REMPART_LEARNED_{k}": v for k, v in variables.items()})


def test_a_pinned_model_is_accepted(tmp_path: Path) -> None:
    """From a file as well; what a setting takes is said in words."""
    text = f"[learned]\nmodel_file = '/m.onnx'\nmodel_sha256 = '{SHA}'\nmean = '0.5 0.5 0.5'\n"

    learned = load_settings(file=write(tmp_path, text), environment={}).settings.learned

    assert (learned.model_file, learned.model_sha256, learned.mean) == (Path("/m.onnx"), SHA, "0.5 0.5 0.5")
    assert accepted("learned.mean") == "three numbers, of red, green and blue, separated by spaces"


@pytest.mark.parametrize("content", [b"[hazmat\n", b"\xff", b"a = " + b"[" * 5000])
def test_a_broken_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    """Broken TOML, bytes that are not UTF-8, absurd nesting."""
    (tmp_path / "c.toml").write_bytes(content)

    with pytest.raises(ConfigError, match=r"not valid TOML"):
        load_settings(file=tmp_path / "c.toml", environment={})


def test_a_huge_file_or_a_folder_is_an_error(tmp_path: Path) -> None:
    """A settings file is a page of text."""
    (tmp_path / "c.toml").write_bytes(b"#" * 2_000_000)

    with pytest.raises(ConfigError, match="larger than"):
        load_settings(file=tmp_path / "c.toml", environment={})
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(file=tmp_path, environment={})


def test_settings_cannot_be_changed() -> None:
    """One frozen tree."""
    with pytest.raises(ValueError, match="frozen"):
        Settings().hazmat.workers = 3


def test_protections_that_can_be_required_are_those_of_the_sandbox() -> None:
    """The settings stand below the sandbox and cannot import its list."""
    from rempart.hazmat import Protection  # noqa: PLC0415 - the only test that needs it

    assert Settings(hazmat=HazmatSettings(require=tuple(Protection))).hazmat.require == tuple(Protection)
    [choices] = [a for a in get_args(HazmatSettings.model_fields["require"].annotation) if get_args(a)]
    assert set(get_args(choices)) == set(Protection)


def test_every_setting_has_a_docstring_and_a_variable() -> None:
    """Names of variables are distinct, and none collides with the one that names the file."""
    docs = setting_docs()

    assert all(docs.values())
    assert len({variable_name(key) for key in docs}) == len(docs)
    assert "REMPART_CONFIG" not in {variable_name(key) for key in docs}


def test_a_webhook_is_shown_by_its_host_alone() -> None:
    """Its path is as good as a password with many services, and settings are pasted."""
    variables = {"REMPART_ALERTS_WEBHOOK_URL": "https://hooks.example.org:8443/T0/secret?k=secret"}

    lines = {line.key: line.value for line in load_settings(environment=variables).lines()}

    assert lines["alerts.webhook_url"] == "https://hooks.example.org:8443/…"
