#!/usr/bin/env python3
"""
Criterion against PyTorch on this machine: forward + backward of every case, in turn (A B A B ...), on the same inputs, on one
thread and on all, after warm-up; medians. Both results are compared too, and a mismatch fails the case.

  bench/compare.py                       the whole table; rewrites bench/results.md
  bench/compare.py --filter 'conv|adam'  cases whose name or size matches; prints only
  bench/compare.py --quick               fewer rounds; prints only
  bench/compare.py --json                the same numbers as JSON on standard output
  bench/compare.py --lanes 256           both sides without AVX-512 (128: without AVX2)
  bench/compare.py --clock cpu           processor time on one thread, for a machine that is busy with other things
  bench/compare.py --against CHECKOUT    another checkout of Criterion in place of PyTorch: before and after a change; prints only

Needs the .NET 10 SDK and, from Debian: apt-get install python3-torch libopenblas0-pthread
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

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PYTHON = "/usr/bin/python3"
PEER = os.path.join(HERE, "peer", "worker.py")
CORES = len(os.sched_getaffinity(0))
GROWTH_COUNTS = [10**4, 10**5, 10**6, 10**7, 10**8]
BYTES_PER_ELEMENT_OF_GROWTH = 24
MEMORY_CASE, MEMORY_STEPS, MEMORY_RATIO = "dcgan step", 5, 2.0
NO_SLOWER = 0.95  # --against: a twentieth is noise

# What keeps each side to narrower registers: .NET, PyTorch's own kernels, oneDNN, OpenBLAS.
LANES = {
    512: {},
    256: {"DOTNET_EnableAVX512": "0", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell"},
    128: {"DOTNET_EnableAVX2": "0", "DOTNET_EnableAVX": "0", "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41",
          "OPENBLAS_CORETYPE": "Nehalem"},
}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--filter", default="", metavar="REGEX", help="only cases whose 'name size' matches")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--lanes", type=int, choices=sorted(LANES), default=512, help="the widest registers that either side may use")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="cpu: processor time, on one thread only")
    parser.add_argument("--criterion-only", action="store_true", help="leave PyTorch out: times and shares of the limits")
    parser.add_argument("--against", metavar="CHECKOUT",
                        help="the root of another checkout of Criterion, which is built and takes the place of PyTorch")
    return parser.parse_args()


def require_torch():
    if subprocess.run([PYTHON, "-c", "import torch, numpy"], capture_output=True, check=False).returncode != 0:
        sys.exit(f"{PYTHON} has no torch. On Debian and Ubuntu: apt-get install python3-torch libopenblas0-pthread")


def binary(checkout=ROOT):
    return os.path.join(checkout, "artifacts", "bin", "Criterion.Bench", "release", "Criterion.Bench.dll")


def build(checkout=ROOT):
    result = subprocess.run(
        ["dotnet", "build", "-c", "Release", "-v", "quiet", os.path.join(checkout, "bench", "Criterion.Bench")],
        capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(result.stdout + result.stderr)


def environment(threads, lanes):
    return os.environ | LANES[lanes] | {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}


class Worker:
    """One side at one number of threads: a process that stays alive and answers."""

    def __init__(self, command, threads, lanes):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(threads, lanes))

    def ask(self, do, **arguments):
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} ended at {do} {arguments}")
        return json.loads(line)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Bench:
    def __init__(self, chosen):
        self.chosen = chosen
        self.most = 1 if chosen.clock == "cpu" else CORES
        threads = sorted({1, self.most})
        self.criterion = {n: Worker(["dotnet", binary(), str(n)], n, chosen.lanes) for n in threads}
        self.torch = {n: Worker([PYTHON, PEER], n, chosen.lanes) for n in threads}
        self.cases = self.torch[1].ask("list")
        missing = {case["name"] for case in self.cases} ^ set(self.criterion[1].ask("list"))
        if missing:
            sys.exit(f"These cases have only one side: {sorted(missing)}")
        self.peer, self.before = self.torch, {}
        if chosen.against:
            self.peer = self.before = {n: Worker(["dotnet", binary(chosen.against), str(n)], n, chosen.lanes) for n in threads}
            known = set(self.before[1].ask("list"))
            self.cases = [case for case in self.cases if case["name"] in known]

    def stop(self):
        for worker in [*self.criterion.values(), *self.torch.values(), *self.before.values()]:
            worker.stop()

    def versions(self):
        return {"criterion": self.criterion[self.most].ask("versions"), "torch": self.torch[self.most].ask("versions")}

    def rows(self):
        for case in self.cases:
            for size in case["sizes"]:
                if re.search(self.chosen.filter, f"{case['name']} {size['label']}"):
                    yield self.row(case, size)

    def row(self, case, size):
        """Prepares the case on every side, then lets them take turns."""
        workers = [("criterion", n, w) for n, w in self.criterion.items()]
        if not self.chosen.criterion_only:
            workers += [("peer", n, w) for n, w in self.peer.items()]
        with tempfile.TemporaryDirectory() as folder:
            counts, errors = self.prepare(workers, case, size, folder)
        times = {(side, n): [] for side, n, _ in workers}
        allocated, limits = [], {n: [] for n in self.criterion}
        for _ in range(5 if self.chosen.quick else 11):
            for side, n, worker in workers:
                answer = worker.ask("time", count=counts[side, n])
                times[side, n].append(answer["seconds" if self.chosen.clock == "wall" else "cpu"])
                if side == "criterion" and n == self.most:
                    allocated.append(answer["bytes"])
            for n, worker in self.criterion.items():
                limits[n].append(worker.ask("limits"))
        for _, _, worker in workers:
            worker.ask("drop")
        return verdict(case, size, times, allocated, limits, errors, self.chosen.against)

    def prepare(self, workers, case, size, folder):
        counts, files = {}, None
        for side, n, worker in workers:
            extra = {"folder": folder} if side == "criterion" and n == self.most else {}
            answer = worker.ask("prepare", case=case["name"], sizes=size["arguments"], warm=0.3 if self.chosen.quick else 1.0, **extra)
            counts[side, n] = max(1, math.ceil(0.02 / answer["seconds"]))
            files = answer.get("files") or files
        return counts, [] if self.chosen.criterion_only or self.chosen.against else self.torch[1].ask("compare", files=files)

    def growth(self):
        """Criterion's time per element from 10⁴ elements to 10⁸, or as far as memory goes."""
        available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        worker, table = self.criterion[self.most], {}
        for case in (case for case in self.cases if case["growth"]):
            arguments = case["sizes"][0]["arguments"]
            for count in GROWTH_COUNTS:
                if count * BYTES_PER_ELEMENT_OF_GROWTH > available / 2:
                    continue
                sizes = {"n": count} if "n" in arguments else dict(arguments, rows=max(1, round(count / arguments["length"])))
                seconds = worker.ask("prepare", case=case["name"], sizes=sizes, warm=0.5)["seconds"]
                calls = max(1, math.ceil(0.02 / seconds))
                timed = statistics.median(worker.ask("time", count=calls)["seconds"] for _ in range(9))
                table.setdefault(case["name"], {})[count] = timed / count * 1e9
                worker.ask("drop")
        return table


def verdict(case, size, times, allocated, limits, errors, against):
    """One row of the table: the figures, and whether they reach what is asked."""
    if against:
        size = size | {"ratio": NO_SLOWER, "share": None}
    medians = {key: statistics.median(values) for key, values in times.items()}
    mine = medians["criterion", max(limits)]
    peers = [seconds for (side, n), seconds in medians.items() if side == "peer" and (n == max(limits) or not against)]
    ratio = min(peers) / mine if peers else None
    moves, computes = size["moves"], size["computes"]
    rate = (moves or computes) / mine if moves or computes else None
    peak = max(statistics.median(limit["copy" if moves else "peak"] for limit in limits[n]) for n in limits)
    share = rate / peak if rate else None
    matches = all(error <= case["tolerance"] for error in errors)
    reached = (ratio is None or size["ratio"] is None or ratio >= size["ratio"]) and (size["share"] is None or share >= size["share"])
    return {
        "case": case["name"], "size": size["label"],
        "ms": {f"{side} {n}": seconds * 1e3 for (side, n), seconds in medians.items()},
        "ratio": ratio, "required_ratio": size["ratio"],
        "rate": rate and rate / 1e9, "unit": "GB/s" if moves else "GFLOP/s" if computes else None,
        "limit": peak / 1e9, "share": share, "required_share": size["share"],
        "allocated": statistics.median(allocated),
        "error": max(errors, default=None), "verdict": "mismatch" if not matches else "pass" if reached else "miss",
    }


def peak_memory(chosen):
    """The most memory that each side's process takes for the DCGAN step, each in a fresh one."""
    described = subprocess.run([PYTHON, PEER], input='{"do": "list"}\n', capture_output=True, text=True, check=True).stdout
    sizes = next(case for case in json.loads(described) if case["name"] == MEMORY_CASE)["sizes"][0]["arguments"]
    sides = {"torch": [PYTHON, PEER], "criterion": ["dotnet", binary()]}
    bytes_of = {
        (side, n): json.loads(subprocess.run(
            [*command, "memory", MEMORY_CASE, str(MEMORY_STEPS)], input=json.dumps(sizes), env=environment(n, chosen.lanes),
            capture_output=True, text=True, check=True).stdout)["bytes"]
        for side, command in sides.items() for n in sorted({1, CORES})
    }
    least = {side: min(value for (name, _), value in bytes_of.items() if name == side) for side in sides}
    ratio = least["torch"] / least["criterion"]
    return {"case": MEMORY_CASE, "torch": least["torch"], "criterion": least["criterion"], "ratio": ratio,
            "required_ratio": MEMORY_RATIO, "verdict": "pass" if ratio >= MEMORY_RATIO else "miss"}


def machine(versions, lanes):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    return {
        "processor": model, "cores": CORES, "lanes": lanes, "load": os.getloadavg()[0],
        "date": datetime.date.today().isoformat(), **versions,
    }


def head(against):
    peer = "Before" if against else "PyTorch"
    return ["case", "size", f"{peer} ms, 1 / {CORES} threads", f"Criterion ms, 1 / {CORES}", "ratio", "asked", "", "rate", "share of limit",
            "allocated", "differ by"]


def cells(row):
    both = lambda side: " / ".join(f"{row['ms'][f'{side} {n}']:.4g}" for n in sorted({1, CORES}) if f"{side} {n}" in row["ms"])
    required = f" (asked {row['required_share']:.0%})" if row["required_share"] else ""
    share = "" if row["share"] is None else f"{row['share']:.0%}{required}"
    return [
        row["case"], row["size"], both("peer"), both("criterion"),
        "" if row["ratio"] is None else f"{row['ratio']:.2f}", "" if row["required_ratio"] is None else f"{row['required_ratio']:g}",
        row["verdict"], "" if row["rate"] is None else f"{row['rate']:.1f} {row['unit']}", share,
        f"{row['allocated']:,.0f} B", "" if row["error"] is None else f"{row['error']:.1e}",
    ]


def table(columns, lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [columns, ["---"] * len(columns), *lines])


def title(against):
    limits = ("The limits are measured in the same rounds: a copy of 64 MB (bytes read and written), "
              "and independent multiply-adds in registers.")
    if against:
        return ["# Criterion against another checkout of it", "Forward + backward, in turn, on the same inputs; medians. "
                "The ratio is the other checkout's time over this one's, both on all threads. " + limits]
    return ["# Criterion against PyTorch",
            "Written by `bench/compare.py`; do not edit. Forward + backward, in turn, on the same inputs; medians. "
            "The ratio is PyTorch's better time over Criterion's on all threads. " + limits]


def report(result, against=None):
    about = result["machine"]
    parts = [
        *title(against),
        f"{about['date']}: {about['processor']}, {about['cores']} cores, up to {about['lanes']}-bit registers, load average "
        f"{about['load']:.1f}; {about['criterion']['runtime']}; PyTorch {about['torch']['torch']} with "
        + ", ".join(os.path.basename(path) for path in about["torch"]["blas"]) + ".",
        table(head(against), [cells(row) for row in result["rows"]]),
    ]
    if result["rows"]:
        unit = lambda name: statistics.median(row["limit"] for row in result["rows"] if row["unit"] == name)
        parts.append("Limits: " + "; ".join(
            f"{text} {unit(name):.1f} {name}" for name, text in (("GB/s", "copy"), ("GFLOP/s", "multiply-add"))
            if any(row["unit"] == name for row in result["rows"])) + ".")
    if memory := result["memory"]:
        parts += ["## Memory", f"Peak resident memory of a fresh process after {MEMORY_STEPS} × {memory['case']}: "
                  f"PyTorch {memory['torch'] / 2**20:.0f} MB, Criterion {memory['criterion'] / 2**20:.0f} MB, "
                  f"ratio {memory['ratio']:.2f} (asked {memory['required_ratio']:g}: {memory['verdict']})."]
    if growth := result["growth"]:
        parts += ["## Growth", "Criterion's nanoseconds per element, all threads.", table(
            ["case", *(f"10^{round(math.log10(n))}" for n in GROWTH_COUNTS)],
            [[name, *(f"{times[n]:.3g}" if n in times else "–" for n in GROWTH_COUNTS)] for name, times in growth.items()])]
    if result["growth"]:
        with open(os.path.join(HERE, "bounds.md")) as file:
            parts.append(file.read().rstrip())
    return "\n\n".join(parts) + "\n"


def main():
    chosen = options()
    require_torch()
    build()
    if chosen.against:
        build(chosen.against)
    whole = not (chosen.filter or chosen.against or chosen.clock == "cpu" or chosen.quick or chosen.criterion_only or chosen.lanes != 512)
    bench = Bench(chosen)
    result = {"machine": machine(bench.versions(), chosen.lanes), "rows": [], "memory": None, "growth": None}
    for row in bench.rows():
        result["rows"].append(row)
        print(" | ".join(cells(row)), file=sys.stderr, flush=True)
    if whole or re.search(chosen.filter or "$^", "growth"):
        result["growth"] = bench.growth()
    bench.stop()
    if whole or re.search(chosen.filter or "$^", "memory"):
        result["memory"] = peak_memory(chosen)
    print(json.dumps(result, indent=2) if chosen.json else report(result, chosen.against))
    if whole:
        with open(os.path.join(HERE, "results.md"), "w") as file:
            file.write(report(result))
    return any(row["verdict"] == "mismatch" for row in result["rows"])


if __name__ == "__main__":
    sys.exit(main())
