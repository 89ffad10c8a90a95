"""Golden numbers of torchvision's VGG16, with weights that both sides compute from their positions, so that none are stored.

    /usr/bin/python3 tests/golden/vgg16.py                 writes tests/golden/data/vgg16.json (torch 1.13.0, torchvision 0.14.1)
    /usr/bin/python3 tests/golden/vgg16.py FOLDER          also saves that network to FOLDER/vgg16.pth (553 MB) and vgg16-legacy.pth
"""
import json
import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
LAYERS = {"conv1_1": 0, "relu1_2": 3, "relu2_2": 8, "relu3_3": 15, "relu4_3": 22, "conv5_2": 26, "relu5_3": 29, "pool5": 30}
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


def summary(t):
    t = t.detach().reshape(-1)
    at = [round(i * (len(t) - 1) / 15) for i in range(16)]
    return {"sum": t.sum().item(), "abs": t.abs().sum().item(), "at": at, "values": t[at].tolist()}


def case(network, name, size, black, white, resize, layers):
    image = ((noise(100, (2, 3, *size)) + 0.5) * (white - black) + black).float().double().requires_grad_()
    x = ((image - black) / (white - black) - MEAN) / STD
    if resize:
        x = F.interpolate(x, size=(resize, resize), mode="bilinear", align_corners=False)
    features = []
    for i, module in enumerate(network.features):
        x = module(x) if not isinstance(module, torch.nn.ReLU) else torch.relu(x)
        if i in (LAYERS[layer] for layer in layers):
            features.append(x)
    loss = sum((f * f).mean() for f in features)
    (gradient,) = torch.autograd.grad(loss, image)
    return {"name": name, "size": size, "range": [black, white], "resize": resize, "layers": layers,
            "shapes": [list(f.shape) for f in features], "features": [summary(f) for f in features],
            "loss": loss.item(), "gradient": summary(gradient)}


def main():
    network = torchvision.models.vgg16(weights=None, init_weights=False)
    if len(sys.argv) > 1:
        fill(network.parameters())
        torch.save(network.state_dict(), os.path.join(sys.argv[1], "vgg16.pth"))
        torch.save(network.state_dict(), os.path.join(sys.argv[1], "vgg16-legacy.pth"), _use_new_zipfile_serialization=False)
    network = network.double()
    fill(network.features.parameters())
    every = list(LAYERS)
    cases = [case(network, "all layers", [32, 32], 0.0, 1.0, None, every),
             case(network, "odd sizes", [37, 45], -1.0, 1.0, None, ["relu1_2", "relu3_3", "relu5_3"]),
             case(network, "resized", [20, 28], 0.0, 255.0, 32, ["relu2_2", "relu4_3"])]
    with open(os.path.join(HERE, "data", "vgg16.json"), "w") as file:
        header = json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__})
        file.write(header[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")


main()
