"""Profiles that are drawn to be learned back: attribute to share of the full amount, which everybody has."""

import numpy as np

from diseaseface.knowledge.catalogue import Attribute
from diseaseface.training import groups

# Those that constants of learning were chosen on: shapes, lids, colour and hair, both ways, from slight to marked.
PROFILES = {
    "first": {
        "palpebral_fissure_slant": 1.0,
        "interocular_distance": 0.8,
        "nose_width": 1.0,
        "mouth_width": -0.9,
        "upper_lid_position": -0.8,
        "upper_vermilion_height": -0.5,
        "nose_length": -0.5,
        "jaw_width": 0.5,
        "malar_erythema": 0.8,
        "eyebrow_loss": 0.7,
    },
    "opposite": {
        "palpebral_fissure_slant": -0.9,
        "interocular_distance": -0.7,
        "nose_length": 0.8,
        "mouth_width": 0.8,
        "mouth_corners": -0.9,
        "philtrum_length": 0.8,
        "lower_vermilion_height": 0.6,
        "mandible_size": -0.7,
        "upper_lid_position": 0.8,
        "centrofacial_erythema": 0.8,
    },
    "coarse": {
        "nose_width": 0.8,
        "nasal_tip_width": 0.8,
        "upper_vermilion_height": 0.8,
        "lower_vermilion_height": 0.8,
        "mandible_size": 0.7,
        "jaw_width": 0.7,
        "mouth_width": 0.5,
        "palpebral_fissure_length": -0.6,
    },
    "fine": {
        "nose_width": -0.8,
        "mouth_width": -0.8,
        "upper_vermilion_height": -0.7,
        "lower_vermilion_height": -0.6,
        "mandible_size": -0.7,
        "jaw_width": -0.6,
        "interocular_distance": -0.5,
        "lower_lid_position": 0.7,
    },
    "one-sided": {
        "facial_weakness": 0.8,
        "upper_lid_position": 0.7,
        "lower_lid_position": 0.8,
        "mouth_width": 0.6,
        "philtrum_length": 0.5,
    },
    "long": {
        "nose_length": 0.8,
        "philtrum_length": 0.7,
        "mandible_size": 0.8,
        "palpebral_fissure_slant": -0.7,
        "interocular_distance": 0.7,
        "upper_lid_position": -0.7,
        "centrofacial_erythema": 0.7,
        "mouth_corners": -0.7,
    },
}

# Written before any was drawn; nothing was chosen on them.
HELD_OUT = {
    "round": {
        "face_width": 0.7,
        "cheek_fullness": 0.8,
        "chin_height": -0.6,
        "nose_length": -0.6,
        "philtrum_length": 0.5,
        "palpebral_fissure_length": -0.5,
        "mouth_width": -0.6,
        "hairline_height": -0.8,
    },
    "narrow": {
        "face_width": -0.7,
        "jaw_width": -0.8,
        "nose_width": -0.6,
        "palpebral_fissure_slant": 0.6,
        "mouth_corners": 0.5,
        "face_length": 0.7,
        "upper_vermilion_height": 0.6,
        "forehead_width": 0.5,
    },
    "tired": {
        "upper_lid_position": -0.6,
        "palpebral_fissure_slant": -0.5,
        "mouth_corners": -0.6,
        "centrofacial_erythema": 0.5,
        "skin_coarsening": 0.8,
        "lower_vermilion_height": -0.5,
        "nose_width": 0.5,
        "mandible_size": 0.4,
    },
    "elfin": {
        "palpebral_fissure_length": -0.4,
        "philtrum_length": 0.7,
        "mouth_width": 0.8,
        "lower_vermilion_height": 0.7,
        "cheek_fullness": 0.5,
        "jaw_width": -0.5,
        "nose_length": -0.7,
        "interocular_distance": -0.4,
        "chin_height": -0.5,
    },
    "smooth": {
        "palpebral_fissure_length": -0.8,
        "philtrum_length": 0.6,
        "upper_vermilion_height": -0.8,
        "telecanthus": 0.6,
        "nose_length": -0.4,
        "mandible_size": -0.5,
        "cranial_vault_size": -0.8,
    },
    "large": {
        "mandible_size": 0.9,
        "nose_length": 0.5,
        "nose_width": 0.7,
        "jaw_width": 0.6,
        "lower_vermilion_height": 0.5,
        "interocular_distance": 0.3,
        "mouth_width": 0.4,
        "face_length": 0.5,
    },
    "lively": {
        "upper_lid_position": 0.6,
        "eyebrow_arch": 0.7,
        "telecanthus": 0.7,
        "mouth_opening": 0.3,
        "mouth_corners": 0.6,
        "upper_lip_tent": 0.8,
        "palpebral_fissure_slant": 0.5,
        "hairline_height": -0.6,
    },
    "slight": {
        "nose_width": 0.35,
        "mouth_width": 0.3,
        "nose_length": -0.3,
        "palpebral_fissure_slant": 0.3,
        "upper_lid_position": -0.3,
        "jaw_width": 0.4,
        "philtrum_length": 0.35,
        "face_width": -0.4,
        "chin_height": 0.3,
    },
}

_SIGNS, _SHARES = (8, 12), (0.3, 0.9)  # of a profile drawn by chance


def drawn_by_chance(count: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """Return profiles of signs that single pictures show, as many as asked for and other ones for every seed."""
    random = np.random.default_rng(seed)
    return {f"chance {seed}.{number}": _by_chance(random) for number in range(1, count + 1)}


def _by_chance(random: np.random.Generator) -> dict[str, float]:
    """Return one profile; of attributes that are read alike it has the one that learning names."""
    named = {attribute.measure: attribute for attribute in reversed(groups.readable())}
    picked = random.choice(sorted(named), random.integers(*_SIGNS, endpoint=True), replace=False)
    return {named[measure].name: _share(named[measure], random) for measure in picked}


def _share(attribute: Attribute, random: np.random.Generator) -> float:
    """Return a share of the full amount, in a direction that single pictures show."""
    ways = [way for way, shown in zip((1, -1), groups.seen(attribute), strict=True) if shown > 0]
    return round(float(random.choice(ways) * random.uniform(*_SHARES)), 2)
