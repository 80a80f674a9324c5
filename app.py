"""The page: build it and serve it. GRADIO_SERVER_NAME and GRADIO_SERVER_PORT choose where."""

from diseaseface.ui.heap import keep_small
from diseaseface.ui.room import open_room

if __name__ == "__main__":
    keep_small()
    room = open_room()  # before Gradio is imported, which looks its folders up then

    from diseaseface import Pipeline
    from diseaseface.faces.identity import work_apart
    from diseaseface.ui.start import bring_in, import_gradio

    pipeline = Pipeline.load()
    bring_in(pipeline)
    import_gradio()

    from diseaseface.ui.layout import build
    from diseaseface.ui.serve import serve
    from diseaseface.ui.zerogpu import prepared

    work_apart()
    serve(build(prepared(pipeline)), room)
