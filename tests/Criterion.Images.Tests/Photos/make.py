#!/usr/bin/env python3
"""Writes the pictures next to this file, and the pixels that Pillow decodes from each as an array [C, H, W] of bytes.

Debian's Pillow decodes JPEG by libjpeg-turbo: /usr/bin/python3 tests/Criterion.Images.Tests/Photos/make.py
"""

import pathlib

import numpy as np
from PIL import Image, ImageCms, ImageOps

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 45, 34
ORIENTATION = 0x0112


def picture():
    """A scene with gradients, an edge, and some noise: not symmetric in any direction."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    noise = np.random.default_rng(5).normal(0, 6, (HEIGHT, WIDTH, 3))
    scene = np.stack([5 * x, 6 * y, 255 - 3 * x - 2 * y], axis=2)
    scene[(x - 30) ** 2 + (y - 12) ** 2 < 64] = [250, 220, 40]
    return Image.fromarray(np.clip(scene + noise, 0, 255).astype(np.uint8))


def swapped_profile():
    """A profile that would swap red and blue, if it were applied."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"?XYZ", b"bXYZ", 1)


def golden(name, mode):
    """Stores what Pillow decodes, turned by its EXIF orientation."""
    image = ImageOps.exif_transpose(Image.open(HERE / name)).convert(mode)
    pixels = np.asarray(image)
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    np.save(HERE / f"{name}.npy", np.ascontiguousarray(planes))


def write(image, name, mode="RGB", **options):
    image.save(HERE / name, **options)
    golden(name, mode)


def main():
    rgb = picture()
    alpha = Image.fromarray(np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1)))
    clear = rgb.copy()
    clear.putalpha(alpha)
    palette = rgb.quantize(32)

    write(rgb, "420.jpg", quality=85, subsampling="4:2:0")
    write(rgb, "422.jpg", quality=90, subsampling="4:2:2")
    write(rgb, "444.jpg", quality=95, subsampling="4:4:4")
    write(rgb, "progressive.jpg", quality=80, progressive=True)
    write(rgb, "profile.jpg", quality=90, icc_profile=swapped_profile())
    write(rgb.convert("L"), "grey.jpg", "L", quality=90)
    write(rgb.convert("CMYK"), "cmyk.jpg", quality=90)
    write(rgb, "lossless.webp", lossless=True)
    write(rgb, "lossy.webp", quality=80)
    write(clear, "alpha.webp", "RGBA", lossless=True, exact=True)
    write(rgb, "24.bmp")
    write(palette, "palette.bmp")
    write(palette, "palette.gif")
    palette.save(HERE / "frames.gif", save_all=True, append_images=[palette.rotate(180)], loop=0)
    golden("frames.gif", "RGB")

    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        write(rgb, f"orientation{orientation}.jpg", quality=95, subsampling="4:4:4", exif=exif)

    turned = Image.Exif()
    turned[ORIENTATION] = 6
    write(rgb, "turned.webp", lossless=True, exif=turned)


if __name__ == "__main__":
    main()
