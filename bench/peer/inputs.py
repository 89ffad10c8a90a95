"""Numbers that every side computes itself, bit for bit: element i of a seed is a hash of the two. Twin of ../Shared/Draw.cs."""
import numpy
import torch


def uniform(seed, shape, low=-1.0, high=1.0):
    """Values in [low, high) in single precision. The twin of Draw.Uniform in C#."""
    count = int(numpy.prod(shape))
    h = numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(2654435761) + numpy.uint32(seed * 374761393 % 2**32)
    for shift, factor in ((15, 2246822519), (13, 3266489917)):
        h ^= h >> numpy.uint32(shift)
        h *= numpy.uint32(factor)
    h ^= h >> numpy.uint32(16)
    unit = (h >> numpy.uint32(8)).astype(numpy.float32) * numpy.float32(2.0**-24)
    return torch.from_numpy(unit * numpy.float32(high - low) + numpy.float32(low)).reshape(shape)


def variable(seed, shape, low=-1.0, high=1.0):
    """The same as a leaf that wants a gradient."""
    return uniform(seed, shape, low, high).requires_grad_()


def labels(seed, count):
    """1 or -1 for each row, in single precision."""
    return torch.where(uniform(seed, [count]) < 0, -1.0, 1.0)


def bits(seed, count):
    """1 or 0, where labels has 1 or -1."""
    return torch.where(uniform(seed, [count]) < 0, 0.0, 1.0)


def classes(seed, count, most):
    """Whole numbers in [0, most)."""
    return uniform(seed, [count], 0, most).long().clamp(max=most - 1)


def fill(network):
    """Draws the weights of more than one dimension; sets those of norms to 1 and biases to 0."""
    with torch.no_grad():
        for i, (name, parameter) in enumerate(network.named_parameters()):
            if parameter.dim() > 1:
                parameter.copy_(uniform(1000 + i, parameter.shape, -0.035, 0.035))
            else:
                parameter.fill_(0.0 if name.endswith("bias") else 1.0)
    return network
