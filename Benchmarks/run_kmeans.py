"""Times Coterie's k-means and the peers' in turn (A B A B) on the same matrix from the same start, to the fixed point.

Prints, per matrix and peer, the median seconds, the ratio to Coterie with its spread over the rounds, iterations and
inertia, and keeps all of it as JSON with machine and versions. Reading and start-up are in no time.
Not the same work: faiss makes 50 iterations and no test of convergence; scikit-learn and scikit-learn-intelex sum in
single precision, so that their iterations may differ by a few. `coterie default` and the peers' defaults choose their
own start and stop at their own tolerance: compare the inertia beside the time.
"""
import argparse, datetime, importlib.metadata, json, os, pathlib, platform, statistics, subprocess, sys, tempfile, time, warnings

import numpy as np
from mixture import mixture

HERE = pathlib.Path(__file__).resolve().parent
TABLE = ["1000000x8,8", "1000000x16,12", "1000000x16,50"]
warnings.filterwarnings("ignore")


def coterie(binary, data, k, *options):
    command = [binary, "cluster", data, "--algorithm", "kmeans", "--clusters", str(k), "--json", *options]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {"seconds": report["seconds"]["fit"], "iterations": report["iterations"],
            "inertia": report["inertia"], "kernel": report["kernel"], "peak_memory_bytes": report["peak_memory_bytes"]}


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


def contestants(names, binary, data, start_file, x, k, start):
    from sklearn.cluster import KMeans
    fixed = dict(n_clusters=k, init=start, n_init=1, tol=0, max_iter=300)

    def intel(**options):
        from sklearnex.cluster import KMeans as Intel
        return fitted(Intel(**options), x)

    known = {
        "coterie": lambda: coterie(binary, data, k, "--init", start_file, "--tolerance", "0"),
        "coterie default": lambda: coterie(binary, data, k),
        "scikit-learn lloyd": lambda: fitted(KMeans(algorithm="lloyd", **fixed), x),
        "scikit-learn elkan": lambda: fitted(KMeans(algorithm="elkan", **fixed), x),
        "scikit-learn default": lambda: fitted(KMeans(n_clusters=k, n_init=1, random_state=0), x),
        "scikit-learn-intelex": lambda: intel(algorithm="lloyd", **fixed),
        "scikit-learn-intelex default": lambda: intel(n_clusters=k, n_init=1, random_state=0),
        "faiss": lambda: faiss_run(x, k, start),
    }
    return {name: known[name] for name in names}


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    return {"processor": model, "processors": os.cpu_count(), "system": platform.platform(),
            "load": os.getloadavg(), "python": platform.python_version(),
            "versions": {p: version(p) for p in ("numpy", "scikit-learn", "scikit-learn-intelex", "faiss-cpu")}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrix", nargs="*", default=TABLE, help="rows x columns , clusters; default: " + " ".join(TABLE))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contestants", default="scikit-learn lloyd,scikit-learn-intelex,faiss", help="peers, by commas")
    parser.add_argument("--defaults", action="store_true", help="each side's defaults, seeding included, instead of one start")
    parser.add_argument("--binary", default=str(HERE.parent / ".build/release/coterie"))
    parser.add_argument("--precision", choices=["float32", "float64"], default="float32")
    parser.add_argument("--output", default=str(HERE / "results" / "kmeans.json"))
    arguments = parser.parse_args()
    own = "coterie default" if arguments.defaults else "coterie"
    peers = ["scikit-learn default", "scikit-learn-intelex default"] if arguments.defaults else arguments.contestants.split(",")
    results = []
    for case in arguments.matrix:
        shape, k = case.split(",")
        (rows, columns), k = map(int, shape.split("x")), int(k)
        x = mixture(rows, columns, k, dtype=arguments.precision)
        start = x[np.random.default_rng(1).choice(rows, k, replace=False)].copy()
        with tempfile.TemporaryDirectory() as folder:
            data, start_file = folder + "/matrix.npy", folder + "/start.npy"
            np.save(data, x)
            np.save(start_file, start)
            runs = contestants([own, *peers], arguments.binary, data, start_file, x, k, start)
            measured = {name: [] for name in runs}
            for _ in range(arguments.rounds):
                for name, run in runs.items():
                    # Threads that a peer left spinning must not slow the next.
                    time.sleep(0.5)
                    measured[name].append(run())
        print(f"{rows} x {columns}, k = {k}, {arguments.precision}")
        for name, taken in measured.items():
            seconds = statistics.median(t["seconds"] for t in taken)
            ratios = sorted(t["seconds"] / o["seconds"] for t, o in zip(taken, measured[own]))
            print(f"  {name:30} {seconds:9.4f} s  x{statistics.median(ratios):6.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
                  f"  {taken[0]['iterations']:4d} iterations  inertia {taken[0]['inertia']:.8g}", flush=True)
            results.append({"rows": rows, "columns": columns, "clusters": k, "precision": arguments.precision,
                            "contestant": name, "median_seconds": seconds, "ratios": ratios, "runs": taken})
    path = pathlib.Path(arguments.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                                "machine": machine(), "results": results}, indent=1) + "\n")
    print(f"kept in {path}")


if __name__ == "__main__":
    main()
