"""Learning rates of several schedulers on one optimizer, each stepped in turn; some are made in mid-course."""
import math

import torch
from torch import optim
from torch.optim import lr_scheduler

from golden import File

STEPS = 200
LAMBDAS = {"inverse_root": lambda step: 1 / math.sqrt(1 + step), "linear": lambda step: max(0.0, 1 - step / 150)}
WARM_UP = dict(kind="LinearLR", start_factor=1 / 3, end_factor=1.0, total_iters=5)
LONG_WARM_UP = dict(kind="LinearLR", start_factor=0.01, end_factor=1.0, total_iters=40)
DECLINE = dict(kind="LinearLR", start_factor=1.0, end_factor=0.05, total_iters=150)
COSINE = dict(kind="CosineAnnealingLR", T_max=100)
SHORT_COSINE = dict(kind="CosineAnnealingLR", T_max=30, eta_min=0.002)
BARE_COSINE = dict(kind="CosineAnnealingLR", T_max=30)
STEP = dict(kind="StepLR", step_size=30, gamma=0.5)
EXPONENTIAL = dict(kind="StepLR", step_size=1, gamma=0.99)
MULTI_STEP = dict(kind="MultiStepLR", milestones=[3, 40, 40, 90], gamma=0.4)
DECAY = dict(kind="ExponentialLR", gamma=0.97)
RESTARTS = dict(kind="CosineAnnealingWarmRestarts", T_0=7, T_mult=2, eta_min=0.001)
INVERSE_ROOT = dict(kind="LambdaLR", function="inverse_root")
LINEAR = dict(kind="LambdaLR", function="linear")


def late(part, start):
    return dict(part, start=start)


COMPOSITIONS = [
    ("warm_up_cosine", [WARM_UP, COSINE]), ("cosine_warm_up", [COSINE, WARM_UP]),
    ("warm_up_cosine_with_floor", [LONG_WARM_UP, SHORT_COSINE]), ("warm_up_step", [LONG_WARM_UP, STEP]), ("step_warm_up", [STEP, WARM_UP]),
    ("warm_up_decline", [LONG_WARM_UP, DECLINE]), ("warm_up_lambda", [WARM_UP, INVERSE_ROOT]), ("lambda_warm_up", [INVERSE_ROOT, WARM_UP]),
    ("lambda_step", [LINEAR, STEP]), ("cosine_step", [BARE_COSINE, STEP]), ("step_cosine", [STEP, BARE_COSINE]),
    ("warm_up_cosine_exponential", [LONG_WARM_UP, COSINE, EXPONENTIAL]), ("two_cosines", [COSINE, BARE_COSINE]),
    ("cosine_after_warm_up", [WARM_UP, late(COSINE, 5)]), ("warm_up_in_mid_course", [COSINE, late(WARM_UP, 60)]),
    ("multi_step_warm_up", [MULTI_STEP, LONG_WARM_UP]), ("multi_step_exponential", [MULTI_STEP, DECAY]),
    ("exponential_cosine", [DECAY, COSINE]), ("exponential_in_mid_course", [WARM_UP, late(DECAY, 30)]),
    ("restarts", [RESTARTS]), ("restarts_step", [RESTARTS, STEP]), ("warm_up_restarts", [WARM_UP, RESTARTS]),
    ("lambda_in_mid_course", [STEP, late(LINEAR, 70)]), ("all_in_turn", [WARM_UP, late(COSINE, 3), late(STEP, 20), late(EXPONENTIAL, 90)]),
]


def build(optimizer, kind, function=None, start=0, **args):
    return lr_scheduler.LambdaLR(optimizer, LAMBDAS[function]) if function else getattr(lr_scheduler, kind)(optimizer, **args)


def rates(lr, parts):
    """rates[i]: the learning rate that step i uses."""
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    made, seen = [], []
    for step in range(STEPS + 1):
        made += [build(optimizer, **part) for part in parts if part.get("start", 0) == step]
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for schedule in made:
            schedule.step()
    return seen


def make():
    f = File("schedules")
    for name, parts in COMPOSITIONS:
        f.cases.append({"op": "compose", "name": name, "args": {"lr": 0.1}, "parts": parts, "lrs": rates(0.1, parts)})
    return f
