"""A classifier that neither side trains with or is measured by otherwise, and the Fréchet distance under its features."""
import numpy
import torch
from torch.nn import Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy

from gan import clothes, labels

EPOCHS, BATCH, HELD_OUT = 8, 100, 2000


def body():
    """Unlike Criterion's embedded classifier: 5×5 kernels, pooling, no normalisation, 128 features of one linear layer."""
    return Sequential(
        Conv2d(1, 24, 5, padding=2), ReLU(), MaxPool2d(2), Conv2d(24, 48, 5, padding=2), ReLU(), MaxPool2d(2),
        Conv2d(48, 64, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Dropout(0.3), Linear(1024, 128), ReLU())


def train(path):
    """Trains it and keeps it; says how often it is right about images that it never saw."""
    torch.manual_seed(20231031)
    features, head = body(), Linear(128, 10)
    optimizer = torch.optim.Adam([*features.parameters(), *head.parameters()], 1e-3)
    data, classes = clothes(), labels()
    learned, held_out = torch.randperm(len(data)).split([len(data) - HELD_OUT, HELD_OUT])
    for _ in range(EPOCHS):
        for part in learned[torch.randperm(len(learned))].split(BATCH):
            loss = cross_entropy(head(features(data[part])), classes[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    features.eval()
    with torch.no_grad():
        right = (head(features(data[held_out])).argmax(1) == classes[held_out]).float().mean().item()
    torch.save(features.state_dict(), path)
    return right


class Yardstick:
    def __init__(self, path):
        self.network = body()
        self.network.load_state_dict(torch.load(path))
        self.network.eval()
        self.real = self.statistics(clothes())

    def statistics(self, pictures):
        with torch.no_grad():
            features = torch.cat([self.network(part) for part in pictures.split(500)]).double().numpy()
        return features.mean(0), numpy.cov(features, rowvar=False)

    def distance(self, pictures):
        """The Fréchet distance of pictures from all embedded images."""
        (mean, covariance), (other_mean, other) = self.real, self.statistics(pictures)
        values, vectors = numpy.linalg.eigh(covariance)
        root = vectors * numpy.sqrt(values.clip(0)) @ vectors.T
        trace = numpy.sqrt(numpy.linalg.eigvalsh(root @ other @ root).clip(0)).sum()
        return ((mean - other_mean) ** 2).sum() + numpy.trace(covariance) + numpy.trace(other) - 2 * trace
