"""The page: layout holds components and wiring, handlers translate, presenters put into words."""
