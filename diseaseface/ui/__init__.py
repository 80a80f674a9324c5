"""The page. Nothing that it stands on may report its use to anybody: that is settled before it is imported."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
