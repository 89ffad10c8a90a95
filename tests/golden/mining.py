"""Miners of pytorch-metric-learning, run as they are, with a loss over what they choose. See pairs.md."""
import torch
from pytorch_metric_learning import miners

from golden import File
from metric_learning import DISTANCES, EMBEDDINGS, Cases, add, batch, build, value

MINED = {
    "BatchHardMiner": [{}],
    "MultiSimilarityMiner": [{"epsilon": 0.1}, {"epsilon": 0.0}, {"epsilon": 0.5}],
    "BatchEasyHardMiner": [{"pos_strategy": p, "neg_strategy": n} for p, n in (
        ("easy", "semihard"), ("easy", "hard"), ("easy", "easy"), ("hard", "semihard"), ("hard", "hard"), ("hard", "easy"),
        ("semihard", "hard"), ("all", "hard"), ("hard", "all"))],
    "TripletMarginMiner": [{"margin": m, "type_of_triplets": t} for m in (0.2, 1.0) for t in ("all", "hard", "semihard", "easy")],
    "PairMarginMiner": [{"pos_margin": 0.2, "neg_margin": 0.8}],
    "AngularMiner": [{"angle": 20.0}, {"angle": 45.0}],
    "HDCMiner": [{"filter_percentage": 0.5}],
}


class Mined(Cases):
    """A loss over the pairs or triplets that a miner chose; op is the miner, and its choice stands in `mined`."""

    def one(self, label, inputs, options, distance, loss, loss_options, reducer=None):
        given = {} if self.op == "AngularMiner" else {"distance": DISTANCES[distance]()}
        mine = lambda x, y: getattr(miners, self.op)(**options, **given)(x, y)
        fn = lambda x, y: value(build(loss, loss_options, distance, reducer)(x, y, mine(x.detach(), y)))
        args = self.arguments(options, distance, reducer, loss=loss, loss_options=loss_options)
        case = add(self.f, self.op, label, fn, inputs, args, names=EMBEDDINGS)
        x, y = (torch.tensor(t["data"]).reshape(t["shape"]) for t in case["inputs"])
        case["mined"] = [t.tolist() for t in mine(x, y)]


def settings(miner, distance):
    """The losses that go with a miner: name, options, reducer."""
    if miner == "MultiSimilarityMiner":
        return [("MultiSimilarityLoss", {"alpha": 2.0, "beta": 50.0, "base": 0.5}, None)]
    if miner in ("PairMarginMiner", "HDCMiner"):
        pos, neg = (1.0, 0.0) if distance == "cosine" else (0.0, 2.0)
        return [("ContrastiveLoss", {"pos_margin": pos, "neg_margin": neg}, "mean")]
    return [("TripletMarginLoss", {"margin": 0.5, "smooth_loss": s}, q) for s, q in ((False, "mean"), (False, "avg_non_zero"), (True, "mean"))]


def measures(miner):
    return {"AngularMiner": ("euclidean_normalized",), "MultiSimilarityMiner": ("cosine",)}.get(miner, ("euclidean", "cosine"))


def mined(f):
    for miner, choices in MINED.items():
        c = Mined(f, miner)
        for i, options in enumerate(choices):
            what = "_".join(str(v) for v in options.values()) or "plain"
            for distance in measures(miner):
                for n, d, k in ((9, 3, 3), (33, 6, 5))[:1 + (i == 0)]:
                    for loss, loss_options, reducer in settings(miner, distance):
                        tail = ("smooth_" if loss_options.get("smooth_loss") else "") + (reducer or "mean")
                        c.one(f"{what}_{distance}_{n}x{d}_{tail}", lambda: batch(n, d, k), options, distance, loss, loss_options, reducer)


def make():
    f = File("mining")
    mined(f)
    return f
