"""Times Coterie's ways to start k-means, and its relatives, in turn on the same matrix, with the quality reached.

Every start but the default's is made once; the default's restarts stop when two agree. All stop at the default
tolerance. Prints per variant the median seconds, the ratio to the default's, and the median and worst inertia over the
seeds, relative to the least that any run reached; keeps all runs as JSON with machine and versions.
"""
import argparse, pathlib, statistics, tempfile

import numpy as np
from mixture import mixture
from record import BINARIES, HERE, case, keep, provenance, report

TABLE = ["1000000x8,8", "1000000x16,50"]


def measured(text, seeds):
    rows, columns, k = case(text)
    with tempfile.TemporaryDirectory() as folder:
        np.save(folder + "/matrix.npy", mixture(rows, columns, k))
        runs = report(BINARIES / "kmeans-variants", folder + "/matrix.npy", k, seeds)
    best, default = min(run["inertia"] for run in runs), runs[0]["variant"]
    seconds = {}
    print(f"{rows} x {columns}, k = {k}, float32, {seeds} seeds; least inertia {best:.8g}")
    for run in runs:
        seconds.setdefault(run["variant"], []).append(run["seconds"])
    for name, taken in seconds.items():
        inertias = [run["inertia"] / best for run in runs if run["variant"] == name]
        print(f"  {name:24} {statistics.median(taken):9.4f} s"
              f"  x{statistics.median(taken) / statistics.median(seconds[default]):6.2f}"
              f"  inertia {statistics.median(inertias):.5f}, at worst {max(inertias):.5f}", flush=True)
    return [{"rows": rows, "columns": columns, "clusters": k, "precision": "float32", **run} for run in runs]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrix", nargs="*", default=TABLE, help="rows x columns , clusters; default: " + " ".join(TABLE))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--output", default=HERE / "results" / "variants.json", type=pathlib.Path)
    arguments = parser.parse_args()
    before = provenance()
    keep(arguments.output, before, [run for text in arguments.matrix for run in measured(text, arguments.seeds)])


if __name__ == "__main__":
    main()
