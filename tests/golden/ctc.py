import torch
import torch.nn.functional as F

from golden import EXTREME, File, r
from losses import each


def sequences(lengths, classes, blank, width=None):
    """Labels that are not the blank, padded to one width; repeats are likely."""
    width = max(lengths) if width is None else width
    y = torch.randint(0, classes - 1, (len(lengths), width))
    return torch.where(y >= blank, y + 1, y)


def loss(args, concatenated=False):
    """From logits, so that torch's gradient (which assumes a log-softmax in front) is the true one."""
    def fn(reduction, x, y, inputs, targets):
        return F.ctc_loss(x.log_softmax(-1), y, inputs, targets, reduction=reduction, **args)
    return fn


def make():
    f = File("ctc", singles=True)
    op, names = "CTCLoss", ["logits", "targets", "input_lengths", "target_lengths"]

    def add(label, shape, targets, inputs, args, concatenated=False, extra=0):
        blank = args["blank"]

        def tensors():
            y = sequences(targets, shape[-1], blank, max(targets) + extra)
            if concatenated:
                y = torch.cat([row[:n] for row, n in zip(y, targets)])
            return r(*shape) * 1.5, y, torch.tensor(inputs), torch.tensor(targets)

        # torch has no second derivative
        each(f, op, label, loss(args), tensors, names, args, differentiable=[True, False, False, False], kind=EXTREME)

    for blank in (0, 2):
        for zero in (False, True):
            args = {"blank": blank, "zero_infinity": zero}
            tag = f"_blank_{blank}" + ("_zero_infinity" if zero else "")
            add("padded" + tag, (7, 3, 4), [3, 1, 2], [7, 7, 5], args, extra=1)
            add("concatenated" + tag, (7, 3, 4), [3, 1, 2], [7, 6, 7], args, concatenated=True)
    plain = {"blank": 0, "zero_infinity": False}
    add("one_class_and_blank", (6, 2, 2), [2, 3], [6, 6], plain)
    add("one_label", (5, 1, 5), [1], [5], plain)
    add("one_step", (1, 2, 3), [1, 1], [1, 1], plain)
    add("an_empty_target", (6, 3, 4), [0, 2, 1], [6, 5, 4], plain, extra=1)
    add("longer", (24, 2, 6), [8, 5], [24, 20], plain)
    impossible = {"blank": 0, "zero_infinity": True}
    add("too_short", (4, 3, 3), [3, 5, 1], [2, 4, 4], impossible)

    x = lambda: (r(6, 4), torch.tensor([1, 3, 3]), torch.tensor(6), torch.tensor(3))
    each(f, op, "single", loss(plain), x, names, plain, differentiable=[True, False, False, False], kind=EXTREME)
    repeat = lambda: (r(5, 1, 3), torch.tensor([[2, 2, 2]]), torch.tensor([5]), torch.tensor([3]))
    each(f, op, "repeats_that_just_fit", loss(plain), repeat, names, plain, differentiable=[True, False, False, False], kind=EXTREME)
    each(f, op, "repeats_that_do_not_fit", loss(plain), lambda: (r(4, 1, 3), torch.tensor([[2, 2, 2]]), torch.tensor([4]), torch.tensor([3])),
         names, plain, kind="value")
    far = torch.tensor([[[1e4, -1e4, 0.0]], [[-1e4, 1e4, 0.0]], [[0.0, 1e4, 1e4]]])
    each(f, op, "extreme_logits", loss(plain), (far, torch.tensor([[1]]), torch.tensor([3]), torch.tensor([1])), names, plain,
         differentiable=[True, False, False, False], kind=EXTREME)
    return f
