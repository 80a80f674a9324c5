"""Fine-tuning as in Deep Facial Diagnosis (Jin 2020), as far as the weights that are here allow.

Jin fine-tunes networks trained to recognise faces (VGG-16, ResNet-50). dlib's network runs here but cannot be trained,
so two steps come before that: a linear head on its embedding, and a last layer, begun as the identity, that is trained
together with such a head. Where a ResNet of torchvision's layout lies on the disk, named by DISEASEFACE_BACKBONE, its
last stage and a new head are trained on the aligned faces themselves.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from diseaseface import tensors
from diseaseface.errors import EngineUnavailable
from diseaseface.faces.face import Face

BACKBONE_SETTING = "DISEASEFACE_BACKBONE"
CHIP_PX = 160
_HALF_CM, _CENTRE_CM = 9.0, -0.6  # of the canonical frame: forehead to chin
_MEAN, _SD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of torchvision's weights
_HELD_OUT, _PATIENCE = 0.2, 12
_STEPS, _RATE, _TETHER = 200, 3e-3, 1e-2  # of the last layer; the tether pulls it back to the identity
_EPOCHS, _NETWORK_RATE, _BATCH = 12, 1e-4, 16


def chip(face: Face) -> np.ndarray:
    """Cut the face out upright and at one size, uint8 RGB (160, 160, 3)."""
    turn = np.radians(face.pose.roll_deg)
    scale = CHIP_PX / (2 * _HALF_CM * face.pose.px_per_cm)
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centre = face.pose.to_px(np.array([0.0, _CENTRE_CM, 0.0]))
    matrix = np.column_stack([linear, CHIP_PX / 2 - linear @ centre])
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.warpAffine(face.image, matrix, (CHIP_PX, CHIP_PX), flags=kind, borderMode=cv2.BORDER_REPLICATE)


def linear_head(train: np.ndarray, labels: np.ndarray, _people: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return the labels (m,) of test features (m, d) by a softmax head on the frozen embedding (n, d)."""
    head = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000, class_weight="balanced"))
    return head.fit(train, labels).predict(test)


def last_layer(train: np.ndarray, labels: np.ndarray, people: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return the labels (m,) of test features by a layer, begun as the identity, and a head trained together.

    Training ends where the loss on a fifth of the people, who are kept out of it, no longer falls.
    """
    torch = tensors.torch()
    names, numbers = np.unique(labels, return_inverse=True)
    middle, spread = train.mean(axis=0), train.std(axis=0).mean() + 1e-9
    inputs, asked = (torch.tensor((one - middle) / spread, dtype=torch.float32) for one in (train, test))
    layer = torch.eye(train.shape[1]).requires_grad_()
    head = torch.zeros(train.shape[1], len(names)).requires_grad_()
    bias = torch.zeros(len(names)).requires_grad_()

    def scores(rows):
        return torch.nn.functional.gelu(rows @ layer) @ head + bias

    def tether():
        return _TETHER * ((layer - torch.eye(len(layer))).square().sum() + head.square().sum())

    weights = [layer, head, bias]
    with _in_one_thread(torch):
        optimiser = torch.optim.Adam(weights, lr=_RATE)
        _train(torch, optimiser, weights, lambda at: scores(inputs[at]), tether, numbers, people, _STEPS)
        with torch.no_grad():
            return names[scores(asked).argmax(dim=1).numpy()]


@contextmanager
def _in_one_thread(torch) -> Iterator[None]:
    """Arrays as small as embeddings are quicker in one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def backbone_file() -> Path | None:
    """Return the ResNet's weights that the user has named; they are never downloaded."""
    named = os.environ.get(BACKBONE_SETTING)
    return Path(named) if named and Path(named).is_file() else None


def refusal() -> str | None:
    """Say what a fine-tuned network lacks here; None where it can be trained."""
    if tensors.spec("torch") is None or tensors.spec("torchvision") is None:
        return "Fine-tuning a network needs the packages torch and torchvision and trained weights."
    if backbone_file() is None:
        return (
            "Fine-tuning needs the weights of a face recognition network that can be trained; none is present: name a "
            f"safetensors file of a ResNet-18 or ResNet-50 of torchvision's layout by {BACKBONE_SETTING}."
        )
    return None


def network(train: np.ndarray, labels: np.ndarray, people: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return the labels (m,) of test chips, uint8 (m, 160, 160, 3), by a ResNet whose last stage and head are trained.

    Raises EngineUnavailable where `refusal` gives a reason, or the file holds another network.
    """
    if reason := refusal():
        raise EngineUnavailable(reason)
    torch = tensors.torch()
    names, numbers = np.unique(labels, return_inverse=True)
    model = _resnet(torch, backbone_file(), len(names))
    trained = [*model.layer4.parameters(), *model.fc.parameters()]
    inputs, asked = (_normed(torch, chips) for chips in (train, test))
    optimiser = torch.optim.AdamW(trained, lr=_NETWORK_RATE, weight_decay=1e-2)
    chance, batch = np.random.default_rng(0), min(_BATCH, len(train))

    def picked(at):
        return chance.choice(at, min(batch, len(at)), replace=False)

    steps = _EPOCHS * max(1, len(train) // batch)
    _train(torch, optimiser, trained, lambda at: model(inputs[at]), lambda: 0.0, numbers, people, steps, picked)
    with torch.no_grad():
        return names[torch.cat([model(part) for part in asked.split(_BATCH)]).argmax(dim=1).numpy()]


def _resnet(torch, file: Path, classes: int):
    from safetensors import SafetensorError
    from safetensors.torch import load_file
    from torchvision.models import resnet18, resnet50

    try:
        weights = {name: value for name, value in load_file(file).items() if not name.startswith("fc.")}
    except SafetensorError as error:
        raise EngineUnavailable(
            f"{file} is no safetensors file: convert the weights, for a pickle can run code."
        ) from error
    model = (resnet50 if "layer1.0.conv3.weight" in weights else resnet18)(weights=None)
    try:
        told = model.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        raise EngineUnavailable(f"{file} holds no ResNet-18 or ResNet-50 of torchvision's layout.") from error
    if told.unexpected_keys or set(told.missing_keys) != {"fc.weight", "fc.bias"}:
        raise EngineUnavailable(f"{file} holds no ResNet-18 or ResNet-50 of torchvision's layout.")
    model.requires_grad_(False)
    torch.manual_seed(0)
    model.fc = torch.nn.Linear(model.fc.in_features, classes)
    model.layer4.requires_grad_(True)
    return model.eval()  # the batches are too small for statistics of their own


def _normed(torch, chips: np.ndarray):
    values = torch.tensor(chips, dtype=torch.float32).permute(0, 3, 1, 2) / 255.0
    return (values - torch.tensor(_MEAN)[:, None, None]) / torch.tensor(_SD)[:, None, None]


def _train(torch, optimiser, weights: Sequence, scores, tether, numbers, people, steps: int, picked=None) -> None:
    """Take steps until the loss on people kept out no longer falls, and go back to where it was least."""
    inside, outside = _split(numbers, people)
    target = torch.tensor(numbers)
    share = torch.bincount(target, minlength=int(numbers.max()) + 1).float()
    criterion = torch.nn.CrossEntropyLoss(share.sum() / (len(share) * share.clamp(min=1.0)))
    best, kept, waited = float("inf"), [weight.detach().clone() for weight in weights], 0
    for _ in range(steps):
        at = inside if picked is None else picked(inside)
        optimiser.zero_grad()
        (criterion(scores(at), target[at]) + tether()).backward()
        optimiser.step()
        with torch.no_grad():
            loss = float(criterion(scores(outside), target[outside]))
        if loss < best - 1e-4:
            best, kept, waited = loss, [weight.detach().clone() for weight in weights], 0
        elif (waited := waited + 1) >= _PATIENCE:
            break
    with torch.no_grad():
        for weight, value in zip(weights, kept, strict=True):
            weight.copy_(value)


def _split(numbers: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices of those who are trained on, and of a fifth of the people who tell when to stop."""
    shuffles = GroupShuffleSplit(20, test_size=_HELD_OUT, random_state=0).split(numbers, groups=people)
    for inside, outside in shuffles:
        if set(numbers[inside]) == set(numbers):
            return inside, outside
    return np.arange(len(numbers)), np.arange(len(numbers))  # too few people to keep any out
