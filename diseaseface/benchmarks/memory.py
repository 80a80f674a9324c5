"""The most memory that a piece of work took: of the accelerator where there is one, else of this process."""

from pathlib import Path

_RESET, _STATUS, _HIGH = Path("/proc/self/clear_refs"), Path("/proc/self/status"), "VmHWM:"


def forget_peak() -> None:
    """Begin to look for a new peak."""
    from diseaseface.engines.diffusion import stack

    if stack.torch().cuda.is_available():
        stack.torch().cuda.reset_peak_memory_stats()
    elif _RESET.exists():
        _RESET.write_text("5")  # the kernel's word for forgetting the peak of resident memory


def peak_megabytes() -> float | None:
    """Return the peak since then, MB; on a CPU of the whole process, None where the system does not tell."""
    from diseaseface.engines.diffusion import stack

    if stack.torch().cuda.is_available():
        return round(stack.torch().cuda.max_memory_allocated() / 1e6, 1)
    if not _STATUS.exists():
        return None
    lines = (line.split() for line in _STATUS.read_text(encoding="ascii").splitlines())
    return next((round(int(words[1]) * 1024 / 1e6, 1) for words in lines if words[0] == _HIGH), None)
