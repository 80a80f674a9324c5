"""The symptom map as a picture: heat over a grey photo, with lines of equal departure and a scale."""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from diseaseface.faces.face import Face

LOW_SD, HIGH_SD = 2.0, 5.0
# From Wong (2011), Nat Methods 8:441, in order of lightness: told apart by every kind of colour vision, and by none.
_STOPS = ((LOW_SD, (86, 180, 233)), (3.0, (240, 228, 66)), (4.0, (230, 159, 0)), (HIGH_SD, (213, 94, 0)))
_LINES_SD = (2.0, 3.0, 4.0)
_SOFT_SD = 0.15  # below the first line heat fades in
_MOST_COVER = 0.72
_GREY = (34, 0.72)  # the photo keeps its shades in a range that every heat stands out from
PAPER, INK, DIM = (23, 32, 42), (232, 237, 242), (154, 168, 181)
_HEAD_CM = (-11.5, -13.0, 11.5, 13.5)  # of the canonical frame
_SCALE_SHARE = 0.13  # of the picture's height


def head_box(face: Face) -> tuple[int, int, int, int]:
    """Return the part of the photo that holds the head, (x0, y0, x1, y1) in pixels, half-open."""
    height, width = face.image.shape[:2]
    corners = np.array([[x, y, 0.0] for x in _HEAD_CM[::2] for y in _HEAD_CM[1::2]])
    at = face.pose.origin_px + face.pose.px_per_cm * corners[:, :2] * (1.0, -1.0)  # upright, however the head tilts
    low, high = np.floor(at.min(axis=0)), np.ceil(at.max(axis=0))
    x0, y0 = (int(np.clip(v, 0, most - 2)) for v, most in zip(low, (width, height), strict=True))
    x1, y1 = (int(np.clip(v, least + 2, most)) for v, least, most in zip(high, (x0, y0), (width, height), strict=True))
    return x0, y0, x1, y1


def draw(image: np.ndarray, warm: np.ndarray) -> np.ndarray:
    """Return the photo in grey with its departures in colour, uint8 RGB of the photo's shape.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3)
        RGB.
    warm : float array of shape (H, W)
        Departure at each pixel, standard deviations; nothing is coloured below two.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    base = np.repeat((_GREY[0] + _GREY[1] * grey)[..., None], 3, axis=2)
    cover = _MOST_COVER * np.clip((warm - LOW_SD + _SOFT_SD) / _SOFT_SD, 0.0, 1.0)[..., None]
    shade = 0.55 + 0.45 * (base / 255.0)  # features stay visible under the colour
    mixed = base * (1.0 - cover) + colours(warm) * shade * cover
    return _lined(np.clip(np.rint(mixed), 0, 255).astype(np.uint8), warm)


def colours(sd: np.ndarray) -> np.ndarray:
    """Return the scale's colour for departures in standard deviations, float32 (..., 3)."""
    at = [stop for stop, _ in _STOPS]
    channels = [np.interp(sd, at, [colour[k] for _, colour in _STOPS]) for k in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def _lined(picture: np.ndarray, warm: np.ndarray) -> np.ndarray:
    """Draw lines of equal departure: thicker for more, light inside dark, so that they show on any skin."""
    unit = max(1, round(max(picture.shape[:2]) / 700))
    for order, level in enumerate(_LINES_SD):
        found = cv2.findContours((warm >= level).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]
        for colour, width in (((20, 24, 28), unit * (order + 1) + unit), ((255, 255, 255), unit * (order + 1))):
            cv2.drawContours(picture, found, -1, colour, width, cv2.LINE_AA)
    return picture


def with_scale(picture: np.ndarray, title: str) -> np.ndarray:
    """Set the scale of the heat, with a title, below a picture, uint8 RGB."""
    height, width = picture.shape[:2]
    band = max(44, round(_SCALE_SHARE * height))
    page = Image.new("RGB", (width, height + band), PAPER)
    page.paste(Image.fromarray(picture), (0, 0))
    pen, size = ImageDraw.Draw(page), max(10, round(min(0.22 * band, width / 34)))
    font = ImageFont.load_default(size)
    left, right, top = round(0.03 * width), round(0.97 * width), height + round(0.16 * band)
    bar = np.repeat(colours(np.linspace(LOW_SD, HIGH_SD, right - left))[None], max(4, round(0.2 * band)), axis=0)
    page.paste(Image.fromarray(bar.astype(np.uint8)), (left, top))
    below = top + bar.shape[0] + round(0.06 * band)
    for sd in range(int(LOW_SD), int(HIGH_SD) + 1):
        x = left + (right - left) * (sd - LOW_SD) / (HIGH_SD - LOW_SD)
        anchor = "la" if sd == LOW_SD else "ra" if sd == HIGH_SD else "ma"
        more = " or more" if sd == HIGH_SD else " SD" if sd == LOW_SD else ""
        pen.text((x, below), f"{sd}{more}", INK, font, anchor=anchor)
    pen.text((left, below + 1.25 * size), title, DIM, font)
    return np.asarray(page)
