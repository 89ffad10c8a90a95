#!/usr/bin/env python3
"""
Criterion against LibTorch on this machine: forward + backward of every case, in turn (A B A B ...), on the same inputs, on one
thread and on all, after warm-up; medians. Both results are compared too, and a mismatch fails the case.

  bench/compare.py                       the whole table against LibTorch through TorchSharp; rewrites bench/results.md
  bench/compare.py --peer compile        the whole table against PyTorch 2 with torch.compile (pytorch: eager); prints only
  bench/compare.py --filter 'conv|adam'  cases whose group, name or size matches; prints only
  bench/compare.py --quick               fewer rounds; prints only
  bench/compare.py --json                the same numbers as JSON on standard output
  bench/compare.py --lanes 256           both sides without AVX-512 (128: without AVX2)
  bench/compare.py --clock cpu           processor time on one thread, for a machine that is busy with other things
  bench/compare.py --build nativeaot-v4  Criterion's side compiled ahead of time; prints only
  bench/compare.py --against CHECKOUT    another checkout of Criterion as the peer: before and after a change; prints only

The filter also matches the sections "memory", "start", "growth" and "builds". Needs the .NET 10 SDK, which downloads TorchSharp; a C
compiler and zlib for NativeAOT; and, where libstdc++ is older than GCC 13's: apt-get install g++ patchelf. The other peers need a
Python with torch 2 and numpy: --python PATH.
"""
import argparse
import datetime
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

import report
import sides
from sides import BUILDS, CORES, LANES, Side, Worker
from table import CASES

GROWTH_COUNTS = [10**4, 10**5, 10**6, 10**7, 10**8]
BYTES_PER_ELEMENT_OF_GROWTH = 24
GROWTH_ROWS, GROWTH_LENGTH = [1_000, 4_000, 16_000, 64_000], 128  # of losses of pairs
MEMORY_CASE, MEMORY_STEPS, MEMORY_RATIO = "dcgan step", 5, 2.0
FIRST_CALLS = ("losses", "training steps")  # the groups whose first call is measured, in fresh processes
STARTS, STARTS_WHEN_QUICK = 5, 1
BUILT = {"bce-with-logits": "1,000", "cross-entropy": "4096×1000", "matrix product": "1024²", "conv2d 64×64×16×16→128": "3×3",
         "dcgan step": "width 64, batch 64, 32×32"}  # the rows that are measured in every build
NO_SLOWER = 0.95  # --against: a twentieth is noise
SETTLE = 0.01  # seconds after each turn: OpenMP's threads spin for some milliseconds after their work, and take a core from the next


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", choices=["libtorch", "pytorch", "compile"], default="libtorch", help="what to compare with")
    parser.add_argument("--python", default="python3", metavar="PATH", help="the interpreter that has PyTorch 2, for the other peers")
    parser.add_argument("--filter", default="", metavar="REGEX", help="only cases whose 'group: name size' matches")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--lanes", type=int, choices=sorted(LANES), default=512, help="the widest registers that either side may use")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="cpu: processor time, on one thread only")
    parser.add_argument("--criterion-only", action="store_true", help="leave the peer out: times and shares of the limits")
    parser.add_argument("--build", choices=sorted(BUILDS), default="jit", help="how Criterion's side is compiled")
    parser.add_argument("--against", metavar="CHECKOUT",
                        help="the root of another checkout of Criterion, which is built and takes the place of the peer")
    return parser.parse_args()


class Bench:
    def __init__(self, chosen):
        self.chosen = chosen
        self.most = 1 if chosen.clock == "cpu" else CORES
        self.threads = sorted({1, self.most})
        self.criterion, self.peer = Side("Criterion", sides.criterion(chosen.build)), None if chosen.criterion_only else sides.peer(chosen)
        self.workers = {("criterion", n): Worker(self.criterion, n, chosen.lanes) for n in self.threads}
        if self.peer:
            self.workers |= {("peer", n): Worker(self.peer, n, chosen.lanes) for n in self.threads}
        self.cases, self.lanes = self.known(), self.workers["criterion", self.most].ask("versions")["lanes"]

    def known(self):
        """The cases of the table, which every side must have; an older checkout may lack some."""
        lists = {side: set(worker.ask("list")) for (side, n), worker in self.workers.items() if n == 1}
        for side, names in lists.items():
            lacks = {case["name"] for case in CASES} - names
            if lacks and not (side == "peer" and self.chosen.against):
                sys.exit(f"The worker of the {side} lacks these cases: {sorted(lacks)}")
        return [case for case in CASES if all(case["name"] in names for names in lists.values())]

    def stop(self):
        for worker in self.workers.values():
            worker.stop()

    def versions(self):
        return {side: worker.ask("versions") for (side, n), worker in self.workers.items() if n == self.most}

    def runs(self, build):
        """Whether this processor has the instructions of a build."""
        return build != "nativeaot-v4" or self.lanes == 512

    def chosen_rows(self):
        for case in self.cases:
            for size in case["sizes"]:
                if re.search(self.chosen.filter, f"{case['group']}: {case['name']} {size['label']}"):
                    yield case, size

    def row(self, case, size):
        """Prepares the case on every side, then lets them take turns."""
        counts, errors = self.prepare(case, size)
        times = {key: [] for key in self.workers}
        allocated, limits = [], {n: [] for n in self.threads}
        for _ in range(5 if self.chosen.quick else 11):
            for (side, n), worker in self.workers.items():
                answer = worker.ask("time", count=counts[side, n])
                times[side, n].append(answer["seconds" if self.chosen.clock == "wall" else "cpu"])
                if (side, n) == ("criterion", self.most):
                    allocated.append(answer["bytes"])
                time.sleep(SETTLE)
            for n in self.threads:
                limits[n].append(self.workers["criterion", n].ask("limits"))
        for worker in self.workers.values():
            worker.ask("drop")
        return verdict(case, size, times, allocated, limits, errors, self.chosen.against)

    def prepare(self, case, size):
        """Warms every side up; Criterion's results on all threads go through files to the peer, which compares them."""
        request = {"case": case["name"], "sizes": size["arguments"], "warm": 0.3 if self.chosen.quick else 1.0}
        counts, errors, files = {}, [], None
        first = ("criterion", self.most)
        with tempfile.TemporaryDirectory() as folder:
            for key in sorted(self.workers, key=lambda key: key != first):
                extra = {"folder": folder} if key == first else {"against": files} if self.compares(key) else {}
                answer = self.workers[key].ask("prepare", **request, **extra)
                files = answer.get("files") or files
                errors += answer.get("errors") or []
                counts[key] = max(1, math.ceil(0.02 / answer["seconds"]))
        return counts, errors

    def compares(self, key):
        """Whether this worker compares results; another checkout's may not know how to."""
        return key[0] == "peer" and not self.chosen.against

    def growth(self):
        """Criterion's time per element from 10⁴ elements to 10⁸, or as far as memory goes."""
        available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        timed = {}
        for case in (case for case in self.cases if case["growth"] and not case["pairs"]):
            arguments = case["sizes"][0]["arguments"]
            for count in GROWTH_COUNTS:
                if count * BYTES_PER_ELEMENT_OF_GROWTH > available / 2:
                    continue
                sizes = {"n": count} if "n" in arguments else dict(arguments, rows=max(1, round(count / arguments["length"])))
                timed.setdefault(case["name"], {})[count] = self.seconds(case, sizes) / count * 1e9
        return timed

    def growth_of_pairs(self):
        """Criterion's time per pair of rows, value and gradients."""
        return {case["name"]: {rows: self.seconds(case, {"rows": rows, "length": GROWTH_LENGTH}) / rows**2 * 1e9 for rows in GROWTH_ROWS}
                for case in self.cases if case["growth"] and case["pairs"]}

    def seconds(self, case, sizes):
        """The median time of a call of Criterion on all threads; of nine turns, or one where a call takes longer than a second."""
        worker = self.workers["criterion", self.most]
        seconds = worker.ask("prepare", case=case["name"], sizes=sizes, warm=0.5)["seconds"]
        calls = max(1, math.ceil(0.02 / seconds))
        median = statistics.median(worker.ask("time", count=calls)["seconds"] for _ in range(1 if seconds > 1 else 9))
        worker.ask("drop")
        return median


def verdict(case, size, times, allocated, limits, errors, against):
    """One row of the table: the figures, and which of its targets they miss."""
    if against:
        size = size | {"ratio": NO_SLOWER, "alone": None, "scaling": None, "share": None}
    medians = {key: statistics.median(values) for key, values in times.items()}
    most = max(limits)
    mine = medians["criterion", most]
    peers = [seconds for (side, n), seconds in medians.items() if side == "peer" and (n == most or not against)]
    moves, computes = size["moves"], size["computes"]
    rate = (moves or computes) / mine if moves or computes else None
    peak = max(statistics.median(limit["copy" if moves else "peak"] for limit in limits[n]) for n in limits)
    figures = {
        "ratio": min(peers) / mine if peers else None,
        "alone": medians["peer", 1] / medians["criterion", 1] if peers else None,
        "scaling": medians["criterion", 1] / mine if most > 1 else None,
        "share": rate / peak if rate else None,
    }
    asked = {name: size[name] for name in figures}
    missed = [name for name, value in figures.items() if value is not None and asked[name] is not None and value < asked[name]]
    matches = all(error <= case["tolerance"] for error in errors)
    return figures | {
        "group": case["group"], "case": case["name"], "size": size["label"], "asked": asked,
        "ms": {f"{side} {n}": seconds * 1e3 for (side, n), seconds in medians.items()},
        "rate": rate and rate / 1e9, "unit": "GB/s" if moves else "GFLOP/s" if computes else None, "limit": peak / 1e9,
        "allocated": statistics.median(allocated), "error": max(errors, default=None), "missed": missed,
        "verdict": "mismatch" if not matches else "miss" if missed else "pass",
    }


def once(side, threads, lanes, case, size, steps):
    """Runs a case in a fresh process: seconds until the first result, seconds of that call, and the most memory after all steps."""
    began = time.monotonic()
    process = subprocess.Popen(
        [*side.arguments(threads), "once", case["name"], str(steps)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=sides.environment(threads, lanes))
    process.stdin.write(json.dumps(size["arguments"]) + "\n")
    process.stdin.flush()
    first = json.loads(process.stdout.readline())["first"]
    elapsed = time.monotonic() - began
    used = json.loads(process.stdout.readline())["bytes"]
    process.wait()
    return {"start": elapsed, "first": first, "bytes": used}


def peak_memory(bench):
    """The most memory that each side's process takes for the DCGAN step, each in a fresh one."""
    case = next(case for case in bench.cases if case["name"] == MEMORY_CASE)
    least = {
        name: min(once(side, n, bench.chosen.lanes, case, case["sizes"][-1], MEMORY_STEPS)["bytes"] for n in bench.threads)
        for name, side in (("criterion", bench.criterion), ("peer", bench.peer))
    }
    ratio = least["peer"] / least["criterion"]
    return least | {"case": MEMORY_CASE, "steps": MEMORY_STEPS, "ratio": ratio, "asked": MEMORY_RATIO,
                    "verdict": "pass" if ratio >= MEMORY_RATIO else "miss"}


def starts_of(bench, side, case, size):
    """Medians over fresh processes: seconds from the start to the first result, and of that call alone."""
    runs = [once(side, bench.most, bench.chosen.lanes, case, size, 1) for _ in range(STARTS_WHEN_QUICK if bench.chosen.quick else STARTS)]
    return {figure: statistics.median(run[figure] for run in runs) for figure in ("start", "first")}


def starts(bench):
    """The first call of each loss and step in a fresh process, on both sides."""
    for case in (case for case in bench.cases if case["group"] in FIRST_CALLS):
        size = case["sizes"][-1]
        yield {"case": case["name"], "size": size["label"]} | {
            name: starts_of(bench, side, case, size) for name, side in (("criterion", bench.criterion), ("peer", bench.peer))}


def in_builds(bench):
    """Some rows in every build of Criterion: seconds of a warm call, and from the start of a process to the first result."""
    sides_of = {name: Side(name, sides.criterion(name)) for name in BUILDS if bench.runs(name)}
    workers = {name: Worker(side, bench.most, bench.chosen.lanes) for name, side in sides_of.items()}
    for case in (case for case in bench.cases if case["name"] in BUILT):
        size = next(size for size in case["sizes"] if size["label"] == BUILT[case["name"]])
        request = {"case": case["name"], "sizes": size["arguments"], "warm": 0.5}
        counts = {name: max(1, math.ceil(0.02 / worker.ask("prepare", **request)["seconds"])) for name, worker in workers.items()}
        turns = [{name: worker.ask("time", count=counts[name])["seconds"] for name, worker in workers.items()}
                 for _ in range(5 if bench.chosen.quick else 11)]
        yield {"case": case["name"], "size": size["label"]} | {
            name: {"warm": statistics.median(turn[name] for turn in turns),
                   "start": starts_of(bench, side, case, size)["start"]} for name, side in sides_of.items()}
    for worker in workers.values():
        worker.stop()


def machine(versions, lanes):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    return {
        "processor": model, "cores": CORES, "lanes": lanes, "load": os.getloadavg()[0], "date": datetime.date.today().isoformat(),
        **versions,
    }


def main():
    chosen = options()
    complete = not (chosen.filter or chosen.against or chosen.clock == "cpu" or chosen.quick or chosen.criterion_only
                    or chosen.lanes != 512 or chosen.build != "jit")
    section = lambda name: complete or re.search(chosen.filter or "$^", name)
    bench = Bench(chosen)
    result = {"machine": machine(bench.versions(), chosen.lanes), "peer": bench.peer and bench.peer.name, "rows": [], "memory": None,
              "starts": [], "builds": [], "growth": None, "growth of pairs": None}
    for case, size in bench.chosen_rows():
        result["rows"].append(bench.row(case, size))
        print(" | ".join(report.cells(result["rows"][-1])), file=sys.stderr, flush=True)
    if section("growth"):
        result["growth"], result["growth of pairs"] = bench.growth(), bench.growth_of_pairs()
    bench.stop()
    if bench.peer and not chosen.against:
        result["memory"] = peak_memory(bench) if section("memory") else None
        result["starts"] = list(starts(bench)) if section("start") else []
    if section("builds"):
        result["builds"] = list(in_builds(bench))
    text = report.document(result, against=chosen.against)
    print(json.dumps(result, indent=2) if chosen.json else text)
    if complete and chosen.peer == "libtorch":
        with open(os.path.join(sides.HERE, "results.md"), "w") as file:
            file.write(text)
    return any(row["verdict"] == "mismatch" for row in result["rows"])


if __name__ == "__main__":
    sys.exit(main())
