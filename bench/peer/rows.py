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
