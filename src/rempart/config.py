"""The settings: one frozen tree, read from TOML, then ``REMPART_`` variables, then flags; and where each value is from.

Later layers win. An unknown key is an error in every layer, with the closest known one in the message. The file is
``--config``, else ``REMPART_CONFIG``, else ``rempart/config.toml`` in the user's configuration folder, which may be
absent; one that was named must exist.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from rempart.errors import ConfigError, SettingValueError, UnknownSettingError

_PREFIX: Final = "REMPART_"
_NAMES_THE_FILE: Final = "REMPART_CONFIG"
#: A settings file is a page of text.
_FILE_LIMIT_BYTES: Final = 1024 * 1024


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=True)


def _whole_path(path: Path) -> Path:
    """Make a path absolute, with ``~`` for the home: workers stand in another folder."""
    if "\0" in str(path):
        message = "a path has no NUL"
        raise ValueError(message)
    return Path(os.path.abspath(path.expanduser()))


def _printable(text: str) -> str:
    """Refuse what cannot be shown on a line."""
    if not text.isprintable():
        message = "a text has no control characters"
        raise ValueError(message)
    return text


SettingText = Annotated[str, Field(max_length=1_000), AfterValidator(_printable)]
SettingPath = Annotated[Path, AfterValidator(_whole_path)]


class GateSettings(_Section):
    """What is never opened."""

    vocabulary_file: SettingPath | None = None
    """A hotline's word list: UTF-8, one term a line, ``#`` for comments. Its terms are never shown."""


class HazmatSettings(_Section):
    """The sandbox in which media are decoded, and what one item may cost."""

    workers: Annotated[int, Field(ge=0, le=1024)] = 0
    """Worker processes; 0 is one per processor that this process may use."""
    recycle_after: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """Items after which a worker is replaced by a fresh one."""
    max_bytes: Annotated[int, Field(ge=1, le=2**34)] = 268_435_456
    """Bytes of one encoded item."""
    max_pixels: Annotated[int, Field(ge=1, le=1_000_000_000)] = 64_000_000
    """Pixels of one decoded frame."""
    max_frames: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    """Frames of an animation, or pages of a file."""
    cpu_s: Annotated[int, Field(ge=1, le=86_400)] = 30
    """Seconds of processor time for one item."""
    wall_s: Annotated[int, Field(ge=1, le=86_400)] = 120
    """Seconds on the clock for one item: a disk that does not answer."""
    require: tuple[
        Literal["namespaces", "empty_root", "landlock", "seccomp", "no_capabilities", "hidden_memory", "limits"], ...
    ] = ()
    """Protections without which nothing is decoded (``rempart doctor`` lists them); a comma between two."""


class ArchiveSettings(_Section):
    """How far zip, tar, gzip, WARC and WACZ files are opened; a member's own bytes: ``hazmat.max_bytes``."""

    max_members: Annotated[int, Field(ge=1, le=2**40)] = 10_000_000
    """Entries of one archive, those of the archives in it included."""
    max_depth: Annotated[int, Field(ge=0, le=8)] = 3
    """Archives around a member: 1 opens no archive in an archive, 0 opens none."""
    max_ratio: Annotated[int, Field(ge=1, le=1_000_000)] = 200
    """Times that an archive may expand, its first MiB aside."""
    max_total_bytes: Annotated[int, Field(ge=1, le=2**60)] = 2**40
    """Bytes that one archive may expand to, those of the archives in it included."""


class DetectSettings(_Section):
    """When two pictures are taken for the same."""

    radius_bits: Annotated[int, Field(ge=0, le=64)] = 31
    """Whole-frame codes this many bits apart, or closer, are a clue (PDQ's README: 31)."""
    quality_min: Annotated[int, Field(ge=0, le=100)] = 50
    """Codes of a lower quality are too plain to be compared (PDQ's README: 50)."""
    suspect_frames: Annotated[int, Field(ge=1, le=64)] = 8
    """Frames of an animated suspect that are compared, at equal distances."""


class ReportSettings(_Section):
    """The page that ``--report`` writes."""

    language: Literal["fr", "en"] = "fr"
    """Language of the page."""
    max_rows: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """Matches, and items not compared, that it lists; it says how many more there are."""


class KernelSettings(_Section):
    """Compiled numerical code."""

    cache_dir: SettingPath | None = None
    """Where it is kept; none is ``rempart/kernels`` in the user's cache folder, or a temporary one."""


class WorkspaceSettings(_Section):
    """Where an organisation's work is kept, and who works."""

    folder: SettingPath | None = None
    """Folder of the workspace; none is ``rempart`` in the user's data folder (``$XDG_DATA_HOME``)."""
    user: SettingText = ""
    """Who works, as others call her; none is the name of this account."""


class DatabaseSettings(_Section):
    """The workspace's database."""

    url: SettingText = ""
    """``postgresql://user@host/name``; none is what ``rempart init`` was told, or else a file in the workspace."""
    patience_s: Annotated[int, Field(ge=0, le=86_400)] = 60
    """Seconds that a command waits for a database that went away in the middle of its work."""


class KeysSettings(_Section):
    """What opens the workspace's keys."""

    passphrase_file: SettingPath | None = None
    """File (mode 600) that holds the passphrase, where there is one; a systemd credential comes before it."""


class LogSettings(_Section):
    """What Rempart notes for those who run it: identifiers, counts and durations; redacted in any case."""

    file: SettingPath | None = None
    """Lines of JSON are appended to it, readable by its owner only; none writes no log."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is noted."""


class RetentionSettings(_Section):
    """How many days what is stored is kept (docs/decisions/0009-privacy.md says why so long)."""

    scans_days: Annotated[int, Field(ge=1, le=366)] = 30
    """Days that a scan, and the names of what it did not compare, are kept after its last step."""
    sightings_days: Annotated[int, Field(ge=1, le=366)] = 30
    """Days that a sighting and its matches are kept without a case."""
    jobs_days: Annotated[int, Field(ge=1, le=366)] = 30
    """Days that a job is kept once it is done or given up."""
    access_days: Annotated[int, Field(ge=183, le=366)] = 183
    """Days that a line of the access trace is kept (CNIL's recommendation on logs: six months to a year)."""
    events_days: Annotated[int, Field(ge=366, le=3_653)] = 1_826
    """Days that an event is kept: identifiers and counts, which prove what was done (Code civil, article 2224)."""
    tombstones_days: Annotated[int, Field(ge=1, le=1_826)] = 365
    """Days that the identifier of a withdrawn picture is kept once its erasure is proved."""
    consents_days: Annotated[int, Field(ge=366, le=3_653)] = 1_826
    """Days that a consent is kept after the last picture it was for was withdrawn (GDPR, article 7(1))."""


class PrivacySettings(_Section):
    """What the record of processing activities says (GDPR, article 30)."""

    controller: SettingText = ""
    """Who is responsible for what is stored: name and address of the association, agency or person."""
    contact: SettingText = ""
    """How to reach that controller, and its data protection officer if it has one."""


class Settings(_Section):
    """Every setting of Rempart."""

    gate: GateSettings = GateSettings()
    """What is never opened."""
    hazmat: HazmatSettings = HazmatSettings()
    """The sandbox."""
    archives: ArchiveSettings = ArchiveSettings()
    """What is opened of an archive."""
    detect: DetectSettings = DetectSettings()
    """When two pictures are the same."""
    report: ReportSettings = ReportSettings()
    """The report."""
    kernels: KernelSettings = KernelSettings()
    """Compiled code."""
    workspace: WorkspaceSettings = WorkspaceSettings()
    """The workspace."""
    database: DatabaseSettings = DatabaseSettings()
    """Its database."""
    keys: KeysSettings = KeysSettings()
    """Its keys."""
    retention: RetentionSettings = RetentionSettings()
    """How long what is stored is kept."""
    log: LogSettings = LogSettings()
    """The log."""
    privacy: PrivacySettings = PrivacySettings()
    """The record of processing activities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLine:
    """One setting as ``rempart config show`` prints it."""

    key: str
    """``section.name``."""
    value: object
    """Validated."""
    origin: str
    """``default``, the file, the variable or the flag that gave the value."""
    doc: str
    """What it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """The settings, and where each one is from."""

    settings: Settings
    """The frozen tree."""
    origins: Mapping[str, str]
    """By ``section.name``; a key that is absent has its default."""

    def lines(self) -> Iterator[SettingLine]:
        """Yield every setting, in the order of the tree."""
        for key, doc in setting_docs().items():
            section, _, name = key.partition(".")
            value = without_password(getattr(getattr(self.settings, section), name))
            yield SettingLine(key=key, value=value, origin=self.origins.get(key, "default"), doc=doc)


def without_password(value: object) -> object:
    """Hide the password of an address: settings are shown, pasted and sent to others."""
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:…@", value) if isinstance(value, str) else value


def setting_docs() -> dict[str, str]:
    """Return the docstring of every setting, by ``section.name``, in the order of the tree."""
    docs: dict[str, str] = {}
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, _Section):
            docs |= {f"{section}.{name}": inner.description or "" for name, inner in kind.model_fields.items()}
    return docs


def accepted(key: str) -> str:
    """Say what a setting takes: ``a whole number from 0 to 1024``."""
    section, _, name = key.partition(".")
    field = getattr(Settings(), section).__class__.model_fields[name]
    choices = [str(c) for c in get_args(field.annotation) if isinstance(c, str)]
    choices = choices or [c for a in get_args(field.annotation) for c in get_args(a) if isinstance(c, str)]
    if choices:
        several = "any of " if get_origin(field.annotation) is tuple else ""
        return several + ", ".join(choices)
    if field.annotation is int:
        least = next(m.ge for m in field.metadata if hasattr(m, "ge"))
        most = next(m.le for m in field.metadata if hasattr(m, "le"))
        return f"a whole number from {least} to {most}"
    if field.annotation is str:
        most = next(m.max_length for m in field.metadata if hasattr(m, "max_length"))
        return f"a line of at most {most} letters"
    return "a path"


def variable_name(key: str) -> str:
    """Return the environment variable of a setting: ``REMPART_SECTION_NAME``."""
    return _PREFIX + key.replace(".", "_").upper()


def default_file(environment: Mapping[str, str]) -> Path:
    """Return where the settings are looked for when no file is named."""
    base = environment.get("XDG_CONFIG_HOME", "")
    folder = Path(base) if base.startswith("/") else Path(environment.get("HOME", "/")) / ".config"
    return folder / "rempart" / "config.toml"


def load_settings(
    *, file: Path | None = None, environment: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None
) -> LoadedSettings:
    """Read the three layers and validate what they give together.

    Args:
        file: The settings file that a flag names, if one does.
        environment: Variables; the process's own by default.
        flags: Values given on the command line, by ``section.name``; None values are absent.

    Raises:
        ConfigError: the file that was named cannot be read or is not TOML.
        UnknownSettingError: a key or a ``REMPART_`` variable is not a setting.
        SettingValueError: a value cannot be taken.
    """
    variables = os.environ if environment is None else environment
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for layer in (_from_file(file, variables), _from_environment(variables), _from_flags(flags or {})):
        for key, (value, origin) in layer.items():
            values[key], origins[key] = value, origin
    tree: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        section, _, name = key.partition(".")
        tree.setdefault(section, {})[name] = value
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise _value_error(error, origins) from error
    return LoadedSettings(settings=settings, origins=origins)


def _value_error(error: ValidationError, origins: Mapping[str, str]) -> SettingValueError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"][:2])
    return _cannot_be(key, first["input"], origins.get(key, "default"))


def _cannot_be(key: str, value: object, origin: str) -> SettingValueError:
    message = f"{key} cannot be {without_password(value)!r} (from {origin}): it takes {accepted(key)}"
    return SettingValueError(message, advice="See docs/settings.md for what each setting takes.")


def _from_file(named: Path | None, variables: Mapping[str, str]) -> dict[str, tuple[object, str]]:
    """Read the TOML layer; empty if the default file does not exist."""
    path = named or (Path(variables[_NAMES_THE_FILE]) if variables.get(_NAMES_THE_FILE) else None)
    must_exist = path is not None
    path = path or default_file(variables)
    try:
        if path.stat().st_size > _FILE_LIMIT_BYTES:
            message = f"the settings file {path} is larger than {_FILE_LIMIT_BYTES} bytes"
            raise ConfigError(message, advice="A settings file is a page of TOML; was another file named?")
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if not must_exist:
            return {}
        message = f"the settings file {path} does not exist"
        raise ConfigError(message, advice="Create it, or name another one with --config.") from error
    except OSError as error:
        message = f"the settings file {path} cannot be read: {error.strerror}"
        raise ConfigError(message, advice="Check its permissions, or name another one with --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"the settings file {path} is not valid TOML: {error}"
        raise ConfigError(message, advice="Correct the line that is named.") from error
    return _layer_of(tree, str(path))


def _layer_of(tree: Mapping[str, object], path: str) -> dict[str, tuple[object, str]]:
    """Check the sections, names and types of a file.

    Raises:
        UnknownSettingError: a section or a name is not a setting.
        SettingValueError: TOML gave a value a type that the setting does not have.
    """
    layer: dict[str, tuple[object, str]] = {}
    for section, content in tree.items():
        if section not in Settings.model_fields:
            first = next(iter(content), "") if isinstance(content, dict) else ""
            raise _unknown(f"{section}.{first}".rstrip("."), path)
        if not isinstance(content, dict):
            message = f"{section} is a section, not a setting, in {path}"
            raise SettingValueError(message, advice=f"Write [{section}] on a line, and its settings below.")
        for name, value in content.items():
            key = _known(f"{section}.{name}", path)
            # TOML has types: true, 2.0 and "3" are not whole numbers, though pydantic would take them for one.
            if isinstance(value, bool | float) or (isinstance(value, str) and "whole number" in accepted(key)):
                raise _cannot_be(key, value, path)
            layer[key] = (value, path)
    return layer


def _from_environment(variables: Mapping[str, str]) -> dict[str, tuple[object, str]]:
    """Read the variables; lists are separated by commas."""
    names = {variable_name(key): key for key in setting_docs()}
    layer: dict[str, tuple[object, str]] = {}
    for variable, text in sorted(variables.items()):
        if not variable.startswith(_PREFIX) or variable == _NAMES_THE_FILE:
            continue
        key = names.get(variable)
        if key is None:
            raise _unknown(variable, "the environment", list(names))
        if not text:
            continue  # set to nothing is not set
        is_list = key == "hazmat.require"
        value = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
        layer[key] = (value, variable)
    return layer


def _from_flags(flags: Mapping[str, object]) -> dict[str, tuple[object, str]]:
    return {
        _known(key, "the command line"): (value, "--" + key.partition(".")[2].replace("_", "-"))
        for key, value in flags.items()
        if value is not None
    }


def _known(key: str, origin: str) -> str:
    """Return the key if it is a setting.

    Raises:
        UnknownSettingError: it is not.
    """
    if key in setting_docs():
        return key
    raise _unknown(key, origin)


def _unknown(key: str, origin: str, known: list[str] | None = None) -> UnknownSettingError:
    close = difflib.get_close_matches(key, known or list(setting_docs()), n=1)
    message = f"unknown setting {key!r} in {origin}"
    advice = f"Did you mean {close[0]}?" if close else "See docs/settings.md, or: rempart config show"
    return UnknownSettingError(message, advice=advice)
