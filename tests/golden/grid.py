"""Sampling at points that are data. PyTorch has no second derivatives of it."""
import torch
import torch.nn.functional as F

from golden import EXTREME, File, r


def make():
    f = File("grid")
    sizes = (((1, 1, 4, 5), (3, 4), 0.9), ((2, 2, 3, 4), (3, 2), 1.0), ((1, 2, 5, 1), (2, 3), 1.3), ((1, 1, 4, 4), (4, 4), 3.0))
    for padding in ("zeros", "border", "reflection"):
        for align in (False, True):
            for image, out, scale in sizes:
                def given():
                    return r(*image), torch.round(torch.randn(image[0], *out, 2) * scale, decimals=3)
                name = f"{padding}_{'x'.join(map(str, image))}_at_{out[0]}x{out[1]}{'_corners' if align else ''}"
                f.add("grid_sample", name,
                      lambda x, g: F.grid_sample(x, g, mode="bilinear", padding_mode=padding, align_corners=align),
                      given, {"padding_mode": padding, "align_corners": align}, kind=EXTREME)
    for align in (False, True):
        for n, h, w in ((1, 3, 4), (2, 1, 2), (2, 4, 1)):
            f.add("affine_grid", f"{n}x{h}x{w}{'_corners' if align else ''}",
                  lambda t: F.affine_grid(t, [n, 1, h, w], align_corners=align),
                  lambda: (r(n, 2, 3),), {"size": [h, w], "align_corners": align}, kind=EXTREME)
    return f
