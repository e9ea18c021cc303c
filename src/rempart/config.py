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
from typing import Final, get_args, get_origin

from pydantic import ValidationError

from rempart.errors import ConfigError, SettingValueError, UnknownSettingError
from rempart.setting_kinds import Section
from rempart.settings import (
    AlertSettings,
    ArchiveSettings,
    DatabaseSettings,
    DetectSettings,
    GateSettings,
    HazmatSettings,
    KernelSettings,
    KeysSettings,
    LearnedSettings,
    LogSettings,
    PrivacySettings,
    ReportSettings,
    RetentionSettings,
    Settings,
    WorkspaceSettings,
)

_PREFIX: Final = "REMPART_"
_NAMES_THE_FILE: Final = "REMPART_CONFIG"
#: Addresses whose path is as good as a password with whoever gave it: only their host is shown.
_SECRET_PATHS: Final = frozenset({"alerts.webhook_url"})
#: A settings file is a page of text.
_FILE_LIMIT_BYTES: Final = 1024 * 1024


__all__ = [
    "AlertSettings",
    "ArchiveSettings",
    "DatabaseSettings",
    "DetectSettings",
    "GateSettings",
    "HazmatSettings",
    "KernelSettings",
    "KeysSettings",
    "LearnedSettings",
    "LoadedSettings",
    "LogSettings",
    "PrivacySettings",
    "ReportSettings",
    "RetentionSettings",
    "SettingLine",
    "Settings",
    "WorkspaceSettings",
    "accepted",
    "default_file",
    "load_settings",
    "setting_docs",
    "variable_name",
    "without_password",
]


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
            if key in _SECRET_PATHS and isinstance(value, str):
                value = re.sub(r"(?<=://)([^/?#]*).+", r"\1/…", value)
            yield SettingLine(key=key, value=value, origin=self.origins.get(key, "default"), doc=doc)


def without_password(value: object) -> object:
    """Hide the password of an address: settings are shown, pasted and sent to others."""
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:…@", value) if isinstance(value, str) else value


def setting_docs() -> dict[str, str]:
    """Return the docstring of every setting, by ``section.name``, in the order of the tree."""
    docs: dict[str, str] = {}
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            docs |= {f"{section}.{name}": inner.description or "" for name, inner in kind.model_fields.items()}
    return docs


def accepted(key: str) -> str:
    """Say what a setting takes: ``a whole number from 0 to 1024``."""
    section, _, name = key.partition(".")
    field = getattr(Settings(), section).__class__.model_fields[name]
    if isinstance(field.json_schema_extra, dict):
        return str(field.json_schema_extra["takes"])
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


def _takes_several(key: str) -> bool:
    """Tell whether a setting is a list, which a variable gives with commas."""
    section, _, name = key.partition(".")
    return isinstance(getattr(getattr(Settings(), section), name), tuple)


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
        is_list = _takes_several(key)
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
