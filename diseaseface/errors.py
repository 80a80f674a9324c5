"""Every refusal of the product: one sentence on what happened and what to do."""


class DiseaseFaceError(Exception):
    """Base of all errors whose text is shown to users unchanged."""


class PhotoError(DiseaseFaceError):
    """The photo cannot be read or is outside what can be analysed."""


class FaceError(DiseaseFaceError):
    """The photo was read, but no face in it can be analysed."""


class UnknownDisease(DiseaseFaceError):
    """No disease, or more than one, goes by the name asked for."""


class CatalogueError(DiseaseFaceError):
    """A data file of attributes, profiles or norms is malformed."""


class LearningError(DiseaseFaceError):
    """Two groups of pictures cannot teach a profile."""


class EngineUnavailable(DiseaseFaceError):
    """An engine was asked for that cannot run here."""


class OutOfMemory(DiseaseFaceError):
    """The machine has too little free memory for what was asked."""


class RequestError(DiseaseFaceError):
    """A setting of a request is out of range or unknown."""
