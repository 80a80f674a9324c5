"""What things look like to Blender's path tracer: skin, hair, eyes, cloth."""

import bpy


class Nodes:
    """A material's nodes, added in a line or two each."""

    def __init__(self, name: str):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()

    def add(self, kind: str, values: dict | None = None, **settings):
        """Add a node; values are inputs by name or number: a constant or another node's output."""
        node = self.tree.nodes.new("ShaderNode" + kind)
        for key, value in settings.items():
            setattr(node, key, value)
        for key, value in (values or {}).items():
            if isinstance(value, bpy.types.NodeSocket):
                self.tree.links.new(value, node.inputs[key])
            else:
                node.inputs[key].default_value = value
        return node

    def attribute(self, name: str, output: str):
        """Return an output of a vertex attribute."""
        return self.add("Attribute", attribute_name=name).outputs[output]

    def math(self, operation: str, a, b):
        """Return a sum, product and so on."""
        return self.add("Math", {0: a, 1: b}, operation=operation).outputs[0]

    def finish(self, shader):
        """Make `shader` the surface and return the material."""
        self.add("OutputMaterial", {"Surface": shader.outputs[0]})
        return self.material


def skin(melanin: float, oil: float):
    """Return skin: scattering below, pores and a thin film of oil above."""
    n = Nodes("skin")
    place = n.add("TexCoord").outputs["Object"]
    pores = n.add("TexVoronoi", {"Vector": place, "Scale": 13.0, "Randomness": 1.0}, feature="F1")
    fine = n.add("TexNoise", {"Vector": place, "Scale": 26.0, "Detail": 1.0, "Roughness": 0.6})
    relief = n.math("ADD", n.math("MULTIPLY", pores.outputs["Distance"], 1.6), fine.outputs[0])
    strength = n.math("MULTIPLY", n.attribute("pores", "Fac"), 0.42)
    bump = n.add("Bump", {"Strength": strength, "Distance": 0.016, "Height": relief})
    mottle = n.add("TexNoise", {"Vector": place, "Scale": 9.0, "Detail": 1.0})
    gain = n.add("MapRange", {0: mottle.outputs[0], 1: 0.3, 2: 0.7, 3: 0.90, 4: 1.08}).outputs[0]
    tint = n.add("VectorMath", {0: n.attribute("albedo", "Color"), 1: gain}, operation="MULTIPLY")
    rough = n.math("ADD", n.attribute("rough", "Fac"), n.math("MULTIPLY", fine.outputs[0], 0.10))
    depth = 0.30 / (1 + 0.9 * melanin)
    surface = n.add(
        "BsdfPrincipled",
        {
            "Base Color": tint.outputs[0],
            "Roughness": rough,
            "Normal": bump.outputs[0],
            "Subsurface Weight": 1.0,
            "Subsurface Radius": (1.0, 0.36 + 0.05 * melanin, 0.20 + 0.05 * melanin),
            "Subsurface Scale": depth,
            "Subsurface Anisotropy": 0.6,
            "Specular IOR Level": 0.42,
            "Coat Weight": 0.16 * oil,
            "Coat Roughness": 0.28,
            "Coat Normal": bump.outputs[0],
        },
    )
    return n.finish(surface)


def hair():
    """Return hair whose strands carry their colour."""
    n = Nodes("hair")
    strand = n.add(
        "BsdfHairPrincipled",
        {
            "Color": n.attribute("tint", "Color"),
            "Roughness": 0.38,
            "Radial Roughness": 0.5,
            "IOR": 1.45,
            "Coat": 0.0,
            "Random Roughness": 0.2,
        },
        parametrization="COLOR",
    )
    return n.finish(strand)


def eye():
    """Return the painted eyeball's material."""
    n = Nodes("eye")
    return n.finish(
        n.add(
            "BsdfPrincipled",
            {
                "Base Color": n.attribute("albedo", "Color"),
                "Roughness": 0.5,
                "Specular IOR Level": 0.2,
                "Subsurface Weight": 0.35,
                "Subsurface Radius": (1.0, 0.5, 0.35),
                "Subsurface Scale": 0.08,
            },
        )
    )


def clear(name: str, roughness: float, gloss: float):
    """Return a film that only mirrors: cornea and tears."""
    n = Nodes(name)
    fresnel = n.add("Fresnel", {"IOR": 1.38}).outputs[0]
    share = n.math("MULTIPLY", fresnel, gloss)
    see_through = n.add("BsdfTransparent")
    mirror = n.add("BsdfGlossy", {"Roughness": roughness})
    return n.finish(n.add("MixShader", {0: share, 1: see_through.outputs[0], 2: mirror.outputs[0]}))


def plain(name: str, colour, roughness: float, subsurface: float = 0.0):
    """Return one colour."""
    n = Nodes(name)
    return n.finish(
        n.add(
            "BsdfPrincipled",
            {
                "Base Color": (*colour, 1),
                "Roughness": roughness,
                "Subsurface Weight": subsurface,
                "Subsurface Radius": (1.0, 0.4, 0.3),
                "Subsurface Scale": 0.15,
            },
        )
    )


def cloth(colour):
    """Return a knitted cotton."""
    n = Nodes("cloth")
    place = n.add("TexCoord").outputs["Object"]
    weave = n.add("TexNoise", {"Vector": place, "Scale": 14.0, "Detail": 6.0, "Roughness": 0.75})
    bump = n.add("Bump", {"Strength": 0.5, "Distance": 0.03, "Height": weave.outputs[0]})
    from_seam = n.math("ABSOLUTE", n.math("SUBTRACT", n.attribute("below", "Fac"), 1.25), 0.0)
    seam = n.math("GREATER_THAN", from_seam, 0.05)
    shown = n.math("GREATER_THAN", n.attribute("below", "Fac"), 0.0)
    shade = n.add("MapRange", {0: seam, 3: 0.55, 4: 1.0}).outputs[0]
    tint = n.add("VectorMath", {0: colour, 1: shade}, operation="MULTIPLY").outputs[0]
    return n.finish(
        n.add(
            "BsdfPrincipled",
            {
                "Alpha": shown,
                "Base Color": tint,
                "Roughness": 0.9,
                "Specular IOR Level": 0.15,
                "Sheen Weight": 0.25,
                "Sheen Roughness": 0.5,
                "Normal": bump.outputs[0],
            },
        )
    )
