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
    ("SGD", "nesterov_weight_decay_maximize", dict(lr=0.03, momentum=0.6, weight_decay=0.05, nesterov=True, maximize=True)),
    ("Adam", "maximize", dict(lr=0.02, weight_decay=0.1, maximize=True)),
    ("Adam", "amsgrad_all", dict(lr=0.03, betas=(0.3, 0.6), eps=1e-3, weight_decay=0.2, amsgrad=True, maximize=True)),
    ("AdamW", "maximize", dict(lr=0.02, weight_decay=0.1, maximize=True)),
    ("AdamW", "amsgrad_all", dict(lr=0.03, betas=(0.3, 0.6), eps=1e-3, weight_decay=0.2, amsgrad=True)),
    ("RMSprop", "maximize", dict(lr=0.02, momentum=0.4, weight_decay=0.1, maximize=True)),
]
GROUPS = [
    ("SGD", "both_own", dict(lr=0.1, momentum=0.9), [dict(lr=0.02, weight_decay=0.1), dict(lr=0.3)]),
    ("Adam", "one_own", dict(lr=0.01), [dict(lr=1e-3), {}]),
    ("AdamW", "decay", dict(lr=0.02), [dict(weight_decay=0.0), dict(weight_decay=0.5, lr=0.1)]),
    ("RMSprop", "one_own", dict(lr=0.01, weight_decay=0.1), [{}, dict(lr=0.05, weight_decay=0.0)]),
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


def groups(f):
    """One parameter in each group, under a schedule that halves the rates every 3 steps."""
    for kind, name, args, own in GROUPS:
        seed("groups" + kind + name)
        params = [r(2, 3).requires_grad_(), r(4).requires_grad_()]
        start = tensors(params)
        optimizer = getattr(optim, kind)([dict(params=[p], **options) for p, options in zip(params, own)], **args)
        schedule = lr_scheduler.StepLR(optimizer, 3, 0.5)
        grads, steps, lrs = [], [], []
        for _ in range(STEPS):
            for p in params:
                p.grad = r(*p.shape)
            grads.append(tensors([p.grad for p in params]))
            lrs.append([group["lr"] for group in optimizer.param_groups])
            optimizer.step()
            schedule.step()
            steps.append(tensors(params))
        f.cases.append({"op": "groups", "name": f"{kind}_{name}", "args": args, "optimizer": kind, "groups": own, "lrs": lrs,
                        "params": start, "grads": grads, "steps": steps})


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
            ("ExponentialLR", "gamma_0.9", dict(gamma=0.9), None),
            ("MultiStepLR", "at_0_and_twice_at_3", dict(milestones=[0, 3, 3, 12], gamma=0.5), None),
            ("CosineAnnealingWarmRestarts", "every_4", dict(T_0=4), None),
            ("CosineAnnealingWarmRestarts", "doubled_to_0.01", dict(T_0=3, T_mult=2, eta_min=0.01), None),
            ("CosineAnnealingWarmRestarts", "tripled", dict(T_0=1, T_mult=3), None)):
        optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        schedule = lr_scheduler.LambdaLR(optimizer, build) if build else getattr(lr_scheduler, op)(optimizer, **args)
        lrs = []
        for _ in range(21):
            lrs.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        f.cases.append({"op": op, "name": name, "args": {"lr": 0.1, **args}, "lrs": lrs})


def record(f, op, name, args, lr, build):
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    schedule = build(optimizer)
    lrs = []
    for step in range(21):
        lrs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < 20:
            schedule.step()
    f.cases.append({"op": op, "name": name, "args": {"lr": lr, **args}, "lrs": lrs})


def one_cycles(f):
    """The optimizer's own rate is overwritten: lr is the peak here."""
    for name, args in (("plain", {}), ("linear", dict(anneal_strategy="linear")), ("three_phases", dict(three_phase=True)),
                       ("all", dict(pct_start=0.4, anneal_strategy="linear", div_factor=10.0, final_div_factor=100.0, three_phase=True)),
                       ("early", dict(pct_start=0.1, div_factor=5.0, final_div_factor=20.0)), ("no_warm_up", dict(pct_start=0.0))):
        record(f, "OneCycleLR", name, dict(total_steps=21, **args), 0.1,
               lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.1, 21, cycle_momentum=False, **args))


def sequences(f):
    """Each schedule starts at its milestone."""
    for name, parts, milestones in (
            ("warm_up_then_cosine",
             [dict(kind="LinearLR", start_factor=0.1, total_iters=5), dict(kind="CosineAnnealingLR", T_max=15)], [5]),
            ("exponential_then_steps", [dict(kind="ExponentialLR", gamma=0.8), dict(kind="StepLR", step_size=4, gamma=0.5)], [7]),
            ("three", [dict(kind="LinearLR", start_factor=0.25, total_iters=4), dict(kind="ExponentialLR", gamma=0.9),
                       dict(kind="MultiStepLR", milestones=[2, 5], gamma=0.3)], [4, 11])):
        record(f, "SequentialLR", name, dict(parts=parts, milestones=milestones), 0.1,
               lambda optimizer: lr_scheduler.SequentialLR(optimizer, [
                   getattr(lr_scheduler, part["kind"])(optimizer, **{key: value for key, value in part.items() if key != "kind"})
                   for part in parts], milestones))


def plateaus(f):
    """lrs[i]: the learning rates of both groups after metric i."""
    falling = [1 / (1 + step) for step in range(12)] + [0.08] * 28
    noisy = [2 + (-1) ** step * 0.3 + 3 / (1 + step) for step in range(40)]
    negative = [-1 - 0.001 * step for step in range(40)]
    for name, metrics, args in (("plain", falling, dict(patience=3)), ("noisy", noisy, dict(patience=0, factor=0.9)),
                                ("cooldown", falling, dict(patience=1, factor=0.5, cooldown=4)),
                                ("threshold", [2 + x for x in negative], dict(patience=2, threshold=0.01)),
                                ("absolute", negative, dict(patience=2, threshold=0.004, threshold_mode="abs", factor=0.3)),
                                ("max", [3 - x for x in falling], dict(mode="max", patience=3)),
                                ("max_absolute", [-x for x in noisy], dict(mode="max", patience=2, threshold=0.01, threshold_mode="abs")),
                                ("smallest_rate", falling, dict(patience=0, factor=0.2, min_lr=2e-4)),
                                ("smallest_change", falling, dict(patience=0, factor=0.5, eps=2e-3))):
        params = [torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)]
        optimizer = optim.SGD([dict(params=[params[0]]), dict(params=[params[1]], lr=0.01)], lr=0.1)
        schedule = lr_scheduler.ReduceLROnPlateau(optimizer, **args)
        lrs = []
        for metric in metrics:
            optimizer.step()
            schedule.step(metric)
            lrs.append([group["lr"] for group in optimizer.param_groups])
        f.cases.append({"op": "ReduceLROnPlateau", "name": name, "args": args, "metrics": metrics, "lrs": lrs})


def make():
    f = File("optimizers")
    runs(f), clipping(f), schedules(f), groups(f), one_cycles(f), sequences(f), plateaus(f)
    return f
