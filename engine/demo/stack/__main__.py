"""``python -m engine.demo.stack``: run the platform, alone or around one command.

Options come before the mode.

demo              start everything, print the address and the logins, run until Ctrl-C
run -- COMMAND    start everything, run the command in its environment, stop everything, exit as the command did
"""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from engine.core.environment import PROJECT_FOLDER
from engine.demo.people import DEMO_PEOPLE, demo_password
from engine.demo.stack.launcher import Stack
from engine.demo.stack.process import StackError
from engine.demo.stack.settings import StackSettings


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engine.demo.stack", description=__doc__)
    parser.add_argument("mode", choices=["demo", "run"])
    parser.add_argument("--data-folder", type=Path, help="instead of FLYWHEEL_DATA_FOLDER")
    parser.add_argument("--free-ports", action="store_true", help="whatever ports are free, beside another stack")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    return parser.parse_args()


def _settings(arguments: argparse.Namespace) -> StackSettings:
    settings = StackSettings()
    if arguments.data_folder is not None:
        settings = settings.model_copy(update={"data_folder": arguments.data_folder})
    return settings.with_free_ports() if arguments.free_ports else settings


def _say_welcome(stack: Stack, *, seconds: float) -> None:
    print(f"\nFlywheel 3D runs at {stack.url}  (started in {seconds:.0f} s)\n")
    print(f"  {'role':<10} {'user':<10} password")
    for person in DEMO_PEOPLE:
        print(f"  {person.role.replace('_', ' '):<10} {person.username:<10} {demo_password()}")
    print(
        f"\nData and logs: {stack.folder}\nCtrl-C stops everything that was started here; the data stays.\n", flush=True
    )


def _run_demo(settings: StackSettings) -> int:
    began = time.monotonic()
    print(f"Starting Flywheel 3D in {settings.data_folder}", flush=True)
    with Stack(settings=settings, say=lambda line: print(line, flush=True)) as stack:
        try:
            _say_welcome(stack, seconds=time.monotonic() - began)
            stack.watch()
        except KeyboardInterrupt:
            print("\nStopping …", flush=True)
    print("Stopped.", flush=True)
    return 0


def _run_around(settings: StackSettings, command: list[str]) -> int:
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        raise StackError("run needs a command after --")
    with Stack(settings=settings, say=lambda line: print(line, flush=True)) as stack:
        return subprocess.run(command, env=stack.environment, cwd=PROJECT_FOLDER, check=False).returncode


def main() -> int:
    """Run the asked mode; a refusal is one clear message and exit status 1."""
    # SIGINT too: a shell that starts this in the background has it ignored, and Python would leave it so.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _interrupt)
    arguments = _arguments()
    try:
        settings = _settings(arguments)
        if arguments.mode == "demo":
            return _run_demo(settings)
        return _run_around(settings, arguments.command)
    except KeyboardInterrupt:
        print("\nStopped while starting; everything that ran was ended.", flush=True)
        return 130
    except ValidationError as error:
        for fault in error.errors():
            print(f"FLYWHEEL_{str(fault['loc'][0]).upper()}: {fault['msg']}", file=sys.stderr)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
    except OSError as error:
        print(f"\nThe machine refused: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
