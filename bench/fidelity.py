#!/usr/bin/env python3
"""
Do Criterion's GANs become as good as PyTorch's? Trains the same networks by the same recipe for the same number of steps on both sides.
Of images it draws 5,000 from each, and compares their Fréchet distances under a classifier that is trained here and used for nothing else;
of points on the ring of eight Gaussians it draws 2,500, and counts modes and the points near one.

  bench/fidelity.py                                     dcgan, lsgan and wgan-gp, three seeds, 1,000 steps: about an hour on two cores
  bench/fidelity.py --recipes lsgan --seeds 1 --steps 100
  bench/fidelity.py --recipes dragan hinge --data ring  5,000 steps each: a minute a run
  bench/fidelity.py --folder DIR                        keeps everything there, and resumes an interrupted comparison

Needs the .NET 10 SDK and, from Debian: apt-get install python3-torch libopenblas0-pthread
"""
import argparse
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"
COUNTS = {"clothes": 5000, "ring": 2500}
STEPS = {"clothes": 1000, "ring": 5000}

if sys.executable != PYTHON and os.path.exists(PYTHON):
    os.execv(PYTHON, [PYTHON, *sys.argv])
sys.path.insert(0, os.path.join(HERE, "peer"))
try:
    import numpy
    import torch
except ImportError:
    sys.exit(f"{PYTHON} has no torch. On Debian and Ubuntu: apt-get install python3-torch libopenblas0-pthread")
import gan  # noqa: E402: peer/ is on the path only now
import yardstick  # noqa: E402


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", nargs="+", choices=sorted(gan.RECIPES), default=["dcgan", "lsgan", "wgan-gp"])
    parser.add_argument("--data", choices=sorted(COUNTS), default="clothes")
    parser.add_argument("--width", type=int, default=32, help="of the networks for images")
    parser.add_argument("--sides", nargs="+", choices=["Criterion", "PyTorch"], default=["Criterion", "PyTorch"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="1000 for images, 5000 for points")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--folder", default=os.path.join("runs", "fidelity"))
    chosen = parser.parse_args()
    chosen.steps = chosen.steps or STEPS[chosen.data]
    return chosen


def criterion(chosen, recipe, seed, file):
    tool = ["dotnet", "run", "-c", "Release", "--project", os.path.join(HERE, "../src/Criterion.Cli"), "--"]
    run = os.path.splitext(file)[0]
    data = ["--data", "ring"] if chosen.data == "ring" else ["--width", str(chosen.width)]
    if os.path.exists(os.path.join(run, "run.json")):
        subprocess.run([*tool, "train", "--resume", run, "--threads", str(chosen.threads)], check=True, stdout=sys.stderr)
    else:
        size = ["--steps", str(chosen.steps), "--threads", str(chosen.threads)]
        subprocess.run([*tool, "train", recipe, *data, *size, "--seed", str(seed), "--out", run], check=True, stdout=sys.stderr)
    count = str(COUNTS[chosen.data])
    subprocess.run([*tool, "sample", run, "--count", count, "--seed", str(1000 + seed), "--out", file], check=True, stdout=sys.stderr)


def pytorch(chosen, recipe, seed, file):
    numpy.save(file, gan.train(recipe, seed, chosen.steps, COUNTS[chosen.data], chosen.data, chosen.width).numpy())


def samples(chosen, side, train, recipe):
    """The samples of each seed, trained for where there are none yet."""
    size = f"-{chosen.width}" if chosen.data == "clothes" and chosen.width != 32 else "-ring" if chosen.data == "ring" else ""
    for seed in range(chosen.seeds):
        file = os.path.join(chosen.folder, f"{side.lower()}-{recipe}{size}-{chosen.steps}-{seed}.npy")
        if not os.path.exists(file):
            train(chosen, recipe, seed, file)
        yield torch.from_numpy(numpy.load(file))


def ruler(chosen):
    """The Fréchet distance of images from the embedded ones."""
    path = os.path.join(chosen.folder, "yardstick.pt")
    if not os.path.exists(path):
        print(f"The yardstick is right about {yardstick.train(path):.1%} of images that it never saw.", file=sys.stderr)
    return yardstick.Yardstick(path).distance


def main():
    chosen = options()
    torch.set_num_threads(chosen.threads)
    os.makedirs(chosen.folder, exist_ok=True)
    sides = {side: train for side, train in {"Criterion": criterion, "PyTorch": pytorch}.items() if side in chosen.sides}
    measure = ruler(chosen) if chosen.data == "clothes" else None
    columns = "Fréchet distance by seed | mean" if measure else "modes found of 8 | points near one"
    print(f"| recipe | side | {columns} |\n|---|---|---|---|")
    for recipe in chosen.recipes:
        for side, train in sides.items():
            if measure:
                distances = [measure(images) for images in samples(chosen, side, train, recipe)]
                cells = f"{', '.join(f'{d:.1f}' for d in distances)} | {statistics.mean(distances):.1f}"
            else:
                modes, shares = zip(*(gan.coverage(points) for points in samples(chosen, side, train, recipe)))
                cells = f"{', '.join(map(str, modes))} | {', '.join(f'{share:.0%}' for share in shares)}"
            print(f"| {recipe} | {side} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
