"""Any photo Pillow reads becomes upright sRGB of a bounded size, or one sentence says why not."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from diseaseface.errors import PhotoError
from diseaseface.faces.photo import LONGEST_SIDE_PX, read


@pytest.fixture(scope="module")
def picture(astronaut):
    """Not square, so that a turn cannot hide; no detail that JPEG or 6-bit levels would change much."""
    return np.asarray(Image.fromarray(astronaut[:400, :300]).resize((150, 200), Image.Resampling.BOX))


def saved(image, kind="PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def close(first, second, levels=2.0):
    return first.shape == second.shape and np.abs(first.astype(float) - second).mean() <= levels


def test_every_way_to_hand_over_a_photo_gives_the_same_pixels(picture, tmp_path):
    data = saved(Image.fromarray(picture))
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    for photo in (path, str(path), data, io.BytesIO(data), Image.fromarray(picture), picture):
        np.testing.assert_array_equal(read(photo), picture)


def test_what_is_read_is_a_copy_of_an_array(picture):
    photo = picture.copy()
    read(photo)[:] = 0
    np.testing.assert_array_equal(photo, picture)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_the_photo_stands_upright_whatever_the_camera_noted(picture, orientation, kind):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    lying = Image.fromarray(picture)
    if orientation in undo:
        lying = lying.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert close(read(saved(lying, kind, exif=exif)), picture, levels=12.0)
    assert not close(picture[::-1], picture, levels=24.0)  # such a difference would show


def test_transparency_is_laid_on_white(picture):
    half = np.dstack([picture, np.full(picture.shape[:2], 128, np.uint8)])
    half[:50, :, 3] = 0
    result = read(half)
    assert (result[:50] == 255).all()
    assert close(result[50:], (picture[50:].astype(float) + 255) / 2)


@pytest.mark.parametrize("mode", ["L", "CMYK", "YCbCr", "LAB", "HSV", "RGBA", "LA", "RGBX"])
def test_every_mode_of_pillow_becomes_rgb(picture, mode):
    image = Image.fromarray(picture)
    if mode == "LAB":
        to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        other = ImageCms.applyTransform(image, to_lab)
    else:
        other = image.convert(mode)
    expected = np.asarray(image.convert("L").convert("RGB")) if mode in ("L", "LA") else picture
    assert close(read(other), expected, levels=3.0)


def test_a_palette_keeps_its_colours_and_its_transparent_one_turns_white(picture):
    image = Image.fromarray(picture).quantize(255)
    assert close(read(saved(image)), np.asarray(image.convert("RGB")), 0)
    clear = image.getpixel((5, 5))
    assert (read(saved(image, transparency=clear))[5, 5] == 255).all()


def test_sixteen_bits_become_eight(picture):
    grey = picture.mean(axis=2)
    deep = Image.fromarray(np.round(grey * 257).astype(np.uint16))
    for kind in ("PNG", "TIFF"):
        result = read(saved(deep, kind))
        assert np.abs(result - np.round(grey)[..., None]).max() <= 1


def test_black_and_white_is_read(picture):
    assert set(np.unique(read(saved(Image.fromarray(picture).convert("1"))))) == {0, 255}


def test_a_cmyk_jpeg_is_read(picture):
    assert close(read(saved(Image.fromarray(picture).convert("CMYK"), "JPEG", quality=95)), picture, 6.0)


def test_of_an_animation_the_first_picture_is_read(picture):
    frames = [Image.fromarray(picture), Image.fromarray(255 - picture)]
    for kind in ("GIF", "PNG", "WEBP"):
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:])
        assert close(read(data), picture, levels=12.0)


def test_a_colour_profile_is_applied(picture):
    """A profile in which red light is called blue, and blue red, swaps the two channels back."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    profile = profile.replace(b"rXYZ", b"_XYZ").replace(b"bXYZ", b"rXYZ").replace(b"_XYZ", b"bXYZ")
    swapped = Image.fromarray(np.ascontiguousarray(picture[..., ::-1]))
    assert close(read(saved(swapped, icc_profile=profile)), picture, levels=3.0)


def test_a_broken_colour_profile_is_passed_over(picture):
    data = saved(Image.fromarray(picture), icc_profile=b"no profile")
    np.testing.assert_array_equal(read(data), picture)


@pytest.mark.parametrize("size", [(4000, 3000), (1601, 900), (900, 5000)])
def test_a_large_photo_is_brought_to_the_longest_side_and_keeps_its_shape(size):
    ramp = np.linspace(0, 255, size[0]).astype(np.uint8)
    photo = Image.fromarray(np.broadcast_to(ramp, size[::-1]).copy())
    result = read(saved(photo, "JPEG", quality=95))
    assert max(result.shape[:2]) == LONGEST_SIDE_PX
    assert result.shape[1] / result.shape[0] == pytest.approx(size[0] / size[1], rel=0.005)
    wanted = np.linspace(0, 255, result.shape[1])
    assert np.abs(result[result.shape[0] // 2, :, 1] - wanted).max() < 4


def test_fine_stripes_turn_grey_and_not_into_coarser_stripes():
    stripes = np.zeros((2400, 3200), np.uint8)
    stripes[:, ::2] = 255
    assert read(stripes)[100:-100, 100:-100].std() < 8


def test_forty_megapixels_are_read_and_more_are_refused_before_decoding():
    assert read(Image.new("L", (8000, 5000))).shape == (1000, 1600, 3)
    data = saved(Image.new("1", (8001, 5000)))
    with pytest.raises(PhotoError, match="40 megapixels"):
        read(data)
    with pytest.raises(PhotoError, match="40 megapixels"):
        read(data[: len(data) // 2])  # damaged behind its header: was not decoded


def test_a_bomb_is_refused():
    with pytest.raises(PhotoError, match="40 megapixels"):
        read(saved(Image.new("1", (40_000, 20_000))))


REFUSED = {
    "no file": "/nowhere/photo.jpg",
    "a folder": "/",
    "a network address": "https://example.org/photo.jpg",
    "text": b"this is not a picture",
    "nothing": b"",
    "a number": 7,
    "none": None,
    "floats": np.zeros((200, 200, 3)),
    "sixteen bits": np.zeros((200, 200, 3), np.uint16),
    "two channels": np.zeros((200, 200, 2), np.uint8),
    "one row": np.zeros(200, np.uint8),
    "empty": np.zeros((0, 200, 3), np.uint8),
    "too small": np.zeros((20, 30, 3), np.uint8),
    "too narrow": np.zeros((3200, 70, 3), np.uint8),
}


@pytest.mark.parametrize("photo", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_refused_in_one_sentence(photo):
    with pytest.raises(PhotoError) as refusal:
        read(photo)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert 20 < len(sentence) < 200


def test_a_damaged_photo_is_refused(picture):
    data = saved(Image.fromarray(picture), "JPEG")
    with pytest.raises(PhotoError, match="damaged"):
        read(data[: len(data) // 2])
