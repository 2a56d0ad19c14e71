"""Results kept as data: what was measured, on what machine, with what versions, of which commit."""
import datetime, importlib.metadata, json, os, pathlib, platform, subprocess

HERE = pathlib.Path(__file__).resolve().parent
BINARIES = HERE / ".build/release"
COTERIE = HERE.parent / ".build/release/coterie"


def case(text):
    """Rows, columns and clusters of, for instance, 1000000x8,8."""
    shape, clusters = text.split(",")
    rows, columns = shape.split("x")
    return int(rows), int(columns), int(clusters)


def report(program, *arguments):
    """The JSON that one of our programs prints."""
    taken = subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True)
    return json.loads(taken.stdout)


def rounded(value):
    """Nine digits of every float: enough to compare inertias, and files stay small."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    return [rounded(part) for part in value] if isinstance(value, (list, tuple)) else value


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def output(*command):
    taken = subprocess.run(command, capture_output=True, text=True, cwd=HERE)
    return taken.stdout.strip() if taken.returncode == 0 else ""


def provenance():
    """To be asked for before anything is measured: the load is that of others."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    packages = ("numpy", "scipy", "scikit-learn", "scikit-learn-intelex", "faiss-cpu", "fastcluster", "quitefastmst", "duckdb",
                "polars")
    return {
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": output("git", "rev-parse", "HEAD"),
        "has_uncommitted_changes": bool(output("git", "status", "--porcelain", "--", "..", ":!results")),
        "machine": {"processor": model, "processors": os.cpu_count(), "load_before": os.getloadavg(),
                    "system": f"{platform.system()} {platform.machine()}"},
        "versions": {"swift": next(iter(output("swift", "--version").splitlines()), ""),
                     "python": platform.python_version(), **{package: version(package) for package in packages}},
    }


def keep(path, provenance, results):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # One line a result.
    lines = ",\n  ".join(json.dumps(rounded(result)) for result in results)
    path.write_text(json.dumps(rounded(provenance), indent=1)[:-2] + f',\n "results": [\n  {lines}\n ]\n}}\n')
    json.loads(path.read_text())
    print(f"kept in {os.path.relpath(path)}")
