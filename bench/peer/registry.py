"""How PyTorch's side of a case is declared, and compiled where the worker is asked to."""
import torch

CASES = {}
compiling = False


def case(name):
    """Declares a case. The function makes the inputs and returns the body; one call of it returns value and gradients."""

    def register(make):
        CASES[name] = make
        return make

    return register


def compiled(function):
    """The function as it is, or through torch.compile for exactly its shapes. Second-order gradients do not pass through the latter."""
    return torch.compile(function, dynamic=False) if compiling else function


def forget():
    """Drops compiled code, so that the next case is not a recompilation of this one."""
    if compiling:
        torch.compiler.reset()
