import torch
import torch.nn.functional as F

from golden import File, distinct, r


def products(f):
    shapes = [((5,), (5,)), ((3, 5), (5,)), ((5,), (5, 4)), ((3, 5), (5, 4)), ((1, 7), (7, 1)), ((2, 3, 5), (2, 5, 4)),
              ((2, 3, 5), (5, 4)), ((3, 5), (2, 5, 4)), ((2, 1, 3, 4), (3, 4, 2)), ((2, 3, 5), (5,)), ((5,), (2, 5, 3)),
              ((1, 3, 2), (4, 2, 3))]
    for a, b in shapes:
        n = "x".join(map(str, a)) + "_by_" + "x".join(map(str, b))
        f.add("matmul", n, torch.matmul, lambda: (r(*a), r(*b)))
    for n in (1, 7):
        f.add("dot", str(n), torch.dot, lambda: (r(n), r(n)))
    for a, b in ((3, 4), (1, 5), (4, 1)):
        f.add("outer", f"{a}_{b}", torch.outer, lambda: (r(a), r(b)))


CONV = [  # name, x, weight, bias, stride, padding, dilation, groups
    ("plain", (1, 2, 5, 5), (3, 2, 3, 3), True, (1, 1), (0, 0), (1, 1), 1),
    ("no_bias", (2, 1, 4, 5), (2, 1, 2, 2), False, (1, 1), (0, 0), (1, 1), 1),
    ("one_by_one", (2, 3, 3, 2), (4, 3, 1, 1), True, (1, 1), (0, 0), (1, 1), 1),
    ("stride2_pad1", (1, 2, 6, 6), (2, 2, 4, 4), True, (2, 2), (1, 1), (1, 1), 1),
    ("stride2_remainder", (1, 1, 6, 7), (2, 1, 3, 3), True, (2, 2), (0, 0), (1, 1), 1),
    ("non_square_kernel", (1, 2, 5, 6), (2, 2, 1, 3), True, (1, 1), (0, 1), (1, 1), 1),
    ("stride_1_by_2_pad_2_by_1", (1, 2, 4, 5), (2, 2, 3, 2), True, (1, 2), (2, 1), (1, 1), 1),
    ("dilation2", (1, 2, 6, 6), (2, 2, 3, 3), True, (1, 1), (0, 0), (2, 2), 1),
    ("dilation_1_by_2_stride2_pad1", (1, 1, 5, 6), (2, 1, 2, 3), False, (2, 2), (1, 1), (1, 2), 1),
    ("groups2", (2, 4, 4, 4), (4, 2, 3, 3), True, (1, 1), (0, 0), (1, 1), 2),
    ("stride2_pad1_groups2", (1, 4, 5, 5), (6, 2, 3, 3), True, (2, 2), (1, 1), (1, 1), 2),
    ("depthwise", (1, 3, 4, 4), (3, 1, 3, 3), False, (1, 1), (1, 1), (1, 1), 3),
    ("kernel_is_image", (2, 2, 4, 4), (1, 2, 4, 4), False, (1, 1), (0, 0), (1, 1), 1),
    ("pad_beyond_kernel", (1, 1, 2, 2), (1, 1, 2, 2), True, (1, 1), (3, 3), (1, 1), 1),
]
TURNED = [  # name, x, weight, bias, stride, padding, output_padding, dilation, groups
    ("plain", (1, 2, 3, 3), (2, 3, 3, 3), True, (1, 1), (0, 0), (0, 0), (1, 1), 1),
    ("dcgan_first", (2, 3, 1, 1), (3, 2, 4, 4), False, (1, 1), (0, 0), (0, 0), (1, 1), 1),
    ("dcgan_stride2_pad1", (1, 2, 3, 3), (2, 2, 4, 4), False, (2, 2), (1, 1), (0, 0), (1, 1), 1),
    ("output_padding", (1, 2, 3, 2), (2, 1, 3, 3), True, (2, 2), (1, 1), (1, 1), (1, 1), 1),
    ("output_padding_1_by_0", (1, 1, 3, 3), (1, 2, 3, 2), True, (2, 3), (1, 0), (1, 0), (1, 1), 1),
    ("non_square", (1, 2, 2, 3), (2, 2, 1, 3), True, (1, 2), (0, 1), (0, 0), (1, 1), 1),
    ("dilation2", (1, 2, 3, 3), (2, 2, 2, 3), True, (1, 1), (0, 0), (0, 0), (2, 2), 1),
    ("dilation2_stride2_pad1", (1, 1, 3, 3), (1, 2, 3, 3), False, (2, 2), (1, 1), (1, 0), (2, 2), 1),
    ("groups2", (1, 4, 3, 3), (4, 2, 2, 2), True, (1, 1), (0, 0), (0, 0), (1, 1), 2),
    ("groups2_stride2_pad1", (2, 4, 2, 3), (4, 1, 3, 3), True, (2, 2), (1, 1), (0, 0), (1, 1), 2),
    ("depthwise", (1, 3, 3, 3), (3, 1, 3, 3), False, (1, 1), (1, 1), (0, 0), (1, 1), 3),
    ("stride_beyond_kernel", (1, 1, 3, 3), (1, 1, 2, 2), True, (3, 3), (0, 0), (0, 0), (1, 1), 1),
]


def convolutions(f):
    for name, x, w, bias, stride, padding, dilation, groups in CONV:
        args = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        inputs = lambda: (r(*x), r(*w), r(w[0])) if bias else (r(*x), r(*w))
        f.add("conv2d", name, lambda *xs: F.conv2d(*xs, **args), inputs, args)
    for name, x, w, bias, stride, padding, out, dilation, groups in TURNED:
        args = {"stride": stride, "padding": padding, "output_padding": out, "dilation": dilation, "groups": groups}
        inputs = lambda: (r(*x), r(*w), r(w[1] * groups)) if bias else (r(*x), r(*w))
        f.add("conv_transpose2d", name, lambda *xs: F.conv_transpose2d(*xs, **args), inputs, args)


POOLS = [  # x, kernel, stride, padding
    ((1, 2, 4, 6), (2, 2), (2, 2), (0, 0)), ((1, 1, 5, 5), (3, 3), (1, 1), (1, 1)), ((2, 1, 5, 4), (3, 2), (2, 1), (1, 0)),
    ((1, 1, 7, 5), (2, 3), (3, 2), (1, 1)), ((1, 2, 5, 5), (2, 2), (2, 2), (0, 0)), ((1, 1, 4, 4), (4, 4), (4, 4), (0, 0)),
]


def pools(f):
    for x, kernel, stride, padding in POOLS:
        n = "_".join(f"{a}x{b}" for a, b in (x[2:], kernel, stride, padding))
        args = {"kernel_size": kernel, "stride": stride, "padding": padding}
        f.add("max_pool2d", n, lambda t: F.max_pool2d(t, **args), lambda: (distinct(*x),), args)
        for count in (True, False):
            more = {**args, "count_include_pad": count}
            f.add("avg_pool2d", n + ("" if count else "_without_pad"), lambda t: F.avg_pool2d(t, **more), lambda: (r(*x),), more)
    for x, size in (((1, 2, 6, 4), (3, 2)), ((1, 2, 5, 7), (3, 4)), ((2, 1, 4, 4), (1, 1)), ((1, 1, 3, 2), (5, 4)),
                    ((1, 1, 7, 5), (2, 3)), ((1, 2, 3, 3), (3, 3))):
        n = f"{x[2]}x{x[3]}_to_{size[0]}x{size[1]}"
        args = {"output_size": size}
        f.add("adaptive_avg_pool2d", n, lambda t: F.adaptive_avg_pool2d(t, size), lambda: (r(*x),), args)
        f.add("adaptive_max_pool2d", n, lambda t: F.adaptive_max_pool2d(t, size), lambda: (distinct(*x),), args)


def resizing(f):
    sizes = [((1, 2, 3, 4), (6, 8)), ((1, 1, 3, 3), (7, 5)), ((1, 1, 6, 6), (3, 3)), ((2, 1, 5, 7), (3, 4)),
             ((1, 1, 4, 6), (7, 3)), ((1, 1, 1, 1), (3, 2)), ((1, 1, 3, 4), (1, 1)), ((1, 1, 3, 4), (3, 4))]
    for x, size in sizes:
        n = f"{x[2]}x{x[3]}_to_{size[0]}x{size[1]}"
        args = {"size": size, "scale_factor": None, "mode": "nearest", "align_corners": None}
        f.add("interpolate", "nearest_" + n, lambda t: F.interpolate(t, size=size), lambda: (r(*x),), args)
        for corners in (False, True):
            args = {**args, "mode": "bilinear", "align_corners": corners}
            f.add("interpolate", "bilinear_" + n + ("_corners" if corners else ""),
                  lambda t: F.interpolate(t, size=size, mode="bilinear", align_corners=corners), lambda: (r(*x),), args)
    for x, scale in (((1, 2, 3, 2), (2.0, 2.0)), ((1, 1, 4, 6), (0.5, 0.5)), ((1, 1, 3, 4), (3.0, 2.0)), ((1, 1, 4, 4), (1.5, 1.5)),
                     ((1, 1, 5, 5), (1.7, 0.7))):
        n = f"{x[2]}x{x[3]}_scale_{scale[0]}_{scale[1]}"
        args = {"size": None, "scale_factor": scale, "mode": "nearest", "align_corners": None}
        f.add("interpolate", "nearest_" + n, lambda t: F.interpolate(t, scale_factor=scale), lambda: (r(*x),), args)
        for corners in (False, True):
            args = {**args, "mode": "bilinear", "align_corners": corners}
            f.add("interpolate", "bilinear_" + n + ("_corners" if corners else ""),
                  lambda t: F.interpolate(t, scale_factor=scale, mode="bilinear", align_corners=corners), lambda: (r(*x),), args)


def antialiased(f):
    for x, size in (((1, 2, 6, 8), (3, 4)), ((1, 1, 7, 5), (3, 2)), ((2, 1, 9, 4), (2, 7)), ((1, 1, 5, 5), (1, 1)), ((1, 1, 3, 4), (6, 8)),
                    ((1, 1, 4, 3), (4, 3)), ((1, 1, 16, 11), (3, 10))):
        args = {"size": size, "scale_factor": None, "mode": "bilinear", "align_corners": False, "antialias": True}
        f.add("interpolate", f"antialiased_{x[2]}x{x[3]}_to_{size[0]}x{size[1]}",
              lambda t: F.interpolate(t, size=size, mode="bilinear", align_corners=False, antialias=True), lambda: (r(*x),), args)


def patches(f):
    for x, kernel, dilation, padding, stride in (
            ((1, 2, 4, 4), (2, 2), (1, 1), (0, 0), (1, 1)), ((2, 1, 5, 4), (3, 2), (1, 1), (1, 0), (2, 1)),
            ((1, 1, 6, 6), (2, 3), (2, 1), (1, 1), (2, 2)), ((1, 2, 3, 3), (3, 3), (1, 1), (1, 1), (1, 1))):
        args = {"kernel_size": kernel, "dilation": dilation, "padding": padding, "stride": stride}
        n = "_".join(f"{a}x{b}" for a, b in (x[2:], kernel, dilation, padding, stride))
        f.add("unfold", n, lambda t: F.unfold(t, **args), lambda: (r(*x),), args)


def make():
    f = File("linear")
    products(f), convolutions(f), pools(f), resizing(f), antialiased(f), patches(f)
    return f
