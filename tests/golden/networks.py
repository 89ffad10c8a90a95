"""Golden numbers of pretrained networks, with weights that both sides compute from their positions, so that none are stored.

    /usr/bin/python3 tests/golden/networks.py              writes tests/golden/data/{vgg16,vgg19,alexnet,lpips,dists,inception}.json
    /usr/bin/python3 tests/golden/networks.py vgg19        writes one of them
    /usr/bin/python3 tests/golden/networks.py --save DIR   saves vgg16 (553 MB) to DIR/vgg16.pth and DIR/vgg16-legacy.pth

The networks are written here in plain PyTorch from their published architectures. Names and order of their parameters are those of torchvision
0.14.1, and of pytorch-fid for inception.
"""
import json
import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
MEAN, STD = (torch.tensor(v, dtype=torch.float64).reshape(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))


def noise(seed, shape):
    """Numbers in [-0.5, 0.5) from their positions alone: MurmurHash3's finaliser, exact on both sides."""
    x = np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed * 0x85EBCA6B % 2 ** 32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return torch.from_numpy(x.astype(np.float64) / 2.0 ** 32 - 0.5).reshape(shape)


def fill(parameters):
    """Weights as wide as ReLUs need to pass signals on, as float32."""
    for i, p in enumerate(parameters):
        width = 2 * math.sqrt(6 / math.prod(p.shape[1:])) if p.dim() > 1 else 0.2
        p.data = (noise(i, p.shape) * width).float().to(p.dtype)


def image_of(seed, count, size, black, white):
    return ((noise(seed, (count, 3, *size)) + 0.5) * (white - black) + black).float().double().requires_grad_()


def summary(t):
    t = t.detach().reshape(-1)
    at = [round(i * (len(t) - 1) / 15) for i in range(16)]
    return {"sum": t.sum().item(), "abs": t.abs().sum().item(), "at": at, "values": t[at].tolist()}


def vgg_layers(convolutions):
    """(name, module) of all layers of VGG with so many convolutions in its blocks."""
    layers, last = [], 3
    for block, (width, count) in enumerate(zip((64, 128, 256, 512, 512), convolutions), 1):
        for i in range(1, count + 1):
            layers += [(f"conv{block}_{i}", nn.Conv2d(last, width, 3, padding=1)), (f"relu{block}_{i}", nn.ReLU())]
            last = width
        layers.append((f"pool{block}", nn.MaxPool2d(2, 2)))
    return layers


def alexnet_layers():
    pool = lambda: nn.MaxPool2d(3, 2)
    return [("conv1", nn.Conv2d(3, 64, 11, stride=4, padding=2)), ("relu1", nn.ReLU()), ("pool1", pool()),
            ("conv2", nn.Conv2d(64, 192, 5, padding=2)), ("relu2", nn.ReLU()), ("pool2", pool()),
            ("conv3", nn.Conv2d(192, 384, 3, padding=1)), ("relu3", nn.ReLU()),
            ("conv4", nn.Conv2d(384, 256, 3, padding=1)), ("relu4", nn.ReLU()),
            ("conv5", nn.Conv2d(256, 256, 3, padding=1)), ("relu5", nn.ReLU()), ("pool5", pool())]


def filled(layers):
    for _, module in layers:
        module.double()
    fill(p for _, module in layers for p in module.parameters())
    return layers


def normalised(image, black, white):
    return ((image - black) / (white - black) - MEAN) / STD


def features_of(layers, x, wanted):
    found = {}
    for name, module in layers[:1 + max(i for i, (name, _) in enumerate(layers) if name in wanted)]:
        x = module(x)
        found[name] = x
    return [found[name] for name in wanted]


def case(layers, name, size, black, white, resize, wanted):
    image = image_of(100, 2, size, black, white)
    x = normalised(image, black, white)
    if resize:
        x = F.interpolate(x, size=(resize, resize), mode="bilinear", align_corners=False)
    features = features_of(layers, x, wanted)
    loss = sum((f * f).mean() for f in features)
    (gradient,) = torch.autograd.grad(loss, image)
    return {"name": name, "size": size, "range": [black, white], "resize": resize, "layers": wanted,
            "shapes": [list(f.shape) for f in features], "features": [summary(f) for f in features],
            "loss": loss.item(), "gradient": summary(gradient)}


def vgg16():
    layers = filled(vgg_layers((2, 2, 3, 3, 3)))
    every = ["conv1_1", "relu1_2", "relu2_2", "relu3_3", "relu4_3", "conv5_2", "relu5_3", "pool5"]
    return [case(layers, "all layers", [32, 32], 0.0, 1.0, None, every),
            case(layers, "odd sizes", [37, 45], -1.0, 1.0, None, ["relu1_2", "relu3_3", "relu5_3"]),
            case(layers, "resized", [20, 28], 0.0, 255.0, 32, ["relu2_2", "relu4_3"])]


def vgg19():
    layers = filled(vgg_layers((2, 2, 4, 4, 4)))
    return [case(layers, "all layers", [32, 32], 0.0, 1.0, None, ["conv1_1", "relu2_2", "conv3_4", "relu4_4", "conv5_4", "relu5_4", "pool5"]),
            case(layers, "before the ReLU", [19, 35], -1.0, 1.0, None, ["conv5_4"])]


def alexnet():
    layers = filled(alexnet_layers())
    return [case(layers, "all layers", [63, 67], 0.0, 1.0, None, ["conv1", "relu1", "relu2", "pool2", "relu3", "relu4", "conv5", "relu5", "pool5"]),
            case(layers, "least size", [31, 40], -1.0, 1.0, None, ["relu5"])]


def lpips():
    alex = (alexnet_layers(), [f"relu{i}" for i in range(1, 6)])
    vgg = (vgg_layers((2, 2, 3, 3, 3)), ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"])
    cases = []
    for network, (layers, wanted), size in (("alexnet", alex, [40, 47]), ("vgg16", vgg, [16, 21])):
        filled(layers)
        for heads in ("learned", "ones"):
            x, y = image_of(100, 2, size, -1.0, 1.0), image_of(101, 2, size, -1.0, 1.0)
            y = (0.5 * (x + y)).detach().float().double()
            images = {"official": distance(layers, wanted, x, y, heads, 0, 1e-10), "value": distance(layers, wanted, x, y, heads, 1e-8, 0)}
            (gradient,) = torch.autograd.grad(images["value"].sum(), x, create_graph=True)
            (second,) = torch.autograd.grad((gradient * noise(102, gradient.shape)).sum(), x)
            cases.append({"name": f"{network} {heads}", "size": size, "gradient": summary(gradient), "second": summary(second),
                          **{key: value.tolist() for key, value in images.items()}})
    return cases


def distance(layers, wanted, x, y, heads, inside, outside):
    """LPIPS v0.1 of images in [-1, 1]. The authors add 1e-10 to the root; torchmetrics adds 1e-8 inside it, so that it has a gradient at 0."""
    shift, scale = (torch.tensor(v, dtype=torch.float64).reshape(3, 1, 1) for v in ((-.030, -.088, -.188), (.458, .448, .450)))
    total = 0
    for i, (a, b) in enumerate(zip(*(features_of(layers, (z - shift) / scale, wanted) for z in (x, y)))):
        a, b = (f / (torch.sqrt((f * f).sum(1, keepdim=True) + inside) + outside) for f in (a, b))
        weight = (noise(200 + i, (a.shape[1],)) + 0.5).float().double() if heads == "learned" else torch.ones(a.shape[1], dtype=torch.float64)
        total = total + ((a - b) ** 2 * weight.reshape(-1, 1, 1)).sum(1).mean((1, 2))
    return total


def dists():
    """The authors' code, by 1 minus the sum of similarities."""
    layers = filled(vgg_layers((2, 2, 3, 3, 3)))
    cases = []
    for name, size in (("odd sizes", [17, 22]), ("even sizes", [16, 24])):
        x, y = image_of(100, 2, size, -1.0, 1.0), image_of(101, 2, size, -1.0, 1.0)
        y = (0.5 * (x + y)).detach().float().double()
        value = structure_and_texture(layers, x, y)
        (gradient,) = torch.autograd.grad(value.sum(), x, create_graph=True)
        (second,) = torch.autograd.grad((gradient * noise(102, gradient.shape)).sum(), x)
        cases.append({"name": name, "size": size, "value": value.tolist(), "gradient": summary(gradient), "second": summary(second)})
    return cases


def structure_and_texture(layers, x, y):
    features = [soft_features(layers, (z + 1) / 2) for z in (x, y)]
    channels = [f.shape[1] for f in features[0]]
    alpha, beta = ((noise(200 + i, (sum(channels),)) + 0.5).float().double() for i in range(2))
    total = alpha.sum() + beta.sum()
    similarity = 0
    for a, b, of_texture, of_structure in zip(*features, (alpha / total).split(channels), (beta / total).split(channels)):
        mean_a, mean_b = (f.mean((2, 3), keepdim=True) for f in (a, b))
        variance_a, variance_b = ((f - mean).square().mean((2, 3)) for f, mean in ((a, mean_a), (b, mean_b)))
        mean_a, mean_b, product = mean_a.flatten(1), mean_b.flatten(1), (a * b).mean((2, 3))
        texture = (2 * mean_a * mean_b + 1e-6) / (mean_a ** 2 + mean_b ** 2 + 1e-6)
        structure = (2 * (product - mean_a * mean_b) + 1e-6) / (variance_a + variance_b + 1e-6)
        similarity = similarity + (of_texture * texture + of_structure * structure).sum(1)
    return 1 - similarity


def soft_features(layers, image):
    """The image and five layers of VGG16, whose pooling is the root of the squares under a Hann window."""
    found, at = [image], (image - MEAN) / STD
    window = torch.tensor(np.hanning(5)[1:-1])
    window = torch.outer(window, window) / window.sum() ** 2
    for name, module in layers:
        if name.startswith("pool"):
            if name == "pool5":
                break
            kernel = window.expand(at.shape[1], 1, 3, 3)
            at = (F.conv2d(at ** 2, kernel, stride=2, padding=1, groups=at.shape[1]) + 1e-12).sqrt()
        else:
            at = module(at)
        if name in ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"):
            found.append(at)
    return found


class Convolution(nn.Module):
    def __init__(self, before, after, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(before, after, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Block(nn.Module):
    """Parallel branches; each is a list of (name, options of its convolution). A list in a branch forks it."""

    def __init__(self, branches, pool, last=()):
        super().__init__()
        self.branches, self.pool = [], pool
        for branch in branches:
            self.branches.append([self.add(step) for step in branch])
        self.last = [self.add(step) for step in last]

    def add(self, step):
        if isinstance(step, list):
            return [self.add(one) for one in step]
        name, *options = step
        setattr(self, name, Convolution(*options))
        return name

    def run(self, step, x):
        return torch.cat([self.run(one, x) for one in step], 1) if isinstance(step, list) else getattr(self, step)(x)

    def forward(self, x):
        outputs = []
        for branch in self.branches:
            y = x
            for step in branch:
                y = self.run(step, y)
            outputs.append(y)
        y = {"average": lambda: F.avg_pool2d(x, 3, 1, 1, count_include_pad=False), "max": lambda: F.max_pool2d(x, 3, 1, 1),
             "halve": lambda: F.max_pool2d(x, 3, 2)}[self.pool]()
        for step in self.last:
            y = self.run(step, y)
        return torch.cat(outputs + [y], 1)


WIDE, TALL, WIDE3, TALL3 = ((1, 7), 1, (0, 3)), ((7, 1), 1, (3, 0)), ((1, 3), 1, (0, 1)), ((3, 1), 1, (1, 0))


def block_a(n, pooled):
    return Block([[("branch1x1", n, 64, 1)], [("branch5x5_1", n, 48, 1), ("branch5x5_2", 48, 64, 5, 1, 2)],
                  [("branch3x3dbl_1", n, 64, 1), ("branch3x3dbl_2", 64, 96, 3, 1, 1), ("branch3x3dbl_3", 96, 96, 3, 1, 1)]],
                 "average", [("branch_pool", n, pooled, 1)])


def block_b(n):
    return Block([[("branch3x3", n, 384, 3, 2)],
                  [("branch3x3dbl_1", n, 64, 1), ("branch3x3dbl_2", 64, 96, 3, 1, 1), ("branch3x3dbl_3", 96, 96, 3, 2)]], "halve")


def block_c(n, c):
    return Block([[("branch1x1", n, 192, 1)],
                  [("branch7x7_1", n, c, 1), ("branch7x7_2", c, c, *WIDE), ("branch7x7_3", c, 192, *TALL)],
                  [("branch7x7dbl_1", n, c, 1), ("branch7x7dbl_2", c, c, *TALL), ("branch7x7dbl_3", c, c, *WIDE),
                   ("branch7x7dbl_4", c, c, *TALL), ("branch7x7dbl_5", c, 192, *WIDE)]],
                 "average", [("branch_pool", n, 192, 1)])


def block_d(n):
    return Block([[("branch3x3_1", n, 192, 1), ("branch3x3_2", 192, 320, 3, 2)],
                  [("branch7x7x3_1", n, 192, 1), ("branch7x7x3_2", 192, 192, *WIDE), ("branch7x7x3_3", 192, 192, *TALL),
                   ("branch7x7x3_4", 192, 192, 3, 2)]], "halve")


def block_e(n, pool):
    return Block([[("branch1x1", n, 320, 1)],
                  [("branch3x3_1", n, 384, 1), [("branch3x3_2a", 384, 384, *WIDE3), ("branch3x3_2b", 384, 384, *TALL3)]],
                  [("branch3x3dbl_1", n, 448, 1), ("branch3x3dbl_2", 448, 384, 3, 1, 1),
                   [("branch3x3dbl_3a", 384, 384, *WIDE3), ("branch3x3dbl_3b", 384, 384, *TALL3)]]],
                 pool, [("branch_pool", n, 192, 1)])


class Inception(nn.Module):
    """Inception v3 as pytorch-fid runs it: averages without the padding, and a maximum in the last block."""

    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3, self.Conv2d_2a_3x3 = Convolution(3, 32, 3, 2), Convolution(32, 32, 3)
        self.Conv2d_2b_3x3, self.Conv2d_3b_1x1, self.Conv2d_4a_3x3 = Convolution(32, 64, 3, 1, 1), Convolution(64, 80, 1), Convolution(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = block_a(192, 32), block_a(256, 64), block_a(288, 64)
        self.Mixed_6a = block_b(288)
        self.Mixed_6b, self.Mixed_6c, self.Mixed_6d, self.Mixed_6e = (block_c(768, c) for c in (128, 160, 160, 192))
        self.Mixed_7a = block_d(768)
        self.Mixed_7b, self.Mixed_7c = block_e(1280, "average"), block_e(2048, "max")
        self.fc = nn.Linear(2048, 1008)

    def forward(self, x):
        maps = {}
        for name, module in self.named_children():
            if name == "fc":
                break
            x = module(x)
            if name in ("Conv2d_2b_3x3", "Conv2d_4a_3x3"):
                x = F.max_pool2d(x, 3, 2)
            maps[name] = x
        return maps, x.mean((2, 3))


def fill_inception(network):
    for i, (name, value) in enumerate((n, v) for n, v in network.state_dict().items() if v.is_floating_point()):
        if value.dim() > 1:
            values = noise(i, value.shape) * 2 * math.sqrt(6 / math.prod(value.shape[1:]))
        else:
            values = noise(i, value.shape) * 0.2 + (1 if name.endswith(("bn.weight", "running_var")) else 0)
        value.copy_(values.float())


def resized(bytes_, how):
    """299×299, values of the network, from bytes [N, 3, H, W]: see torch-fidelity, clean-fid and pytorch-fid."""
    if how == "clean":
        one = lambda plane: np.asarray(Image.fromarray(plane.astype(np.float32), mode="F").resize((299, 299), resample=Image.BICUBIC)).clip(0, 255)
        x = torch.from_numpy(np.stack([[one(plane) for plane in image] for image in bytes_.numpy()])).double()
    elif how == "legacy":
        x = legacy(legacy(bytes_, 2), 3)
    else:
        x = F.interpolate(bytes_ / 255, size=(299, 299), mode="bilinear", align_corners=False)
        return 2 * x - 1
    return (x - 128) / 128


def legacy(x, dim):
    """TensorFlow 1's bilinear interpolation: output i is at i · size / 299, without half pixels."""
    size = x.shape[dim]
    at = torch.arange(299, dtype=torch.float64) * size / 299
    low = at.long()
    shape = [299 if d == dim else 1 for d in range(4)]
    left, right = x.index_select(dim, low), x.index_select(dim, (low + 1).clamp_max(size - 1))
    return left + (right - left) * (at - low).reshape(shape)


def inception():
    network = Inception().double().eval()
    fill_inception(network)
    cases = [{"name": "names", "names": [n for n in network.state_dict() if not n.endswith("num_batches_tracked")]}]
    x = (noise(100, (2, 3, 107, 91)) * 2).float().double().requires_grad_()
    maps, features = network(x)
    (gradient,) = torch.autograd.grad((features * features).mean(), x)
    logits = features @ network.fc.weight.T
    cases.append({"name": "network", "maps": {n: summary(m) for n, m in maps.items()}, "features": summary(features),
                  "gradient": summary(gradient), "logits": summary(logits), "probabilities": summary(logits.softmax(1))})
    for how in ("legacy", "clean", "pytorch-fid"):
        for size in ([32, 32], [299, 299], [411, 350]):
            pixels = torch.floor((noise(100, (1, 3, *size)) + 0.5) * 256)
            x = resized(pixels, how)
            with torch.no_grad():
                features = network(x)[1] if size == [32, 32] else None
            cases.append({"name": f"{how} {size[0]}x{size[1]}", "how": how, "size": size, "resized": summary(x),
                          "features": summary(features) if features is not None else None})
    return cases


def save(folder):
    network = nn.Module()
    layers = vgg_layers((2, 2, 3, 3, 3))
    network.features = nn.Sequential(*(module for _, module in layers))
    network.classifier = nn.Sequential(nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(),
                                       nn.Linear(4096, 1000))
    fill(network.parameters())
    torch.save(network.state_dict(), os.path.join(folder, "vgg16.pth"))
    torch.save(network.state_dict(), os.path.join(folder, "vgg16-legacy.pth"), _use_new_zipfile_serialization=False)


def main(names):
    for make in (vgg16, vgg19, alexnet, lpips, dists, inception):
        if not names or make.__name__ in names:
            with open(os.path.join(HERE, "data", f"{make.__name__}.json"), "w") as file:
                header = json.dumps({"torch": torch.__version__})
                file.write(header[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in make()) + "\n]}\n")


if __name__ == "__main__":
    save(sys.argv[2]) if sys.argv[1:2] == ["--save"] else main(sys.argv[1:])
