"""Values and derivatives of pointwise functions at extreme arguments, with 150 digits and exponents without bound.

    /usr/bin/python3 tests/golden/extremes.py        writes tests/golden/data/extremes.json (mpmath 1.2)

Nothing overflows, underflows or cancels here; the tests round what comes out. An infinite argument is taken at 10^500, so that the result
is the limit. A case lists `points`, rows of arguments in decimal; for each the value, the gradient and the Hessian (row by row).
"""
import json
import os

import mpmath
from mpmath import mp, mpf

mp.dps = 150
HERE = os.path.dirname(os.path.abspath(__file__))
INFINITE = mpf(10) ** 500
ZERO, ONE = mpf(0), mpf(1)


class Jet:
    """A number with its gradient and Hessian."""

    def __init__(self, v, g, h):
        self.v, self.g, self.h = mpf(v), g, h

    @staticmethod
    def const(v, n):
        return Jet(v, [ZERO] * n, [[ZERO] * n for _ in range(n)])

    def of(self, f, f1, f2):
        """A function of this number with the given value and first two derivatives."""
        n = len(self.g)
        return Jet(f, [f1 * a for a in self.g],
                   [[f2 * self.g[i] * self.g[j] + f1 * self.h[i][j] for j in range(n)] for i in range(n)])

    def lift(self, other):
        return other if isinstance(other, Jet) else Jet.const(other, len(self.g))

    def __add__(self, other):
        o, n = self.lift(other), range(len(self.g))
        return Jet(self.v + o.v, [self.g[i] + o.g[i] for i in n], [[self.h[i][j] + o.h[i][j] for j in n] for i in n])

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-self.lift(other))

    def __rsub__(self, other):
        return self.lift(other) - self

    def __mul__(self, other):
        o, n = self.lift(other), range(len(self.g))
        return Jet(self.v * o.v, [self.g[i] * o.v + self.v * o.g[i] for i in n],
                   [[self.h[i][j] * o.v + self.g[i] * o.g[j] + self.g[j] * o.g[i] + self.v * o.h[i][j] for j in n] for i in n])

    def __truediv__(self, other):
        return self * power(self.lift(other), -1)

    def __rtruediv__(self, other):
        return self.lift(other) / self

    __radd__, __rmul__ = __add__, __mul__


def power(x, p):
    p = mpf(p)
    if x.v == 0:
        if p == 1:
            return x
        if p == 2:
            return x * x
        if p == 3:
            return x * x * x
        raise Undefined
    if x.v < 0 and p != int(p):
        raise Undefined
    return x.of(x.v ** p, p * x.v ** (p - 1), p * (p - 1) * x.v ** (p - 2))


class Undefined(Exception):
    """No value, or a kink."""


def exp(x):
    e = mp.exp(x.v)
    return x.of(e, e, e)


def log(x):
    if x.v <= 0:
        raise Undefined
    return x.of(mp.log(x.v), 1 / x.v, -1 / x.v ** 2)


def sqrt(x):
    return power(x, mpf("0.5"))


def absolute(x):
    if x.v == 0:
        raise Undefined
    return x if x.v > 0 else -x


def expm1(x):
    e = mp.exp(x.v)
    return x.of(mp.expm1(x.v), e, e)


def log1p(x):
    if x.v <= -1:
        raise Undefined
    return x.of(mp.log1p(x.v), 1 / (1 + x.v), -1 / (1 + x.v) ** 2)


def sigmoid(x):
    return 1 / (1 + exp(-x)) if x.v > 0 else exp(x) / (1 + exp(x))


def softplus(x):
    return log1p(exp(x)) if x.v < 0 else x + log1p(exp(-x))


def tanh(x):
    e = mp.exp(-2 * abs(x.v))
    t = -mp.sign(x.v) * mp.expm1(-2 * abs(x.v)) / (1 + e)
    slope = 4 * e / (1 + e) ** 2
    return x.of(t, slope, -2 * t * slope)


def normal_cdf(x):
    v, d = x.v, mp.exp(-x.v ** 2 / 2) / mp.sqrt(2 * mp.pi)
    tail = mp.erfc(abs(v) / mp.sqrt(2)) / 2 if abs(v) < 10 ** 6 else (ZERO if abs(v) > 10 ** 20 else d / abs(v))
    return x.of(tail if v < 0 else 1 - tail, d, -v * d)


def erf(x):
    d = 2 / mp.sqrt(mp.pi) * mp.exp(-x.v ** 2)
    return x.of(mp.erf(x.v) if abs(x.v) < 1000 else mp.sign(x.v), d, -2 * x.v * d)


def sin(x):
    return x.of(mp.sin(x.v), mp.cos(x.v), -mp.sin(x.v))


def cos(x):
    return x.of(mp.cos(x.v), -mp.sin(x.v), -mp.cos(x.v))


def where(holds, a, b):
    return a if holds else b


def smooth_at(x, *kinks):
    if x.v in [mpf(k) for k in kinks]:
        raise Undefined


def hinge(x):
    smooth_at(x, 0)
    return where(x.v > 0, x, x * 0)


def hypot(a, b):
    return sqrt(a * a + b * b)


def clamp(x, low, high):
    smooth_at(x, low, high)
    return where(x.v < low, x * 0 + low, where(x.v > high, x * 0 + high, x))


def elu(x, alpha, scale=1):
    smooth_at(x, 0)
    return scale * where(x.v > 0, x, alpha * expm1(x))


def gelu_tanh(x):
    return x * sigmoid(2 * mp.sqrt(2 / mp.pi) * (x + mpf(0.044715) * x * x * x))


def huber(x, y, delta):
    d = x - y
    a = abs(d.v)
    smooth_at(d, delta, -mpf(delta))
    return where(a <= delta, d * d * mpf("0.5"), mpf(delta) * (absolute(d) - mpf(delta) / 2) if a else d)


def smooth_l1(x, y, beta):
    d = x - y
    smooth_at(d, beta, -mpf(beta))
    return where(abs(d.v) < beta, d * d * (mpf("0.5") / mpf(beta)), absolute(d) - mpf(beta) / 2 if d.v else d)


def log_cosh(x, y):
    d = x - y
    a, t = abs(d.v), tanh(d)
    near = -mp.log1p(-t.v ** 2) / 2 if a < 1 else a + mp.log1p(mp.exp(-2 * a)) - mp.log(2)
    return d.of(near, t.v, 4 * mp.exp(-2 * a) / (1 + mp.exp(-2 * a)) ** 2)


def stirling(y):
    smooth_at(y, 1)
    return where(y.v > 1, y * log(y) - y + mpf("0.5") * log(2 * mp.pi * y), y * 0) if y.v else y * 0


def poisson_log(x, y):
    return exp(x) - y * x


def poisson_rate(x, y, epsilon):
    return x - (y * log(x + epsilon) if y.v or x.v or epsilon else y)


def bce(x, y):
    if not 0 < x.v < 1:
        raise Undefined
    return -(y * log(x) + (1 - y) * log(1 - x))


def focal(x, y, alpha, gamma):
    ones, zeros = softplus(-x), softplus(x)
    return alpha * y * exp(-gamma * zeros) * ones + (1 - alpha) * (1 - y) * exp(-gamma * ones) * zeros


def asymmetric(x, y):
    shifted = hinge(sigmoid(x) - mpf("0.05"))
    square = shifted * shifted
    return y * softplus(-x) - (1 - y) * square * square * log1p(-shifted)


def gaussian_nll(x, y, v):
    smooth_at(v, mpf("1e-6"))
    if v.v < mpf("1e-6"):
        raise Undefined
    return mpf("0.5") * (log(v) + (x - y) * (x - y) / v)


def kl_log(x, y):
    return exp(y) * (y - x)


def kl(x, y):
    if y.v == 0:
        raise Undefined
    return y * (log(y) - x)


def smoothed(x, target):
    return target * softplus(-x) + (1 - target) * softplus(x)


UNARY = ["0", "1e-45", "1e-38", "1e-30", "1e-20", "1e-10", "1e-7", "1e-4", "0.03", "0.5", "0.9", "1", "1.5", "2", "3.3", "5.5", "8", "9.2", "12", "13.5", "20", "30",
         "50", "80", "88", "100", "700", "1e3", "1e4", "1e7", "1e10", "1e13", "1e19", "1e20", "1e25", "1e30", "1e38", "3e38", "inf"]
WIDE = ["1e-320", "1e-308", "1e-200", "1e-160", "1e100", "1e154", "1e160", "1e200", "1e300", "1.7e308"]
PLACES = ["-3e38", "-1e38", "-1e30", "-1e20", "-2e19", "-1e10", "-1e4", "-100", "-20", "-1.25", "-0.3", "-1e-4", "-1e-20", "-1e-38", "0",
          "1e-38", "1e-30", "1e-20", "1e-7", "0.3", "1.25", "5", "30", "89", "1e3", "1e7", "2e19", "1e20", "1e30", "1e38", "3e38"]
PAIRS = ["0", "1e-38", "1e-20", "1e-5", "0.7", "1", "2", "1e6", "1e19", "1e30", "1e37", "3e38"]
WIDE_PLACES = ["-1e300", "-1e160", "1e-300", "1e-170", "1e160", "1e300"]


def signed(values):
    return ["-" + v for v in values if v != "0"] + values


def probabilities():
    return ["0", "1e-20", "1e-5", "0.3", "0.5", "0.9999", "1"]


def cases():
    every = signed(UNARY)
    positive = UNARY
    yield from ((name, f, [every], [signed(WIDE)]) for name, f in [
        ("exp", exp), ("expm1", expm1), ("sigmoid", sigmoid), ("softplus", softplus), ("softplus 8", lambda x: softplus(8 * x) / 8),
        ("tanh", tanh), ("erf", erf), ("abs", absolute), ("gelu", lambda x: x * normal_cdf(x)), ("gelu tanh", gelu_tanh),
        ("silu", lambda x: x * sigmoid(x)), ("elu", lambda x: elu(x, mpf(0.7))),
        ("selu", lambda x: elu(x, mpf(1.6732632423543772), mpf(1.0507009873554805))),
        ("relu", hinge), ("leaky relu", lambda x: hinge(x) - mpf(0.2) * hinge(-x)), ("clamp", lambda x: clamp(x, mpf(-0.8), mpf(1.1))),
        ("cube", lambda x: power(x, 3)), ("inverse", lambda x: mpf(0.3) / x), ("affine", lambda x: x / mpf(0.3) - mpf(0.25)),
        ("square", lambda x: x * x),
        ("softplus term", lambda x: softplus(-x)), ("smoothed term", lambda x: smoothed(x, mpf(0.9))), ("linear term", lambda x: x),
        ("hinge term", lambda x: hinge(1 - x)), ("square term", lambda x: mpf("0.5") * (x - 1) * (x - 1)),
        ("kl conjugate", lambda x: exp(x - 1)), ("reverse kl activation", lambda x: -exp(-x)), ("pearson conjugate", lambda x: mpf("0.25") * x * x + x),
        ("hellinger activation", lambda x: -expm1(-x)), ("hellinger conjugate", expm1),
        ("total variation", lambda x: mpf("0.5") * tanh(x)),
    ])
    yield "sin", sin, [[v for v in every if v.lstrip("-") not in ("inf",)]], []
    yield "cos", cos, [[v for v in every if v.lstrip("-") not in ("inf",)]], []
    yield from ((name, f, [positive], [WIDE]) for name, f in [
        ("log", log), ("sqrt", sqrt), ("rsqrt", lambda x: power(x, "-0.5")), ("power", lambda x: power(x, mpf(-1.75)))])
    yield "log1p", log1p, [["-0.999999", "-0.5", "-0.1", "-1e-4", "-1e-7", "-1e-20"] + positive], [WIDE]
    yield from ((name, f, [PLACES, PLACES], [WIDE_PLACES, WIDE_PLACES]) for name, f in [
        ("add", lambda x, y: x + y), ("subtract", lambda x, y: x - y), ("multiply", lambda x, y: x * y), ("divide", lambda x, y: x / y)])
    yield "interpolation", lambda x, y, z: x + z * (y - x), [["-1e30", "-1", "0", "1e-20", "1e20"], ["-1e20", "0", "2", "1e30"],
                                                              ["-1", "0", "0.25", "0.75", "1", "3"]], []
    near = [PLACES, ["0", "1.5", "-1e-20", "1e20", "-1e30"]]
    wide = [WIDE_PLACES, ["0", "1.5", "1e160"]]
    yield from ((name, f, near, wide) for name, f in [
        ("l1", lambda x, y: absolute(x - y)), ("mse", lambda x, y: (x - y) * (x - y)), ("huber", lambda x, y: huber(x, y, 1)),
        ("huber 2.5e30", lambda x, y: huber(x, y, mpf("2.5e30"))), ("smooth l1", lambda x, y: smooth_l1(x, y, 1)),
        ("smooth l1 2e30", lambda x, y: smooth_l1(x, y, mpf("2e30"))), ("log-cosh", log_cosh),
        ("quantile", lambda x, y: where((y - x).v > 0, mpf(0.9), mpf(0.9) - 1) * (y - x) if (y - x).v else absolute(y - x)),
        ("cauchy", lambda x, y: log1p(mpf("0.5") * (x - y) * (x - y))),
        ("cauchy 1e-10", lambda x, y: log1p(mpf("0.5") * ((x - y) / mpf("1e-10")) * ((x - y) / mpf("1e-10")))),
        ("charbonnier", lambda x, y: hypot(x - y, Jet.const(mpf(0.001), 2))),
        ("charbonnier 1e-30", lambda x, y: hypot(x - y, Jet.const(mpf("1e-30"), 2))),
        ("charbonnier at zero", lambda x, y: (x - y) * (x - y) / (hypot(x - y, Jet.const(1, 2)) + 1)),
        ("geman-mcclure", lambda x, y: 2 * (x - y) * (x - y) / ((x - y) * (x - y) + 4)),
        ("welsch", lambda x, y: -expm1(mpf("-0.5") * (x - y) * (x - y))),
    ])
    counts = ["0", "1", "3", "1e6", "1e19", "1e37", "3e38"]
    logs = ["-inf", "-1e38", "-100", "-20", "-1", "0", "1", "13.8", "20", "50", "70", "85.2", "88", "89", "100", "1e4", "1e38", "3e38"]
    yield "poisson", poisson_log, [logs, counts], []
    yield "poisson full", lambda x, y: poisson_log(x, y) + stirling(y), [logs, ["0", "0.5", "2", "50", "1e6", "1e19", "1e37"]], []
    yield "poisson rate", lambda x, y: poisson_rate(x, y, mpf("1e-8")), [PAIRS, counts], []
    yield "poisson rate full", lambda x, y: poisson_rate(x, y, mpf("1e-8")) + stirling(y), [PAIRS, ["0", "0.5", "2", "50", "1e6", "1e19", "1e37"]], []
    logits = [PLACES, probabilities()]
    yield "bce", bce, [["1e-10", "1e-5", "0.3", "0.5", "0.999"], probabilities()], []
    yield "bce logits", lambda x, y: y * softplus(-x) + (1 - y) * softplus(x), logits, []
    yield "focal", lambda x, y: focal(x, y, mpf("0.25"), 2), [PLACES[1:-1], probabilities()], []
    yield "soft margin", lambda x, y: softplus(-(x * y)), [PLACES, ["-1", "1"]], []
    yield "hinge embedding", lambda x, y: x if y.v > 0 else hinge(1 - x), [PLACES, ["-1", "1"]], []
    yield "binary hinge", lambda x, y: hinge(1 - x * y), [PLACES, ["-1", "1"]], []
    yield "squared hinge", lambda x, y: hinge(1 - x * y) * hinge(1 - x * y), [PLACES, ["-1", "1"]], []
    yield "asymmetric", asymmetric, [["-80", "-20", "-1", "0", "1", "5", "20"], ["0", "0.5", "1"]], []
    yield "absolute percentage", lambda x, y: 100 * absolute(x - y) / clamp(absolute(y), mpf("1e-7"), mpf("1e60")), [["1e10", "1e19", "1e30", "1e36"], ["1", "-2", "300"]], []
    yield "squared logarithmic", lambda x, y: (log1p(x) - log1p(y)) * (log1p(x) - log1p(y)), [["0.5", "1", "1e3", "1e10", "1e38"], ["1", "7", "1e6", "1e30"]], []
    yield "margin ranking", lambda x, y, z: hinge(-(z * (x - y)) + mpf("0.5")), [["-1e38", "-1e20", "-1", "0", "1e-20", "1", "1e20", "1e38"]] * 2 + [["-1", "1"]], []
    yield "kl-div", kl, [["-inf", "-1e38", "-100", "-1", "-1e-20", "0"], probabilities()], []
    yield "kl-div log", kl_log, [["-1e38", "-100", "-1", "-1e-20", "0"], ["-1e38", "-80", "-20", "-1", "-1e-20", "0"]], []
    yield "gaussian nll", gaussian_nll, [["-1e38", "-1e20", "-1", "0", "1e-20", "1", "1e19", "1e20", "1e30"], ["0", "1", "1e20"],
                                         ["1e-5", "1", "1e10", "1e30", "1e38"]], []
    yield "normal", lambda x, y, z: mpf("0.5") * (mp.log(2 * mp.pi) + z + (y - x) * (y - x) * exp(-z)), [
        ["-1e20", "-1", "0", "1", "1e19", "1e25"], ["0", "1", "1e20"], ["-40", "-1", "0", "1", "80", "100"]], []


def points(grids):
    rows = [[]]
    for grid in grids:
        rows = [row + [x] for row in rows for x in grid]
    return rows


def number(text, single):
    if text.lstrip("-") == "inf":
        return INFINITE * (-1 if text[0] == "-" else 1)
    import numpy
    return mpf(float(numpy.float32(text))) if single else mpf(float(text))


def text(x, digits=18):
    if abs(x) > mpf(10) ** 400:
        return "inf" if x > 0 else "-inf"
    return "0" if abs(x) < mpf(10) ** -400 else mp.nstr(x, digits, strip_zeros=True).replace(".0e", "e")


def flat(f, x):
    """Value, gradient and Hessian in one list."""
    n = len(x)
    y = f(*[Jet(v, [ONE if i == j else ZERO for j in range(n)], [[ZERO] * n for _ in range(n)]) for i, v in enumerate(x)])
    return [y.v] + y.g + [h for line in y.h for h in line]


def limit(near, far):
    """Where a number goes that is `near` at 10^500 and `far` at 10^1500."""
    if abs(far) > abs(near) * mpf("1.01"):
        return INFINITE * mp.sign(far)
    return ZERO if abs(far) < abs(near) * mpf("0.99") else far


def evaluate(f, rows, single):
    kept = []
    for row in rows:
        if sum(x.endswith("inf") for x in row) > 1:
            continue
        x = [number(x, single) for x in row]
        try:
            numbers = flat(f, x)
            if "inf" in " ".join(row):
                numbers = [limit(near, far) for near, far in zip(numbers, flat(f, [v ** 3 if abs(v) == INFINITE else v for v in x]))]
        except (Undefined, ZeroDivisionError):
            continue
        n, digits = len(x), 11 if single else 18
        kept.append([row, text(numbers[0], digits), [text(g, digits) for g in numbers[1:n + 1]], [text(h, 6) for h in numbers[n + 1:]]])
    return kept


def main():
    result = []
    for name, f, grids, wide in cases():
        result.append({"op": name, "type": "float32", "points": evaluate(f, points(grids), True)})
        result.append({"op": name, "type": "float64", "points": evaluate(f, points(grids) + (points(wide) if wide else []), False)})
    path = os.path.join(HERE, "data", "extremes.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"mpmath": "%s", "cases": [\n' % mpmath.__version__)
        file.write(",\n".join(json.dumps(case, separators=(",", ":")) for case in result))
        file.write("\n]}\n")
    print(f"{sum(len(c['points']) for c in result):,} points, {os.path.getsize(path):,} bytes")


if __name__ == "__main__":
    main()
