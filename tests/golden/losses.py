"""Shared parts of the scripts for losses."""

REDUCTIONS = ("none", "mean", "sum")
SHAPES = [(7,), (3, 4), (2, 3, 5), (2, 1, 3, 3), (1, 1), (13,)]


def name(shape):
    return "x".join(map(str, shape))


def each(f, op, label, fn, inputs, names, args=None, **more):
    """The case under all three reductions; fn(reduction, *inputs)."""
    for reduction in REDUCTIONS:
        f.add(op, f"{label}_{reduction}", lambda *xs: fn(reduction, *xs), inputs, {**(args or {}), "reduction": reduction},
              names=names, **more)
