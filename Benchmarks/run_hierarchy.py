"""Times Coterie's exact trees and the peers' in turn (A B A B) on the same matrix, in float64.

Prints, per linkage and peer, the median seconds, the ratio to Coterie with its spread over the rounds, and how far the
sorted heights differ at most, relative to the height. `--growth` times Coterie alone at 1e4 to 1e6 rows and prints the
exponent from each to the next; a size is left out when the last two say that it would take longer than `--patience`.
All of it is kept as JSON with machine and versions. Reading and start-up are in no time.
"""
import argparse, math, pathlib, statistics, tempfile, time

import numpy as np
from mixture import mixture
from record import COTERIE, HERE, keep, provenance, report

# Linkage, rows x columns, peers, most rounds.
TABLE = [
    ("ward", "10000x8", ["fastcluster vector", "scipy"], None),
    ("ward", "50000x8", ["fastcluster vector"], None),
    ("ward", "1000000x8", [], 1),
    ("average", "10000x8", ["fastcluster"], None),
    ("complete", "10000x8", ["fastcluster"], None),
    ("average", "100000x5", [], 1),
    ("complete", "100000x5", [], 1),
    ("centroid", "50000x8", ["fastcluster vector"], None),
    ("single", "50000x8", ["fastcluster vector", "quitefastmst"], None),
    ("single", "1000000x8", ["quitefastmst"], 1),
]
GROWTH = [10_000, 30_000, 100_000, 300_000, 1_000_000]


def peers():
    """Each gives the heights of a linkage of x."""
    def fastcluster(x, linkage):
        import fastcluster
        return fastcluster.linkage(x, linkage)[:, 2]

    def fastcluster_vector(x, linkage):
        import fastcluster
        return fastcluster.linkage_vector(x, linkage)[:, 2]

    def scipy(x, linkage):
        from scipy.cluster.hierarchy import linkage as tree
        return tree(x, linkage)[:, 2]

    def quitefastmst(x, linkage):
        import quitefastmst
        return quitefastmst.mst_euclid(x, 1)[0]

    return {"fastcluster": fastcluster, "fastcluster vector": fastcluster_vector, "scipy": scipy,
            "quitefastmst": quitefastmst}


def warmed(name):
    """Imports and starts what a peer needs, outside the clock."""
    peers()[name](np.random.default_rng(0).normal(size=(50, 3)), "single")


def coterie(data, linkage, tree=None):
    options = ["--linkage-output", tree] if tree else []
    found = report(COTERIE, "cluster", data, "--algorithm", "hierarchical", "--linkage", linkage, "--clusters", 2, "--json",
                   *options)
    return {"seconds": found["seconds"]["fit"], "peak_memory_bytes": found["peak_memory_bytes"]}


def difference(ours, theirs):
    ours, theirs = np.sort(ours), np.sort(theirs)
    return float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-300)))


def compared(linkage, shape, names, rounds):
    """One result per contestant, ours first."""
    rows, columns = map(int, shape.split("x"))
    x = mixture(rows, columns, 8, dtype="float64")
    taken = {name: [] for name in ["coterie", *names]}
    heights = {}
    for name in names:
        warmed(name)
    with tempfile.TemporaryDirectory() as folder:
        data, tree = folder + "/matrix.npy", folder + "/tree.npy"
        np.save(data, x)
        for _ in range(rounds):
            for name in taken:
                time.sleep(0.5)
                if name == "coterie":
                    taken[name].append(coterie(data, linkage, tree))
                    continue
                begin = time.perf_counter()
                heights[name] = peers()[name](x, linkage)
                taken[name].append({"seconds": time.perf_counter() - begin})
        ours = np.load(tree)[:, 2]
    print(f"{linkage}, {rows} x {columns}")
    for name, runs in taken.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        ratios = sorted(run["seconds"] / own["seconds"] for run, own in zip(runs, taken["coterie"]))
        result = {"linkage": linkage, "rows": rows, "columns": columns, "contestant": name, "median_seconds": seconds,
                  "ratios": ratios, "runs": runs}
        text = f"  {name:20} {seconds:9.3f} s  x{statistics.median(ratios):6.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        if name in heights:
            result["height_difference"] = difference(ours, heights[name])
            text += f"  heights differ by {result['height_difference']:.1e} at most"
        else:
            text += f"  {max(run['peak_memory_bytes'] for run in runs) / 1e6:.0f} MB at most"
        print(text, flush=True)
        yield result


def grown(linkage, columns, sizes, patience):
    """One result per size, while there is patience."""
    print(f"{linkage}, {columns} columns")
    last = []
    for rows in sizes:
        if len(last) > 1:
            exponent = math.log(last[-1][1] / last[-2][1]) / math.log(last[-1][0] / last[-2][0])
            expected = last[-1][1] * (rows / last[-1][0]) ** max(1, exponent)
            if expected > patience:
                print(f"  {rows:8} rows: left out, some {expected:.0f} s expected", flush=True)
                return
        with tempfile.TemporaryDirectory() as folder:
            np.save(folder + "/matrix.npy", mixture(rows, columns, 8, dtype="float64"))
            run = coterie(folder + "/matrix.npy", linkage)
        text = f"  {rows:8} rows {run['seconds']:9.3f} s  {run['peak_memory_bytes'] / 1e6:6.0f} MB"
        if last:
            exponent = math.log(run["seconds"] / last[-1][1]) / math.log(rows / last[-1][0])
            text += f"  exponent {exponent:.2f}"
        print(text, flush=True)
        last.append((rows, run["seconds"]))
        yield {"linkage": linkage, "rows": rows, "columns": columns, "contestant": "coterie", **run}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--growth", action="store_true", help="Coterie alone, from 1e4 to 1e6 rows")
    parser.add_argument("--linkage", default="ward,single,complete,average,centroid", help="linkages, by commas")
    parser.add_argument("--columns", default="5,8", help="of --growth, by commas")
    parser.add_argument("--patience", type=float, default=300, help="the most seconds of one size of --growth")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, one round: does every path work?")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=pathlib.Path)
    arguments = parser.parse_args()
    linkages = arguments.linkage.split(",")
    output = arguments.output or HERE / "results" / ("growth.json" if arguments.growth else "hierarchy.json")
    before, results = provenance(), []
    if arguments.growth:
        sizes = [rows // 10 for rows in GROWTH] if arguments.quick else GROWTH
        for linkage in linkages:
            for columns in map(int, arguments.columns.split(",")):
                results += grown(linkage, columns, sizes, arguments.patience)
                keep(output, before, results)
        return
    for linkage, shape, names, most in TABLE:
        if linkage not in linkages:
            continue
        rounds = min(arguments.rounds, most or arguments.rounds)
        if arguments.quick:
            rows, columns = map(int, shape.split("x"))
            shape, rounds = f"{rows // 10}x{columns}", 1
        results += compared(linkage, shape, names, rounds)
        keep(output, before, results)


if __name__ == "__main__":
    main()
