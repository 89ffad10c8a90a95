#!/usr/bin/env python3
"""
Which training embeds unseen classes best? Runs each training with several seeds, all trainings of a seed in turn, and prints a table of
what the encoders do on the held-out classes: the mean over the seeds with its interval of 95 % by Student's t, and the processor time.

  bench/embeddings.py --seeds 16 embedding 'siamese --loss contrastive'
                                any arguments of criterion train; each is also compared with the first, seed by seed
  bench/embeddings.py --folder DIR …
                                keeps everything there, and resumes an interrupted comparison

Losses with the same options are compared by criterion compare embedding.

Needs the .NET 10 SDK.
"""
import argparse
import json
import math
import os
import re
import resource
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

MEASURES = {"verification": ("accuracy", 100, 1), "ROC-AUC": ("areaUnderCurve", 1, 3), "Recall@1": ("precisionAtOne", 100, 1),
            "MAP@R": ("meanAveragePrecisionAtR", 100, 1)}

# The t that bounds Student's distribution on both sides with 95 %, by degrees of freedom from 1.
STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131]


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trainings", nargs="+", metavar="ARGUMENTS")
    parser.add_argument("--seeds", type=int, choices=range(2, len(STUDENT) + 2), default=3, metavar="2 to 16")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", default=os.path.join("runs", "embeddings"))
    return parser.parse_args()


def built():
    """Builds the command line once, so that no run's time contains it."""
    project = os.path.join(ROOT, "src", "Criterion.Cli")
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", project], check=True, stdout=sys.stderr)
    return ["dotnet", os.path.join(ROOT, "artifacts", "bin", "Criterion.Cli", "release", "Criterion.Cli.dll")]


def trained(tool, chosen, training, seed):
    """The quality of a run and its processor time, trained or resumed where there is no result yet."""
    run = os.path.join(chosen.folder, re.sub(r"\W+", "-", training) + f"-{seed}")
    result = run + ".json"
    if not os.path.exists(result):
        started = os.path.exists(os.path.join(run, "run.json"))
        command = ["--resume", run] if started else [*training.split(), "--seed", str(seed), "--out", run]
        before = processor_time()
        subprocess.run([*tool, "train", *command, "--threads", str(chosen.threads)], check=True, stdout=sys.stderr)
        with open(os.path.join(run, "run.json")) as file:
            found = {"quality": json.load(file)["quality"], "seconds": processor_time() - before}
        with open(result, "w") as file:
            json.dump(found, file)
    with open(result) as file:
        found = json.load(file)
    return {name: scale * found["quality"][key]["value"] for name, (key, scale, _) in MEASURES.items()} | {"time": found["seconds"]}


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def interval(values, digits):
    margin = STUDENT[len(values) - 2] * statistics.stdev(values) / math.sqrt(len(values))
    return f"{statistics.mean(values):.{digits}f} ± {margin:.{digits}f}"


def cells(runs, before=None):
    """The measures of the runs of a training, or their differences from those of another."""
    for name, (_, scale, digits) in MEASURES.items():
        values = [run[name] - (before[seed][name] if before else 0) for seed, run in enumerate(runs)]
        yield interval(values, digits) + ("" if scale == 1 else " points" if before else " %")


def main():
    chosen = options()
    os.makedirs(chosen.folder, exist_ok=True)
    tool = built()
    runs = {training: [] for training in chosen.trainings}
    for seed in range(chosen.seeds):
        for training in runs:
            runs[training].append(trained(tool, chosen, training, seed))
    print(f"| training | {' | '.join(MEASURES)} | processor time |\n|---|---|---|---|---|---|")
    for training in sorted(runs, key=lambda training: -statistics.mean(run["ROC-AUC"] for run in runs[training])):
        print(f"| {training} | {' | '.join(cells(runs[training]))} | {statistics.mean(run['time'] for run in runs[training]):.0f} s |")
    first, *others = runs
    for training in others:
        print(f"| {first}, less {training} | {' | '.join(cells(runs[first], runs[training]))} | |")


if __name__ == "__main__":
    main()
