"""Losses over the pairs of a batch that pytorch-metric-learning lacks, written with PyTorch's operations from their papers."""
import torch
import torch.nn.functional as F

from golden import EXTREME, File, r

QK = ["queries", "keys"]
SIZES = ((1, 3), (2, 3), (7, 3), (33, 6), (65, 5))


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def similar(q, k, similarity):
    if similarity == "cosine":
        q, k = unit(q), unit(k)
    if similarity in ("euclidean", "squared"):
        d = ((q[:, None] - k[None]) ** 2).sum(-1)
        return -d if similarity == "squared" else -d.sqrt()
    return q @ k.t()


def diagonal(logits, reduction="mean"):
    return F.cross_entropy(logits, torch.arange(len(logits)), reduction=reduction)


def info_nce(direction, similarity, reduction="mean"):
    def fn(q, k, temperature):
        logits = similar(q, k, similarity) / temperature
        if direction == "queries":
            return diagonal(logits, reduction)
        if direction == "keys":
            return diagonal(logits.t(), reduction)
        return (diagonal(logits, reduction) + diagonal(logits.t(), reduction)) / 2
    return fn


def in_batch(f):
    op = "InfoNCE"
    for n, d in SIZES:
        for direction in ("queries", "keys", "both"):
            fn = info_nce(direction, "cosine")
            f.add(op, f"{direction}_{n}x{d}", fn, lambda: (r(n, d), r(n, d), torch.tensor(0.2)),
                  {"direction": direction, "similarity": "cosine", "reduction": "mean"}, names=QK + ["temperature"])
    for similarity in ("cosine", "dot", "squared"):
        for t in (0.01, 0.07, 1.0, 5.0):
            fn = info_nce("both", similarity)
            f.add(op, f"{similarity}_temperature_{t:g}", fn, lambda: (r(7, 3), r(7, 3), torch.tensor(t)),
                  {"direction": "both", "similarity": similarity, "reduction": "mean"}, names=QK + ["temperature"],
                  kind=EXTREME if t == 0.01 else None)
    for reduction in ("none", "sum"):
        for direction in ("queries", "both"):
            f.add(op, f"{direction}_{reduction}", info_nce(direction, "cosine", reduction), lambda: (r(7, 3), r(7, 3), torch.tensor(0.3)),
                  {"direction": direction, "similarity": "cosine", "reduction": reduction}, names=QK + ["temperature"])
    clip = lambda q, k, s: info_nce("both", "cosine")(q, k, torch.exp(-s))
    f.add(op, "clip_log_scale", clip, lambda: (r(9, 4), r(9, 4), torch.tensor(2.6592)), {"direction": "both", "similarity": "cosine",
          "reduction": "mean", "log_scale": True}, names=QK + ["log_scale"])


def negatives(f):
    op = "InfoNCENegatives"

    def shared(q, k, h, temperature):
        return diagonal(similar(q, torch.cat([k, h]), "cosine") / temperature)

    def own(q, k, h, temperature):
        others = (unit(q)[:, None] * unit(h)).sum(-1)
        return diagonal(torch.cat([similar(q, k, "cosine"), others], 1) / temperature)

    def only(q, k, h, temperature):
        positive = (unit(q) * unit(k)).sum(1, keepdim=True)
        logits = torch.cat([positive, (unit(q)[:, None] * unit(h)).sum(-1)], 1) / temperature
        return F.cross_entropy(logits, torch.zeros(len(q), dtype=torch.int64))

    names = QK + ["negatives", "temperature"]
    for n, d, m in ((1, 3, 2), (7, 3, 5), (33, 4, 33)):
        f.add(op, f"shared_{n}x{d}_{m}", shared, lambda: (r(n, d), r(n, d), r(m, d), torch.tensor(0.2)), {"negatives": "shared"}, names=names)
    for n, d, m in ((1, 3, 2), (7, 3, 5), (17, 4, 3)):
        f.add(op, f"own_{n}x{d}_{m}", own, lambda: (r(n, d), r(n, d), r(n, m, d), torch.tensor(0.2)), {"negatives": "own"}, names=names)
        f.add(op, f"only_{n}x{d}_{m}", only, lambda: (r(n, d), r(n, d), r(n, m, d), torch.tensor(0.2)), {"negatives": "only"}, names=names)


def nt_xent(f):
    def fn(a, b, temperature):
        z = unit(torch.cat([a, b]))
        logits = (z @ z.t() / temperature).masked_fill(torch.eye(len(z)).bool(), float("-inf"))
        n = len(a)
        return F.cross_entropy(logits, (torch.arange(2 * n) + n) % (2 * n))
    for n, d in SIZES[1:]:
        f.add("NTXent", f"{n}x{d}", fn, lambda: (r(n, d), r(n, d), torch.tensor(0.2)), {}, names=["first", "second", "temperature"])
    for t in (0.01, 0.07, 1.0):
        f.add("NTXent", f"temperature_{t:g}", fn, lambda: (r(7, 4), r(7, 4), torch.tensor(t)), {}, names=["first", "second", "temperature"],
              kind=EXTREME if t == 0.01 else None)


def sup_con(f):
    """Equation 2 of the paper, L_out; an anchor without a positive is left out of the mean."""
    def fn(x, y, temperature):
        z = unit(x)
        other = ~torch.eye(len(z)).bool()
        s = z @ z.t() / temperature
        log_p = s - torch.logsumexp(s.masked_fill(~other, float("-inf")), 1, keepdim=True)
        positive = (y[:, None] == y[None]) & other
        count = positive.sum(1)
        rows = -(log_p * positive).sum(1) / count.clamp(min=1)
        return rows[count > 0].mean()
    names = ["embeddings", "labels", "temperature"]
    for n, d, c in ((4, 3, 2), (7, 3, 3), (33, 6, 5), (65, 5, 9)):
        f.add("SupCon", f"{n}x{d}", fn, lambda: (r(n, d), torch.randint(0, c, (n,)), torch.tensor(0.1)), {}, names=names)
    f.add("SupCon", "lone", fn, lambda: (r(6, 3), torch.tensor([7, 7, -2, 7, 5, 5]), torch.tensor(0.3)), {}, names=names)
    f.add("SupCon", "one_class", fn, lambda: (r(5, 3), torch.full((5,), 2), torch.tensor(0.3)), {}, names=names)
    f.add("SupCon", "temperature_0.01", fn, lambda: (r(7, 3), torch.randint(0, 3, (7,)), torch.tensor(0.01)), {}, names=names, kind=EXTREME)


def sig_lip(f):
    def fn(q, k, scale, bias):
        z = similar(q, k, "cosine") * scale + bias
        sign = 2 * torch.eye(len(q)) - 1
        return -F.logsigmoid(sign * z).sum() / len(q)
    names = QK + ["scale", "bias"]
    for n, d in SIZES:
        for scale, bias in ((10.0, -10.0), (1.5, -0.3)):
            f.add("SigLIP", f"{n}x{d}_{scale:g}", fn, lambda: (r(n, d), r(n, d), torch.tensor(scale), torch.tensor(bias)),
                  {"similarity": "cosine"}, names=names)
    f.add("SigLIP", "scale_100", fn, lambda: (r(7, 3), r(7, 3), torch.tensor(100.0), torch.tensor(-10.0)), {"similarity": "cosine"},
          names=names, kind=EXTREME)


def patch_nce(f):
    """Queries and keys [images, patches, features]; negatives are the other patches of the same image, and the keys count as constants."""
    def fn(q, k):
        q, k = unit(q), unit(k.detach())
        logits = torch.bmm(q, k.transpose(1, 2)) / 0.07
        b, p, _ = logits.shape
        return F.cross_entropy(logits.reshape(b * p, p), torch.arange(p).repeat(b))
    for b, p, d in ((1, 1, 3), (1, 7, 3), (3, 5, 4), (2, 33, 3)):
        f.add("PatchNCE", f"{b}x{p}x{d}", fn, lambda: (r(b, p, d), r(b, p, d)), {"temperature": 0.07}, names=QK, differentiable=[True, False])


def semi_hard(f):
    """For each pair of anchor and positive the nearest negative beyond the positive, or else the farthest (Schroff et al.)."""
    def fn(margin, soft):
        def loss(x, y):
            d = -similar(x, x, "cosine") + 1
            terms = []
            for a in range(len(x)):
                negative = [int(j) for j in torch.where(y != y[a])[0]]
                for p in (int(j) for j in torch.where(y == y[a])[0] if j != a):
                    if not negative:
                        continue
                    beyond = [j for j in negative if d[a, j] > d[a, p]]
                    n = min(beyond, key=lambda j: d[a, j].item()) if beyond else max(negative, key=lambda j: d[a, j].item())
                    terms.append(d[a, p] - d[a, n])
            terms = torch.stack(terms)
            return F.softplus(terms, threshold=500).mean() if soft else F.relu(terms + margin).mean()
        return loss
    for n, d, c in ((7, 3, 3), (17, 4, 4), (33, 6, 5)):
        for soft in (False, True):
            f.add("TripletSemiHard", f"{n}x{d}_{'soft' if soft else 'hinge'}", fn(0.2, soft), lambda: (r(n, d), torch.randint(0, c, (n,))),
                  {"margin": 0.2, "soft": soft, "distance": "1 - cosine"}, names=["embeddings", "labels"])


def proxies(f):
    names = ["embeddings", "labels", "weights"]

    def plus(x, y, w, temperature=1 / 9):
        d = ((unit(x)[:, None] - unit(w)[None]) ** 2).sum(-1)
        return F.cross_entropy(-d / temperature, y)

    def original(x, y, w):
        d = ((unit(x)[:, None] - unit(w)[None]) ** 2).sum(-1)
        own = F.one_hot(y, len(w)).bool()
        return (d[own] + torch.logsumexp((-d).masked_fill(own, float("-inf")), 1)).mean()

    for n, d, c in ((1, 3, 2), (7, 3, 4), (33, 6, 5)):
        inputs = lambda: (r(n, d), torch.randint(0, c, (n,)), r(c, d))
        f.add("ProxyNCAPlus", f"{n}x{d}_{c}", plus, inputs, {"temperature": 1 / 9}, names=names)
        f.add("ProxyNCA", f"{n}x{d}_{c}", original, inputs, {}, names=names)


def linear(f):
    names = ["input", "target", "weight", "bias"]
    for n, d, c in ((1, 3, 2), (7, 3, 4), (17, 4, 33)):
        for reduction in ("mean", "sum", "none"):
            for options in ({}, {"ignore_index": 1}, {"label_smoothing": 0.1}):
                if options.get("ignore_index") and n == 1:
                    continue
                fn = lambda x, y, w, b: F.cross_entropy(F.linear(x, w, b), y, reduction=reduction, **options)
                f.add("LinearCrossEntropy", f"{n}x{d}_{c}_{'_'.join(options) or 'plain'}_{reduction}", fn,
                      lambda: (r(n, d), torch.randint(0, c, (n,)), r(c, d), r(c)), {"reduction": reduction, **options}, names=names)
    f.add("LinearCrossEntropy", "33x4_129", lambda x, y, w, b: F.cross_entropy(F.linear(x, w, b), y),
          lambda: (r(33, 4), torch.randint(0, 129, (33,)), r(129, 4), r(129)), {"reduction": "mean"}, names=names)
    weighted = lambda x, y, w, v: F.cross_entropy(F.linear(x, w), y, weight=v)
    f.add("LinearCrossEntropy", "class_weights", weighted, lambda: (r(7, 3), torch.randint(0, 4, (7,)), r(4, 3), torch.rand(4) + 0.2),
          {"reduction": "mean"}, names=["input", "target", "weight", "class_weights"], differentiable=[True, False, True, False])


def scored(f):
    """CoSENT: ln(1 + Σ exp(scale · (s_j − s_i))) over all pairs with score_i > score_j; AnglE with its angle as s."""
    def ranked(s, y, scale):
        difference = scale * (s[None, :] - s[:, None])
        keep = y[:, None] > y[None, :]
        return torch.logsumexp(torch.cat([torch.zeros(1), difference[keep]]), 0)

    def cosine(a, b):
        return (unit(a) * unit(b)).sum(1)

    def angle(x, y):
        a, b = x.chunk(2, 1)
        c, d = y.chunk(2, 1)
        z = (c * c + d * d).sum(1, keepdim=True)
        ratio = (a * a + b * b).sum(1, keepdim=True).sqrt() / z.sqrt()
        re, im = (a * c + b * d) / z / ratio, (b * c - a * d) / z / ratio
        return torch.cat([re, im], 1).sum(1).abs()

    for op, s in (("CoSENT", cosine), ("AnglE", angle)):
        for n, d in ((1, 4), (2, 2), (7, 4), (33, 6), (65, 4)):
            for scale in (20.0, 1.0):
                fn = lambda a, b, y: ranked(s(a, b), y, scale)
                f.add(op, f"{n}x{d}_{scale:g}", fn, lambda: (r(n, d), r(n, d), torch.randint(0, 6, (n,)) / 5), {"scale": scale},
                      names=["first", "second", "scores"], differentiable=[True, True, False])
        f.add(op, "equal_scores", lambda a, b, y: ranked(s(a, b), y, 20.0), lambda: (r(5, 4), r(5, 4), torch.full((5,), 0.4)), {"scale": 20.0},
              names=["first", "second", "scores"], differentiable=[True, True, False])


def matryoshka(f):
    def fn(dims, weights):
        return lambda q, k: sum(w * diagonal(similar(q[:, :d], k[:, :d], "cosine") / 0.2) for d, w in zip(dims, weights))
    for dims, weights in (([2, 4, 8], [1.0, 1.0, 1.0]), ([8], [0.5]), ([1, 3, 8], [0.2, 0.3, 2.0])):
        f.add("Matryoshka", "_".join(map(str, dims)), fn(dims, weights), lambda: (r(7, 8), r(7, 8)),
              {"dims": dims, "weights": weights, "temperature": 0.2, "loss": "InfoNCE, queries"}, names=QK)


def without_negatives(f):
    names = ["first", "second"]

    def barlow(a, b, weight, biased):
        a, b = ((x - x.mean(0)) / x.std(0, unbiased=not biased) for x in (a, b))
        c = a.t() @ b / len(a)
        own = torch.eye(c.shape[0]).bool()
        return ((1 - c[own]) ** 2).sum() + weight * (c[~own] ** 2).sum()

    def vicreg(a, b, half):
        std = lambda x: (x.var(0) + 1e-4).sqrt()
        hinge = lambda x: F.relu(1 - std(x)).mean()

        def covariance(x):
            x = x - x.mean(0)
            c = x.t() @ x / (len(x) - 1)
            return (c[~torch.eye(c.shape[0]).bool()] ** 2).sum() / c.shape[0]
        return 25 * F.mse_loss(a, b) + 25 * (hinge(a) + hinge(b)) * (0.5 if half else 1) + covariance(a) + covariance(b)

    for n, d in ((2, 3), (7, 3), (33, 6), (65, 5)):
        for weight in (0.005, 1.0):
            f.add("BarlowTwins", f"{n}x{d}_{weight:g}", lambda a, b: barlow(a, b, weight, True), lambda: (r(n, d), r(n, d)),
                  {"weight": weight, "biased": True}, names=names)
        f.add("BarlowTwins", f"{n}x{d}_unbiased", lambda a, b: barlow(a, b, 0.005, False), lambda: (r(n, d), r(n, d)),
              {"weight": 0.005, "biased": False}, names=names)
        for half in (False, True):
            f.add("VICReg", f"{n}x{d}_{'code' if half else 'paper'}", lambda a, b: vicreg(a, b, half), lambda: (r(n, d) * 0.8, r(n, d) * 0.8),
                  {"invariance": 25, "variance": 25, "covariance": 1, "eps": 1e-4, "half": half}, names=names)
    for n, d in SIZES:
        byol = lambda p, z: (2 - 2 * (unit(p) * unit(z.detach())).sum(1)).mean()
        f.add("BYOL", f"{n}x{d}", byol, lambda: (r(n, d), r(n, d)), {}, names=["prediction", "target"], differentiable=[True, False])
        half = lambda p, z: -(unit(p) * unit(z.detach())).sum(1).mean()
        siam = lambda p1, z2, p2, z1: (half(p1, z2) + half(p2, z1)) / 2
        f.add("SimSiam", f"{n}x{d}", siam, lambda: (r(n, d), r(n, d), r(n, d), r(n, d)), {}, names=["first_prediction", "second_target",
              "second_prediction", "first_target"], differentiable=[True, False, True, False])


def spread(f):
    def koleo(x, normal):
        x = unit(x) if normal else x
        d = ((x[:, None] - x[None]) ** 2).sum(-1)
        nearest = d.detach().masked_fill(torch.eye(len(x)).bool(), float("inf")).argmin(1)
        return -torch.log((x - x[nearest]).norm(dim=1)).mean()

    def uniformity(x, t):
        x = unit(x)
        i, j = torch.triu_indices(len(x), len(x), 1)
        return torch.log(torch.exp(-t * ((x[i] - x[j]) ** 2).sum(1)).mean())

    for n, d in SIZES[1:]:
        for normal in (True, False):
            f.add("KoLeo", f"{n}x{d}_{'unit' if normal else 'plain'}", lambda x: koleo(x, normal), lambda: (r(n, d),), {"normalize": normal},
                  names=["embeddings"])
        for t in (2.0, 0.5):
            f.add("Uniformity", f"{n}x{d}_{t:g}", lambda x: uniformity(x, t), lambda: (r(n, d),), {"t": t}, names=["embeddings"])
    for n, d in SIZES:
        align = lambda a, b: ((unit(a) - unit(b)) ** 2).sum(1).mean()
        f.add("Alignment", f"{n}x{d}", align, lambda: (r(n, d), r(n, d)), {"alpha": 2}, names=["first", "second"])


def make():
    f = File("contrast", singles=True)
    in_batch(f), negatives(f), nt_xent(f), sup_con(f), sig_lip(f), patch_nce(f), semi_hard(f), proxies(f), linear(f)
    scored(f), matryoshka(f), without_negatives(f), spread(f)
    return f
