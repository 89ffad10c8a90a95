"""Distribution metrics from their definitions, in numpy and scipy: no metric library was asked."""
import numpy as np
import scipy
import scipy.linalg
import torch

from golden import File, tensor


def features(rng, n, d, rank=None, shift=0.0, scale=1.0):
    """Normal vectors with a covariance that is not diagonal, rounded so that the file stays small."""
    rank = rank or d
    mix = rng.normal(size=(rank, d)) / np.sqrt(rank)
    return np.round((rng.normal(size=(n, rank)) @ mix) * scale + shift, 3)


def nuclear(x, y):
    """tr (C1 C2)^1/2 as the sum of the singular values of X Y^T, both centred: exact for singular covariances too."""
    x, y = (a - a.mean(0) for a in (x, y))
    return scipy.linalg.svdvals(x @ y.T).sum() / np.sqrt((len(x) - 1) * (len(y) - 1))


def frechet(x, y, singular):
    c1, c2 = np.atleast_2d(np.cov(x, rowvar=False)), np.atleast_2d(np.cov(y, rowvar=False))
    trace = nuclear(x, y) if singular else np.trace(scipy.linalg.sqrtm(c1 @ c2)).real  # sqrtm fails on singular matrices
    assert abs(trace - nuclear(x, y)) <= 1e-9 * abs(trace)
    shift = x.mean(0) - y.mean(0)
    means = shift @ shift
    covariances = np.trace(c1) + np.trace(c2) - 2 * trace
    return dict(value=max(0.0, means + covariances), means=means, covariances=covariances,
                ranks=[int(np.linalg.matrix_rank(c)) for c in (c1, c2)])


def kernel(x, y):
    def k(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    n, m = len(x), len(y)
    xx, yy = k(x, x), k(y, y)
    return (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * k(x, y).mean()


def inception(p, splits):
    scores = []
    for i in range(splits):
        part = p[len(p) * i // splits:len(p) * (i + 1) // splits]
        q = part.mean(0, keepdims=True)
        terms = np.where(part > 0, part * (np.log(np.where(part > 0, part, 1)) - np.log(np.where(q > 0, q, 1))), 0)
        scores.append(np.exp(terms.sum(1).mean()))
    return dict(value=np.mean(scores), deviation=np.std(scores))


def distances(x, y):
    return np.sqrt(((x[:, None, :] - y[None, :, :]) ** 2).sum(-1))


def radii(x, k):
    return np.sort(distances(x, x), axis=1)[:, k]  # place 0 is the sample itself


def neighbours(x, y, k):
    d, rx, ry = distances(x, y), radii(x, k), radii(y, k)
    in_real, in_fake = d <= rx[:, None], d <= ry[None, :]
    return dict(precision=in_real.any(0).mean(), recall=in_fake.any(1).mean(),
                density=in_real.sum(0).mean() / k, coverage=in_real.any(1).mean())


PAIRS = [
    # name, n, m, d, options of real, options of fake
    ("near", 40, 50, 6, {}, dict(shift=0.2)),
    ("far", 30, 30, 4, {}, dict(shift=3.0, scale=0.5)),
    ("one_dimension", 25, 20, 1, {}, dict(shift=0.5)),
    ("two_dimensions", 33, 21, 2, {}, dict(scale=2.0)),
    ("wide", 60, 45, 16, {}, {}),
    ("large_mean", 40, 40, 5, dict(shift=1000.0), dict(shift=1000.5)),
    ("tiny_scale", 40, 30, 5, dict(scale=0.1), dict(scale=0.1, shift=0.05)),
    ("large_scale", 40, 30, 5, dict(scale=100.0), dict(scale=120.0)),
    ("equal_counts", 32, 32, 8, {}, {}),
    ("odd_counts", 47, 53, 7, {}, dict(shift=-0.3)),
]

SINGULAR = [
    ("fewer_samples_than_dimensions", 8, 10, 20, {}, {}),
    ("low_rank_real", 40, 40, 8, dict(rank=3), {}),
    ("low_rank_both", 40, 40, 8, dict(rank=3), dict(rank=4)),
    ("two_samples", 2, 2, 3, {}, {}),
]


def make():
    file = File("metrics")
    print("numpy", np.__version__, "scipy", scipy.__version__)
    for name, n, m, d, real, fake in PAIRS + SINGULAR:
        rng = np.random.default_rng(len(file.cases) + 7)
        x, y = features(rng, n, d, **real), features(rng, m, d, **fake)
        inputs = [tensor(torch.from_numpy(a)) for a in (x, y)]
        case = dict(op="pair", name=name, args={}, inputs=inputs, frechet=frechet(x, y, (name, n, m, d, real, fake) in SINGULAR), kernel=float(kernel(x, y)))
        if min(n, m) > 5:
            case["neighbours"] = {str(k): neighbours(x, y, k) for k in (1, 3, 5)}
        file.cases.append(case)
    for name, n, c, sharpness, splits in [
        ("one_split", 50, 10, 1, 1), ("ten_splits", 64, 10, 3, 10), ("uneven_splits", 47, 5, 2, 4), ("sharp", 40, 10, 30, 2),
        ("two_classes", 30, 2, 1, 3), ("as_many_splits_as_samples", 6, 3, 1, 6),
    ]:
        rng = np.random.default_rng(len(file.cases) + 7)
        logits = rng.normal(size=(n, c)) * sharpness
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        if name == "sharp":
            p = np.where(p < 1e-4, 0, p)
            p /= p.sum(1, keepdims=True)
        file.cases.append(dict(op="inception", name=name, args=dict(splits=splits), inputs=[tensor(torch.from_numpy(p))], **inception(p, splits)))
    plain(file.cases)
    return file


def plain(value):
    """numpy's numbers are none of JSON's."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, item in items:
        if isinstance(item, np.generic):
            value[key] = item.item()
        else:
            plain(item)
