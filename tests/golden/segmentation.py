"""Losses of masks from logits, written out by the definitions of MONAI 1.5, nnU-Net 2 and segmentation_models_pytorch 0.5."""
import torch
from torch.nn import functional as F

from golden import File, r

IGNORED = -100


def masks(x, y):
    """Probabilities and one-hot target [N, C, P], both 0 in ignored pixels."""
    n, c = x.shape[:2]
    y = y.reshape(n, -1)
    counts = (y != IGNORED).unsqueeze(1).to(x.dtype)
    y = y.clamp_min(0)
    if c == 1:
        return x.reshape(n, 1, -1).sigmoid() * counts, y.unsqueeze(1).to(x.dtype) * counts
    return x.reshape(n, c, -1).softmax(1) * counts, F.one_hot(y, c).permute(0, 2, 1).to(x.dtype) * counts


def chosen(p, y, background):
    return (p, y) if background or p.shape[1] == 1 else (p[:, 1:], y[:, 1:])


def reduced(losses, reduction):
    return losses if reduction == "none" else getattr(losses, reduction)()


def monai(x, y, a):
    """monai.losses.DiceLoss with softmax or sigmoid, to_onehot_y, jaccard, squared_pred, batch and both smoothings equal."""
    p, y = chosen(*masks(x, y), a.get("background", True))
    axes = (0, 2) if a.get("batch") else (2,)
    inside = (p * y).sum(axes)
    total = (p * p + y * y if a.get("squared") else p + y).sum(axes)
    if a.get("jaccard"):
        total = 2 * (total - inside)
    return reduced(1 - (2 * inside + a["smooth"]) / (total + a["smooth"]), a.get("reduction", "mean"))


def nnunet(x, y, a):
    """nnunetv2's MemoryEfficientSoftDiceLoss, plus 1, with its DC_and_CE_loss where the weights are given."""
    p, t = chosen(*masks(x, y), a.get("background", False))
    axes = (0, 2) if a.get("batch") else (2,)
    dice = (2 * (p * t).sum(axes) + a["smooth"]) / (t.sum(axes) + p.sum(axes) + a["smooth"]).clamp_min(1e-8)
    loss = 1 - dice.mean()
    if "ce" in a:
        loss = a["dice"] * loss + a["ce"] * entropy(x, y)
    return loss


def entropy(x, y):
    if x.shape[1] > 1:
        return F.cross_entropy(x, y, ignore_index=IGNORED)
    keep = (y.reshape(x.shape) != IGNORED).to(x.dtype)
    return F.binary_cross_entropy_with_logits(x, y.reshape(x.shape).clamp_min(0).to(x.dtype), keep, reduction="sum") / keep.sum()


def smp(x, y, a):
    """segmentation_models_pytorch's DiceLoss, JaccardLoss and TverskyLoss: over the batch, absent classes 0."""
    p, y = masks(x, y)
    inside, pixels, truth = ((v).sum((0, 2)) for v in (p * y, p, y))
    s = a["smooth"]
    if a["kind"] == "dice":
        score = (2 * inside + s) / (pixels + truth + s).clamp_min(1e-7)
    elif a["kind"] == "jaccard":
        score = (inside + s) / (pixels + truth - inside + s).clamp_min(1e-7)
    else:
        score = (inside + s) / (inside + a["alpha"] * (pixels - inside) + a["beta"] * (truth - inside) + s).clamp_min(1e-7)
    return ((1 - score) * (truth > 0)).mean()


def focal(x, y, a):
    """Abraham and Khan's focal Tversky loss, the exponent on each class of each sample."""
    p, y = masks(x, y)
    hits, false_alarms, misses = (p * y).sum(2), (p * (1 - y)).sum(2), ((1 - p) * y).sum(2)
    # The masks are 0 in ignored pixels, where 1 - p and 1 - y are multiplied by 0.
    index = (hits + a["smooth"]) / (hits + a["alpha"] * false_alarms + a["beta"] * misses + a["smooth"])
    return ((1 - index) ** a["gamma"]).mean()


def target(shape, classes, ignored, absent):
    y = torch.randint(0, classes - absent, shape)
    y.view(-1)[:classes - absent] = torch.arange(classes - absent)
    if ignored:
        y.view(-1)[-3:] = IGNORED
        y[0].view(-1)[-1] = IGNORED
    return y


SHAPES = [("multi", (2, 3, 3, 2), 3), ("binary", (2, 1, 3, 3), 2), ("line", (3, 4, 5), 4)]


def make():
    f = File("segmentation")

    def case(op, fn, name, shape, classes, ignored, absent, args):
        def inputs():
            return [r(*shape), target((shape[0], *shape[2:]), classes, ignored, absent)]

        f.add(op, name, lambda x, y: fn(x, y, args), inputs, args)

    for label, shape, classes in SHAPES:
        for ignored in (False, True):
            for absent in (0, 1):
                where = f"{label}{'_ignored' if ignored else ''}{'_absent' if absent else ''}"
                common = (shape, classes, ignored, absent)
                for batch in (False, True):
                    for smooth in (1e-5, 1.0):
                        for kind in ("dice", "squared", "jaccard"):
                            args = {"smooth": smooth, "batch": batch, "squared": kind == "squared", "jaccard": kind == "jaccard"}
                            case("monai", monai, f"{where}_{kind}_batch_{batch}_{smooth}", *common, args)
                for batch in (False, True):
                    case("nnunet", nnunet, f"{where}_batch_{batch}", *common, {"smooth": 1e-5, "batch": batch})
                    case("nnunet", nnunet, f"{where}_both_batch_{batch}", *common,
                         {"smooth": 1e-5, "batch": batch, "dice": 0.7, "ce": 1.5})
                for kind in ("dice", "jaccard", "tversky"):
                    case("smp", smp, f"{where}_{kind}", *common, {"kind": kind, "smooth": 0.5, "alpha": 0.3, "beta": 0.7})
                case("focal", focal, where, *common, {"smooth": 1.0, "alpha": 0.3, "beta": 0.7, "gamma": 0.75})
    for reduction in ("none", "sum"):
        for batch in (False, True):
            args = {"smooth": 1.0, "batch": batch, "background": False, "reduction": reduction}
            case("monai", monai, f"{reduction}_batch_{batch}", (2, 3, 3, 2), 3, True, 0, args)
    return f
