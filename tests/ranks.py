"""One of several processes that train together: `python ranks.py FOLDER`, placed by a launcher's settings."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch

from diseaseface.engines.diffusion import loading
from diseaseface.engines.diffusion.options import Options
from diseaseface.engines.diffusion.tokens import ProfileTokens, profile_vector
from diseaseface.training.adapter import Student
from diseaseface.training.options import TrainingOptions
from diseaseface.training.pairs import Pair
from diseaseface.training.trainer import train

NAMES = ("skin_jaundice",)


def run(folder: Path) -> dict:
    """Train two steps on noise; return what this process saw and what it ended with."""
    torch.set_num_threads(1)
    seen = []

    def lessons(number: int) -> Pair:
        seen.append(number)
        picture = np.random.default_rng(number).integers(0, 256, (64, 64, 3), np.uint8)
        return Pair(picture, profile_vector((), NAMES), "", None)

    parts = loading.load(Options(conditions=("words",)))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        student = Student(parts.pipe.unet, ProfileTokens(NAMES, 32), 2)
    options = TrainingOptions(steps=2, batch=1, rank=2, test_examples=1, test_levels=1, contrast=0.0)
    outcome = train(parts, student, lessons, lambda number: lessons(100), folder, options)
    weights = b"".join(weight.detach().numpy().tobytes() for weight in student.trained().values())
    return {"seen": seen, "losses": outcome.losses, "weights": hashlib.sha256(weights).hexdigest()}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
