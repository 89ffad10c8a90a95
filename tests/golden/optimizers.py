import torch
from torch import optim
from torch.optim import lr_scheduler

from golden import File, number, r, seed, tensor, tensors

STEPS = 10
RUNS = [
    ("SGD", "plain", dict(lr=0.1)), ("SGD", "momentum", dict(lr=0.05, momentum=0.9)),
    ("SGD", "nesterov", dict(lr=0.05, momentum=0.9, nesterov=True)),
    ("SGD", "dampening", dict(lr=0.05, momentum=0.8, dampening=0.3)), ("SGD", "weight_decay", dict(lr=0.1, weight_decay=0.02)),
    ("SGD", "momentum_weight_decay", dict(lr=0.1, momentum=0.7, weight_decay=0.1)), ("SGD", "maximize", dict(lr=0.1, maximize=True)),
    ("Adam", "plain", dict(lr=0.01)), ("Adam", "gan", dict(lr=2e-4, betas=(0.5, 0.999))), ("Adam", "wgan_gp", dict(lr=1e-4, betas=(0.0, 0.9))),
    ("Adam", "weight_decay", dict(lr=0.01, weight_decay=0.1)), ("Adam", "amsgrad", dict(lr=0.05, amsgrad=True)),
    ("Adam", "eps", dict(lr=0.01, eps=1e-2)),
    ("AdamW", "plain", dict(lr=0.01)), ("AdamW", "weight_decay", dict(lr=0.02, weight_decay=0.3, betas=(0.8, 0.95))),
    ("AdamW", "amsgrad", dict(lr=0.02, amsgrad=True)), ("AdamW", "no_decay", dict(lr=0.01, weight_decay=0.0)),
    ("RMSprop", "plain", dict(lr=0.01)), ("RMSprop", "momentum", dict(lr=0.01, momentum=0.9)),
    ("RMSprop", "centered", dict(lr=0.01, centered=True)),
    ("RMSprop", "all", dict(lr=0.02, alpha=0.9, eps=1e-4, weight_decay=0.1, momentum=0.5, centered=True)),
]


def runs(f):
    for op, name, args in RUNS:
        seed(op + name)
        params = [r(2, 3).requires_grad_(), r(4).requires_grad_()]
        start = tensors(params)
        optimizer = getattr(optim, op)(params, **args)
        grads, steps = [], []
        for _ in range(STEPS):
            for p in params:
                p.grad = r(*p.shape)
            grads.append(tensors([p.grad for p in params]))
            optimizer.step()
            steps.append(tensors(params))
        f.cases.append({"op": op, "name": name, "args": args, "params": start, "grads": grads, "steps": steps})


def clipping(f):
    def case(op, name, args, clip, scale):
        seed(op + name)
        params = [torch.zeros(2, 3, requires_grad=True), torch.zeros(4, requires_grad=True)]
        for p in params:
            p.grad = r(*p.shape) * scale
        before = tensors([p.grad for p in params])
        norm = clip(params)
        f.cases.append({"op": op, "name": name, "args": args, "inputs": before,
                        "total_norm": None if norm is None else norm.item(), "outputs": tensors([p.grad for p in params])})

    for kind in (2.0, float("inf"), 1.0):
        for name, most, scale in (("clipped", 1.0, 1.0), ("untouched", 100.0, 1.0), ("zero", 1.0, 0.0)):
            case("clip_grad_norm_", f"norm_{kind}_{name}", {"max_norm": most, "norm_type": number(kind)},
                 lambda ps: torch.nn.utils.clip_grad_norm_(ps, most, norm_type=kind), scale)
    for most in (0.5, 10.0):
        case("clip_grad_value_", f"at_{most}", {"clip_value": most}, lambda ps: torch.nn.utils.clip_grad_value_(ps, most), 1.0)


def schedules(f):
    """lrs[i]: the learning rate that step i uses."""
    linear = lambda total, start: lambda step: 1.0 - max(0, step - start) / (total - start)
    for op, name, args, build in (
            ("StepLR", "every_5", dict(step_size=5, gamma=0.1), None), ("StepLR", "every_3", dict(step_size=3, gamma=0.5), None),
            ("MultiStepLR", "at_4_9_15", dict(milestones=[4, 9, 15], gamma=0.3), None),
            ("CosineAnnealingLR", "over_20", dict(T_max=20), None), ("CosineAnnealingLR", "to_0.01", dict(T_max=20, eta_min=0.01), None),
            ("CosineAnnealingLR", "back_up_after_8", dict(T_max=8, eta_min=0.001), None),
            ("LinearLR", "warm_up_5", dict(start_factor=1 / 3, end_factor=1.0, total_iters=5), None),
            ("LinearLR", "to_zero", dict(start_factor=1.0, end_factor=0.0, total_iters=20), None),
            ("LambdaLR", "linear_to_zero", dict(total=20, start=0), linear(20, 0)),
            ("LambdaLR", "constant_then_linear_to_zero", dict(total=20, start=10), linear(20, 10)),
            ("ExponentialLR", "gamma_0.9", dict(gamma=0.9), None)):
        optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        schedule = lr_scheduler.LambdaLR(optimizer, build) if build else getattr(lr_scheduler, op)(optimizer, **args)
        lrs = []
        for _ in range(21):
            lrs.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        f.cases.append({"op": op, "name": name, "args": {"lr": 0.1, **args}, "lrs": lrs})


def make():
    f = File("optimizers")
    runs(f), clipping(f), schedules(f)
    return f
