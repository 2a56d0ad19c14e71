"""Times the exact silhouette, the agreement of two labelings and the choice of a number of clusters.

Silhouette and adjusted mutual information in turn with scikit-learn's (A B A B), on the same rows and labels, and the
values compared; scikit-learn is left out where it would take minutes. `choose` is the whole process, on rows in a file.
Kept as JSON with machine and versions.
"""
import argparse, pathlib, statistics, subprocess, tempfile, time, warnings

import numpy as np
from mixture import mixture
from record import BINARIES, COTERIE, HERE, case, keep, provenance, report

TABLE = ["20000x8,15", "100000x8,15"]
LABELS = ["1000000,20", "10000000,20", "10000000,2000"]
# Labels of both sides over which scikit-learn's expected information takes minutes.
MOST_LABELS = 300
warnings.filterwarnings("ignore")


def seconds(call):
    begin = time.perf_counter()
    value = call()
    return time.perf_counter() - begin, value


def summary(name, taken, difference=None):
    """Prints the medians, and adds the ratios to what is kept."""
    kept = {"work": name, "runs": taken}
    sides = list(taken[0])
    middle = {side: statistics.median(run[side] for run in taken) for side in sides}
    line = f"{name}: " + "  ".join(f"{side} {middle[side]:.3f} s" for side in sides)
    if "scikit-learn" in middle:
        ratios = sorted(run["scikit-learn"] / run["coterie"] for run in taken)
        line += f"  x{statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f}), values differ by {difference:.1e}"
        kept |= {"ratios": ratios, "difference": difference}
    print(line, flush=True)
    return kept


def silhouette(text, rounds, folder):
    from sklearn.metrics import silhouette_score
    rows, columns, k = case(text)
    x = mixture(rows, columns, k, dtype="float64")
    centers = x[np.random.default_rng(1).choice(rows, k, replace=False)]
    labels = np.argmin(((x[:, None, :] - centers) ** 2).sum(2), 1)
    np.save(folder + "/x.npy", x)
    np.save(folder + "/l.npy", labels.astype(np.float64)[:, None])
    taken, difference = [], 0
    for _ in range(rounds):
        ours = report(BINARIES / "validation-timing", "silhouette", folder + "/x.npy", folder + "/l.npy")
        theirs, value = seconds(lambda: silhouette_score(x, labels))
        taken.append({"coterie": ours["seconds"], "scikit-learn": theirs})
        difference = max(difference, abs(value - ours["silhouette"]))
    return summary(f"silhouette {rows} x {columns}, k = {k}, {ours['kernel']}", taken, difference)


def agreement(text, rounds, folder):
    from sklearn.metrics import adjusted_mutual_info_score
    rows, k = (int(part) for part in text.split(","))
    generator = np.random.default_rng(2)
    first = (k * generator.random(rows) ** 2).astype(int)
    second = np.where(generator.random(rows) < 0.3, first, (k * generator.random(rows) ** 2).astype(int))
    np.save(folder + "/l.npy", np.stack([first, second], 1).astype(np.float64))
    taken, difference = [], 0
    for _ in range(rounds):
        ours = report(BINARIES / "validation-timing", "agreement", folder + "/l.npy")
        run = {"coterie": ours["adjusted_mutual_information_seconds"], "coterie all indices": ours["all_seconds"]}
        if k <= MOST_LABELS:
            run["scikit-learn"], value = seconds(lambda: adjusted_mutual_info_score(first, second))
            difference = max(difference, abs(value - ours["adjusted_mutual_information"]))
        taken.append(run)
    return summary(f"adjusted mutual information {rows} rows, {k} x {k} labels", taken, difference)


def choose(name, x, rounds, folder):
    np.save(folder + "/x.npy", x)
    taken = []
    for _ in range(rounds):
        whole, _ = seconds(lambda: subprocess.run(
            [COTERIE, "choose", folder + "/x.npy", "--clusters", "2..12"], check=True, capture_output=True))
        taken.append({"coterie": whole})
    return summary(f"choose --clusters 2..12, {len(x)} x {x.shape[1]} {name}", taken)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matrix", nargs="*", default=TABLE, help="rows x columns , clusters; default: " + " ".join(TABLE))
    parser.add_argument("--labels", nargs="*", default=LABELS, help="rows , labels; default: " + " ".join(LABELS))
    parser.add_argument("--rows", type=int, default=10**6, help="rows of 8 columns that are chosen for")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", default=HERE / "results" / "validation.json", type=pathlib.Path)
    arguments = parser.parse_args()
    before = provenance()
    with tempfile.TemporaryDirectory() as folder:
        results = [silhouette(text, arguments.rounds, folder) for text in arguments.matrix]
        results += [agreement(text, arguments.rounds, folder) for text in arguments.labels]
        noise = np.random.default_rng(3).normal(size=(arguments.rows, 8))
        results.append(choose("mixture of 8", mixture(arguments.rows, 8, 8, dtype="float64"), arguments.rounds, folder))
        results.append(choose("normal noise", noise, arguments.rounds, folder))
    keep(arguments.output, before, results)


if __name__ == "__main__":
    main()
