#!/usr/bin/env python
"""Stands where the trainers' interpreter stands: ``slow_trainer.py -m trainers.PROGRAM RUN_FOLDER``.

Learns nothing, a step every 50 ms, but resumes, reports, and saves on SIGTERM as a trainer promises to.
"""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from contracts.training import CARD_NAME, CHECKPOINT_FOLDER, PROGRESS_NAME, RUN_NAME, ProgressLine, TrainingAsk
from engine.rounds.launchers.fake import write_fake_checkpoint, write_fake_report

is_stopping = False


def remember(_number: int, _frame: FrameType | None) -> None:
    global is_stopping
    is_stopping = True


def main() -> int:
    program, folder = sys.argv[2].removeprefix("trainers."), Path(sys.argv[3])
    signal.signal(signal.SIGTERM, remember)
    with (folder / "pids.txt").open("a") as pids:
        pids.write(f"{os.getpid()}\n")
    if program == "evaluate":
        write_fake_report(folder, gain=0.1)
        return 0
    if (folder / CHECKPOINT_FOLDER / CARD_NAME).exists():
        return 0
    ask = TrainingAsk.model_validate_json((folder / RUN_NAME).read_bytes())
    saved, n_steps = folder / "saved_step", ask.steps or 10
    first = int(saved.read_text()) if saved.exists() else 0
    print(f"begins at step {first}", flush=True)
    with (folder / PROGRESS_NAME).open("a") as progress:
        for step in range(first, n_steps):
            time.sleep(0.05)
            line = ProgressLine(step=step, n_steps=n_steps, loss=1 / (step + 1), eta_seconds=0)
            progress.write(line.model_dump_json() + "\n")
            progress.flush()
            if is_stopping:
                saved.write_text(str(step + 1))
                print(f"saved at step {step + 1}", flush=True)
                return 143
    write_fake_checkpoint(folder, ask)
    return 0


if __name__ == "__main__":
    sys.exit(main())
