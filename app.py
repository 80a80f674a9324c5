"""The page: build it and serve it. GRADIO_SERVER_NAME and GRADIO_SERVER_PORT choose where."""

from diseaseface import Pipeline
from diseaseface.ui.layout import build
from diseaseface.ui.serve import serve
from diseaseface.ui.zerogpu import prepared

if __name__ == "__main__":
    serve(build(prepared(Pipeline.load())))
