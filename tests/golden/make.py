"""Golden numbers from PyTorch 1.13.0 (Debian's python3-torch), float64, one thread, fixed seeds.

    /usr/bin/python3 tests/golden/make.py            writes tests/golden/data/*.json
    /usr/bin/python3 tests/golden/make.py regression writes only that file
"""
import importlib
import sys
import warnings as python_warnings

sys.dont_write_bytecode = True
import golden  # noqa: E402

FILES = ["pointwise", "reductions", "movement", "linear", "layers", "optimizers", "schedules", "regression", "classification",
         "softmax", "ctc", "embedding", "adversarial", "image", "metrics", "augment", "grid", "conditions", "segmentation", "parity",
         "quality"]


def main():
    python_warnings.simplefilter("ignore")
    total = sum(importlib.import_module(name).make().write() for name in sys.argv[1:] or FILES)
    print(f"total {total:,} bytes")
    for line in golden.warnings:
        print("differs from central differences:", line)


if __name__ == "__main__":
    main()
