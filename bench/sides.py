"""The processes that compare.py measures: how each side is built, started and asked."""
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
CORES = len(os.sched_getaffinity(0))
LEAST_PYTORCH = 2

# What keeps each side to narrower registers: .NET, PyTorch's own kernels, oneDNN, MKL, OpenBLAS.
LANES = {
    512: {},
    256: {"DOTNET_EnableAVX512": "0", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2",
          "OPENBLAS_CORETYPE": "Haswell"},
    128: {"DOTNET_EnableAVX2": "0", "DOTNET_EnableAVX": "0", "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41",
          "MKL_ENABLE_INSTRUCTIONS": "SSE4_2", "OPENBLAS_CORETYPE": "Nehalem"},
}


# How Criterion's worker is compiled. The ones ahead of time are published; NativeAOT needs the system's C compiler and zlib to link.
BUILDS = {
    "jit": {},
    "readytorun": {"PublishReadyToRun": "true", "SelfContained": "false"},
    "nativeaot-v3": {"PublishAot": "true", "IlcInstructionSet": "x86-64-v3"},
    "nativeaot-v4": {"PublishAot": "true", "IlcInstructionSet": "x86-64-v4"},
}


def environment(threads, lanes):
    return os.environ | LANES[lanes] | {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


def dotnet(verb, checkout, project, *arguments):
    result = subprocess.run(
        ["dotnet", verb, "-c", "Release", "-v", "quiet", os.path.join(checkout, "bench", project), *arguments],
        capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(result.stdout + result.stderr)


def built(project, checkout=ROOT):
    """Builds a project of bench/ and returns its program."""
    dotnet("build", checkout, project)
    return os.path.join(checkout, "artifacts", "bin", project, "release", f"{project}.dll")


def published(project, build):
    """Publishes a project of bench/ compiled ahead of time and returns the command that runs it."""
    folder = os.path.join(ROOT, "artifacts", "builds", build)
    dotnet("publish", ROOT, project, "--use-current-runtime", "-o", folder, "--artifacts-path", os.path.join(folder, "intermediate"),
           *(f"-p:{name}={value}" for name, value in BUILDS[build].items()))
    return [os.path.join(folder, project)] if build.startswith("nativeaot") else ["dotnet", os.path.join(folder, f"{project}.dll")]


def criterion(build="jit", checkout=ROOT):
    project = "Criterion.Bench"
    return ["dotnet", built(project, checkout)] if build == "jit" else published(project, build)


def libtorch():
    program = built("Criterion.Bench.TorchSharp")
    if sys.platform == "linux" and subprocess.run(
            [os.path.join(HERE, "enable-torchsharp.sh"), os.path.dirname(program)], check=False).returncode != 0:
        sys.exit("TorchSharp's native library does not load. Install what the line above names, or compare with --peer pytorch.")
    return ["dotnet", program]


def pytorch(python, compiled):
    """The worker of an installed PyTorch 2; versions before it are no peer of this table."""
    program = shutil.which(python)
    found = program and subprocess.run(
        [program, "-c", "import numpy, torch; print(torch.__version__)"], capture_output=True, text=True, check=False)
    if not found or found.returncode != 0:
        sys.exit(f"{python} has no torch and numpy. Name an interpreter that has them: --python PATH")
    if int(found.stdout.split(".")[0]) < LEAST_PYTORCH:
        sys.exit(f"{program} has PyTorch {found.stdout.strip()}, and the table compares with PyTorch 2. Name another: --python PATH")
    return [program, os.path.join(HERE, "peer", "worker.py")], ["--compile"] if compiled else []


class Side:
    """A library to measure: its name in the table, and the command that starts its worker."""

    def __init__(self, name, command, options=()):
        self.name, self.command, self.options = name, command, list(options)

    def arguments(self, threads):
        return [*self.command, str(threads), *self.options]


def peer(chosen):
    """The side that Criterion is compared with."""
    if chosen.against:
        return Side("Before", criterion(checkout=chosen.against))
    if chosen.peer == "libtorch":
        return Side("LibTorch", libtorch())
    return Side("PyTorch" if chosen.peer == "pytorch" else "torch.compile", *pytorch(chosen.python, chosen.peer == "compile"))


class Worker:
    """One side at one number of threads: a process that stays alive and answers."""

    def __init__(self, side, threads, lanes):
        self.process = subprocess.Popen(
            side.arguments(threads), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(threads, lanes))

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
