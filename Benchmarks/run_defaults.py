"""Which transform finds the archetypes of simulated communities again, and which gives stable segments of real logs?

Communities of 2,000 members and 60,000 events, plain and hard (heavy tails, ten event types, a fifth of the members
silent), are trained on with k-means at the true number of archetypes, once with each choice of scale and reduction; the
labels are compared with the truth by the adjusted Rand index. All choices see the same communities, so differences to
the defaults are taken seed by seed. Logs have no truth: there it is the stability of segments under resampling, by
members and of the least stable one, which says that segments come back, not that they are right. Prints the tables and
keeps all runs as JSON.
"""
import argparse, json, math, pathlib, statistics, subprocess, tempfile

from record import COTERIE, HERE, keep, provenance

CHOICES = {
    "defaults": [],
    "pca:2": ["--reduce", "pca:2"],
    "pca:3": ["--reduce", "pca:3"],
    "pca:4": ["--reduce", "pca:4"],
    "pca:5": ["--reduce", "pca:5"],
    "whiten": ["--reduce", "whiten"],
    "robust": ["--scale", "robust"],
    "robust pca:4": ["--scale", "robust", "--reduce", "pca:4"],
    "quantile": ["--scale", "quantile"],
    "quantile pca:3": ["--scale", "quantile", "--reduce", "pca:3"],
    "quantile pca:4": ["--scale", "quantile", "--reduce", "pca:4"],
}
COMMUNITIES = {
    "plain": ([], 6),
    "hard": (["--heavy-tails", "--event-types", "10", "--zero-inflation", "0.2"], 7),
}


def run(tool, *arguments):
    taken = subprocess.run([tool, *map(str, arguments), "--json"], capture_output=True, text=True)
    if taken.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))}: {taken.stderr}")
    return json.loads(taken.stdout)


def community(tool, name, seed, members, folder):
    """The folder of a simulated community, made where it is not there yet."""
    place = folder / f"{name}-{members}-{seed}"
    if not (place / "truth.csv").exists():
        run(tool, "simulate", "--members", members, "--events", 30 * members, "--seed", seed, "--output", place,
            *COMMUNITIES[name][0])
    return place


def recovery(tool, place, clusters, choice, threads):
    labels = place / "labels.csv"
    run(tool, "train", place / "events.csv.gz", "--members", place / "members.csv", "--as-of", "2025-07-01", "--algorithm",
        "kmeans", "--clusters", clusters, "--resamples", 0, "--threads", threads, "--labels", labels, "--output",
        place / "model.safetensors", *CHOICES[choice])
    return run(tool, "score", place / "truth.csv", labels)["adjusted_rand"]


def stability(tool, log, clusters, choice, threads, folder):
    members = ["--members", log[1]] if len(log) > 1 else []
    card = run(tool, "train", log[0], *members, "--as-of", "last", "--algorithm", "kmeans", "--clusters", clusters,
               "--resamples", 50, "--threads", threads, "--output", folder / "log.safetensors", *CHOICES[choice])
    segments = card["segments"]
    members = sum(segment["members"] for segment in segments)
    return (sum(segment["members"] * segment["stability"] for segment in segments) / members,
            min(segment["stability"] for segment in segments))


def table(name, values):
    """Prints mean and deviation of each choice, and of its differences to the defaults."""
    print(f"\n{name}: adjusted Rand index, mean and deviation over seeds; difference to the defaults, its standard error")
    results = []
    for choice, found in values.items():
        gains = [value - default for value, default in zip(found, values["defaults"])]
        error = statistics.stdev(gains) / math.sqrt(len(gains)) if len(gains) > 1 else float("nan")
        better = sum(gain > 0 for gain in gains)
        print(f"  {choice:16} {statistics.mean(found):.3f} {statistics.stdev(found) if len(found) > 1 else 0:.3f}"
              + ("" if choice == "defaults" else f"   {statistics.mean(gains):+.3f} ({error:.3f}), better {better} of {len(gains)}"))
        results.append({"community": name, "choice": choice, "adjusted_rand": found, "mean": statistics.mean(found),
                        "mean_difference": statistics.mean(gains), "standard_error": error, "better": better})
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=COTERIE, type=pathlib.Path, help="the coterie that is measured")
    parser.add_argument("--simulator", type=pathlib.Path, help="the coterie that simulates; by default the same one")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--members", type=int, default=2000)
    parser.add_argument("--choices", nargs="*", default=list(CHOICES), choices=list(CHOICES))
    parser.add_argument("--log", nargs="*", action="append", default=[], metavar=("EVENTS", "MEMBERS"),
                        help="a log, and its members file if there is one; may be repeated")
    parser.add_argument("--clusters", type=int, default=6, help="segments of the logs")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--communities", type=pathlib.Path, help="where simulated communities are kept for the next run")
    parser.add_argument("--output", default=HERE / "results" / "defaults.json", type=pathlib.Path)
    arguments = parser.parse_args()
    before, results = provenance(), []
    choices = ["defaults"] + [choice for choice in arguments.choices if choice != "defaults"]
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        folder = arguments.communities or scratch
        for name, (_, clusters) in COMMUNITIES.items():
            values = {choice: [] for choice in choices}
            for seed in range(1, arguments.seeds + 1):
                place = community(arguments.simulator or arguments.tool, name, seed, arguments.members, folder)
                for choice in choices:
                    values[choice].append(recovery(arguments.tool, place, clusters, choice, arguments.threads))
            results += table(f"{name}, {arguments.seeds} seeds", values)
        for log in arguments.log:
            name = pathlib.Path(log[0]).name
            print(f"\n{name}: mean Jaccard index of {arguments.clusters} segments over 50 resamples")
            for choice in choices:
                found = stability(arguments.tool, log, arguments.clusters, choice, arguments.threads, scratch)
                print(f"  {choice:16} {found[0]:.3f}, least {found[1]:.3f}", flush=True)
                results.append({"log": name, "choice": choice, "stability": found[0], "least_stability": found[1]})
    keep(arguments.output, before, results)


if __name__ == "__main__":
    main()
