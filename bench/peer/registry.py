"""How a case is declared: what the table says of it, and PyTorch's side of it."""
from collections import namedtuple

Case = namedtuple("Case", "name sizes moves computes tolerance limit_share growth make")
CASES = {}


def size(label, ratio=None, share=None, **arguments):
    """A row of the table: its label, the ratio and the share of the limit that it must reach, and the arguments of both sides."""
    return {"label": label, "ratio": ratio, "share": share, "arguments": arguments}


def case(name, *sizes, moves=None, computes=None, tolerance=1e-4, growth=False):
    """
    Declares a case. The function makes the inputs and returns the body: one call is forward + backward and returns value and gradients.

    moves: bytes that must cross memory at least once, from the arguments; computes: floating-point operations, likewise.
    tolerance: how far results may differ, relative to the largest. growth: part of the table of times per element.
    """

    def register(make):
        CASES[name] = Case(name, list(sizes), moves, computes, tolerance, None, growth, make)
        return make

    return register


def describe():
    """What the front needs to know, as plain data."""
    return [
        {
            "name": c.name,
            "growth": c.growth,
            "sizes": [
                dict(s, moves=c.moves and c.moves(**s["arguments"]), computes=c.computes and c.computes(**s["arguments"]))
                for s in c.sizes
            ],
            "tolerance": c.tolerance,
        }
        for c in CASES.values()
    ]
