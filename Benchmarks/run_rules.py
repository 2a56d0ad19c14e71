"""Times written segments, those of rules-plain.yaml (no memory) and of rules.yaml (stages, stays and delays as well).

batch: a made log (event_log.py) is read, grouped by member and evaluated; the ratio is that of grouping and evaluating
to reading, within one round, the two rules files in turn.
live: a community that takes event by event, at several densities. In the first most members have just woken, so that
nearly every event changes some segments; the last is a year, in which most that happens is by time alone.
wave: all members leave segments as one window ends, in slices that leave room for other work between them.

`--growth` times batch and live against members, events and segments (rule_sets.py), with the exponent from each size to
the next and of the whole row. All of it is kept as JSON with machine and versions.
"""
import argparse, math, os, pathlib, statistics, tempfile

from event_log import made
from record import BINARIES, HERE, keep, provenance, report
from rule_sets import of_size

TIMING = BINARIES / "rules-timing"
PLAIN, FULL = HERE / "rules-plain.yaml", HERE / "rules.yaml"
YEAR = 365 * 86400
# What it is, events per member, seconds.
DENSITIES = [("an hour, members just woken", 2, 3600), ("an hour, dense", 20, 3600), ("a year, sparse", 10, YEAR)]
# One of these grows, the others stay as they are in the middle.
GROWTH = {
    "events": [250_000, 500_000, 1_000_000, 2_000_000, 4_000_000],
    "members": [12_500, 25_000, 50_000, 100_000, 200_000],
    "segments": [10, 25, 50, 100, 200],
}


def batch(path, rules, threads):
    run = report(TIMING, "batch", path, rules, threads)
    return {**run, "ratio": (run["group"] + run["evaluate"]) / run["read"]}


def live(rules, members, events, seconds, threads):
    run = report(TIMING, "live", rules, members, events, seconds, threads)
    return {**run, "transitions_per_event": run["transitions"] / events}


def spread(values, form):
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def compared(events, members, threads, rounds):
    """One result per rules file."""
    with tempfile.TemporaryDirectory() as folder:
        path = made(f"{folder}/events.csv", events, members)
        runs = {PLAIN: [], FULL: []}
        for _ in range(rounds):
            for rules, taken in runs.items():
                taken.append(batch(path, rules, threads))
    print(f"batch: {events} events of {members} members, {threads} threads")
    for rules, taken in runs.items():
        parts = "  ".join(f"{name} {statistics.median(run[name] for run in taken):.3f}" for name in ("read", "group", "evaluate"))
        ratios = [run["ratio"] for run in taken]
        print(f"  {rules.name:17} {parts} s  evaluating and grouping / reading x{spread(ratios, '.2f')}", flush=True)
        yield {"work": "batch", "events": events, "members": members, "threads": threads, "rules": rules.name,
               "median_ratio": statistics.median(ratios), "ratios": sorted(ratios), "runs": taken}


def lived(members, density, threads, rounds):
    name, each, seconds = density
    events = each * members
    runs = [live(FULL, members, events, seconds, threads) for _ in range(rounds)]
    rates, slowest = ([run[key] for run in runs] for key in ("events_per_second", "microseconds_of_the_slowest_thousandth"))
    print(f"live: {members} members, {events} events in {seconds} s ({name}), {threads} threads\n"
          f"  {spread(rates, '.0f')} events/s  {runs[0]['transitions_per_event']:.2f} transitions an event"
          f"  {runs[0]['bytes_per_member']} bytes a member  slowest thousandth {spread(slowest, '.0f')} us", flush=True)
    return {"work": "live", "members": members, "events": events, "span_seconds": seconds, "density": name,
            "threads": threads, "rules": FULL.name, "median_events_per_second": statistics.median(rates), "runs": runs}


def waved(members, rounds):
    runs = [report(TIMING, "wave", FULL, members) for _ in range(rounds)]
    longest, second = ([run[f"milliseconds_of_the_{name}longest_slice"] for run in runs] for name in ("", "second_"))
    print(f"wave: {members} members, {runs[0]['expiries']} expiries\n"
          f"  {spread([run['seconds'] for run in runs], '.3f')} s  longest slice {spread(longest, '.2f')} ms,"
          f" the one after {spread(second, '.2f')} ms", flush=True)
    return {"work": "wave", "members": members, "rules": FULL.name, "runs": runs}


def exponent(sizes, seconds):
    """The slope of the line through the logarithms, of least squares."""
    return statistics.linear_regression([math.log(size) for size in sizes], [math.log(time) for time in seconds]).slope


def grown(work, axis, share, threads, rounds):
    """One result per size."""
    print(f"{work}, time against {axis}")
    sizes, times = [], []
    for size in GROWTH[axis]:
        at = {**{name: row[2] for name, row in GROWTH.items()}, axis: size}
        events, members = int(at["events"] * share), int(at["members"] * share)
        with tempfile.TemporaryDirectory() as folder:
            rules = pathlib.Path(folder, "rules.yaml")
            rules.write_text(of_size(FULL.read_text(), at["segments"]))
            if work == "batch":
                path = made(f"{folder}/events.csv", events, members)
                runs = [batch(path, rules, threads) for _ in range(rounds)]
                taken = [run["group"] + run["evaluate"] for run in runs]
            else:
                # A tenth of the events, two a member in an hour where neither grows; more events take more time.
                events //= 10
                seconds = max(1, int(3600 * size / GROWTH[axis][2])) if axis == "events" else 3600
                runs = [live(rules, members, events, seconds, threads) for _ in range(rounds)]
                taken = [run["seconds"] for run in runs]
        sizes.append(size if axis == "segments" else {"events": events, "members": members}[axis])
        times.append(statistics.median(taken))
        text = f"  {sizes[-1]:8} {axis} {times[-1]:9.3f} s"
        step = exponent(sizes[-2:], times[-2:]) if len(sizes) > 1 else None
        print(text + ("" if step is None else f"  exponent {step:.2f}"), flush=True)
        yield {"work": work, "axis": axis, "events": events, "members": members, "segments": at["segments"],
               "threads": threads, "median_seconds": times[-1], "exponent": step, "runs": runs}
    print(f"  exponent of the whole {exponent(sizes, times):.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--growth", action="store_true", help="time against members, events and segments")
    parser.add_argument("--work", default="batch,live,wave", help="what is timed, by commas")
    parser.add_argument("--axes", default="members,events,segments", help="of --growth, by commas")
    parser.add_argument("--events", type=int, default=2_000_000, help="of the log in batch")
    parser.add_argument("--members", type=int, help="of the log in batch; a twentieth of the events if not said")
    parser.add_argument("--live-members", default="10000,100000", help="sizes of the live communities and waves, by commas")
    parser.add_argument("--large", action="store_true", help="in batch 20000000 events of 1000000 members")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3, help="of batch and wave; live has one for every three")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the events, one round: does every path work?")
    parser.add_argument("--output", type=pathlib.Path)
    arguments = parser.parse_args()
    work = arguments.work.split(",")
    output = arguments.output or HERE / "results" / ("rules-growth.json" if arguments.growth else "rules.json")
    share, rounds = (0.01, 1) if arguments.quick else (1, arguments.rounds)
    live_rounds = max(1, rounds // 3)
    before, results = provenance(), []
    if arguments.growth:
        for name in (name for name in work if name != "wave"):
            for axis in arguments.axes.split(","):
                results += grown(name, axis, share, arguments.threads, rounds if name == "batch" else live_rounds)
                keep(output, before, results)
        return
    events, members = (20_000_000, 1_000_000) if arguments.large else (arguments.events, arguments.members)
    if "batch" in work:
        results += compared(int(events * share), int((members or events // 20) * share), arguments.threads, rounds)
        keep(output, before, results)
    for members in (int(int(text) * share) for text in arguments.live_members.split(",")):
        if "live" in work:
            for density in DENSITIES:
                results.append(lived(members, density, arguments.threads, live_rounds))
                keep(output, before, results)
        if "wave" in work:
            results.append(waved(members, rounds))
            keep(output, before, results)


if __name__ == "__main__":
    main()
