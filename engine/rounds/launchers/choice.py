"""Which launcher the platform uses."""

from engine.core.environment import Environment
from engine.rounds.launchers.local import SubprocessLauncher
from engine.rounds.launchers.port import Launcher


def build_launcher(environment: Environment) -> Launcher:
    """Return the launcher that the environment asks for."""
    return SubprocessLauncher(python=environment.trainer_python, n_processes=environment.trainer_processes)
