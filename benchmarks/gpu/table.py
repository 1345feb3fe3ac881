"""Prints the figures of run.sh's log beside goals and floors: table.py figures.log

A floor is the larger of operations over the rate of matrix units and fewest bytes over the rate of memory, both as measured on an
H100 80GB: 790 TFLOP/s for bf16 products of 8192^3, 3.0 TB/s for a copy (read and written). Of an encode the bytes are those of its
operations one by one, each reading its inputs and writing its outputs once.
"""
import re
import sys

FLOPS = 790e12
BYTES = 3.0e12


def encode_floor(blocks, dim, heads, width, events, users):
    """Seconds of a serving encode: operations of products and attention, and bytes of each block's tensors."""
    tokens, hidden = users * events, heads * width
    operations = bytes_moved = 0.0
    for block in range(blocks):
        last = block == blocks - 1
        columns = 2 if last else 4
        operations += 2.0 * tokens * dim * columns * hidden
        bytes_moved += tokens * (2 * dim + 2 * columns * hidden) + 2 * 4 * hidden * dim
        if not last:
            operations += 2.0 * heads * 2 * width * events * events / 2 * users + 2.0 * tokens * dim * hidden
            bytes_moved += tokens * (6 + 2) * hidden  # attention: q, k, v in, o out
            bytes_moved += tokens * (4 * hidden + 10 * dim) + 2 * hidden * dim  # output: u, o, x in, x, xn out
        else:
            bytes_moved += tokens * 4 * hidden  # the last row's attention reads k and v
    return max(operations / FLOPS, bytes_moved / BYTES)


def row(what, value, goal, moonshot, floor, share):
    print(f"| {what:<46} | {value:>16} | {goal:>14} | {moonshot:>10} | {floor:>16} | {share:>6} |")


def attention_rows(log):
    goals = {(64, 512, "full"): ("200", ""), (64, 2048, "full"): ("300", ""), (64, 8192, "full"): ("340", "435"),
             (64, 512, "ragged"): ("140", "180"), (64, 2048, "ragged"): ("270", ""), (64, 8192, "ragged"): ("320", ""),
             (128, 8192, "full"): ("420", "550")}
    served = {}  # the star marks the form that a batch is served with
    pattern = (r"time d=(\d+) n=(\d+) (full|ragged)\s+\S.*? \*\s+([\d.]+) us \(.*?\)\s+([\d.]+) TFLOP/s.*?"
               r"floor\s+([\d.]+) us\s+(\d+) % of it")
    for width, events, kind, time, rate, floor, share in re.findall(pattern, log):
        served[int(width), int(events), kind] = float(rate), float(rate) * float(time) / float(floor), share
    for key, (goal, moonshot) in goals.items():
        if key in served:
            width, events, kind = key
            rate, floor, share = served[key]
            row(f"attention d={width} n={events} {kind}, bias", f"{rate:.0f} TFLOP/s", goal, moonshot, f"{floor:.0f} TFLOP/s",
                f"{share}%")


def java_rows(log):
    floors = {"l=6 D=256": encode_floor(6, 256, 4, 64, 512, 64) / 64, "l=8 D=512": encode_floor(8, 512, 8, 64, 2048, 8) / 8}
    moonshots = {"l=6 D=256": "100000", "l=8 D=512": "4000"}
    for line in log.splitlines():
        match = re.match(r"(.{52}) +([\d.eE+-]+) (\S+) +(.{22}) ?(.*)", line)
        if not match:
            continue
        what, value, unit, goal, detail = (part.strip() for part in match.groups())
        floor = share = moonshot = ""
        for shape, seconds in floors.items():
            if unit == "users/s" and shape in what:
                floor, share = f"{1 / seconds:.0f} users/s", f"{float(value) * seconds:.0%}"
                moonshot = moonshots[shape] if "batch" in what else ""
        row(what, f"{float(value):.6g} {unit}", goal, moonshot, floor, share)
        if detail:
            print(f"|   {detail}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        log = file.read()
    row("what", "measured", "to reach", "moonshot", "floor", "share")
    attention_rows(log)
    java_rows(log)
    print()
    for line in log.splitlines():
        if re.match(r"(append|last_rows) \S+ +(b=|D=)|products of an append|one appended event|time (project|output|embed)", line):
            print(line)


if __name__ == "__main__":
    main()
