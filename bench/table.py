"""
The cases of compare.py: their names, sizes and targets. Each side has a body of the same name in Criterion.Bench/Cases.cs,
Criterion.Bench.TorchSharp/Cases.cs and peer/*.py; a test compares the names.
"""
CASES = []
AT_LEAST, OF_CONVOLUTIONS, OF_THREADS = 1.0, 1.3, 1.7


def size(label, ratio=AT_LEAST, alone=None, scaling=None, share=None, **arguments):
    """
    A row of the table: its label, its targets and the arguments of every side.

    ratio: the peer's better time over Criterion's on all threads; alone: the same, both on one thread.
    scaling: Criterion's time on one thread over its time on all. share: the share of the machine's limit.
    """
    return {"label": label, "ratio": ratio, "alone": alone, "scaling": scaling, "share": share, "arguments": arguments}


def case(name, *sizes, group, moves=None, computes=None, tolerance=1e-4, growth=False, pairs=False):
    """
    Declares a case.

    moves: the bytes that must cross memory at least once, from the arguments; computes: floating-point operations, likewise.
    tolerance: how far results may differ, relative to the largest. growth: part of the table of times per element,
    or with pairs per pair of rows.
    """
    rows = [dict(s, moves=moves and moves(**s["arguments"]), computes=computes and computes(**s["arguments"])) for s in sizes]
    CASES.append({"name": name, "group": group, "sizes": rows, "tolerance": tolerance, "growth": growth, "pairs": pairs})


# Pointwise losses. Two inputs: x and y are read, the gradient is written. Three: x, y and z, and two gradients.
POINTWISE = [size("4 M", n=4_000_000), size("1,000", n=1_000)]
AT_MEMORY_SPEED = [size("4 M", share=0.7, n=4_000_000), size("1,000", n=1_000)]


def two_inputs(n):
    return 12 * n


def three_inputs(n):
    return 20 * n


case("l1", *AT_MEMORY_SPEED, group="losses", moves=two_inputs, growth=True)
case("mse", *AT_MEMORY_SPEED, group="losses", moves=two_inputs, growth=True)
case("huber", *AT_MEMORY_SPEED, group="losses", moves=two_inputs)
case("smooth l1", *AT_MEMORY_SPEED, group="losses", moves=two_inputs)
case("log-cosh", *POINTWISE, group="losses", moves=two_inputs)
case("quantile", *POINTWISE, group="losses", moves=two_inputs)
case("cauchy", *POINTWISE, group="losses", moves=two_inputs)
case("charbonnier", *POINTWISE, group="losses", moves=two_inputs)
case("geman-mcclure", *POINTWISE, group="losses", moves=two_inputs)
case("welsch", *POINTWISE, group="losses", moves=two_inputs)
case("poisson nll", *POINTWISE, group="losses", moves=two_inputs)
case("bce", *POINTWISE, group="losses", moves=two_inputs)
case("bce-with-logits", *POINTWISE, group="losses", moves=two_inputs, growth=True)
case("binary focal", *POINTWISE, group="losses", moves=two_inputs)
case("soft margin", *POINTWISE, group="losses", moves=two_inputs)
case("hinge embedding", *POINTWISE, group="losses", moves=two_inputs)
case("kl-div", *POINTWISE, group="losses", moves=two_inputs)
case("gaussian nll", *POINTWISE, group="losses", moves=three_inputs)
case("margin ranking", *POINTWISE, group="losses", moves=three_inputs)

# Losses of rows: embeddings, and logits of many classes.
EMBEDDINGS, LOGITS = size("8192×512", rows=8192, length=512), size("4096×1000", rows=4096, length=1000)

case("cosine-embedding", EMBEDDINGS, group="losses", moves=lambda rows, length: 16 * rows * length, growth=True)
case("triplet margin", EMBEDDINGS, group="losses", moves=lambda rows, length: 24 * rows * length, growth=True)
case("cross-entropy", LOGITS, group="losses", moves=lambda rows, length: 8 * rows * length, growth=True)
case("focal", LOGITS, group="losses", moves=lambda rows, length: 8 * rows * length)
case("kl from logits", LOGITS, group="losses", moves=lambda rows, length: 12 * rows * length, growth=True)
case("jensen-shannon", LOGITS, group="losses", moves=lambda rows, length: 12 * rows * length)

IMAGES = size("16×3×256×256", n=16, side=256)

case("ssim, 11×11 Gaussian", IMAGES, group="losses", moves=lambda n, side: 36 * n * side**2)
case("ssim, 3×3 box", IMAGES, group="losses", moves=lambda n, side: 36 * n * side**2)

# Every pair of a batch, value and gradients: three products of the matrix of similarities, and one more to compute it again.
PAIRS = [size("1,024×128", ratio=2, rows=1024, length=128), size("4,096×256", ratio=1.3, rows=4096, length=256)]
TRIPLETS = [size("1,024×128", ratio=2, rows=1024, length=128), size("4,096×256", ratio=2, rows=4096, length=256)]

case("info-nce", *PAIRS, group="losses of pairs", tolerance=1e-3, growth=True, pairs=True)
case("nt-xent", *PAIRS, group="losses of pairs", tolerance=1e-3)
case("supcon", *PAIRS, group="losses of pairs", tolerance=1e-3)
case("siglip", *PAIRS, group="losses of pairs", tolerance=1e-3)
case("batch-hard triplets", *TRIPLETS, group="losses of pairs", tolerance=1e-3)

# Adversarial objectives over logits. One side at a time: real is read, fake twice, three gradients are written. In pairs: real twice too.
OF_LOGITS = size("1 M", n=1_000_000)
ONE_SIDE = {"group": "adversarial objectives", "moves": lambda n: 24 * n}
PAIRS = {"group": "adversarial objectives", "moves": lambda n: 28 * n}

case("adversarial non-saturating", OF_LOGITS, **ONE_SIDE)
case("adversarial minimax", OF_LOGITS, **ONE_SIDE)
case("adversarial wasserstein", OF_LOGITS, **ONE_SIDE)
case("adversarial wasserstein logistic", OF_LOGITS, **ONE_SIDE)
case("adversarial hinge", OF_LOGITS, **ONE_SIDE)
case("adversarial least squares", OF_LOGITS, **ONE_SIDE)
case("adversarial probability bce", OF_LOGITS, **ONE_SIDE)
case("adversarial energy-based", OF_LOGITS, **ONE_SIDE)
case("adversarial boundary equilibrium", OF_LOGITS, **ONE_SIDE)
case("adversarial f-gan kl", OF_LOGITS, **ONE_SIDE)
case("adversarial f-gan reverse kl", OF_LOGITS, **ONE_SIDE)
case("adversarial f-gan pearson", OF_LOGITS, **ONE_SIDE)
case("adversarial f-gan hellinger", OF_LOGITS, **ONE_SIDE)
case("adversarial f-gan jensen-shannon", OF_LOGITS, **ONE_SIDE)
case("adversarial f-gan total variation", OF_LOGITS, **ONE_SIDE)
case("adversarial relativistic paired logistic", OF_LOGITS, **PAIRS)
case("adversarial relativistic paired hinge", OF_LOGITS, **PAIRS)
case("adversarial relativistic paired least squares", OF_LOGITS, **PAIRS)
case("adversarial relativistic average logistic", OF_LOGITS, **PAIRS)
case("adversarial relativistic average hinge", OF_LOGITS, **PAIRS)
case("adversarial relativistic average least squares", OF_LOGITS, **PAIRS)
case("gradient penalty, given the gradient", size("64×3×64×64", n=64, side=64), group="adversarial objectives",
     moves=lambda n, side: 8 * n * 3 * side * side)


# Matrix products. Squares, odd shapes, and one dimension of 1, 8 or 33: rows times a matrix, a matrix times columns, and a short sum.
def square(n, **targets):
    return size(f"{n}²", n=n, k=n, m=n, **targets)


def product(n, k, m, **targets):
    return size(f"{n}×{k}·{k}×{m}", n=n, k=k, m=m, **targets)


case(
    "matrix product",
    square(100), square(128), square(256, scaling=OF_THREADS), square(384, scaling=OF_THREADS), square(512, scaling=OF_THREADS),
    square(768, scaling=OF_THREADS), square(1000, scaling=OF_THREADS), square(1024, scaling=OF_THREADS, share=0.8),
    square(1500, scaling=OF_THREADS), square(2048, scaling=OF_THREADS),
    product(509, 1021, 251, scaling=OF_THREADS), product(67, 1500, 33),
    *(product(thin, 1024, 1024) for thin in (1, 8, 33)),
    *(product(1024, 1024, thin) for thin in (1, 8, 33)),
    *(product(1024, thin, 1024) for thin in (1, 8, 33)),
    *(product(1500, 100, thin) for thin in (8, 33)),
    group="matrix products",
    computes=lambda n, k, m: 2 * n * k * m,
)
case(
    "batched matrix product",
    *(size(f"{batch} of {n}×{k}·{k}×{m}", batch=batch, n=n, k=k, m=m)
      for batch, n, k, m in ((256, 33, 64, 33), (64, 64, 64, 64), (48, 128, 64, 128), (16, 256, 256, 256), (4, 512, 512, 512),
                             (64, 1, 512, 512), (64, 512, 8, 512))),
    group="matrix products",
    computes=lambda batch, n, k, m: 2 * batch * n * k * m,
)

CONVOLUTIONS = [
    size("4×4 stride 2", OF_CONVOLUTIONS, alone=OF_CONVOLUTIONS, scaling=OF_THREADS, kernel=4, stride=2, padding=1),
    size("3×3", scaling=OF_THREADS, kernel=3, stride=1, padding=1),
    size("7×7", scaling=OF_THREADS, kernel=7, stride=1, padding=3),
    size("1×1", OF_CONVOLUTIONS, alone=OF_CONVOLUTIONS, scaling=OF_THREADS, kernel=1, stride=1, padding=0),
]
case(
    "conv2d 64×64×16×16→128", *CONVOLUTIONS, group="convolutions",
    computes=lambda kernel, stride, padding: 3 * 2 * 64 * 64 * 128 * kernel**2 * ((16 + 2 * padding - kernel) // stride + 1) ** 2)
case(
    "transposed conv2d 64×64×16×16→128", *CONVOLUTIONS, group="convolutions",
    computes=lambda kernel, stride, padding: 3 * 2 * 64 * 64 * 128 * kernel**2 * 16**2)


# Norms read x and write y; they read x and the gradient and write one. Resampling reads x and writes y, and the same of gradients.
def norm_traffic(n, channels, side):
    return 20 * n * channels * side * side


def pooled_traffic(n, channels, side, out):
    return 8 * n * channels * (side * side + out * out)


case(
    "batch norm", size("64×64×32×32", n=64, channels=64, side=32), size("64×256×8×8", n=64, channels=256, side=8),
    group="layers", moves=norm_traffic)
case(
    "instance norm", size("16×64×64×64", n=16, channels=64, side=64), size("1×256×16×16", n=1, channels=256, side=16),
    group="layers", moves=norm_traffic)
case(
    "average pooling by 2", size("64×64×32×32", n=64, channels=64, side=32, out=16), group="layers", moves=pooled_traffic)
case(
    "adaptive average pooling", size("64×64×32×32 to 1×1", n=64, channels=64, side=32, out=1),
    size("16×64×32×32 to 7×7", n=16, channels=64, side=32, out=7), group="layers", moves=pooled_traffic)
case(
    "bilinear resizing", size("16×3×64×64 to 128×128", n=16, channels=3, side=64, out=128),
    size("16×3×128×128 to 64×64", n=16, channels=3, side=128, out=64), group="layers", moves=pooled_traffic)
case(
    "adam", size("10 M in 40 tensors", tensors=40, each=250_000), group="optimizers",
    moves=lambda tensors, each: 28 * tensors * each)

case(
    "dcgan step", size("width 64, batch 64, 32×32", 1.5, scaling=OF_THREADS, width=64, batch=64), group="training steps",
    tolerance=1e-2)
case(
    "wgan-gp critic step", size("width 64, batch 64, 32×32", 1.6, scaling=OF_THREADS, width=64, batch=64), group="training steps",
    tolerance=1e-2)
case(
    "cyclegan step", size("6 blocks of width 64, 3×64×64, batch 1", 1.5, scaling=OF_THREADS, width=64, side=64),
    group="training steps", tolerance=1e-2)
