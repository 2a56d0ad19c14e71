"""Times the labelling of all rows of a matrix, Coterie's and scikit-learn's in turn (A B A B), and of one row alone.

Each time is the median of seven calls in a warm process, for one row of 10 000 (scikit-learn: 200). Labels are
compared: rows that differ must be near-ties, so how much farther the farther of the two centroids is, relative to the
distance, is printed beside their share. Kept as JSON with machine and versions.
"""
import argparse, pathlib, statistics, tempfile, time, warnings

import numpy as np
from mixture import mixture
from record import BINARIES, HERE, case, keep, provenance, report

TABLE = ["1000000x8,8", "1000000x16,12", "1000000x16,50"]
warnings.filterwarnings("ignore")


def seconds(call):
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def peer(x, centroids):
    from sklearn.cluster import KMeans
    k = len(centroids)
    # Fitted to a few rows, and then given the centroids.
    model = KMeans(k, init=centroids, n_init=1, max_iter=1).fit(x[:max(k, len(x) // 100)])
    model.cluster_centers_ = centroids
    return model


def differences(x, centroids, ours, theirs):
    """The number of labels that differ, and how much nearer to a tie they could be at most."""
    rows = np.flatnonzero(ours != theirs)
    x, centroids = x[rows].astype(np.float64), centroids.astype(np.float64)
    near, far = (np.sqrt(((x - centroids[labels[rows]]) ** 2).sum(1)) for labels in (ours, theirs))
    return {"count": len(rows), "share": len(rows) / len(ours),
            "ours_farther": int((near > far).sum()), "largest_gap": float(((far - near) / far).max(initial=0))}


def measured(text, precision, rounds):
    rows, columns, k = case(text)
    x = mixture(rows, columns, k, dtype=precision)
    centroids = x[np.random.default_rng(1).choice(rows, k, replace=False)].copy()
    model, taken = peer(x, centroids), []
    with tempfile.TemporaryDirectory() as folder:
        data, start, found = (folder + name for name in ("/matrix.npy", "/centroids.npy", "/labels.npy"))
        np.save(data, x)
        np.save(start, centroids)
        for _ in range(rounds):
            time.sleep(0.5)
            ours = report(BINARIES / "kmeans-predict", data, start, found)
            theirs = model.predict(x)
            taken.append({
                "coterie": ours["seconds"],
                "scikit-learn": statistics.median(seconds(lambda: model.predict(x)) for _ in range(7)),
                "coterie one row": ours["one_row_seconds"],
                "scikit-learn one row": statistics.median(
                    seconds(lambda: model.predict(x[row:row + 1])) for row in range(min(200, rows)))})
        differ = differences(x, centroids, np.load(found)[:, 0].astype(int), theirs)
    result = {"rows": rows, "columns": columns, "clusters": k, "precision": precision, "kernel": ours["kernel"],
              "labels_that_differ": differ, "runs": taken}
    print(f"{rows} x {columns}, k = {k}, {precision}: {differ['count']} labels differ ({100 * differ['share']:.4f} %), by a gap"
          f" of {differ['largest_gap']:.1e} at most; ours is the farther in {differ['ours_farther']}")
    for suffix, unit, scale in (("", "ms", 1e3), (" one row", "us", 1e6)):
        ratios = sorted(run["scikit-learn" + suffix] / run["coterie" + suffix] for run in taken)
        middle = [scale * statistics.median(run[name + suffix] for run in taken) for name in ("coterie", "scikit-learn")]
        print(f"  {suffix.strip() or 'all rows':8} coterie {middle[0]:8.3f} {unit}  scikit-learn {middle[1]:8.3f} {unit}"
              f"  x{statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})", flush=True)
        result["ratios" + suffix.replace(" ", "_")] = ratios
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrix", nargs="*", default=TABLE, help="rows x columns , clusters; default: " + " ".join(TABLE))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", default=HERE / "results" / "predict.json", type=pathlib.Path)
    arguments = parser.parse_args()
    before = provenance()
    keep(arguments.output, before, [
        measured(text, precision, arguments.rounds) for text in arguments.matrix for precision in ("float32", "float64")])


if __name__ == "__main__":
    main()
