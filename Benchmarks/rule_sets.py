"""Rules files of any number of segments, cut from rules.yaml or made of it again and again.

A cut takes segments evenly from the whole file, each with those that it refers to, so that a cut has the same mixture;
a larger cut has all of a smaller one. A copy has ids of its own, and windows, half-lives and periods that are longer by
one for every copy; a leaf without any of these is the same in every copy, and is asked once. The stage machine is there
once in every file.
"""
import re

# Visits every place of a list whose length has no factor in common with it, evenly from the start.
STRIDE = 21


def parts(text):
    """What stands before the segments, the line of each segment by id, and the exclusive groups."""
    head, rest = text.split("segments:\n")
    body, *groups = rest.split("exclusive:\n")
    lines = {re.search(r"\{id: ([\w-]+)", line)[1]: line for line in body.splitlines() if line.strip()}
    found = re.findall(r"\{group: ([\w-]+), order: \[(.*?)\]\}", "".join(groups))
    return head, lines, [(group, order.split(", ")) for group, order in found]


def referred(line):
    return re.findall(r"segment: ([\w-]+)", line)


def cut(lines, count):
    """The ids of so many segments, with all that they refer to."""
    ids, chosen = list(lines), set()

    def needed(id):
        return {id}.union(*(needed(other) for other in referred(lines[id])))

    for place in range(len(ids)):
        more = chosen | needed(ids[place * STRIDE % len(ids)])
        if len(more) <= count:
            chosen = more
    return [id for id in ids if id in chosen]


def copied(line, number):
    """The same segment with another id, and longer by so many days or periods."""
    line = re.sub(r"\b((?:id|segment|salt): [\w-]+)", rf"\1_{number}", line)
    return re.sub(r"\d+(?=d\b)|(?<=_h)\d+|(?<=of_last: )\d+", lambda match: str(int(match[0]) + number), line)


def of_size(text, count):
    """The text of a rules file with so many segments."""
    head, lines, groups = parts(text)
    written, orders = [], []
    for number in range(-(-count // len(lines))):
        ids = cut(lines, min(len(lines), count - number * len(lines)))
        suffix = f"_{number}" if number else ""
        written += [copied(lines[id], number) if number else lines[id] for id in ids]
        for group, order in groups:
            order = [id + suffix for id in order if id in ids]
            if len(order) > 1:
                orders.append(f"  - {{group: {group}{suffix}, order: [{', '.join(order)}]}}")
    return "\n".join([head + "segments:", *written, *(["exclusive:", *orders] if orders else [])]) + "\n"
