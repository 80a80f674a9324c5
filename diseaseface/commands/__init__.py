"""What each command does: read the options, call the pipeline, write whole files or none."""

from diseaseface.commands.diseases import describe, diseases, profile
from diseaseface.commands.machine import benchmark, models, settings
from diseaseface.commands.photos import evaluate, generate_cohort, strip, transform
from diseaseface.commands.teaching import learn, train

__all__ = [
    "benchmark", "describe", "diseases", "evaluate", "generate_cohort", "learn", "models", "profile", "settings",
    "strip", "train", "transform",
]  # fmt: skip
