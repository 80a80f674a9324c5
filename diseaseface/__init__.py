"""DiseaseFace: see, and measure, how a disease shows on a face."""

from typing import TYPE_CHECKING

from diseaseface.errors import DiseaseFaceError
from diseaseface.settings import VERSION as __version__

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline

__all__ = ["DiseaseFaceError", "Pipeline", "__version__"]


def __getattr__(name: str):
    # Late, so that `import diseaseface` stays quick for whoever needs one part only.
    if name == "Pipeline":
        from diseaseface.pipeline import Pipeline

        return Pipeline
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
