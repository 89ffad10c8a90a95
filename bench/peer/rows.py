"""Losses of rows: embeddings, and logits of many classes."""
import math

import torch
import torch.nn.functional as F
from torch.autograd import grad

from inputs import classes, labels, uniform, variable
from registry import case, compiled


@case("cosine-embedding")
def cosine_embedding(rows, length):
    a, b, y = variable(1, [rows, length]), variable(2, [rows, length]), labels(3, rows)
    compute = compiled(lambda a, b, y: F.cosine_embedding_loss(a, b, y, margin=0.1))

    def body():
        value = compute(a, b, y)
        return [value, *grad(value, [a, b])]

    return body


@case("triplet margin")
def triplet_margin(rows, length):
    inputs = [variable(seed, [rows, length]) for seed in (1, 2, 3)]
    compute = compiled(F.triplet_margin_loss)

    def body():
        value = compute(*inputs)
        return [value, *grad(value, inputs)]

    return body


def of_rows(loss, rows, length):
    inputs = [variable(seed, [rows, length]) for seed in (1, 2)]
    compute = compiled(loss)

    def body():
        value = compute(*inputs)
        return [value, *grad(value, inputs)]

    return body


def of_labels(loss, rows, length):
    x, labels = variable(1, [rows, length]), classes(2, rows, rows // 8)
    compute = compiled(loss)

    def body():
        value = compute(x, labels)
        return [value, *grad(value, [x])]

    return body


@case("info-nce")
def info_nce(rows, length):
    def loss(a, b):
        return F.cross_entropy(F.normalize(a) @ F.normalize(b).T / 0.1, torch.arange(len(a)))

    return of_rows(loss, rows, length)


@case("nt-xent")
def nt_xent(rows, length):
    def loss(a, b):
        x = F.normalize(torch.cat([a, b]))
        logits = (x @ x.T / 0.1).masked_fill(torch.eye(len(x), dtype=torch.bool), float("-inf"))
        view = torch.arange(len(a))
        return F.cross_entropy(logits, torch.cat([view + len(a), view]))

    return of_rows(loss, rows, length)


@case("siglip")
def siglip(rows, length):
    def loss(a, b):
        logits = F.normalize(a) @ F.normalize(b).T * 10 - 10
        return -F.logsigmoid((2 * torch.eye(len(a)) - 1) * logits).sum() / len(a)

    return of_rows(loss, rows, length)


@case("supcon")
def supcon(rows, length):
    def loss(x, labels):
        x = F.normalize(x)
        itself = torch.eye(len(x), dtype=torch.bool)
        positives = ((labels[None] == labels[:, None]) & ~itself).float()
        logits = x @ x.T / 0.1
        log = logits - logits.masked_fill(itself, float("-inf")).logsumexp(1, keepdim=True)
        count = positives.sum(1)
        return (-(positives * log).sum(1) / count.clamp(min=1))[count > 0].mean()

    return of_labels(loss, rows, length)


@case("batch-hard triplets")
def batch_hard(rows, length):
    def loss(x, labels):
        distances = torch.cdist(x, x)
        same = labels[None] == labels[:, None]
        positive = same & ~torch.eye(len(x), dtype=torch.bool)
        farthest = distances.masked_fill(~positive, float("-inf")).amax(1)
        nearest = distances.masked_fill(same, float("inf")).amin(1)
        return F.relu(farthest - nearest + 0.2)[positive.any(1)].mean()

    return of_labels(loss, rows, length)


def of_classes(loss, rows, length):
    x, y = variable(1, [rows, length], -4, 4), classes(2, rows, length)
    compute = compiled(loss)

    def body():
        value = compute(x, y)
        return [value, *grad(value, x)]

    return body


def of_logits(loss, rows, length):
    x, y = variable(1, [rows, length], -4, 4), uniform(2, [rows, length], -4, 4)
    compute = compiled(lambda x, y: loss(F.log_softmax(x, 1), F.log_softmax(y, 1)))

    def body():
        value = compute(x, y)
        return [value, *grad(value, x)]

    return body


def focal(x, y):
    log = F.log_softmax(x, 1).gather(1, y[:, None])
    return -((1 - log.exp()) ** 2 * log).mean()


def kl(a, b):
    return F.kl_div(a, b, log_target=True, reduction="batchmean")


def jensen_shannon(a, b):
    middle = torch.logaddexp(a, b) - math.log(2)
    return 0.5 * (kl(middle, a) + kl(middle, b))


@case("cross-entropy")
def cross_entropy(rows, length):
    return of_classes(F.cross_entropy, rows, length)


@case("focal")
def focal_loss(rows, length):
    return of_classes(focal, rows, length)


@case("kl from logits")
def kl_from_logits(rows, length):
    return of_logits(kl, rows, length)


@case("jensen-shannon")
def jensen_shannon_loss(rows, length):
    return of_logits(jensen_shannon, rows, length)
