"""Golden numbers of CUT's contrast of patches, with weights and positions that both sides compute, so that none are stored.

    /usr/bin/python3 tests/golden/cut.py              writes tests/golden/data/cut.json

Written in plain PyTorch from Park et al., 2020: CycleGAN's translator, of which the first modules are the encoder, a head of two linear layers
for each compared layer, and the cross-entropy of cosines within one image.
"""
import json
import os

import torch
import torch.nn.functional as F
from torch import nn

from networks import HERE, fill, image_of, summary


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width), nn.ReLU(),
                                  nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width))

    def forward(self, x):
        return x + self.body(x)


def translator(width, halvings, blocks):
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7), nn.InstanceNorm2d(width), nn.ReLU()]
    compared = []
    for _ in range(halvings):
        layers += [nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.InstanceNorm2d(2 * width), nn.ReLU()]
        width *= 2
        compared.append((len(layers) - 3, width))
    first = len(layers)
    layers += [Residual(width) for _ in range(blocks)]
    compared += [(first + block, width) for block in sorted({0, blocks // 2}) if block < blocks]
    for _ in range(halvings):
        layers += [nn.ConvTranspose2d(width, width // 2, 3, stride=2, padding=1, output_padding=1), nn.InstanceNorm2d(width // 2), nn.ReLU()]
        width //= 2
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh()).double(), compared


def features(network, compared, x):
    found = [x]
    for i, module in enumerate(network):
        x = module(x)
        found += [x for index, _ in compared if index == i]
    return found


def patches(head, feature, positions):
    return F.normalize(head(feature.flatten(2)[:, :, positions].transpose(1, 2)), dim=2)


def contrast(network, compared, heads, sources, translated, flipped, temperature):
    """The loss of each image. Keys are constants."""
    total = 0
    for head, q, k in zip(heads, features(network, compared, translated), features(network, compared, sources)):
        count = q.shape[2] * q.shape[3]
        positions = torch.tensor([(5 * i + 3) % count for i in range(min(12, count))])
        q = patches(head, q.flip(3) if flipped else q, positions)
        k = patches(head, k, positions).detach()
        rows = q @ k.transpose(1, 2) / temperature
        target = torch.arange(len(positions)).expand(len(rows), -1)
        total = total + F.cross_entropy(rows.transpose(1, 2), target, reduction="none").mean(1)
    return total / len(heads)


def case(name, width, halvings, blocks, flipped, temperature):
    network, compared = translator(width, halvings, blocks)
    heads = nn.ModuleList(nn.Sequential(nn.Linear(c, 8), nn.ReLU(), nn.Linear(8, 8)) for c in (3, *(c for _, c in compared))).double()
    fill(network.parameters())
    fill(heads.parameters())
    sources = image_of(100, 2, [12, 16], -1.0, 1.0).detach()
    translated = network(sources.flip(3) if flipped else sources)
    loss = contrast(network, compared, heads, sources, translated, flipped, temperature)
    loss.sum().backward()
    return {"name": name, "width": width, "halvings": halvings, "blocks": blocks, "flipped": flipped, "temperature": temperature,
            "layers": [0, *(i + 1 for i, _ in compared)], "loss": loss.tolist(), "gradient": summary(gradient_of(network)),
            "head_gradient": summary(gradient_of(heads))}


def gradient_of(module):
    return torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(-1) for p in module.parameters()])


def main():
    cases = [case("one halving", 4, 1, 3, False, 0.07), case("two halvings, flipped", 3, 2, 2, True, 0.5),
             case("one block", 3, 0, 1, False, 0.2), case("pixels alone", 3, 0, 0, False, 0.1)]
    with open(os.path.join(HERE, "data", "cut.json"), "w") as file:
        header = json.dumps({"torch": torch.__version__})
        file.write(header[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")


if __name__ == "__main__":
    main()
