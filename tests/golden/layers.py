import torch
from torch import nn
from torch.nn.utils import spectral_norm
from torch.nn.utils.stateless import functional_call

from golden import File, away, distinct, pos, r, seed, tensor


def layer(f, name, op, build, inputs, args, mode="train"):
    """One layer: its parameters are further inputs; its buffers before and after stand beside."""
    seed(op + name)
    module = build().double().train(mode == "train")
    params = {n: r(*p.shape) for n, p in module.named_parameters()}
    before = {n: b.clone() for n, b in module.named_buffers()}
    for n, b in before.items():
        if n.endswith("running_mean"):
            before[n] = r(*b.shape)
        elif n.endswith("running_var"):
            before[n] = pos(*b.shape)
    after = {}

    def fn(x, *values):
        after.clear()
        after.update({n: b.clone() for n, b in before.items()})
        return functional_call(module, {**dict(zip(params, values)), **after}, (x,))

    seed(name + op)
    x = inputs() if callable(inputs) else inputs
    extra = {"fixed": op == "spectral_norm" or "padding_idx" in args, "mode": mode, "names": ["input", *params]}
    case = f.add(op, f"{name}_{mode}", fn, [x, *params.values()], args, **extra)
    fn(x, *params.values())
    if before:
        case["buffers_before"] = {n: tensor(b) for n, b in before.items()}
        case["buffers_after"] = {n: tensor(b) for n, b in after.items()}


def simple(f):
    for name, shape, bias in (("plain", (4, 3), True), ("no_bias", (4, 3), False), ("three_dims", (2, 2, 3), True), ("vector", (3,), True)):
        layer(f, name, "Linear", lambda: nn.Linear(3, 5, bias), lambda: r(*shape), {"in_features": 3, "out_features": 5, "bias": bias})
    for name, shape, args in (
            ("plain", (2, 2, 4, 4), dict(in_channels=2, out_channels=3, kernel_size=3)),
            ("stride2_pad1_no_bias", (1, 1, 6, 6), dict(in_channels=1, out_channels=2, kernel_size=4, stride=2, padding=1, bias=False)),
            ("groups2", (1, 4, 4, 4), dict(in_channels=4, out_channels=2, kernel_size=2, groups=2)),
            ("dilation2", (1, 1, 5, 5), dict(in_channels=1, out_channels=2, kernel_size=2, dilation=2))):
        layer(f, name, "Conv2d", lambda: nn.Conv2d(**args), lambda: r(*shape), args)
    for name, shape, args in (
            ("plain", (1, 2, 3, 3), dict(in_channels=2, out_channels=2, kernel_size=3)),
            ("stride2_pad1_no_bias", (1, 2, 3, 3), dict(in_channels=2, out_channels=2, kernel_size=4, stride=2, padding=1, bias=False)),
            ("output_padding", (1, 1, 3, 3), dict(in_channels=1, out_channels=2, kernel_size=3, stride=2, padding=1, output_padding=1)),
            ("groups2", (1, 4, 2, 2), dict(in_channels=4, out_channels=4, kernel_size=2, groups=2))):
        layer(f, name, "ConvTranspose2d", lambda: nn.ConvTranspose2d(**args), lambda: r(*shape), args)
    for name, index, args in (
            ("plain", torch.tensor([1, 0, 3, 1]), dict(num_embeddings=4, embedding_dim=3)),
            ("two_dims", torch.tensor([[0, 2], [4, 4]]), dict(num_embeddings=5, embedding_dim=2)),
            ("padding_idx", torch.tensor([1, 0, 2, 1]), dict(num_embeddings=3, embedding_dim=2, padding_idx=1))):
        layer(f, name, "Embedding", lambda: nn.Embedding(**args), index, args)
    for name, args in (("nearest", dict(scale_factor=2, mode="nearest")), ("bilinear", dict(scale_factor=2, mode="bilinear")),
                       ("bilinear_corners", dict(scale_factor=2, mode="bilinear", align_corners=True)),
                       ("size", dict(size=[5, 3], mode="nearest"))):
        build = lambda: nn.Upsample(**{k: tuple(v) if isinstance(v, list) else v for k, v in args.items()})
        layer(f, name, "Upsample", build, lambda: r(1, 2, 3, 2), args)
    for factor, shape in ((2, (2, 8, 2, 3)), (3, (1, 9, 2, 1)), (1, (1, 2, 2, 2))):
        args = dict(upscale_factor=factor)
        layer(f, f"factor{factor}", "PixelShuffle", lambda: nn.PixelShuffle(**args), lambda: r(*shape), args)


class PixelNorm(nn.Module):
    """Progressive GAN's pixelwise normalisation."""

    def forward(self, x):
        return x / torch.sqrt((x * x).mean(1, keepdim=True) + 1e-8)


class MinibatchStdDev(nn.Module):
    """StyleGAN2's layer, with its order of groups."""

    def __init__(self, group_size, num_channels):
        super().__init__()
        self.group_size, self.num_channels = group_size, num_channels

    def forward(self, x):
        n, c, h, w = x.shape
        g, f = min(self.group_size, n), self.num_channels
        y = x.reshape(g, -1, f, c // f, h, w)
        y = y - y.mean(0)
        y = (y.square().mean(0) + 1e-8).sqrt().mean([2, 3, 4])
        return torch.cat([x, y.reshape(-1, f, 1, 1).repeat(g, 1, h, w)], 1)


class Equalized(nn.Module):
    """Weight and bias scaled in the call, as in StyleGAN2's FullyConnectedLayer and Conv2dLayer."""

    def __init__(self, shape, gain, lr_mul, padding=0):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(*shape) / lr_mul), nn.Parameter(torch.zeros(shape[0]))
        self.scale, self.lr_mul, self.padding = gain * lr_mul / self.weight[0].numel() ** 0.5, lr_mul, padding

    def forward(self, x):
        weight, bias = self.weight * self.scale, self.bias * self.lr_mul
        if weight.dim() == 2:
            return torch.nn.functional.linear(x, weight, bias)
        return torch.nn.functional.conv2d(x, weight, bias, padding=self.padding)


class ModulatedConv2d(nn.Module):
    """StyleGAN2's modulated convolution as a grouped one, with a weight for each sample; the styles are constants here."""

    def __init__(self, in_channels, out_channels, kernel_size, demodulate):
        super().__init__()
        self.weight, self.demodulate = nn.Parameter(torch.randn(out_channels, in_channels, kernel_size, kernel_size)), demodulate

    def forward(self, x):
        n, c, h, w = x.shape
        styles = torch.tensor([[0.5, -1], [2, 0.25]], dtype=x.dtype)
        weight = (self.weight / self.weight[0].numel() ** 0.5).unsqueeze(0) * styles.reshape(n, 1, c, 1, 1)
        if self.demodulate:
            weight = weight * (weight.square().sum([2, 3, 4], keepdim=True) + 1e-8).rsqrt()
        out = torch.nn.functional.conv2d(
            x.reshape(1, n * c, h, w), weight.reshape(-1, *weight.shape[2:]), padding=weight.shape[-1] // 2, groups=n)
        return out.reshape(n, -1, *out.shape[2:])


class Upfirdn2d(nn.Module):
    """StyleGAN2's reference: zeros between pixels, padding, convolution with the flipped filter, every other pixel."""

    def __init__(self, up, down, kernel):
        super().__init__()
        k = torch.tensor(kernel, dtype=torch.float64)
        self.up, self.down, self.filter = up, down, torch.outer(k, k) / k.sum() ** 2

    def forward(self, x):
        n, c, h, w = x.shape
        size, up, down = self.filter.shape[0], self.up, self.down
        y = torch.nn.functional.pad(x.reshape(n, c, h, 1, w, 1), [0, up - 1, 0, 0, 0, up - 1]).reshape(n, c, h * up, w * up)
        before, after = ((size + up - 1) // 2, (size - up) // 2) if up > 1 else ((size - down + 1) // 2, (size - down) // 2)
        y = torch.nn.functional.pad(y, [before, after, before, after])
        kernel = (self.filter * up ** 2).flip([0, 1]).repeat(c, 1, 1, 1)
        return torch.nn.functional.conv2d(y, kernel, groups=c)[:, :, ::down, ::down]


class SelfAttention2d(nn.Module):
    def __init__(self, channels, reduction):
        super().__init__()
        self.query_conv, self.key_conv = (nn.Conv2d(channels, channels // reduction, 1) for _ in range(2))
        self.value_conv, self.gamma = nn.Conv2d(channels, channels, 1), nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q, k, v = (conv(x).flatten(2) for conv in (self.query_conv, self.key_conv, self.value_conv))
        weights = torch.bmm(q.transpose(1, 2), k).softmax(-1)
        return self.gamma * torch.bmm(v, weights.transpose(1, 2)).reshape(x.shape) + x


def gans(f):
    for name, shape in (("image", (2, 3, 2, 2)), ("vector", (3, 4))):
        layer(f, name, "PixelNorm", PixelNorm, lambda: r(*shape), {})
    for name, shape, args in (("one_group", (3, 2, 2, 2), dict(group_size=4, num_channels=1)),
                              ("groups", (4, 4, 2, 1), dict(group_size=2, num_channels=2))):
        layer(f, name, "MinibatchStdDev", lambda: MinibatchStdDev(**args), lambda: r(*shape), args)
    for gain, lr_mul in ((1.0, 1.0), (1.5, 0.1)):
        args = dict(in_features=3, out_features=2, gain=gain, lr_mul=lr_mul)
        layer(f, f"{gain}_{lr_mul}", "EqualizedLinear", lambda: Equalized((2, 3), gain, lr_mul), lambda: r(4, 3), args)
        args = dict(in_channels=2, out_channels=3, kernel_size=3, padding=1, gain=gain, lr_mul=lr_mul)
        layer(f, f"{gain}_{lr_mul}", "EqualizedConv2d", lambda: Equalized((3, 2, 3, 3), gain, lr_mul, 1), lambda: r(2, 2, 3, 3), args)
    for demodulate in (True, False):
        for kernel in (3, 1):
            args = dict(in_channels=2, out_channels=3, kernel_size=kernel, demodulate=demodulate)
            layer(f, f"{kernel}_{demodulate}", "ModulatedConv2d", lambda: ModulatedConv2d(**args), lambda: r(2, 2, 3, 4), args)
    for up, down, kernel in ((2, 1, [1, 3, 3, 1]), (1, 2, [1, 3, 3, 1]), (1, 1, [1, 3, 3, 1]), (2, 1, [1, 2, 4]), (1, 2, [1, 2, 4]),
                             (3, 1, [1, 2, 3, 2, 1]), (1, 3, [1, 2, 5, 2, 1, 1])):
        args = dict(up=up, down=down, kernel=kernel)
        layer(f, f"up{up}_down{down}_{len(kernel)}", "upfirdn2d", lambda: Upfirdn2d(**args), lambda: r(1, 2, 5, 6), args)
    for reduction in (1, 2):
        args = dict(channels=4, reduction=reduction)
        layer(f, f"reduction_{reduction}", "SelfAttention2d", lambda: SelfAttention2d(**args), lambda: r(2, 4, 2, 3), args)


def norms(f):
    for mode in ("train", "eval"):
        for name, kind, shape, args in (
                ("two_dims", "BatchNorm1d", (5, 3), dict(num_features=3)),
                ("three_dims", "BatchNorm1d", (3, 2, 4), dict(num_features=2)),
                ("options", "BatchNorm1d", (4, 3), dict(num_features=3, eps=0.01, momentum=0.3)),
                ("cumulative", "BatchNorm1d", (4, 3), dict(num_features=3, momentum=None)),
                ("no_affine", "BatchNorm1d", (4, 3), dict(num_features=3, affine=False)),
                ("no_running_statistics", "BatchNorm1d", (4, 3), dict(num_features=3, track_running_stats=False)),
                ("plain", "BatchNorm2d", (2, 3, 2, 3), dict(num_features=3)),
                ("options", "BatchNorm2d", (3, 2, 2, 2), dict(num_features=2, eps=0.1, momentum=0.5)),
                ("no_affine", "BatchNorm2d", (2, 2, 3, 2), dict(num_features=2, affine=False)),
                ("one_sample", "BatchNorm2d", (1, 2, 3, 3), dict(num_features=2)),
                ("plain", "InstanceNorm2d", (2, 2, 3, 3), dict(num_features=2)),
                ("affine", "InstanceNorm2d", (2, 3, 2, 3), dict(num_features=3, affine=True)),
                ("running_statistics", "InstanceNorm2d", (2, 2, 3, 2), dict(num_features=2, affine=True, track_running_stats=True))):
            layer(f, name, kind, lambda: getattr(nn, kind)(**args), lambda: r(*shape), args, mode)
    for name, shape, args in (("last", (3, 5), dict(normalized_shape=[5])), ("last_two", (2, 3, 4), dict(normalized_shape=[3, 4])),
                              ("eps", (2, 4), dict(normalized_shape=[4], eps=0.1)),
                              ("no_affine", (2, 3, 4), dict(normalized_shape=[4], elementwise_affine=False))):
        layer(f, name, "LayerNorm", lambda: nn.LayerNorm(**args), lambda: r(*shape), args)
    for name, shape, args in (("two_groups", (2, 4, 2, 3), dict(num_groups=2, num_channels=4)),
                              ("one_group", (2, 3, 2, 2), dict(num_groups=1, num_channels=3)),
                              ("all_groups", (2, 3, 2, 3), dict(num_groups=3, num_channels=3)),
                              ("two_dims", (3, 6), dict(num_groups=2, num_channels=6)),
                              ("no_affine", (2, 4, 3), dict(num_groups=2, num_channels=4, affine=False, eps=0.01))):
        layer(f, name, "GroupNorm", lambda: nn.GroupNorm(**args), lambda: r(*shape), args)


def spectral(f):
    for mode in ("train", "eval"):
        for steps in (1, 3):
            for of, build, shape, args in (
                    ("Linear", lambda: nn.Linear(3, 4), (2, 3), dict(in_features=3, out_features=4)),
                    ("Conv2d", lambda: nn.Conv2d(2, 3, 2, bias=False), (1, 2, 3, 3),
                     dict(in_channels=2, out_channels=3, kernel_size=2, bias=False)),
                    ("ConvTranspose2d", lambda: nn.ConvTranspose2d(2, 3, 2), (1, 2, 2, 2),
                     dict(in_channels=2, out_channels=3, kernel_size=2))):
                layer(f, f"{of}_{steps}", "spectral_norm", lambda: spectral_norm(build(), n_power_iterations=steps),
                      lambda: r(*shape), {"of": of, "n_power_iterations": steps, "eps": 1e-12, **args}, mode)


class Output(nn.Module):
    """The output alone of a layer that also returns states; attention gets one input as query, key and value."""

    def __init__(self, layer, attends=False, **options):
        super().__init__()
        self.layer, self.attends, self.options = layer, attends, options

    def forward(self, x):
        if hasattr(self.layer, "_flat_weights_names"):  # functional_call does not reach this copy
            self.layer._flat_weights = [getattr(self.layer, n) for n in self.layer._flat_weights_names]
        return self.layer(x, x, x, need_weights=False, **self.options)[0] if self.attends else self.layer(x)[0]


def sequences(f):
    for name, shape, args in (
            ("plain", (2, 2, 5), dict(in_channels=2, out_channels=3, kernel_size=3)),
            ("stride2_pad1_no_bias", (1, 2, 6), dict(in_channels=2, out_channels=2, kernel_size=4, stride=2, padding=1, bias=False)),
            ("groups2_dilation2", (1, 4, 5), dict(in_channels=4, out_channels=2, kernel_size=2, groups=2, dilation=2))):
        layer(f, name, "Conv1d", lambda: nn.Conv1d(**args), lambda: r(*shape), args)
    for name, shape, args in (
            ("plain", (2, 2, 3), dict(in_channels=2, out_channels=3, kernel_size=3)),
            ("output_padding", (1, 1, 3), dict(in_channels=1, out_channels=2, kernel_size=3, stride=2, padding=1, output_padding=1)),
            ("groups2_no_bias", (1, 4, 3), dict(in_channels=4, out_channels=4, kernel_size=2, groups=2, dilation=2, bias=False))):
        layer(f, name, "ConvTranspose1d", lambda: nn.ConvTranspose1d(**args), lambda: r(*shape), args)
    for name, shape, args in (("plain", (2, 3, 6), dict(kernel_size=2)), ("padded", (1, 2, 5), dict(kernel_size=3, stride=2, padding=1))):
        layer(f, name, "AvgPool1d", lambda: nn.AvgPool1d(**args), lambda: r(*shape), args)
        layer(f, name, "MaxPool1d", lambda: nn.MaxPool1d(**args), lambda: distinct(*shape), args)
    layer(f, "without_padding", "AvgPool1d", lambda: nn.AvgPool1d(3, 2, 1, count_include_pad=False), lambda: r(1, 2, 5),
          dict(kernel_size=3, stride=2, padding=1, count_include_pad=False))
    for name, shape, args in (("one", (2, 3), dict(num_parameters=1)), ("channels", (2, 3, 2), dict(num_parameters=3)),
                              ("images", (1, 2, 2, 2), dict(num_parameters=2))):
        layer(f, name, "PReLU", lambda: nn.PReLU(**args), lambda: away(*shape), args)
    for mode in ("train", "eval"):
        for name, args in (("plain", dict(num_features=2)), ("affine", dict(num_features=2, affine=True)),
                           ("running_statistics", dict(num_features=2, affine=True, track_running_stats=True))):
            layer(f, name, "InstanceNorm1d", lambda: nn.InstanceNorm1d(**args), lambda: r(2, 2, 4), args, mode)


def recurrent(f):
    for kind in ("LSTM", "GRU"):
        for name, shape, args in (
                ("plain", (3, 2, 2), dict(input_size=2, hidden_size=3)),
                ("one_step", (1, 2, 2), dict(input_size=2, hidden_size=2)),
                ("no_bias", (2, 1, 2), dict(input_size=2, hidden_size=2, bias=False)),
                ("batch_first", (2, 3, 2), dict(input_size=2, hidden_size=2, batch_first=True)),
                ("two_layers", (3, 1, 2), dict(input_size=2, hidden_size=2, num_layers=2)),
                ("bidirectional", (3, 2, 2), dict(input_size=2, hidden_size=2, bidirectional=True)),
                ("two_layers_bidirectional", (2, 1, 2), dict(input_size=2, hidden_size=2, num_layers=2, bidirectional=True))):
            layer(f, name, kind, lambda: Output(getattr(nn, kind)(**args)), lambda: r(*shape), args)


def attention(f):
    causal = torch.tensor([[False, True, True], [False, False, True], [False, False, False]])
    for name, shape, args, options in (
            ("plain", (2, 3, 4), dict(embed_dim=4, num_heads=2, batch_first=True), {}),
            ("one_head_no_bias", (1, 3, 2), dict(embed_dim=2, num_heads=1, bias=False, batch_first=True), {}),
            ("sequence_first", (3, 2, 4), dict(embed_dim=4, num_heads=2), {}),
            ("causal", (2, 3, 4), dict(embed_dim=4, num_heads=2, batch_first=True), dict(attn_mask=causal)),
            ("padding", (2, 3, 4), dict(embed_dim=4, num_heads=2, batch_first=True),
             dict(key_padding_mask=torch.tensor([[False, False, True], [False, True, True]]))),
            ("added", (1, 3, 4), dict(embed_dim=4, num_heads=2, batch_first=True),
             dict(attn_mask=torch.tensor([[0.5, -1, 0], [0, 0.25, -0.5], [1, 0, -2]])))):
        layer(f, name, "MultiheadAttention", lambda: Output(nn.MultiheadAttention(**args), attends=True, attn_mask=options.get("attn_mask"),
                                                            key_padding_mask=options.get("key_padding_mask")),
              lambda: r(*shape), args)


def make():
    f = File("layers")
    simple(f), norms(f), spectral(f), sequences(f), recurrent(f), attention(f), gans(f)
    return f
