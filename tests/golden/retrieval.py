"""Retrieval metrics: pytorch-metric-learning's AccuracyCalculator run as it is, scikit-learn's NMI and AMI, and what neither has by numpy.

Put the package's src on PYTHONPATH (see pairs.md). The calculator works in single precision, so the rows are chosen with
no two distances to a query nearer than GAP.
"""
import numpy
import sklearn
import torch
from pytorch_metric_learning import __version__, distances
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import CustomKNN
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

from golden import File, r, seed, tensor

GAP = 1e-5
NAMES = ("mean_average_precision", "mean_average_precision_at_r", "mean_reciprocal_rank", "precision_at_1", "r_precision")
DISTANCES = {"euclidean": lambda: distances.LpDistance(normalize_embeddings=False), "cosine": distances.CosineSimilarity}


def matrix(q, k, distance):
    """Distances in double precision: smaller is nearer."""
    if distance == "cosine":
        q, k = (x / x.norm(dim=1, keepdim=True) for x in (q, k))
        return -q @ k.t()
    return ((q[:, None] - k[None]) ** 2).sum(2).sqrt()


def apart(draw, distance, same):
    """Rows whose distances from each query differ enough to be ordered in single precision too."""
    for _ in range(10000):
        q, k = draw()
        d = matrix(q, k, distance)
        if same:
            d = d + torch.diag(torch.full((len(q),), -1e9))
        if torch.sort(d, dim=1)[0].diff(dim=1).min() > GAP:
            return q, k
    raise RuntimeError("no rows far enough apart")


def by_definition(q, a, k, b, distance, same, ks, equal):
    """Recall, precision and CMC at k, and mean average precision over the whole ranking, averaged over the queries with a match."""
    d = matrix(q, k, distance).numpy()
    relevant = equal(a[:, None], b[None]).numpy()
    rows = []
    for i in range(len(d)):
        order = [j for j in numpy.argsort(d[i], kind="stable") if not (same and j == i)]
        hit = relevant[i][order].astype(float)
        if hit.sum() > 0:
            rows.append(hit)
    at = lambda f: {str(n): float(numpy.mean([f(h, n) for h in rows])) for n in ks}
    precision = lambda h: numpy.cumsum(h) / numpy.arange(1, len(h) + 1)
    total = lambda h: int(h.sum())
    return {
        "queries": len(rows),
        "recall_at_k": at(lambda h, n: float(h[:n].sum() > 0)),
        "share_found_at_k": at(lambda h, n: h[:n].sum() / h.sum()),
        "precision_at_k": at(lambda h, n: h[:n].sum() / n),
        "mean_average_precision": float(numpy.mean([(precision(h) * h).sum() / h.sum() for h in rows])),
        "mean_average_precision_at_r": float(numpy.mean([(precision(h) * h)[:total(h)].sum() / h.sum() for h in rows])),
        "r_precision": float(numpy.mean([h[:total(h)].sum() / h.sum() for h in rows])),
        "mean_reciprocal_rank": float(numpy.mean([1 / (1 + numpy.argmax(h)) for h in rows])),
        "mean_inverse_penalty": float(numpy.mean([total(h) / (1 + numpy.nonzero(h)[0][-1]) for h in rows])),
    }


def case(f, name, draw, labels, distance, same, average=False, equal=None, ks=(1, 2, 3, 5)):
    seed(f"retrieval/{name}")
    q, k = apart(draw, distance, same)
    a, b = labels(len(q), len(k))
    if same:
        b = a
    calculator = AccuracyCalculator(include=NAMES, avg_of_avgs=average, device=torch.device("cpu"), kmeans_func=lambda *_: None,
                                    knn_func=CustomKNN(DISTANCES[distance]()), label_comparison_fn=equal)
    found = calculator.get_accuracy(q, a) if same else calculator.get_accuracy(q, a, k, b)
    every = equal or torch.eq
    own = by_definition(q, a, k, b, distance, same, [n for n in ks if n <= k.shape[0] - same], every)
    if not average:
        for key in NAMES:
            theirs = found[key]
            mine = own["recall_at_k"]["1"] if key == "precision_at_1" else own[key]
            if not abs(theirs - mine) < 1e-6:
                print("differs from the definition:", name, key, theirs, mine)
    f.cases.append({"op": "AccuracyCalculator", "name": name,
                    "args": {"distance": distance, "same": same, "avg_of_avgs": average, "pytorch_metric_learning": __version__},
                    "names": ["queries", "query_labels", "gallery", "gallery_labels"],
                    "inputs": [tensor(q), tensor(a), tensor(k), tensor(b)], "differentiable": [False] * 4, "output": None,
                    "calculator": found, "definition": own})


def searches(f):
    mixed = lambda c: lambda n, m: (torch.randint(0, c, (n,)), torch.randint(0, c, (m,)))
    for distance in ("euclidean", "cosine"):
        for n, d, c in ((5, 2, 2), (17, 4, 4), (33, 6, 7), (65, 8, 9)):
            def alone(n=n, d=d):
                x = r(n, d, digits=5)
                return x, x
            case(f, f"same_{distance}_{n}x{d}", alone, mixed(c), distance, True)
            if n < 60:
                case(f, f"same_{distance}_{n}x{d}_classes", alone, mixed(c), distance, True, average=True)
        for n, m, d, c in ((1, 5, 3, 2), (7, 17, 4, 4), (33, 65, 6, 9)):
            case(f, f"apart_{distance}_{n}_by_{m}", lambda: (r(n, d, digits=5), r(m, d, digits=5)), mixed(c), distance, False)
    case(f, "without_match", lambda: (r(6, 3, digits=5), r(9, 3, digits=5)),
         lambda n, m: (torch.tensor([0, 1, 2, 9, 8, 1]), torch.tensor([0, 0, 1, 1, 2, 2, 3, 3, 3])), "euclidean", False)
    case(f, "lone_queries", lambda: (lambda x: (x, x))(r(7, 3, digits=5)),
         lambda n, m: (torch.tensor([0, 0, 1, 2, 2, 3, 0]), None), "euclidean", True)


def several(f):
    """Several labels of one row: relevant where any is shared."""
    seed("retrieval/several")
    q, k = apart(lambda: (r(9, 4, digits=5), r(21, 4, digits=5)), "euclidean", False)
    a, b = torch.randint(0, 2, (9, 5)).bool(), torch.randint(0, 2, (21, 5)).bool()
    a[3] = False
    index = torch.arange
    equal = lambda x, y: (a[x.long()] & b[y.long()]).any(-1)
    own = by_definition(q, index(9), k, index(21), "euclidean", False, (1, 2, 3, 5), equal)
    f.cases.append({"op": "several_labels", "name": "any_shared", "args": {"distance": "euclidean"},
                    "names": ["queries", "query_labels", "gallery", "gallery_labels"],
                    "inputs": [tensor(q), tensor(a), tensor(k), tensor(b)], "differentiable": [False] * 4, "output": None, "definition": own})


def clusters(f):
    tables = {
        "equal": ([0, 0, 1, 1, 2, 2], [5, 5, 3, 3, 4, 4]),
        "one_cluster": ([0, 0, 1, 1, 2], [0, 0, 0, 0, 0]),
        "one_class": ([7, 7, 7, 7], [0, 1, 2, 2]),
        "one_of_each": ([3, 3, 3], [1, 1, 1]),
        "all_apart": ([0, 1, 2, 3], [4, 5, 6, 7]),
        "crossed": ([0, 0, 1, 1], [0, 1, 0, 1]),
    }
    for n, c, k in ((7, 3, 3), (33, 5, 4), (65, 9, 9), (257, 10, 13)):
        seed(f"retrieval/clusters/{n}")
        a = torch.randint(0, c, (n,))
        b = torch.where(torch.rand(n) < 0.6, a % k, torch.randint(0, k, (n,)))
        tables[f"{n}_{c}_{k}"] = (a.tolist(), b.tolist())
    for name, (a, b) in tables.items():
        x = torch.zeros(len(a), 2) + torch.arange(len(a))[:, None]
        calculator = AccuracyCalculator(include=("NMI", "AMI"), device=torch.device("cpu"), knn_func=lambda *_: None,
                                        kmeans_func=lambda *_: torch.tensor(b))
        found = calculator.get_accuracy(x, torch.tensor(a))
        assert found["NMI"] == normalized_mutual_info_score(a, b) and found["AMI"] == adjusted_mutual_info_score(a, b)
        f.cases.append({"op": "clusters", "name": name, "args": {"sklearn": sklearn.__version__, "pytorch_metric_learning": __version__},
                        "classes": a, "clusters": b, "nmi": float(found["NMI"]), "ami": float(found["AMI"])})


def make():
    f = File("retrieval")
    searches(f), several(f), clusters(f)
    return f
