"""What every command does first: read the settings, and log where they say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rempart.config import LoadedSettings, load_settings
from rempart.privacy import set_up_logging


def open_settings(config_file: str | None, flags: Mapping[str, object] | None = None) -> LoadedSettings:
    """Read the settings of a command and set up its log, if they name one.

    Args:
        config_file: The settings file that ``--config`` names, if it does.
        flags: Values given on the command line, by ``section.name``.

    Raises:
        ConfigError: a setting is wrong, or the log cannot be written.
    """
    loaded = load_settings(file=Path(config_file) if config_file else None, flags=flags)
    set_up_logging(loaded.settings.log.file, loaded.settings.log.level)
    return loaded
