"""
PyTorch's side of ../compare.py, as Shared/Worker.cs is that of C#: reads commands as lines of JSON, answers each with one.

  worker.py THREADS [--compile]                   serves, eager or through torch.compile
  worker.py THREADS [--compile] once NAME STEPS   runs one case in this fresh process
"""
import json
import sys
import time

import numpy
import torch

import cases  # noqa: F401 (declares them)
import registry

WAKING_SECONDS = 0.01  # at the start of a turn, not timed: as in Shared/Worker.cs


def spread(mine, path):
    """How far Criterion's result lies from this one, relative to the largest value here."""
    other, mine = numpy.fromfile(path, "<f4").astype(numpy.float64), mine.detach().double().numpy().ravel()
    if other.shape != mine.shape or not numpy.isfinite(other).all():
        return sys.float_info.max
    return float(numpy.abs(other - mine).max() / max(numpy.abs(mine).max(), 1e-30))


class Worker:
    def list(self, _):
        return list(registry.CASES)

    def versions(self, _):
        libraries = [line.split()[-1].split("/")[-1] for line in open("/proc/self/maps") if "blas" in line or "mkl" in line]
        name = f"PyTorch {torch.__version__}" + (", torch.compile" if registry.compiling else ", eager")
        return {"peer": name, "libraries": sorted(set(libraries)), "threads": torch.get_num_threads()}

    def prepare(self, command):
        self.body = registry.CASES[command["case"]](**command["sizes"])
        errors = self.compare(command["against"]) if "against" in command else []
        return {"errors": errors, "seconds": self.warm_up(command["warm"])}

    def compare(self, paths):
        return [spread(result, path) for result, path in zip(self.body(), paths, strict=True)]

    def warm_up(self, least):
        start, calls = time.perf_counter(), 0
        while calls < 2 or time.perf_counter() - start < least:
            self.body()
            calls += 1
        return (time.perf_counter() - start) / calls

    def time(self, command):
        """Times calls after some that wake the threads, as Criterion's side does."""
        woken = time.perf_counter()
        while time.perf_counter() - woken < WAKING_SECONDS:
            self.body()
        start, busy = time.perf_counter(), time.process_time()
        for _ in range(command["count"]):
            self.body()
        count = command["count"]
        return {"seconds": (time.perf_counter() - start) / count, "cpu": (time.process_time() - busy) / count}

    def drop(self, _):
        self.body = None
        registry.forget()
        return {}


def peak_memory():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))


def once(name, steps):
    """Reads the sizes, prints the time of the first call as soon as it has returned, then the peak memory after all."""
    body = registry.CASES[name](**json.loads(sys.stdin.readline()))
    start = time.perf_counter()
    body()
    print(json.dumps({"first": time.perf_counter() - start}), flush=True)
    for _ in range(steps - 1):
        body()
    print(json.dumps({"bytes": peak_memory()}), flush=True)


def serve():
    worker = Worker()
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps(getattr(worker, command["do"])(command)), flush=True)


def main():
    threads, *rest = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    if rest[:1] == ["--compile"]:
        registry.compiling = True
        rest = rest[1:]
    once(rest[1], int(rest[2])) if rest else serve()


if __name__ == "__main__":
    main()
