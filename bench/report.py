"""The tables of compare.py, in Markdown."""
import math
import os
import statistics

from sides import CORES, HERE

MEDIAN_ASKED = 6.0
LIMITS = ("The limits are measured in the same rounds: a copy of 64 MB (bytes read and written), and independent multiply-adds in "
          "registers.")


def document(result, against=None):
    """All sections; what limits the cases that miss a target is appended where the table is complete."""
    parts = [*title(result, against), head(result["machine"], against), rows(result), limits(result)]
    parts += [medians(result["rows"], against)] if result["peer"] else []
    parts += memory(result) + starts(result) + builds(result) + growth(result) + growth_of_pairs(result)
    if result["growth"] and result["starts"]:
        with open(os.path.join(HERE, "bounds.md")) as file:
            parts.append(file.read().rstrip())
    return "\n\n".join(part for part in parts if part) + "\n"


def title(result, against):
    name, explained = result["peer"], "Forward + backward, in turn, on the same inputs; medians. "
    if against:
        return ["# Criterion against another checkout of it", explained +
                "The ratio is the other checkout's time over this one's, both on all threads. " + LIMITS]
    if not name:
        return ["# Criterion", explained + LIMITS]
    return [f"# Criterion against {name}",
            f"Written by `bench/compare.py`; do not edit. {explained}The ratio is {name}'s better time over Criterion's on all threads; "
            "alone, both on one thread; scaling, Criterion's time on one thread over its time on all. What a row is asked for stands in "
            f"brackets, and what it misses is named. {LIMITS}"]


def head(about, against):
    parts = [f"{about['date']}: {about['processor']}, {about['cores']} cores, up to {about['lanes']}-bit registers, load average "
             f"{about['load']:.1f}", about["criterion"]["runtime"]]
    if "peer" in about and not against:
        libraries = ", ".join(about["peer"]["libraries"])
        parts.append(about["peer"]["peer"] + (f" with {libraries}" if libraries else ""))
    return "; ".join(parts) + "."


def rows(result):
    peer = result["peer"]
    columns = ["case", "size", f"{peer or 'Peer'} ms, 1 / {CORES} threads", f"Criterion ms, 1 / {CORES}", "ratio", "alone", "scaling", "",
               "rate", "share of limit", "allocated", "differ by"]
    return table(columns, [cells(row) for row in result["rows"]]) if result["rows"] else None


def cells(row):
    both = lambda side: " / ".join(f"{row['ms'][f'{side} {n}']:.4g}" for n in sorted({1, CORES}) if f"{side} {n}" in row["ms"])
    return [
        row["case"], row["size"], both("peer"), both("criterion"), figure(row, "ratio"), figure(row, "alone"), figure(row, "scaling"),
        f"miss: {', '.join(row['missed'])}" if row["verdict"] == "miss" else row["verdict"],
        "" if row["rate"] is None else f"{row['rate']:.1f} {row['unit']}", figure(row, "share", ".0%", ".0%"),
        f"{row['allocated']:,.0f} B", "" if row["error"] is None else f"{row['error']:.1e}",
    ]


def figure(row, name, form=".2f", asked_form="g"):
    value, asked = row[name], row["asked"][name]
    return "" if value is None else format(value, form) + (f" ({format(asked, asked_form)})" if asked is not None else "")


def table(columns, lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [columns, ["---"] * len(columns), *lines])


def limits(result):
    unit = lambda name: [row["limit"] for row in result["rows"] if row["unit"] == name]
    found = [f"{text} {statistics.median(unit(name)):.1f} {name}"
             for name, text in (("GB/s", "copy"), ("GFLOP/s", "multiply-add")) if unit(name)]
    return f"Limits: {'; '.join(found)}." if found else None


def medians(every, against):
    """The median ratio of each group and of the table, and how many rows miss a target."""
    if not every:
        return None
    groups = {row["group"]: [] for row in every}
    for row in every:
        groups[row["group"]].append(row)
    lines = [[name, str(len(members)), *(f"{statistics.median(row[key] for row in members):.2f}" for key in ("ratio", "alone")),
              f"{min(row['ratio'] for row in members):.2f}", str(sum(row["verdict"] != "pass" for row in members))]
             for name, members in [*groups.items(), ("all", every)]]
    asked = "" if against else f" The median of all is asked to be {MEDIAN_ASKED:g}."
    return f"## Ratios\n\nBy group of cases.{asked}\n\n" + table(
        ["group", "rows", "median ratio", "alone", "least ratio", "rows that miss"], lines)


def memory(result):
    peak = result["memory"]
    megabytes = lambda side: f"{peak[side] / 2**20:.0f} MB"
    return [] if not peak else ["## Memory", (
        f"Peak resident memory of a fresh process after {peak['steps']} × {peak['case']}: {result['peer']} {megabytes('peer')}, "
        f"Criterion {megabytes('criterion')}, ratio {peak['ratio']:.2f} (asked {peak['asked']:g}: {peak['verdict']}).")]


def starts(result):
    if not result["starts"]:
        return []
    peer = result["peer"]
    milliseconds = lambda row, figure: [f"{row[side][figure] * 1e3:.1f}" for side in ("peer", "criterion")]
    lines = [[row["case"], row["size"], *milliseconds(row, "first"), *milliseconds(row, "start"),
              f"{row['peer']['start'] / row['criterion']['start']:.2f}"] for row in result["starts"]]
    return ["## First call and start", (
        "Fresh processes on all threads; medians. The first call has its inputs ready; the start is all from the start of the process to "
        "that call's result, the drawing of inputs included."), table(
        ["case", "size", f"first call, {peer} ms", "Criterion ms", f"start, {peer} ms", "Criterion ms", "ratio of starts"], lines)]


def builds(result):
    found = result["builds"]
    if not found:
        return []
    names = [name for name in found[0] if name not in ("case", "size")]
    lines = [[row["case"], row["size"], *(f"{row[name]['warm'] * 1e3:.4g} / {row[name]['start'] * 1e3:.0f}" for name in names)]
             for row in found]
    explained = "Criterion compiled in other ways, on all threads: milliseconds of a warm call / from the start of a process to its result."
    return ["## Builds", explained, table(["case", "size", *names], lines)]


def growth(result):
    found = result["growth"]
    if not found:
        return []
    counts = sorted({count for times in found.values() for count in times})
    return ["## Growth", "Criterion's nanoseconds per element, all threads.", table(
        ["case", *(f"10^{round(math.log10(n))}" for n in counts)],
        [[name, *(f"{times[n]:.3g}" if n in times else "–" for n in counts)] for name, times in found.items()])]


def growth_of_pairs(result):
    found = result["growth of pairs"]
    if not found:
        return []
    counts = list(next(iter(found.values())))
    return ["Nanoseconds per pair of N rows of 128 values, value and gradients.", table(
        ["case", *(f"N = {n:,}" for n in counts)], [[name, *(f"{times[n]:.3g}" for n in counts)] for name, times in found.items()])]
