"""The model card that goes with a trained adapter."""

from diseaseface.engines.diffusion.loading import Parts
from diseaseface.settings import VERSION


def model_card(parts: Parts, options, outcome, told: dict) -> str:
    """Return the card as Markdown, with the front matter that model hubs read."""
    base = parts.names["base"]
    beside = ", with low-rank weights on its UNet" if options.rank else ""
    first, last = outcome.tests[0][1], outcome.kept
    data = "\n".join(f"- {name}: {value}" for name, value in told.items()) or "- not told"
    settings = "\n".join(f"- {name}: {value}" for name, value in vars(options).items())
    return f"""---
base_model: {base}
library_name: diffusers
tags: [diseaseface, profile-adapter, lora]
---

# DiseaseFace profile adapter

Turns a profile (a signed share of full severity for each facial sign, left and right) into extra tokens for the
cross-attention of {base}{beside}. Made with DiseaseFace {VERSION}.

For education and research. No diagnostic device; pictures made with it are synthetic and have to say so.

## Use

```
DISEASEFACE_DIFFUSION=adapter=THIS_FOLDER python -m diseaseface transform PHOTO --engine diffusion …
```

## Data

{data}

People held out for testing are in no training example.

## Training

{outcome.steps} steps{", ended early" if outcome.stopped_early else ""}. Held-out judgement: {first:.4f} before,
{last:.4f} after (smaller is better).

{settings}

## Limits

It knows what its examples showed. Examples drawn by the morph engine teach its way of drawing, not how people with a
disease look; few photos teach the people in them. Base weights and photos bring licences and biases of their own.
"""
