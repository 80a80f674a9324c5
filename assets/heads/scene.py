"""From arrays to a picture: the studio, its materials and Blender's path tracer."""

from pathlib import Path

import bpy
import numpy as np

from diseaseface.benchmarks.mannequin import hair

from . import materials


def clear() -> None:
    """Start from an empty file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


def to_blender(points: np.ndarray) -> np.ndarray:
    """Turn x left, y up, z forward into Blender's axes (z up, facing -y)."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1).astype(np.float32)


def add_mesh(name: str, points: np.ndarray, quads: np.ndarray, material, values: dict[str, np.ndarray]):
    """Add a smooth quad mesh whose vertices carry colours (shape (V, 3)) or numbers (shape (V,))."""
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", to_blender(points).ravel())
    mesh.loops.add(quads.size)
    mesh.loops.foreach_set("vertex_index", quads.astype(np.int32).ravel())
    mesh.polygons.add(len(quads))
    mesh.polygons.foreach_set("loop_start", np.arange(0, quads.size, 4, dtype=np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(quads), dtype=bool))
    for key, value in values.items():
        if value.ndim == 2:
            layer = mesh.attributes.new(key, "FLOAT_COLOR", "POINT")
            layer.data.foreach_set("color", np.c_[value, np.ones(len(value))].astype(np.float32).ravel())
        else:
            layer = mesh.attributes.new(key, "FLOAT", "POINT")
            layer.data.foreach_set("value", value.astype(np.float32))
    mesh.materials.append(material)
    mesh.update(calc_edges=True)
    return _link(name, mesh)


def add_strands(name: str, strands: hair.Strands, material):
    """Add hair curves."""
    count, knots = strands.radius_cm.shape
    curves = bpy.data.hair_curves.new(name)
    curves.add_curves([knots] * count)
    curves.attributes["position"].data.foreach_set("vector", to_blender(strands.points).ravel())
    radius = curves.attributes.get("radius") or curves.attributes.new("radius", "FLOAT", "POINT")
    radius.data.foreach_set("value", strands.radius_cm.astype(np.float32).ravel())
    tint = curves.attributes.new("tint", "FLOAT_COLOR", "CURVE")
    tint.data.foreach_set("color", np.c_[strands.colour, np.ones(count)].astype(np.float32).ravel())
    curves.materials.append(material)
    return _link(name, curves)


def add_sphere(name: str, centre: np.ndarray, size_cm: tuple[float, float, float], material):
    """Add a smooth ellipsoid."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=32, ring_count=16, location=to_blender(centre))
    ball = bpy.context.object
    ball.name, ball.scale = name, (size_cm[0], size_cm[2], size_cm[1])
    for polygon in ball.data.polygons:
        polygon.use_smooth = True
    ball.data.materials.append(material)
    return ball


def _link(name: str, data):
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_area_light(name: str, at, towards, size_cm: float, watts: float, warmth: float) -> None:
    """Add a softbox; warmth 0 is neutral, 1 is warm, -1 is cool."""
    light = bpy.data.lights.new(name, "AREA")
    light.shape, light.size, light.energy = "DISK", size_cm, watts
    light.color = (1 + 0.10 * warmth, 1.0, 1 - 0.14 * warmth)
    thing = _link(name, light)
    thing.location = to_blender(np.array(at, dtype=float))
    _aim(thing, towards)


def _aim(thing, towards) -> None:
    from mathutils import Vector

    direction = Vector(to_blender(np.array(towards, dtype=float)).tolist()) - thing.location
    thing.rotation_euler = direction.to_track_quat("-Z", "Y").to_euler()


def studio(face: np.ndarray, backdrop: tuple[float, float, float]) -> None:
    """Light a face at `face` (cm) with a key, a fill and two rims before a plain backdrop."""
    x, y, z = face
    add_area_light("key", (x - 70, y + 55, z + 95), face, 75, 110_000, 0.35)
    add_area_light("fill", (x + 95, y + 5, z + 90), face, 120, 24_000, -0.25)
    add_area_light("low", (x, y - 70, z + 80), face, 80, 9_000, 0.2)
    add_area_light("rim left", (x + 75, y + 45, z - 75), (x, y + 2, z - 8), 50, 20_000, -0.3)
    add_area_light("rim right", (x - 80, y + 35, z - 75), (x, y + 2, z - 8), 50, 12_000, 0.0)
    world = bpy.data.worlds.new("world")
    bpy.context.scene.world = world
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (*backdrop, 1)
    world.node_tree.nodes["Background"].inputs[1].default_value = 0.30
    _backdrop(face, backdrop)


def _backdrop(face: np.ndarray, colour) -> None:
    """Add a glowing wall, lighter behind the head."""
    n = materials.Nodes("backdrop")
    place = n.add("TexCoord").outputs["Generated"]
    centred = n.add("VectorMath", {0: place, 1: (0.5, 0.52, 0.0)}, operation="SUBTRACT").outputs[0]
    far = n.add("VectorMath", {0: centred}, operation="LENGTH").outputs["Value"]
    level = n.add("MapRange", {0: far, 1: 0.0, 2: 0.26, 3: 1.55, 4: 0.85}, interpolation_type="SMOOTHSTEP")
    wall = n.add("Emission", {"Color": (*colour, 1), "Strength": level.outputs[0]})
    bpy.ops.mesh.primitive_plane_add(size=400, location=to_blender(face - [0, 0, 110]))
    plane = bpy.context.object
    plane.rotation_euler = (np.pi / 2, 0, 0)
    plane.data.materials.append(n.finish(wall))


def camera(face: np.ndarray, height_cm: float, distance_cm: float = 160.0) -> None:
    """Look at `face` from straight ahead; `height_cm` fills the picture from top to bottom."""
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_height = "VERTICAL", 24.0
    data.lens = 24.0 * distance_cm / height_cm
    data.clip_end = 2000
    thing = _link("camera", data)
    thing.location = to_blender(face + [0, 0, distance_cm])
    thing.rotation_euler = (np.pi / 2, 0, 0)
    bpy.context.scene.camera = thing


def render(path: Path, width_px: int, height_px: int, samples: int, seed: int, threads: int) -> None:
    """Trace the scene into a PNG."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.seed = "CPU", seed
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = samples, True
    scene.cycles.adaptive_threshold, scene.cycles.adaptive_min_samples = 0.04, 12
    scene.cycles.use_denoising, scene.cycles.denoiser = True, "OPENIMAGEDENOISE"
    scene.cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    scene.cycles.max_bounces, scene.cycles.transparent_max_bounces = 4, 8
    scene.cycles.diffuse_bounces, scene.cycles.glossy_bounces, scene.cycles.transmission_bounces = 2, 2, 3
    scene.cycles.sample_clamp_indirect = 4.0
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.cycles_curves.shape = "RIBBONS"
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.resolution_x, scene.render.resolution_y = width_px, height_px
    scene.view_settings.exposure = 0.3
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - High Contrast"
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
