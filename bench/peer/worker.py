"""PyTorch's side: reads commands as lines of JSON, answers each with one. `worker.py memory NAME STEPS` runs one case and leaves."""
import json
import sys
import time

import numpy
import torch

import cases  # noqa: F401 (declares them)
from registry import CASES, describe


def spread(mine, path):
    """How far Criterion's result lies from this one, relative to the largest value here."""
    other, mine = numpy.load(path).astype(numpy.float64).ravel(), mine.detach().double().numpy().ravel()
    if other.shape != mine.shape:
        return float("inf")
    return float(numpy.abs(other - mine).max() / max(numpy.abs(mine).max(), 1e-30))


class Worker:
    def list(self, _):
        return describe()

    def versions(self, _):
        blas = [line.split()[-1] for line in open("/proc/self/maps") if "blas" in line]
        return {"torch": torch.__version__, "numpy": numpy.__version__, "blas": sorted(set(blas)), "threads": torch.get_num_threads()}

    def prepare(self, command):
        self.body = CASES[command["case"]].make(**command["sizes"])
        self.results = [result.detach().clone() for result in self.body()]
        return {"seconds": self.warm_up(command["warm"])}

    def warm_up(self, least):
        start, calls = time.perf_counter(), 0
        while calls < 2 or time.perf_counter() - start < least:
            self.body()
            calls += 1
        return (time.perf_counter() - start) / calls

    def compare(self, command):
        return [spread(result, path) for result, path in zip(self.results, command["files"], strict=True)]

    def time(self, command):
        start, busy = time.perf_counter(), time.process_time()
        for _ in range(command["count"]):
            self.body()
        count = command["count"]
        return {"seconds": (time.perf_counter() - start) / count, "cpu": (time.process_time() - busy) / count}

    def drop(self, _):
        self.body = self.results = None
        return {}


def peak_memory():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))


def memory(name, steps):
    body = CASES[name].make(**CASES[name].sizes[0]["arguments"])
    for _ in range(steps):
        body()
    print(json.dumps({"bytes": peak_memory()}))


def serve():
    worker = Worker()
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps(getattr(worker, command["do"])(command)), flush=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    memory(sys.argv[2], int(sys.argv[3])) if sys.argv[1:2] == ["memory"] else serve()
