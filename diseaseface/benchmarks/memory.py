"""The most memory that a piece of work took: of the accelerator where there is one, else of this process."""

import math
from pathlib import Path

_RESET, _STATUS, _HIGH = Path("/proc/self/clear_refs"), Path("/proc/self/status"), "VmHWM:"


def forget_resident_peak() -> None:
    """Let Linux count this process's peak from here."""
    if _RESET.exists():
        _RESET.write_text("5")


def resident_peak_bytes() -> float:
    """Return the peak of this process's resident memory since then; NaN where the system does not tell."""
    lines = (line.split() for line in _STATUS.read_text().splitlines()) if _STATUS.exists() else ()
    return next((1024.0 * int(words[1]) for words in lines if words[0] == _HIGH), float("nan"))


def forget_peak() -> None:
    """Begin to look for a new peak."""
    from diseaseface.engines.diffusion import stack

    if stack.torch().cuda.is_available():
        stack.torch().cuda.reset_peak_memory_stats()
    else:
        forget_resident_peak()


def peak_megabytes() -> float | None:
    """Return the peak since then, MB; on a CPU of the whole process, None where the system does not tell."""
    from diseaseface.engines.diffusion import stack

    if stack.torch().cuda.is_available():
        return round(stack.torch().cuda.max_memory_allocated() / 1e6, 1)
    peak = resident_peak_bytes()
    return None if math.isnan(peak) else round(peak / 1e6, 1)
