import torch

from golden import EXTREME, File, distinct, r

DIMS = [None, 0, 1, -1, [0, 2], [-1, 1], [0, 1, 2]]
ONE = [None, 0, -2, -1]
SHAPE = (2, 3, 4)
INF = float("inf")


def over(fn, dim, keepdim, **more):
    """fn over dim (null: all)."""
    if dim is None:
        dim = [0, 1, 2]
    return lambda x: fn(x, dim, keepdim=keepdim, **more)


def tag(dim, keepdim):
    d = "all" if dim is None else "_".join(map(str, dim)) if isinstance(dim, list) else str(dim)
    return f"dim_{d}" + ("_keep" if keepdim else "")


def plain(f):
    for dim in DIMS:
        for keep in (False, True):
            args, n = {"dim": dim, "keepdim": keep}, tag(dim, keep)
            f.add("sum", n, over(torch.sum, dim, keep), lambda: (r(*SHAPE),), args)
            f.add("mean", n, over(torch.mean, dim, keep), lambda: (r(*SHAPE),), args)
            f.add("max", n, over(torch.amax, dim, keep), lambda: (distinct(*SHAPE),), args)
            f.add("min", n, over(torch.amin, dim, keep), lambda: (distinct(*SHAPE),), args)
            f.add("logsumexp", n, over(torch.logsumexp, dim, keep), lambda: (r(*SHAPE),), args)
            for unbiased in (True, False):
                more, m = {**args, "unbiased": unbiased}, n + ("" if unbiased else "_biased")
                f.add("var", m, over(torch.var, dim, keep, unbiased=unbiased), lambda: (r(*SHAPE),), more)
                f.add("std", m, over(torch.std, dim, keep, unbiased=unbiased), lambda: (r(*SHAPE),), more)


def single(f):
    for dim in ONE:
        for keep in (False, True):
            args, n = {"dim": dim, "keepdim": keep}, tag(dim, keep)
            for op in (torch.argmin, torch.argmax):
                if dim is not None:
                    f.add(op.__name__, n, lambda x: op(x, dim, keepdim=keep), lambda: (distinct(*SHAPE),), args)
                elif not keep:
                    f.add(op.__name__, n, op, lambda: (distinct(*SHAPE),), args)
    for dim in (0, 1, -1):
        for op in (torch.softmax, torch.log_softmax, torch.cumsum):
            f.add(op.__name__, f"dim_{dim}", lambda x: op(x, dim), lambda: (r(*SHAPE),), {"dim": dim})
    f.add("softmax", "vector", lambda x: x.softmax(0), lambda: (r(7),), {"dim": 0})
    f.add("log_softmax", "vector", lambda x: x.log_softmax(0), lambda: (r(7),), {"dim": 0})
    f.add("cumsum", "vector", lambda x: x.cumsum(0), lambda: (r(9),), {"dim": 0})


def norms(f):
    for p in (1.0, 2.0, 3.0, 1.5, INF):
        for dim, keep in ((None, False), (0, False), (-1, True), ([1, 2], False), ([0, -1], True), (None, True)):
            args = {"p": "inf" if p == INF else p, "dim": dim, "keepdim": keep}
            fn = lambda x: torch.linalg.vector_norm(x, p, dim, keepdim=keep)
            f.add("norm", f"p_{args['p']}_{tag(dim, keep)}", fn, lambda: (distinct(*SHAPE),), args)
    zero = torch.tensor([[0.0, 0.0, 0.0], [3.0, -4.0, 0.0]])
    for p in (1.0, 2.0, 3.0):
        f.add("norm", f"p_{p}_zero_row", lambda x: torch.linalg.vector_norm(x, p, 1), (zero,),
              {"p": p, "dim": 1, "keepdim": False}, kind=EXTREME)


def extremes(f):
    big = torch.tensor([[1e4, -1e4, 0.0], [1e3, 1e3, 1e3], [-1e4, -1e4, -1e4 + 1]])
    args = {"dim": 1}
    f.add("softmax", "extreme", lambda x: x.softmax(1), (big,), args, kind=EXTREME)
    f.add("log_softmax", "extreme", lambda x: x.log_softmax(1), (big,), args, kind=EXTREME)
    f.add("logsumexp", "extreme", lambda x: x.logsumexp(1), (big,), {"dim": 1, "keepdim": False}, kind=EXTREME)
    holes = torch.tensor([[-INF, 0.0, 1.0], [-INF, -INF, 2.0]])
    f.add("softmax", "minus_infinity", lambda x: x.softmax(1), (holes,), args, kind="value")
    f.add("logsumexp", "minus_infinity", lambda x: x.logsumexp(1), (holes - 0,), {"dim": 1, "keepdim": False}, kind="value")
    f.add("logsumexp", "all_minus_infinity", lambda x: x.logsumexp(0), (torch.full((3,), -INF),),
          {"dim": 0, "keepdim": False}, kind="value")
    nan = torch.tensor([[1.0, float("nan"), 3.0], [4.0, 5.0, 6.0]])
    for op, fn in (("sum", torch.sum), ("max", torch.amax), ("min", torch.amin), ("mean", torch.mean)):
        f.add(op, "nan_propagates", lambda x: fn(x, 1), (nan,), {"dim": 1, "keepdim": False}, kind="value")
    f.add("sum", "int64", lambda x: x.sum(1), (torch.arange(6).reshape(2, 3),), {"dim": 1, "keepdim": False})
    f.add("var", "one_element_biased", lambda x: x.var(0, unbiased=False), (torch.tensor([2.0]),),
          {"dim": 0, "keepdim": False, "unbiased": False})


def products(f):
    for dim in (0, 1, -1):
        for keep in (False, True):
            args = {"dim": [dim], "keepdim": keep}
            f.add("prod", tag(dim, keep), lambda x: torch.prod(x, dim, keepdim=keep), lambda: (r(*SHAPE),), args)
            for op in (torch.any, torch.all):
                f.add(op.__name__, tag(dim, keep), lambda x: op(x, dim, keepdim=keep), lambda: (torch.rand(*SHAPE) < 0.5,), args)
    f.add("prod", "odd", lambda x: torch.prod(x, 0), lambda: (r(7, 2),), {"dim": [0], "keepdim": False})
    f.add("prod", "one_zero", lambda x: torch.prod(x, 0), (torch.tensor([2.0, 0.0, -3.0, 1.5]),), {"dim": [0], "keepdim": False})
    f.add("prod", "two_zeros", lambda x: torch.prod(x, 0), (torch.tensor([2.0, 0.0, -3.0, 0.0]),), {"dim": [0], "keepdim": False})
    empty = torch.zeros(2, 0)
    for name, op in (("prod", torch.prod), ("any", torch.any), ("all", torch.all)):
        f.add(name, "empty", lambda x: op(x, 1), (empty if name == "prod" else empty > 0,), {"dim": [1], "keepdim": False}, kind="value")


def prod(x, dims, keepdim):
    """torch.prod over several dims."""
    dims = range(x.dim()) if dims is None else [dims] if isinstance(dims, int) else dims
    dims = sorted((d % x.dim() for d in dims), reverse=True)
    for d in dims:
        x = x.prod(d, keepdim=True)
    if not keepdim:
        for d in dims:
            x = x.squeeze(d)
    return x


def many(op, x, dims, keepdim):
    for d in sorted((d % x.dim() for d in (range(x.dim()) if dims is None else [dims] if isinstance(dims, int) else dims)), reverse=True):
        x = op(x, d, keepdim=keepdim)
    return x


def more_products(f):
    for dim in (None, [0, 2], [-1, 1], [0, 1, 2]):
        for keep in (False, True):
            args, n = {"dim": dim, "keepdim": keep}, tag(dim, keep)
            f.add("prod", n, lambda x: prod(x, dim, keep), lambda: (r(*SHAPE),), args)
            for op in (torch.any, torch.all):
                f.add(op.__name__, n, lambda x: many(op, x, dim, keep), lambda: (torch.rand(SHAPE) < (0.2 if op is torch.any else 0.8),), args)
    for dim in (0, 1, -1):
        f.add("cumprod", f"dim_{dim}", lambda x: x.cumprod(dim), lambda: (r(*SHAPE),), {"dim": dim})
    rows = torch.tensor([[2.0, 0.0, 3.0, -1.5], [0.0, 4.0, 0.0, 2.0], [0.0, 0.0, 0.0, 1.0], [1.5, -2.0, 0.5, 3.0]])
    f.add("prod", "zeros", lambda x: x.prod(1), (rows,), {"dim": 1, "keepdim": False}, kind=EXTREME)
    f.add("cumprod", "zeros", lambda x: x.cumprod(1), (rows,), {"dim": 1}, kind=EXTREME)
    f.add("prod", "int64", lambda x: x.prod(1), (torch.arange(1, 7).reshape(2, 3),), {"dim": 1, "keepdim": False})
    f.add("prod", "of_nothing", lambda x: x.prod(1), (torch.zeros(2, 0),), {"dim": 1, "keepdim": False}, kind="value")
    f.add("any", "of_nothing", lambda x: x.any(1), (torch.zeros(2, 0),), {"dim": 1, "keepdim": False})
    f.add("all", "of_nothing", lambda x: x.all(1), (torch.zeros(2, 0),), {"dim": 1, "keepdim": False})
    f.add("any", "floats", lambda x: x.any(1), (torch.tensor([[0.0, INF], [0.0, -0.0], [float("nan"), 0.0]]),), {"dim": 1, "keepdim": False})


def make():
    f = File("reductions")
    plain(f), single(f), norms(f), extremes(f), products(f), more_products(f)
    return f
