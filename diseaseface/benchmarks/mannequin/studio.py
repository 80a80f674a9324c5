"""A photo studio: heads as Mitsuba's path tracer sees them (BSD licence; the variant llvm needs libllvm, 17 or newer).

Coordinates are centimetres: x to the subject's left, y up, z towards the camera.
"""

import ctypes.util
import importlib.util
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

from diseaseface.benchmarks.mannequin import hair, shape
from diseaseface.errors import EngineUnavailable
from diseaseface.faces.colorimetry import from_linear

_BACKDROP = np.array([0.60, 0.62, 0.64])
DISTANCE_CM = 160.0
_GRAIN = 1.5  # of 255
# Four bounces: what comes back from the other side of a nose matters, more does not show.
_LIGHT = {"type": "path", "max_depth": 4, "hide_emitters": True}
_PAINT = {"type": "aov", "aovs": "paint:albedo"}
_LAMPS_CM = 175.0  # behind the camera: one that stands before it would hide the paint
_BESIDE_CM = 3.0  # outside the picture; what lies further below it is left out


@dataclass(frozen=True, eq=False)
class Surface:
    """A quad mesh with a look at each of its V vertices.

    Attributes
    ----------
    points, colour : float arrays of shape (V, 3)
        Centimetres; linear RGB albedo.
    quads : int array of shape (Q, 4)
    rough : float array of shape (V,) or float
        GGX roughness, 0 to 1.
    specular : float
        0 matt, 0.5 skin, 1 wet.
    normals : float array of shape (V, 3) or None
        None for those of the mesh.
    """

    points: np.ndarray
    quads: np.ndarray
    colour: np.ndarray
    rough: np.ndarray | float = 0.5
    specular: float = 0.5
    normals: np.ndarray | None = None


@dataclass(frozen=True)
class Light:
    """How the studio is lit; it never follows the skin.

    Attributes
    ----------
    azimuth_deg, elevation_deg : float
        Where the key light stands, seen from the face; 0 is the camera, positive the subject's left.
    key, fill, ambient : float
        Strengths.
    warmth : float
        -1 cool, 0 neutral, 1 warm.
    exposure : float
        Factor on all light.
    """

    azimuth_deg: float = -35.0
    elevation_deg: float = 28.0
    key: float = 1.0
    fill: float = 0.5
    ambient: float = 0.35
    warmth: float = 0.0
    exposure: float = 1.0


@cache
def mitsuba():
    """Return the renderer with a variant chosen; raise EngineUnavailable in one line where it is missing."""
    if importlib.util.find_spec("mitsuba") is None:
        raise EngineUnavailable("The package mitsuba is missing: pip install mitsuba==3.9.1 (extra “heads”).")
    import mitsuba as mi

    mi.set_variant("llvm_ad_rgb" if ctypes.util.find_library("LLVM-19") else "scalar_rgb")
    return mi


def ribbons(strands: hair.Strands, eye_cm: np.ndarray) -> Surface:
    """Return strands as bands that face the camera at `eye_cm` and are shaded as threads are."""
    points, radius = strands.points, strands.radius_cm
    along = hair.unit(np.gradient(points, axis=1))
    seen = hair.unit(eye_cm - points)
    side = hair.unit(np.cross(along, seen)) * radius[..., None]
    corners = np.stack([points - side, points + side], axis=2)
    count, knots = radius.shape
    at = (np.arange(count)[:, None] * knots + np.arange(knots - 1)) * 2
    quads = np.stack([at, at + 1, at + 3, at + 2], axis=-1).reshape(-1, 4)
    facing = hair.unit(seen - (seen * along).sum(axis=-1, keepdims=True) * along)
    normals = np.repeat(facing[:, :, None], 2, axis=2)
    colour = np.repeat(strands.colour, 2 * knots, axis=0)
    return Surface(corners.reshape(-1, 3), quads, colour, 0.35, 0.4, normals.reshape(-1, 3))


def picture(
    surfaces: list[Surface], middle: np.ndarray, light: Light, *, size_px, frame_cm, samples, seed
) -> np.ndarray:
    """Take a photo.

    Parameters
    ----------
    surfaces : list of Surface
    middle : float array of shape (3,)
        Where the camera looks.
    size_px : (width, height)
    frame_cm : float
        What fills the picture from top to bottom.
    samples : int
        Rays for each pixel.

    Returns
    -------
    uint8 array of shape (height, width, 3), sRGB.
    """
    mi = mitsuba()
    seen = {"type": "scene", "camera": _camera(mi, middle, size_px, frame_cm, samples)}
    lowest = middle[1] - frame_cm / 2 - _BESIDE_CM
    joined = _joined([_above(one, lowest) for one in surfaces])
    seen |= {f"surface{i}": _mesh(mi, *one, f"surface{i}") for i, one in enumerate(joined)}
    scene = mi.load_dict(seen | _lights(mi, middle, light))
    light_seen, paint = (_traced(mi, scene, way, samples, seed) for way in (_LIGHT, _PAINT))  # by the same rays
    return _developed(_denoised(light_seen[..., :3], paint), light_seen[..., 3:4], np.random.default_rng(seed))


def _traced(mi, scene, way: dict, samples: int, seed: int) -> np.ndarray:
    """Return what a scene's camera sees by an integrator, float32 (height, width, channels)."""
    return np.array(mi.render(scene, integrator=mi.load_dict(way), spp=samples, seed=seed), dtype=np.float32)


def _above(surface: Surface, lowest_cm: float) -> Surface:
    """Return the part of a surface that rises above a height."""
    normals = shape.normals(surface.points, surface.quads) if surface.normals is None else surface.normals
    return replace(
        surface, quads=surface.quads[(surface.points[surface.quads, 1] > lowest_cm).any(axis=1)], normals=normals
    )


def _joined(surfaces: list[Surface]) -> list[tuple[Surface, float]]:
    """Join surfaces of one gloss: a scene of few meshes is traced twice as fast."""
    found = []
    for gloss in sorted({one.specular for one in surfaces}):
        same = [one for one in surfaces if one.specular == gloss]
        start = np.cumsum([0] + [len(one.points) for one in same])
        quads = np.concatenate([one.quads + first for one, first in zip(same, start, strict=False)])
        rough = np.concatenate([np.broadcast_to(one.rough, len(one.points)) for one in same])
        points, colour, normals = (
            np.concatenate([getattr(one, name) for one in same]) for name in ("points", "colour", "normals")
        )
        found.append((Surface(points, quads, colour, rough, gloss, normals), gloss))
    return found


def _camera(mi, middle, size_px, frame_cm, samples) -> dict:
    eye = middle + np.array([0, 0, DISTANCE_CM])
    width, height = size_px
    return {
        "type": "perspective",
        "fov": float(np.degrees(2 * np.arctan(frame_cm / 2 / DISTANCE_CM))),
        "fov_axis": "y",
        "to_world": mi.ScalarTransform4f().look_at(origin=eye.tolist(), target=middle.tolist(), up=[0, 1, 0]),
        "film": {"type": "hdrfilm", "width": width, "height": height, "rfilter": {"type": "gaussian"},
                 "pixel_format": "rgba", "component_format": "float32"},
        "sampler": {"type": "multijitter", "sample_count": samples},
    }  # fmt: skip


def _lights(mi, middle, light: Light) -> dict:
    tint = np.array([1 + 0.10 * light.warmth, 1.0, 1 - 0.14 * light.warmth]) * light.exposure
    places = {
        "key": (light.azimuth_deg, light.elevation_deg, 0.29, 9.5 * light.key),
        "fill": (-1.4 * light.azimuth_deg, 4.0, 0.46, 1.9 * light.fill),
        "low": (0.0, -40.0, 0.31, 1.2 * light.fill),
        "rim": (140.0, 25.0, 0.19, 3.0),
        "rim2": (-140.0, 22.0, 0.19, 2.0),
    }
    found = {name: _softbox(mi, middle, *place, tint) for name, place in places.items()}
    return found | {"ambient": {"type": "constant", "radiance": _rgb(_BACKDROP * light.ambient * tint)}}


def _softbox(mi, middle, azimuth_deg, elevation_deg, radius, strength, tint) -> dict:
    """Return a round lamp whose radius is a share of its distance."""
    a, e = np.radians([azimuth_deg, elevation_deg])
    at = middle + _LAMPS_CM * np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    place = mi.ScalarTransform4f().look_at(origin=at.tolist(), target=middle.tolist(), up=[0, 1, 0])
    return {
        "type": "disk",
        "to_world": place @ mi.ScalarTransform4f().scale(radius * _LAMPS_CM),
        "emitter": {"type": "area", "radiance": _rgb(strength * tint)},
    }


def _rgb(value) -> dict:
    return {"type": "rgb", "value": [float(v) for v in value]}


def _mesh(mi, surface: Surface, gloss: float, name: str):
    quads, count = surface.quads, len(surface.points)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    looks = mi.Properties()
    looks["bsdf"] = mi.load_dict(
        {
            "type": "twosided",
            "material": {
                "type": "principled",
                "base_color": {"type": "mesh_attribute", "name": "vertex_colour"},
                "roughness": {"type": "mesh_attribute", "name": "vertex_rough"},
                "specular": gloss,
            },
        }
    )
    mesh = mi.Mesh(name, count, len(triangles), props=looks, has_vertex_normals=True)
    mesh.add_attribute("vertex_colour", 3, np.ascontiguousarray(surface.colour, np.float32).ravel())
    mesh.add_attribute("vertex_rough", 1, np.ascontiguousarray(surface.rough, np.float32))
    held = mi.traverse(mesh)
    held["vertex_positions"] = np.ascontiguousarray(surface.points, np.float32).ravel()
    held["faces"] = np.ascontiguousarray(triangles, np.uint32).ravel()
    held["vertex_normals"] = np.ascontiguousarray(surface.normals, np.float32).ravel()
    held.update()
    return mesh


def _denoised(light: np.ndarray, paint: np.ndarray) -> np.ndarray:
    """Smooth the light that falls on things and keep their own colours: few rays a pixel are noisy."""
    shade = cv2.medianBlur(np.log(np.maximum(light, 1e-4) / (paint + 0.02)), 3)
    return np.exp(cv2.bilateralFilter(shade, 13, 0.8, 3.5)) * (paint + 0.02)


def _developed(rgb: np.ndarray, cover: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn linear light into sRGB before a backdrop, with a soft shoulder and a camera's grain."""
    height, width = rgb.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    far = np.hypot((x - width / 2) / width, (y - 0.45 * height) / height)
    wall = _BACKDROP * (0.62 - 0.35 * np.clip(far / 0.8, 0, 1)[..., None] ** 2)
    cover = np.clip(cover, 0, 1)
    rgb = rgb * (cover > 0) + (1 - cover) * wall
    rgb = np.where(rgb > 0.6, 0.6 + 0.4 * np.tanh((rgb - 0.6) / 0.4), rgb)
    grain = gaussian_filter(rng.standard_normal((height, width)), 0.6) * _GRAIN
    return np.clip(from_linear(rgb) + grain[..., None], 0, 255).round().astype(np.uint8)
