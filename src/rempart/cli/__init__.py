"""The command line: it parses, calls ``rempart.app`` and prints. Results on stdout, talk and progress on stderr.

Each command's module is imported when that command runs: ``--help`` and ``--version`` load nothing heavy.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import Final, NoReturn

import click

from rempart import __version__
from rempart.cli.interrupts import leave_at_once_on_interrupt
from rempart.cli.opening import Globals
from rempart.cli.printing import INTERRUPTED, flush_results, give_up_unwritable_results, say
from rempart.errors import RempartError

#: Command: its module and its one-line help. One line here and one file make a command.
COMMANDS: Final = {
    "scan": ("rempart.cli.scan", "Tell which files of a pile are copies of your pictures."),
    "init": ("rempart.cli.init", "Make a workspace: its database, its keys, its recovery sheet."),
    "owner": ("rempart.cli.owner", "Whose pictures are protected, and by which right."),
    "asset": ("rempart.cli.asset", "Register pictures, list them, contest them, withdraw them."),
    "sign": ("rempart.cli.sign", "Mark pictures as yours, and sign where they come from (C2PA)."),
    "own": ("rempart.cli.own", "Tell whether your own mark is in a picture, without its original."),
    "provenance": ("rempart.cli.provenance", "Where a picture comes from: its manifest, even if it was stripped."),
    "bank": ("rempart.cli.bank", "Codes exchanged with partners: import, export, verify, count."),
    "consent": ("rempart.cli.consent", "What people allowed; taking it back."),
    "ground": ("rempart.cli.ground", "Accept the right by which pictures were registered."),
    "user": ("rempart.cli.user", "Who works in this workspace."),
    "key": ("rempart.cli.key", "The keys: status, rotation, the recovery sheet."),
    "backup": ("rempart.cli.backup", "Write the whole workspace to one encrypted file."),
    "restore": ("rempart.cli.restore", "Make a workspace again from a backup and its recovery sheet."),
    "job": ("rempart.cli.job", "Work that is done by itself, and what a person must look at."),
    "privacy": ("rempart.cli.privacy", "The record of processing, what is past its end, who opened what."),
    "db": ("rempart.cli.db", "Upgrade the database, or check that it is whole."),
    "match": ("rempart.cli.match", "Explain, clue by clue, why two files match, or do not."),
    "net": ("rempart.cli.net", "The only door to the outside: what it may ask, what it asked."),
    "fingerprint": ("rempart.cli.fingerprint", "Print the fingerprints of pictures."),
    "config": ("rempart.cli.config", "Show the settings and where each value comes from."),
    "doctor": ("rempart.cli.doctor", "Say which protections this machine offers, and what is ready."),
}

#: Objects between two searches for garbage; measured: a tenth of a command's start.
_GC_THRESHOLD: Final = 50_000
#: An error that nobody foresaw: sysexits.h, EX_SOFTWARE.
BUG: Final = 70


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        if not isinstance(command, click.Command):
            message = f"{COMMANDS[cmd_name][0]}.command is not a command"
            raise TypeError(message)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(
    cls=_LazyGroup,
    epilog="Exit codes: 0 done, 1 something found, 2 misuse, 3 configuration, 4 cannot be reached or written, "
    "5 integrity failure, 6 refused for safety, 70 a bug, 130 interrupted.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="rempart %(version)s")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read the settings from FILE (TOML).",
)
@click.option("--workspace", type=click.Path(path_type=Path), metavar="FOLDER", help="Work in this workspace.")
@click.pass_context
def rempart(ctx: click.Context, config_file: Path | None, workspace: Path | None) -> None:
    """Find copies of pictures that leaked, without exposing the people in them."""
    ctx.obj = Globals(config_file=config_file, workspace=workspace)


def main() -> NoReturn:
    """Run the command line and exit with the code that fits what happened."""
    leave_at_once_on_interrupt()
    _open_missing_streams()
    # pydantic would look for plugins of other packages at each start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    # Modules that are loaded make no garbage: by default Python would look for some hundreds of times meanwhile.
    gc.set_threshold(_GC_THRESHOLD)
    sys.exit(run(sys.argv[1:]))


def _open_missing_streams() -> None:
    """Give a closed standard stream (``2>&-``) a place that refuses or forgets, so that no file takes its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            # Results that nobody can receive are an error, as a full disk is; talk is only lost.
            place = "/dev/full" if name == "stdout" and os.path.exists("/dev/full") else os.devnull
            descriptor = os.open(place, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every error that Rempart raises becomes a sentence on stderr."""
    try:
        status = rempart.main(args=arguments, prog_name="rempart", standalone_mode=False)
        flush_results()
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted.")
        return INTERRUPTED
    except RempartError as error:
        # A reader that left (``| head``) knows that it did.
        if not isinstance(error.__cause__, BrokenPipeError):
            say(f"Error: {error.diagnostics()}")
        give_up_unwritable_results()
        return error.exit_code
    except Exception:  # noqa: BLE001 - a bug must not end with 1, which means that something matched
        traceback.print_exc()
        say("Error: this is a bug in Rempart. Please report the lines above, without any name that is private.")
        give_up_unwritable_results()
        return BUG
    return status if isinstance(status, int) else 0
