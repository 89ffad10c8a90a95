"""Layers that follow a condition, written with PyTorch's operations from their papers."""
import torch
import torch.nn.functional as F

from golden import File, r


def norm(x, y, gain, bias):
    """de Vries et al., 2017: batch statistics, and a weight of 1 + W y."""
    plain = F.batch_norm(x, None, None, training=True)
    return plain * (1 + F.linear(y, gain))[:, :, None, None] + F.linear(y, bias)[:, :, None, None]


def projection(labels):
    def score(x, weight, bias, embedding):
        """Miyato and Koyama, 2018, equation 3: features are summed over positions."""
        features = x.sum(dim=[2, 3])
        return F.linear(features, weight, bias).squeeze(1) + (F.embedding(labels, embedding) * features).sum(1)
    return score


def make():
    f = File("conditions")
    for n, c, k, h, w in ((4, 3, 2, 2, 3), (3, 2, 5, 1, 2)):
        name = f"{n}x{c}x{h}x{w}_of_{k}"
        f.add("conditional_batch_norm", name, norm, lambda: (r(n, c, h, w), r(n, k), r(c, k), r(c, k)))
        labels = torch.arange(n) * 3 % k
        f.add("projection", name, projection(labels), lambda: (r(n, c, h, w), r(1, c), r(1), r(k, c)), {"labels": labels.tolist()})
    return f
