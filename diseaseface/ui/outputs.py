"""What handlers give back to the page: new values of outputs by name, in the order of their names."""

from dataclasses import fields


class Outputs:
    """Base of frozen dataclasses with one field an output; what is not given stays on the page."""

    def values(self) -> tuple:
        """Return the values in order."""
        return tuple(getattr(self, name) for name in self.names())

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the values, in order."""
        return [one.name for one in fields(cls)]
