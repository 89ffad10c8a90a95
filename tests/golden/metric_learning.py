"""Losses of pytorch-metric-learning, run as they are. Their code is not here: put the package's src on PYTHONPATH (see pairs.md)."""
import torch
from pytorch_metric_learning import __version__, distances, losses, reducers
from torch.nn.utils.stateless import functional_call

from golden import EXTREME, File, r

EMBEDDINGS = ["embeddings", "labels"]
TWO = ["queries", "query_labels", "keys", "key_labels"]
DISTANCES = {
    "cosine": lambda: distances.CosineSimilarity(),
    "dot": lambda: distances.DotProductSimilarity(normalize_embeddings=False),
    "euclidean": lambda: distances.LpDistance(normalize_embeddings=False),
    "euclidean_normalized": lambda: distances.LpDistance(),
    "squared": lambda: distances.LpDistance(normalize_embeddings=False, power=2),
    "squared_normalized": lambda: distances.LpDistance(power=2),
}
REDUCERS = {
    "mean": reducers.MeanReducer,
    "avg_non_zero": reducers.AvgNonZeroReducer,
    "sum": reducers.SumReducer,
    "per_anchor": reducers.PerAnchorReducer,
    "none": reducers.DoNothingReducer,
}
SIZES = ((7, 3, 3), (33, 6, 5), (65, 5, 9))  # rows, dimensions, classes


def batch(n, d, classes, kind="mixed"):
    labels = {
        "mixed": lambda: torch.randint(0, classes, (n,)),
        "pairs": lambda: torch.arange(n) // 2,
        "one_class": lambda: torch.full((n,), 4),
        "all_different": lambda: torch.randperm(n),
    }[kind]()
    return r(n, d), labels


def build(name, options, distance=None, reducer=None):
    more = {}
    if distance:
        more["distance"] = DISTANCES[distance]()
    if reducer:
        more["reducer"] = REDUCERS[reducer]()
    return getattr(losses, name)(**options, **more)


def value(y):
    """The loss; of the reducer that does nothing, the loss of each element."""
    return y["loss"]["losses"].reshape(-1) if isinstance(y, dict) else y


def add(f, op, label, fn, inputs, args, kind=None, **more):
    """A case with second derivatives where PyTorch has them; torch.cdist has none."""
    try:
        return f.add(op, label, fn, inputs, args, kind=kind, **more)
    except NotImplementedError:
        f.labels.discard(f"{f.name}/{op}/{label}")
        return f.add(op, label, fn, inputs, args, kind=EXTREME, **more)


class Cases:
    def __init__(self, f, op, fixed=False):
        self.f, self.op, self.fixed = f, op, fixed

    def arguments(self, options, distance, reducer, **more):
        named = {"distance": distance, "reducer": reducer, **more}
        return {**options, **{k: v for k, v in named.items() if v is not None}, "pytorch_metric_learning": __version__}

    def add(self, label, inputs, options=None, distance=None, reducer=None, names=EMBEDDINGS, kind=None, call=None):
        options = options or {}
        call = call or (lambda loss, *xs: loss(*xs))
        fn = lambda *xs: value(call(build(self.op, options, distance, reducer), *xs))
        add(self.f, self.op, label, fn, inputs, self.arguments(options, distance, reducer), kind, names=names, fixed=self.fixed)

    def sizes(self, options=None, distance=None, reducer=None):
        for n, d, c in SIZES:
            self.add(f"{n}x{d}", lambda: batch(n, d, c), options, distance, reducer)

    def extremes(self, options=None, distance=None, reducer=None):
        """One class only, all classes different, equal rows, a single pair."""
        self.add("one_class", lambda: batch(5, 3, 1, "one_class"), options, distance, reducer)
        if self.op != "NCALoss":  # the mean of no rows
            self.add("all_different", lambda: batch(5, 3, 5, "all_different"), options, distance, reducer)
        self.add("two_of_two", lambda: (r(4, 3), torch.tensor([1, 1, 0, 0])), options, distance, reducer)
        self.add("lone", lambda: (r(6, 3), torch.tensor([7, 7, -2, 7, 5, 5])), options, distance, reducer)
        x = torch.tensor([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [-0.5, 1.5], [3.0, -1.0]])
        self.add("equal_rows", (x, torch.tensor([0, 0, 1, 1, 0])), options, distance, reducer, kind=EXTREME)

    def keys(self, options=None, distance=None, reducer=None):
        """Queries against keys with labels of their own."""
        call = lambda loss, q, a, k, b: loss(q, a, ref_emb=k, ref_labels=b)
        inputs = lambda: (r(5, 3), torch.randint(0, 3, (5,)), r(8, 3), torch.randint(0, 4, (8,)))
        self.add(f"keys_5_by_8_{reducer or 'default'}", inputs, options, distance, reducer, TWO, call=call)


def contrastive(f):
    c = Cases(f, "ContrastiveLoss")
    c.sizes({"pos_margin": 0.0, "neg_margin": 1.0})
    for distance, pos, neg in (("euclidean", 0.3, 2.0), ("euclidean_normalized", 0.1, 1.2), ("squared", 0.5, 4.0),
                               ("cosine", 1.0, 0.0), ("cosine", 0.8, 0.2), ("dot", 2.0, -0.5)):
        for reducer in ("mean", "avg_non_zero", "sum", "per_anchor"):
            c.add(f"{distance}_{pos:g}_{neg:g}_{reducer}", lambda: batch(7, 3, 3), {"pos_margin": pos, "neg_margin": neg}, distance, reducer)
    c.extremes({"pos_margin": 1.0, "neg_margin": 0.1}, "cosine")
    c.keys({"pos_margin": 0.9, "neg_margin": 0.1}, "cosine")


def triplet(f):
    c = Cases(f, "TripletMarginLoss")
    c.sizes({"margin": 0.2})
    for distance, margin in (("euclidean", 1.0), ("euclidean_normalized", 0.05), ("squared", 2.0), ("cosine", 0.3), ("dot", 1.0)):
        for smooth in (False, True):
            for reducer in ("mean", "avg_non_zero"):
                c.add(f"{distance}_{margin:g}_{'smooth' if smooth else 'hinge'}_{reducer}", lambda: batch(7, 3, 3),
                      {"margin": margin, "smooth_loss": smooth}, distance, reducer)
    c.add("cosine_swap", lambda: batch(9, 3, 3), {"margin": 0.3, "swap": True}, "cosine", "mean")
    c.add("euclidean_none", lambda: batch(7, 3, 3), {"margin": 1.0}, "euclidean", "none")
    c.extremes({"margin": 0.3}, "cosine")
    c.keys({"margin": 0.3}, "cosine")


def softmaxes(f):
    for op in ("NTXentLoss", "SupConLoss"):
        c = Cases(f, op)
        c.sizes({"temperature": 0.1})
        for distance in ("cosine", "dot", "squared_normalized"):
            for reducer in ("mean", "avg_non_zero", "sum", "none") + (("per_anchor",) if op == "NTXentLoss" else ()):
                c.add(f"{distance}_{reducer}", lambda: batch(9, 3, 3), {"temperature": 0.5}, distance, reducer)
        for t in (0.01, 0.07, 1.0, 10.0):
            c.add(f"temperature_{t:g}", lambda: batch(7, 4, 3), {"temperature": t}, "cosine", "mean")
        c.extremes({"temperature": 0.2}, "cosine", "mean")
        c.keys({"temperature": 0.2}, "cosine", "mean")
        c.keys({"temperature": 0.2}, "cosine", "none")
    two = lambda loss, a, b: losses.SelfSupervisedLoss(loss)(a, b)
    one = lambda loss, a, b: losses.SelfSupervisedLoss(loss, symmetric=False)(a, b)
    for op in ("NTXentLoss", "SupConLoss"):
        c = Cases(f, op)
        for n, d in ((1, 4), (2, 3), (7, 3), (17, 5)):
            c.add(f"views_{n}x{d}", lambda: (r(n, d), r(n, d)), {"temperature": 0.2}, "cosine", "mean", ["first", "second"], call=two)
            c.add(f"views_one_way_{n}x{d}", lambda: (r(n, d), r(n, d)), {"temperature": 0.2}, "cosine", "mean", ["first", "second"], call=one)


def pairs(f):
    c = Cases(f, "MultiSimilarityLoss")
    c.sizes({"alpha": 2.0, "beta": 50.0, "base": 0.5})
    for alpha, beta, base in ((2.0, 40.0, 0.5), (2.0, 10.0, 1.0), (1.0, 2.0, 0.0)):
        for reducer in ("mean", "sum", "none"):
            c.add(f"{alpha:g}_{beta:g}_{base:g}_{reducer}", lambda: batch(7, 3, 3), {"alpha": alpha, "beta": beta, "base": base}, "cosine", reducer)
    c.extremes({"alpha": 2.0, "beta": 50.0, "base": 0.5}, "cosine")
    c.keys({"alpha": 2.0, "beta": 50.0, "base": 0.5}, "cosine")
    c = Cases(f, "CircleLoss", fixed=True)  # the weights of the pairs count as constants
    c.sizes({"m": 0.4, "gamma": 80.0})
    for m, gamma in ((0.25, 256.0), (0.25, 8.0), (0.0, 1.0)):
        for reducer in ("mean", "avg_non_zero", "none"):
            c.add(f"{m:g}_{gamma:g}_{reducer}", lambda: batch(7, 3, 3), {"m": m, "gamma": gamma}, "cosine", reducer)
    c.extremes({"m": 0.25, "gamma": 16.0}, "cosine")
    c.keys({"m": 0.25, "gamma": 16.0}, "cosine")
    for op in ("LiftedStructureLoss", "GeneralizedLiftedStructureLoss"):
        c = Cases(f, op)
        c.sizes({"neg_margin": 1.0, "pos_margin": 0.0})
        for distance, pos, neg in (("euclidean", 0.0, 1.0), ("euclidean_normalized", 0.1, 0.9), ("squared", 0.0, 1.0)):
            for reducer in ("mean", "none"):
                c.add(f"{distance}_{pos:g}_{neg:g}_{reducer}", lambda: batch(7, 3, 3), {"pos_margin": pos, "neg_margin": neg}, distance, reducer)
        c.extremes({"neg_margin": 1.0, "pos_margin": 0.0}, "euclidean", "mean")
    c = Cases(f, "NPairsLoss")  # the first two examples of each class are its pair
    c.sizes()
    for distance in ("dot", "cosine", "squared"):
        for reducer in ("mean", "sum", "none"):
            c.add(f"{distance}_{reducer}", lambda: batch(11, 3, 4), {}, distance, reducer)
    c.extremes({}, "dot", "mean")
    c = Cases(f, "NCALoss")
    c.sizes({"softmax_scale": 1.0})
    for distance in ("squared", "squared_normalized", "cosine"):
        for scale in (1.0, 9.0):
            for reducer in ("mean", "none"):
                c.add(f"{distance}_{scale:g}_{reducer}", lambda: batch(7, 3, 3), {"softmax_scale": scale}, distance, reducer)
    c.extremes({"softmax_scale": 1.0}, "cosine", "mean")
    c.keys({"softmax_scale": 3.0}, "cosine", "mean")


class Weighted(Cases):
    """Losses with class weights or proxies: an input [classes (times sub-centres), dimensions], differentiated as the embeddings are."""

    def __init__(self, f, op, parameter, transposed):
        super().__init__(f, op)
        self.parameter, self.transposed = parameter, transposed

    def add(self, label, inputs, options=None, distance=None, reducer=None, kind=None, **_):
        options = options or {}

        def fn(embeddings, labels, weights):
            rows = weights.shape[0] // options.get("sub_centers", 1)
            loss = build(self.op, {"num_classes": rows, "embedding_size": weights.shape[1], **options}, distance, reducer)
            given = {self.parameter: weights.t() if self.transposed else weights}
            return value(functional_call(loss, given, (embeddings, labels)))

        add(self.f, self.op, label, fn, inputs, self.arguments(options, distance, reducer), kind, names=EMBEDDINGS + ["weights"])

    def sizes(self, options=None, distance=None, reducer=None, subs=1):
        for n, d, c in ((1, 3, 2), (7, 3, 4), (33, 6, 5), (65, 5, 11)):
            self.add(f"{n}x{d}_{c}", lambda: (r(n, d), torch.randint(0, c, (n,)), r(c * subs, d)), options, distance, reducer)

    def each(self, label, options, distance=None, reducers=("mean", "sum", "none"), subs=1):
        for reducer in reducers:
            self.add(f"{label}_{reducer or 'default'}", lambda: (r(7, 3), torch.randint(0, 4, (7,)), r(4 * subs, 3)), options, distance, reducer)


def classes(f):
    c = Weighted(f, "NormalizedSoftmaxLoss", "W", True)
    c.sizes({"temperature": 0.05})
    for t in (0.01, 0.1, 1.0):
        c.each(f"temperature_{t:g}", {"temperature": t})
    for op in ("CosFaceLoss", "ArcFaceLoss"):
        margins = (0.35, 0.0, 0.2) if op == "CosFaceLoss" else (28.6, 0.0, 11.5)
        c = Weighted(f, op, "W", True)
        c.sizes({"margin": margins[0], "scale": 64.0})
        for margin in margins:
            for scale in (1.0, 8.0, 64.0):
                c.each(f"margin_{margin:g}_scale_{scale:g}", {"margin": margin, "scale": scale}, reducers=("mean",))
        c.each("each", {"margin": margins[0], "scale": 8.0}, reducers=("sum", "none"))
    far = torch.tensor([[-1.0, 0.05], [-1.0, -0.4], [-0.9, 0.1], [1.0, 0.3]])  # beyond π − margin for the first class
    c.add("beyond_pi", (far, torch.zeros(4, dtype=torch.int64), torch.tensor([[1.0, 0.1], [0.2, 1.0], [-0.5, 0.7]])),
          {"margin": 28.6, "scale": 8.0}, reducer="none")
    c = Weighted(f, "SubCenterArcFaceLoss", "W", True)
    for subs in (2, 3):
        for n, d, k in ((7, 3, 4), (33, 6, 5)):
            c.add(f"{n}x{d}_{k}_by_{subs}", lambda: (r(n, d), torch.randint(0, k, (n,)), r(k * subs, d)),
                  {"margin": 28.6, "scale": 16.0, "sub_centers": subs})
    c = Weighted(f, "ProxyNCALoss", "proxies", False)
    c.sizes({"softmax_scale": 1.0}, "squared_normalized")
    for distance in ("squared_normalized", "cosine"):
        for scale in (1.0, 9.0):
            c.each(f"{distance}_{scale:g}", {"softmax_scale": scale}, distance)
    c = Weighted(f, "ProxyAnchorLoss", "proxies", False)
    c.sizes({"margin": 0.1, "alpha": 32.0})
    for margin, alpha in ((0.0, 1.0), (0.3, 8.0), (0.1, 64.0)):
        c.each(f"{margin:g}_{alpha:g}", {"margin": margin, "alpha": alpha}, reducers=(None,))


def views(f):
    names = ["first", "second"]
    for n, d in ((2, 3), (7, 3), (33, 6), (65, 5)):
        for options in ({"invariance_lambda": 25.0, "variance_mu": 25.0, "covariance_v": 1.0, "eps": 1e-4},
                        {"invariance_lambda": 1.0, "variance_mu": 2.0, "covariance_v": 3.0, "eps": 1e-2}):
            fn = lambda a, b: losses.VICRegLoss(**options)(a, ref_emb=b)
            f.add("VICRegLoss", f"{n}x{d}_{options['variance_mu']:g}", fn, lambda: (r(n, d) * 0.8, r(n, d) * 0.8),
                  {**options, "pytorch_metric_learning": __version__}, names=names)


def memory(f):
    """Batches one after another against a queue: `steps` holds, for each, the loss and its gradient by the embeddings."""
    for op, options, distance in (("NTXentLoss", {"temperature": 0.2}, "cosine"), ("ContrastiveLoss", {"pos_margin": 1.0, "neg_margin": 0.2}, "cosine"),
                                  ("SupConLoss", {"temperature": 0.2}, "cosine"), ("MultiSimilarityLoss", {"alpha": 2.0, "beta": 10.0, "base": 0.5}, "cosine")):
        torch.manual_seed(5)
        queue = losses.CrossBatchMemory(build(op, options, distance), embedding_size=3, memory_size=11)
        steps = []
        for n in (4, 5, 4, 6, 3):
            x, y = batch(n, 3, 3)
            x.requires_grad_()
            loss = queue(x, y)
            grad, = torch.autograd.grad(loss, [x])
            steps.append({"embeddings": x.tolist(), "labels": y.tolist(), "loss": loss.item(), "grad": grad.tolist(),
                          "queue": queue.embedding_memory.tolist(), "queue_labels": queue.label_memory.tolist(),
                          "at": int(queue.queue_idx), "full": bool(queue.has_been_filled)})
        f.cases.append({"op": "CrossBatchMemory", "name": op, "args": {**options, "loss": op, "distance": distance, "memory_size": 11,
                        "pytorch_metric_learning": __version__}, "steps": steps})


def make():
    f = File("metric_learning", singles=True)
    contrastive(f), triplet(f), softmaxes(f), pairs(f), classes(f), views(f), memory(f)
    return f
