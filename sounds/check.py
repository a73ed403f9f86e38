#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Measure every alert sound and every pair of them; exit 1 if any is out of bounds or two are too alike."""

import array
import itertools
import math
import pathlib
import sys
import tomllib
import wave

import make
import measure
import synth

HERE = pathlib.Path(__file__).resolve().parent

LENGTH_MS = (60, 900)
# Above -3 dBFS a cheap speaker rattles; far below it the file wastes its bits.
PEAK_DB = (-12.0, -2.9)
LOUDNESS_SLACK_DB = 1.0
# One step of 16 bits is -90 dB: first and last sample must be as good as silent.
EDGE_DB = -80.0
TOTAL_BYTES = 700_000

# Two sounds are apart when their differences, each in steps that an untrained ear notices, add up to this…
APART = 3.0
# …and at least this many of the four dimensions differ by a full step on their own.
APART_IN = 2
# A dimension counts at most this much, so that one alone can never tell two sounds apart.
MOST = 2.0


def read(path):
    with wave.open(str(path), "rb") as file:
        form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        samples = array.array("h", file.readframes(file.getnframes()))
    if form != (1, 2, synth.RATE):
        raise ValueError(f"{path.name}: {form} is not mono, 16 bits, {synth.RATE} Hz")
    if sys.byteorder == "big":
        samples.byteswap()
    return [value / 32_768 for value in samples]


def rhythm_apart(a, b):
    """A note more or less is a step; so is half as much again in the gap between notes, or in length."""
    gaps = [[y - x for x, y in itertools.pairwise(m.starts)] for m in (a, b)]
    steps = abs(len(a.starts) - len(b.starts))
    if all(gaps):
        steps += abs(math.log(max(gaps[0]) / max(gaps[1]), 1.5))
    return steps + abs(math.log(a.seconds / b.seconds, 2.0))


def distances(a, b):
    parts = {
        "pitch": abs(12 * math.log2(a.pitch / b.pitch)) / 4,
        "contour": abs(a.contour - b.contour) / 3,
        "rhythm": rhythm_apart(a, b),
        "timbre": abs(math.log2(a.centroid / b.centroid)) * 3,
    }
    return {name: min(MOST, value) for name, value in parts.items()}


def check_one(name, found, quieter):
    length = 1000 * found.seconds
    loud = found.loudness_db - (make.LOUDNESS_DB - quieter)
    if not LENGTH_MS[0] <= length <= LENGTH_MS[1]:
        yield f"{name}: {length:.0f} ms is not within {LENGTH_MS}"
    if not PEAK_DB[0] - quieter <= found.peak_db <= PEAK_DB[1]:
        yield f"{name}: peak {found.peak_db:.1f} dBFS is not within {PEAK_DB}"
    if abs(loud) > LOUDNESS_SLACK_DB:
        yield f"{name}: {loud:+.1f} dB from the family's loudness"
    if found.clipped:
        yield f"{name}: {found.clipped} clipped samples"
    if found.edge_db > EDGE_DB:
        yield f"{name}: starts or ends at {found.edge_db:.0f} dB, which clicks"


def check_listed(listed, measured):
    if set(listed) != set(measured):
        yield f"sounds.toml and the scores differ: {sorted(set(listed) ^ set(measured))}"
    kinds = [kind for entry in listed.values() for kind in entry["kinds"]]
    for kind in {kind for kind in kinds if kinds.count(kind) > 1}:
        yield f"sounds.toml: two sounds for `{kind}`"
    for name in set(listed) & set(measured):
        entry, found = listed[name], measured[name]
        for key, value in (("pitch_hz", found.pitch), ("rough_hz", found.rough), ("length_ms", 1000 * found.seconds)):
            if abs(entry[key] - value) > 1:
                yield f"sounds.toml: {name} has {key} = {entry[key]}, measured {value:.0f}"


def check_pairs(measured):
    for (one, a), (other, b) in itertools.combinations(measured.items(), 2):
        parts = distances(a, b)
        total, wide = sum(parts.values()), sum(value >= 1 for value in parts.values())
        if total < APART or wide < APART_IN:
            shown = ", ".join(f"{name} {value:.1f}" for name, value in parts.items())
            yield f"{one} and {other} are too alike: {total:.1f} ({shown})"


def check_told_apart_in_a_recording(measured):
    """A message and a friend coming available must differ for a machine that only knows the rough pitch."""
    message, friend = measured["bell"], measured["rise"]
    if max(message.pitch, message.rough) > 1000:
        yield f"bell: {message.pitch:.0f} / {message.rough:.0f} Hz is above 1000"
    if min(friend.pitch, friend.rough) < 1500:
        yield f"rise: {friend.pitch:.0f} / {friend.rough:.0f} Hz is below 1500"


def main():
    measured, faults, size = {}, [], 0
    print(f"{'name':12} {'pitch':>6} {'rough':>6} {'bright':>6} {'ms':>4} {'notes':>5} {'contour':>7} {'peak':>6} {'rms':>6} {'loud':>6}")
    for score in make.SCORES:
        path = HERE / f"{score.name}.wav"
        found = measured[score.name] = measure.measure(read(path))
        size += path.stat().st_size
        faults += check_one(score.name, found, score.quieter)
        print(
            f"{score.name:12} {found.pitch:6.0f} {found.rough:6.0f} {found.centroid:6.0f} {1000 * found.seconds:4.0f} "
            f"{len(found.starts):5} {found.contour:+7.1f} {found.peak_db:6.1f} {found.rms_db:6.1f} {found.loudness_db:6.1f}"
        )
    listed = {entry["name"]: entry for entry in tomllib.loads((HERE / "sounds.toml").read_text("utf-8"))["sound"]}
    faults += check_listed(listed, measured)
    faults += check_pairs(measured)
    faults += check_told_apart_in_a_recording(measured)
    if size > TOTAL_BYTES:
        faults.append(f"{size} bytes in all: more than {TOTAL_BYTES}")
    nearest = min(
        (sum(distances(a, b).values()), one, other)
        for (one, a), (other, b) in itertools.combinations(measured.items(), 2)
    )
    print(f"nearest pair: {nearest[1]} and {nearest[2]}, {nearest[0]:.1f} (at least {APART}); {size} bytes in all")
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
