"""Times Coterie's k-means and the peers' in turn (A B A B) on the same matrix from the same start, to the fixed point.

Prints, per matrix and peer, the median seconds, the ratio to Coterie with its spread over the rounds, iterations and
inertia, and keeps all of it as JSON with machine and versions. Reading and start-up are in no time.
Under a fit of Coterie's stands what the machine can do at best: an iteration that looks at all rows takes no less than
reading the matrix once or its n k d multiply-adds, both as measured here on all processors. The fraction is iterations
times that over the whole time of the fit; over 1 where rows are skipped.
Not the same work: faiss makes 50 iterations and no test of convergence; scikit-learn and scikit-learn-intelex sum in
single precision, so that their iterations may differ by a few. `coterie default` and the peers' defaults choose their
own start and stop at their own tolerance: compare the inertia beside the time.
"""
import argparse, pathlib, statistics, tempfile, time, warnings

import numpy as np
from mixture import mixture
from record import BINARIES, COTERIE, HERE, case, keep, provenance, report

TABLE = ["1000000x8,8", "1000000x16,12", "1000000x16,50"]
PEERS = ["scikit-learn lloyd", "scikit-learn-intelex", "faiss"]
DEFAULT_PEERS = ["scikit-learn default", "scikit-learn-intelex default"]
# Matrix, ours, peers, most rounds.
ALL = [(text, "coterie", PEERS, None) for text in TABLE] + [
    ("10000000x8,8", "coterie", PEERS[:2], 1),
    ("1000000x8,8", "coterie default", DEFAULT_PEERS, None),
    ("1000000x16,12", "coterie default", DEFAULT_PEERS, None),
]
warnings.filterwarnings("ignore")


def coterie(data, k, *options):
    found = report(COTERIE, "cluster", data, "--algorithm", "kmeans", "--clusters", k, "--json", *options)
    return {"seconds": found["seconds"]["fit"], "seed_seconds": found["seconds"]["seed"],
            **{name: found[name] for name in ("iterations", "inertia", "kernel", "peak_memory_bytes")}}


def fitted(estimator, x):
    begin = time.perf_counter()
    estimator.fit(x)
    return {"seconds": time.perf_counter() - begin, "iterations": int(estimator.n_iter_), "inertia": float(estimator.inertia_)}


def faiss_run(x, k, start):
    import faiss
    begin = time.perf_counter()
    kmeans = faiss.Kmeans(x.shape[1], k, niter=50, max_points_per_centroid=10**9)
    kmeans.train(x.astype(np.float32), init_centroids=start.astype(np.float32))
    return {"seconds": time.perf_counter() - begin, "iterations": len(kmeans.obj), "inertia": float(kmeans.obj[-1])}


def contestants(names, data, start_file, x, k, start):
    from sklearn.cluster import KMeans
    fixed = dict(n_clusters=k, init=start, n_init=1, tol=0, max_iter=300)

    def intel(**options):
        from sklearnex.cluster import KMeans as Intel
        return fitted(Intel(**options), x)

    known = {
        "coterie": lambda: coterie(data, k, "--init", start_file, "--tolerance", "0"),
        "coterie default": lambda: coterie(data, k),
        "scikit-learn lloyd": lambda: fitted(KMeans(algorithm="lloyd", **fixed), x),
        "scikit-learn elkan": lambda: fitted(KMeans(algorithm="elkan", **fixed), x),
        "scikit-learn default": lambda: fitted(KMeans(n_clusters=k, n_init=1, random_state=0), x),
        "scikit-learn-intelex": lambda: intel(algorithm="lloyd", **fixed),
        "scikit-learn-intelex default": lambda: intel(n_clusters=k, n_init=1, random_state=0),
        "faiss": lambda: faiss_run(x, k, start),
    }
    return {name: known[name] for name in names}


def measured(text, own, peers, rounds, precision):
    """One result per contestant, ours first."""
    rows, columns, k = case(text)
    x = mixture(rows, columns, k, dtype=precision)
    start = x[np.random.default_rng(1).choice(rows, k, replace=False)].copy()
    with tempfile.TemporaryDirectory() as folder:
        data, start_file = folder + "/matrix.npy", folder + "/start.npy"
        np.save(data, x)
        np.save(start_file, start)
        runs = contestants([own, *peers], data, start_file, x, k, start)
        taken = {name: [] for name in runs}
        limit = report(BINARIES / "kmeans-limit", data, start_file)
        for _ in range(rounds):
            for name, run in runs.items():
                # Threads that a peer left spinning must not slow the next.
                time.sleep(0.5)
                taken[name].append(run())
    print(f"{rows} x {columns}, k = {k}, {precision}")
    for name, runs in taken.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        ratios = sorted(run["seconds"] / ours["seconds"] for run, ours in zip(runs, taken[own]))
        print(f"  {name:30} {seconds:9.4f} s  x{statistics.median(ratios):6.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
              f"  {runs[0]['iterations']:4d} iterations  inertia {runs[0]['inertia']:.8g}", flush=True)
        result = {"rows": rows, "columns": columns, "clusters": k, "precision": precision, "contestant": name,
                  "median_seconds": seconds, "ratios": ratios, "runs": runs}
        if name == "coterie":
            iterations = runs[0]["iterations"]
            limit["fraction_of_limit"] = iterations * limit["pass_limit_seconds"] / seconds
            limit["reads_per_iteration"] = seconds / iterations / limit["read_seconds"]
            print(f"    {1e3 * seconds / iterations:.2f} ms an iteration; limit {1e3 * limit['pass_limit_seconds']:.2f} ms"
                  f" (one read {1e3 * limit['read_seconds']:.2f} ms): fraction {limit['fraction_of_limit']:.2f},"
                  f" {limit['reads_per_iteration']:.2f} reads an iteration; to label all rows"
                  f" {1e3 * limit['label_seconds']:.2f} ms")
            result["limit"] = limit
        yield result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrix", nargs="*", default=TABLE, help="rows x columns , clusters; default: " + " ".join(TABLE))
    parser.add_argument("--all", action="store_true", help="every row of the table: fixed starts, ten million rows, defaults")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the rows, one round: does every path work?")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contestants", default=",".join(PEERS), help="peers, by commas")
    parser.add_argument("--defaults", action="store_true", help="each side's defaults, seeding included, instead of one start")
    parser.add_argument("--precision", choices=["float32", "float64"], default="float32")
    parser.add_argument("--output", default=HERE / "results" / "kmeans.json", type=pathlib.Path)
    arguments = parser.parse_args()
    own, peers = ("coterie default", DEFAULT_PEERS) if arguments.defaults else ("coterie", arguments.contestants.split(","))
    plan = ALL if arguments.all else [(text, own, peers, None) for text in arguments.matrix]
    before, results = provenance(), []
    for text, own, peers, most in plan:
        rounds = min(arguments.rounds, most or arguments.rounds)
        if arguments.quick:
            rows, columns, k = case(text)
            text, rounds = f"{max(k, rows // 100)}x{columns},{k}", 1
        results += measured(text, own, peers, rounds, arguments.precision)
        # What is measured is kept, should a later row be stopped.
        keep(arguments.output, before, results)


if __name__ == "__main__":
    main()
