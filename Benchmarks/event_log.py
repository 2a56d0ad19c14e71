"""A made log: events of one year, sorted by time, by members of very unequal activity.

    event_log.py PATH EVENTS MEMBERS        the path's ending says the form: .csv, .csv.gz or .jsonl
"""
import subprocess, sys

WEIGHTS = {"view": 0.1, "like": 0.5, "comment": 2, "post": 3, "answer": 4, "share": 2, "event_attended": 5, "invite": 3}
SHARES = [0.35, 0.25, 0.15, 0.1, 0.06, 0.04, 0.03, 0.02]


def made(path, events, members):
    """The path, after a process of its own has written the log there: its memory is not kept."""
    subprocess.run([sys.executable, __file__, str(path), str(events), str(members)], check=True)
    return path


def make(path, events, members):
    import numpy as np
    import polars as pl
    random = np.random.default_rng(1)
    activity = random.pareto(1.2, members) + 0.1
    frame = pl.DataFrame({
        "member_id": random.choice(members, events, p=activity / activity.sum()),
        "timestamp": pl.from_epoch(pl.Series(np.sort(1704067200 + (random.beta(2, 1.5, events) * 366 * 86400).astype(np.int64)))),
        "event": np.array(list(WEIGHTS))[random.choice(len(WEIGHTS), events, p=SHARES)],
        "value": np.round(random.exponential(2.0, events), 2),
    }).with_columns(pl.format("m{}", "member_id").alias("member_id"), pl.col("timestamp").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    if path.endswith(".jsonl"):
        frame.write_ndjson(path)
    else:
        plain = path.removesuffix(".gz")
        frame.write_csv(plain)
        if plain != path:
            subprocess.run(["gzip", "-6", plain], check=True)


if __name__ == "__main__":
    make(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
