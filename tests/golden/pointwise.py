import torch
import torch.nn.functional as F

from golden import EXTREME, File, away, pos, r

SHAPES = [((3, 4), (3, 4)), ((2, 3, 5), (5,)), ((4, 1), (1, 3)), ((2, 1, 3), (7, 1)), ((), (3,)), ((3,), ())]


def label(*shapes):
    return "_by_".join("x".join(map(str, s)) or "scalar" for s in shapes)


def binary(f):
    for a, b in SHAPES:
        n = label(a, b)
        f.add("add", n, torch.add, lambda: (r(*a), r(*b)))
        f.add("sub", n, torch.sub, lambda: (r(*a), r(*b)))
        f.add("mul", n, torch.mul, lambda: (r(*a), r(*b)))
        f.add("div", n, torch.div, lambda: (r(*a), away(*b, gap=0.3)))
        f.add("pow", n, torch.pow, lambda: (pos(*a), r(*b)))
        f.add("minimum", n, torch.minimum, lambda: (r(*a), r(*b) + 0.0004))  # no ties
        f.add("maximum", n, torch.maximum, lambda: (r(*a), r(*b) + 0.0004))
    for s in (2.5, -0.75):
        for op in (torch.add, torch.sub, torch.mul, torch.div):
            f.add(op.__name__, f"tensor_with_number_{s}", lambda x: op(x, s), lambda: (r(3, 5),), {"other": s})
        f.add("rsub", f"number_{s}_minus_tensor", lambda x: s - x, lambda: (r(3, 5),), {"other": s})
        f.add("rdiv", f"number_{s}_by_tensor", lambda x: s / x, lambda: (away(3, 5, gap=0.3),), {"other": s})
    f.add("mul", "same_tensor_values", torch.mul, lambda: (torch.tensor([1.5, -2.0]), torch.tensor([1.5, -2.0])))
    ties = torch.tensor([1.0, 2.0, -3.0])
    other = torch.tensor([1.0, 1.0, 4.0])
    f.add("minimum", "tie_gets_half", torch.minimum, (ties, other), kind=EXTREME)
    f.add("maximum", "tie_gets_half", torch.maximum, (ties, other), kind=EXTREME)
    nan = (torch.tensor([float("nan"), 1.0, 2.0]), torch.tensor([0.0, float("nan"), 3.0]))
    f.add("minimum", "nan_propagates", torch.minimum, nan, kind="value")
    f.add("maximum", "nan_propagates", torch.maximum, nan, kind="value")
    inf = float("inf")
    f.add("div", "by_zero", torch.div, (torch.tensor([1.0, -1.0, 0.0, inf]), torch.zeros(4)), kind="value")


UNARY = {
    "neg": (torch.neg, r), "exp": (torch.exp, r), "expm1": (torch.expm1, r), "log": (torch.log, pos),
    "log1p": (torch.log1p, lambda *s: pos(*s, low=-0.8)), "sqrt": (torch.sqrt, pos), "rsqrt": (torch.rsqrt, pos),
    "abs": (torch.abs, away), "sign": (torch.sign, away), "sin": (torch.sin, r), "cos": (torch.cos, r),
    "tanh": (torch.tanh, r), "erf": (torch.erf, r), "sigmoid": (torch.sigmoid, r), "logsigmoid": (F.logsigmoid, r),
    "relu": (torch.relu, away), "selu": (F.selu, away), "silu": (F.silu, r),
}
OPTIONS = [
    ("leaky_relu", F.leaky_relu, away, [{"negative_slope": 0.2}, {"negative_slope": 0.01}]),
    ("elu", F.elu, away, [{"alpha": 1.0}, {"alpha": 0.5}]),
    ("gelu", F.gelu, r, [{"approximate": "none"}, {"approximate": "tanh"}]),
    # threshold 500: torch's default, 20, drops a term of up to 2e-9
    ("softplus", F.softplus, r, [{"beta": 1.0, "threshold": 500.0}, {"beta": 2.5, "threshold": 500.0}]),
    ("clamp", torch.clamp, r, [{"min": -0.5, "max": 0.7}, {"min": 0.1}, {"max": -0.2}]),
]
EDGE = [-1e3, -50.0, -20.0, -5.0, -1e-3, -1e-9, 0.0, 1e-9, 1e-3, 5.0, 20.0, 50.0, 1e3]
INF, NAN = float("inf"), float("nan")


def unary(f):
    for op, (fn, make) in UNARY.items():
        for shape in ((), (7,), (3, 5), (2, 3, 4)):
            f.add(op, label(shape), fn, lambda: (make(*shape),))
    for op, fn, make, options in OPTIONS:
        for args in options:
            for shape in ((7,), (3, 5)):
                n = label(shape) + "".join(f"_{k}_{v}" for k, v in args.items())
                f.add(op, n, lambda x: fn(x, **args), lambda: (make(*shape),), args)
    for e in (2, 3, 0.5, -1.5, -1, 0, 1):
        make = r if e in (2, 3, 0, 1) else away if e == -1 else pos
        f.add("pow", f"number_{e}", lambda x: torch.pow(x, e), lambda: (make(3, 5),), {"exponent": e})


def extremes(f):
    edge = torch.tensor(EDGE)
    for op in ("sigmoid", "logsigmoid", "tanh", "erf", "silu", "selu", "relu", "abs", "sign", "sin", "cos"):
        f.add(op, "edges", UNARY[op][0], (edge,), kind=EXTREME)
    for op, fn, _, options in OPTIONS:
        for args in options:
            n = "edges" + "".join(f"_{k}_{v}" for k, v in args.items())
            f.add(op, n, lambda x: fn(x, **args), (edge,), args, kind=EXTREME)
    f.add("clamp", "at_the_bounds", lambda x: x.clamp(-1.0, 1.0), (torch.tensor([-1.0, 1.0, 0.0, -2.0, 2.0]),),
          {"min": -1.0, "max": 1.0}, kind=EXTREME)
    small = torch.tensor([-700.0, -40.0, -1e-3, -1e-12, 0.0, 1e-300, 1e-12, 1e-3, 40.0, 700.0])
    f.add("exp", "edges", torch.exp, (small,), kind=EXTREME)
    f.add("expm1", "edges", torch.expm1, (small,), kind=EXTREME)
    f.add("log1p", "edges", torch.log1p, (torch.tensor([-0.999999, -1e-12, 0.0, 1e-300, 1e-12, 1e3, 1e300]),), kind=EXTREME)
    wide = torch.tensor([1e-300, 1e-100, 1e-12, 1.0, 1e12, 1e100, 1e300])
    for op in ("log", "sqrt"):
        f.add(op, "edges", UNARY[op][0], (wide,), kind=EXTREME)
    f.add("rsqrt", "edges", torch.rsqrt, (wide[1:6],), kind=EXTREME)
    odd = torch.tensor([NAN, INF, -INF, 0.0, -0.0, 1e308])
    for op in ("neg", "exp", "log", "log1p", "sqrt", "abs", "tanh", "erf", "sigmoid", "relu", "expm1"):
        f.add(op, "not_finite", UNARY[op][0], (odd,), kind="value")
    f.add("clamp", "not_finite", lambda x: x.clamp(-1, 1), (odd,), {"min": -1.0, "max": 1.0}, kind="value")
    f.add("isnan", "mixed", torch.isnan, (odd,))
    f.add("isfinite", "mixed", torch.isfinite, (odd,))


def choices(f):
    for a, b, c in (((3, 4), (3, 4), (3, 4)), ((4,), (3, 1), (3, 4)), ((2, 1, 3), (3,), ()), ((), (2,), (2,))):
        f.add("where", label(a, b, c), torch.where, lambda: (torch.rand(a) < 0.5, r(*b), r(*c)))
    values = torch.tensor([[1.0, NAN, INF], [-INF, 0.0, 2.0]])
    others = torch.tensor([[1.0, NAN, -INF], [-INF, -0.0, 1.5]])
    for op in (torch.eq, torch.ne, torch.lt, torch.le, torch.gt, torch.ge):
        f.add(op.__name__, "special_values", op, (values, others))
        f.add(op.__name__, "broadcast", op, lambda: (r(2, 1, 3, digits=0), r(4, 1, digits=0)))
        f.add(op.__name__, "int64", op, lambda: (torch.randint(-2, 3, (3, 4)), torch.randint(-2, 3, (4,))))


def rounding(f):
    halves = torch.tensor([-2.5, -1.5, -0.5, -0.0, 0.5, 1.5, 2.5, 4503599627370495.5, 0.49999999999999994])
    for op in (torch.round, torch.floor, torch.ceil, torch.trunc):
        f.add(op.__name__, "3x5", op, lambda: (r(3, 5) * 3,))
        f.add(op.__name__, "halves", op, (halves,), kind="value")
        f.add(op.__name__, "not_finite", op, (torch.tensor([NAN, INF, -INF]),), kind="value")
    f.add("square", "3x5", torch.square, lambda: (r(3, 5),))
    for weight in (0.0, 0.25, 0.75, 1.0, 1.5):
        f.add("lerp", f"weight_{weight}", lambda a, b: torch.lerp(a, b, weight), lambda: (r(3, 5), r(3, 5)), {"weight": weight})


def logic(f):
    for op in (torch.logical_and, torch.logical_or, torch.logical_xor):
        f.add(op.__name__, "bool", op, lambda: (torch.rand(3, 4) < 0.5, torch.rand(4) < 0.5))
        f.add(op.__name__, "numbers", op, (torch.tensor([0.0, -0.0, 2.0, NAN, -1.0]), torch.tensor([0.0, 1.0, 0.0, INF, 3.0])))
    f.add("logical_not", "numbers", torch.logical_not, (torch.tensor([0.0, -0.0, 2.0, NAN]),))
    f.add("isinf", "mixed", torch.isinf, (torch.tensor([NAN, INF, -INF, 0.0, 1e308]),))


def between(*shape):
    """Numbers away from halves and integers."""
    x = torch.floor(r(*shape) * 2)
    return x + torch.where(torch.rand(shape) < 0.5, 0.25, 0.75)


def steps(f):
    for op in (torch.round, torch.floor, torch.ceil, torch.trunc, torch.frac):
        for shape in ((), (7,), (2, 3, 4)):
            f.add(op.__name__, label(shape), op, lambda: (between(*shape),))
        odd = torch.tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, -0.0, 3.0, 1e15 + 0.5, 1e300, NAN, INF, -INF])
        f.add(op.__name__, "ties", op, (odd[:-2] if op == torch.frac else odd,), kind="value")
    for shape in ((), (7,)):
        f.add("square", label(shape), torch.square, lambda: (r(*shape),))
    for a, b, c in (((3, 4), (3, 4), (3, 4)), ((4, 1), (1, 3), ()), ((2, 3), (3,), (2, 1))):
        f.add("lerp", label(a, b, c), torch.lerp, lambda: (r(*a), r(*b), r(*c)))
    for weight in (-0.5, 0.3, 0.5, 2.0):
        f.add("lerp", f"weight_{weight}", lambda x, y: torch.lerp(x, y, weight), lambda: (r(3, 4), r(3, 4)), {"weight": weight})


def more_logic(f):
    odd = torch.tensor([NAN, INF, -INF, 0.0, -0.0, 1e308])
    f.add("isinf", "edges", torch.isinf, (odd,))
    f.add("logical_not", "floats", torch.logical_not, (odd,))
    f.add("logical_not", "bools", torch.logical_not, lambda: (torch.rand(2, 5) < 0.5,))
    for op in (torch.logical_and, torch.logical_or, torch.logical_xor):
        f.add(op.__name__, "bools_broadcast", op, lambda: (torch.rand(2, 1, 3) < 0.5, torch.rand(4, 1) < 0.5))
        f.add(op.__name__, "mixed_types", op, lambda: (torch.randint(-1, 2, (3, 4)), r(4, digits=0)))
    near = torch.tensor([1.0, 1.0 + 9e-6, 1.0 + 2e-5, NAN, INF, INF, 1e10, 0.0])
    far = torch.tensor([1.0, 1.0, 1.0, NAN, INF, -INF, INF, 2e-8])
    for same in (False, True):
        args = {"rtol": 1e-5, "atol": 1e-8, "equal_nan": same}
        f.add("isclose", f"equal_nan_{same}", lambda x, y: torch.isclose(x, y, **args), (near, far), args)
    f.add("isclose", "tolerances", lambda x, y: torch.isclose(x, y, rtol=0.1, atol=0.2), lambda: (r(5, 5), r(5, 5)),
          {"rtol": 0.1, "atol": 0.2, "equal_nan": False})


def make():
    f = File("pointwise")
    binary(f), unary(f), extremes(f), choices(f), rounding(f), logic(f), steps(f), more_logic(f)
    return f
