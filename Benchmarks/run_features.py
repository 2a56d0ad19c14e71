"""Times the features of an event log, Coterie's, DuckDB's and Polars' in turn, whole processes with what they write.

Every contestant reads a made log (event_log.py) from a file and writes one row per member: recency, events in 30 and 90
days, active days, weighted sum of all events, two exponentially weighted rates and tenure. All columns are compared,
relative to their size. Kept as JSON with machine and versions. `--threads` are those of every contestant.
"""
import argparse, json, os, pathlib, statistics, subprocess, sys, tempfile, time

import numpy as np
from event_log import WEIGHTS, made
from record import COTERIE, HERE, keep, provenance

COLUMNS = ["recency_days", "events_30d", "events_90d", "active_days", "impact", "impact_h14", "frequency_h56", "tenure_days"]
AS_OF = "2025-01-01T00:00:00"


def duckdb(path, form, threads, output):
    import duckdb
    connection = duckdb.connect()
    connection.execute(f"set threads={threads}")
    types = "{'member_id': 'VARCHAR', 'timestamp': 'TIMESTAMP', 'event': 'VARCHAR', 'value': 'DOUBLE'}"
    read = (f"read_json('{path}', format = 'newline_delimited', columns = {types})" if form == "jsonl"
            else f"read_csv('{path}', columns = {types}, header = true, compression = '{'gzip' if form == 'csv.gz' else 'none'}')")
    weight = "case event " + " ".join(f"when '{name}' then {weight}" for name, weight in WEIGHTS.items()) + " else 1 end"
    rate = "sum({0}exp(-ln(2) * age / {1})) * ln(2) / {1}"
    connection.execute(f"""copy (
        with events as (
            select member_id, date_diff('second', timestamp, timestamp '{AS_OF}') / 86400.0 as age,
                   cast(timestamp as date) as day, {weight} as weight from {read})
        select member_id, min(age) as recency_days, count(*) filter (age < 30) as events_30d,
               count(*) filter (age < 90) as events_90d, count(distinct day) as active_days, sum(weight) as impact,
               {rate.format('weight * ', 14)} as impact_h14, {rate.format('', 56)} as frequency_h56, max(age) as tenure_days
        from events group by member_id order by member_id) to '{output}' (header, delimiter ',')""")


def polars(path, form, threads, output):
    import polars as pl
    scan = pl.scan_ndjson if form == "jsonl" else pl.scan_csv
    age, weight, rate = pl.col("age"), pl.col("weight"), lambda days: np.log(2) / days
    (scan(path).select(
        "member_id", pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%SZ"),
        pl.col("event").replace_strict(WEIGHTS, return_dtype=pl.Float64).alias("weight"))
     .with_columns(((pl.lit(AS_OF).str.to_datetime() - pl.col("timestamp")).dt.total_seconds() / 86400).alias("age"),
                   pl.col("timestamp").dt.date().alias("day"))
     .group_by("member_id").agg(
        recency_days=age.min(), events_30d=(age < 30).sum(), events_90d=(age < 90).sum(), active_days=pl.col("day").n_unique(),
        impact=weight.sum(), impact_h14=(weight * (-rate(14) * age).exp()).sum() * rate(14),
        frequency_h56=((-rate(56) * age).exp()).sum() * rate(56), tenure_days=age.max())
     .sort("member_id").collect(engine="streaming").write_csv(output))


def measured(command, environment):
    """Seconds and peak bytes of a whole process."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    if status:
        sys.exit(f"{command[0]} failed")
    return {"seconds": seconds, "peak_memory_bytes": usage.ru_maxrss * 1024}


def command(name, path, form, threads, output, config):
    if name == "coterie":
        return [str(COTERIE), "features", path, "--config", config, "--as-of", AS_OF + "Z", "--features", ",".join(COLUMNS),
                "--threads", str(threads), "--output", output]
    return [sys.executable, __file__, "--contestant", name, path, form, str(threads), output]


def difference(ours, theirs):
    import polars as pl
    ours, theirs = (pl.read_csv(path).sort("member_id") for path in (ours, theirs))
    if not ours["member_id"].equals(theirs["member_id"]):
        sys.exit("the members are not the same")
    pairs = ((ours[column].to_numpy().astype(float), theirs[column].to_numpy().astype(float)) for column in COLUMNS)
    return float(max(np.max(np.abs(x - y) / np.maximum(np.abs(y), 1e-3)) for x, y in pairs))


def compared(events, members, form, threads, rounds):
    names = ["coterie", "duckdb", "polars"]
    taken = {name: [] for name in names}
    environment = {**os.environ, "POLARS_MAX_THREADS": str(threads)}
    with tempfile.TemporaryDirectory() as folder:
        path, config = f"{folder}/events.{form}", f"{folder}/coterie.yaml"
        made(path, events, members)
        pathlib.Path(config).write_text("version: 1\nevents: {weights: " + json.dumps(WEIGHTS).replace('"', "") + "}\n")
        size = os.path.getsize(path)
        for _ in range(rounds):
            for name in names:
                time.sleep(0.5)
                taken[name].append(
                    measured(command(name, path, form, threads, f"{folder}/{name}.csv", config), environment))
        differences = {name: difference(f"{folder}/coterie.csv", f"{folder}/{name}.csv") for name in names[1:]}
    print(f"{events} events of {members} members, {form}, {size / 1e6:.0f} MB")
    for name, runs in taken.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        ratios = sorted(run["seconds"] / own["seconds"] for run, own in zip(runs, taken["coterie"]))
        peak = max(run["peak_memory_bytes"] for run in runs)
        text = (f"  {name:8} {seconds:7.2f} s  {events / seconds / 1e6:6.1f} million events/s  {peak / 1e6:5.0f} MB"
                f"  x{statistics.median(ratios):5.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
        if name in differences:
            text += f"  columns differ by {differences[name]:.1e} at most"
        print(text, flush=True)
        yield {"events": events, "members": members, "form": form, "bytes": size, "contestant": name,
               "median_seconds": seconds, "ratios": ratios, "difference": differences.get(name), "runs": runs}


def main():
    if sys.argv[1:2] == ["--contestant"]:
        name, path, form, threads, output = sys.argv[2:]
        return {"duckdb": duckdb, "polars": polars}[name](path, form, threads, output)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", default="2000000,20000000", help="sizes of the log, by commas; a twentieth are members")
    parser.add_argument("--forms", default="csv,csv.gz,jsonl", help="by commas")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the events, one round: does every path work?")
    parser.add_argument("--output", type=pathlib.Path, default=HERE / "results" / "features.json")
    arguments = parser.parse_args()
    before, results = provenance(), []
    rounds, share = (1, 100) if arguments.quick else (arguments.rounds, 1)
    for events in (int(text) // share for text in arguments.events.split(",")):
        for form in arguments.forms.split(","):
            results += compared(events, events // 20, form, arguments.threads, rounds)
            keep(arguments.output, before, results)


if __name__ == "__main__":
    main()
