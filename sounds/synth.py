# SPDX-License-Identifier: MIT OR Apache-2.0
"""Instruments for Carillon's alert sounds: plain functions from notes to samples.

Every instrument returns a list of floats at RATE that starts and ends at silence. Nothing is sampled,
and noise comes from a fixed seed, so that the same source always gives the same bytes.
"""

import math
import random

RATE = 44_100
TAU = 2 * math.pi


def silence(seconds):
    return [0.0] * round(seconds * RATE)


def add(into, samples, at=0.0, gain=1.0):
    """Mix `samples` into the list `into`, starting `at` seconds, growing it where needed."""
    start = round(at * RATE)
    if len(into) < start + len(samples):
        into.extend([0.0] * (start + len(samples) - len(into)))
    for i, value in enumerate(samples):
        into[start + i] += gain * value
    return into


def fade(samples, attack=0.002, release=0.02):
    """Raised-cosine edges: a step at either end would be heard as a click."""
    for ramp, place in ((attack, lambda i: i), (release, lambda i: -1 - i)):
        count = min(len(samples), max(1, round(ramp * RATE)))
        for i in range(count):
            samples[place(i)] *= 0.5 - 0.5 * math.cos(math.pi * i / count)
    return samples


def partials(pitch, seconds, table, attack):
    """A struck body: each partial is (ratio, level, decay in seconds to 1/e)."""
    out = silence(seconds)
    for number, (ratio, level, decay) in enumerate(table):
        step = TAU * pitch * ratio / RATE
        # Spread phases keep the partials from adding up to one sharp spike at the strike.
        phase = 0.7 * number
        for i in range(len(out)):
            out[i] += level * math.exp(-i / (decay * RATE)) * math.sin(step * i + phase)
    return fade(out, attack, min(0.12, seconds / 3))


def bell(pitch, seconds, decay=0.22, attack=0.003):
    """A church bell in small: hum, prime, minor-third tierce, quint, nominal and two upper partials."""
    return partials(
        pitch,
        seconds,
        (
            (0.5, 0.16, decay * 1.3),
            (1.0, 1.0, decay),
            (1.19, 0.32, decay * 0.75),
            (1.5, 0.12, decay * 0.55),
            (2.0, 0.28, decay * 0.45),
            (2.67, 0.10, decay * 0.25),
            (4.1, 0.06, decay * 0.12),
        ),
        attack,
    )


def vibraphone(pitch, seconds, decay=0.3, tremolo=6.5):
    """A metal bar over a resonator: fundamental and double octave, with a slow fan."""
    out = partials(pitch, seconds, ((1.0, 1.0, decay), (4.0, 0.10, decay * 0.35), (9.9, 0.02, 0.03)), 0.006)
    for i, value in enumerate(out):
        out[i] = value * (0.84 + 0.16 * math.cos(TAU * tremolo * i / RATE))
    return out


def music_box(pitch, seconds, decay=0.14):
    """A small steel tine: nearly pure, with a glassy strike."""
    return partials(
        pitch, seconds, ((1.0, 1.0, decay), (2.0, 0.08, decay * 0.6), (2.76, 0.14, 0.04), (5.4, 0.05, 0.012)), 0.002
    )


def kalimba(pitch, seconds, decay=0.16):
    """A plucked tine over a wooden box: warm, harmonic, with a short woody tick."""
    return partials(
        pitch,
        seconds,
        ((1.0, 1.0, decay), (2.0, 0.34, decay * 0.7), (3.0, 0.2, decay * 0.5), (4.0, 0.07, 0.05), (6.27, 0.1, 0.012)),
        0.004,
    )


def ocarina(start, end, seconds):
    """A breath that glides from one pitch to another: a fundamental with a little of the odd harmonics."""
    out = silence(seconds)
    angle = 0.0
    for i in range(len(out)):
        where = i / len(out)
        # The glide rests on either note and moves in between.
        bend = 0.5 - 0.5 * math.cos(math.pi * min(1.0, max(0.0, (where - 0.12) / 0.6)))
        angle += TAU * start * (end / start) ** bend / RATE
        swell = math.sin(math.pi * min(1.0, where * 1.02) ** 0.55)
        out[i] = swell * (math.sin(angle) + 0.12 * math.sin(3 * angle) + 0.04 * math.sin(5 * angle))
    return fade(out, 0.02, 0.05)


def reed(pitch, seconds, harmonics=9, tilt=1.1):
    """A muted reed: odd harmonics that fall off, held with soft edges."""
    out = silence(seconds)
    for harmonic in range(1, harmonics + 1, 2):
        step = TAU * pitch * harmonic / RATE
        level = harmonic**-tilt
        for i in range(len(out)):
            out[i] += level * math.sin(step * i)
    return fade(out, 0.012, min(0.06, seconds / 2))


def horn(pitch, seconds):
    """A soft two-reed signal horn: all harmonics, a slow edge, and a slight beat between the reeds."""
    out = silence(seconds)
    for harmonic in range(1, 7):
        for detune, share in ((1.0, 0.6), (1.006, 0.4)):
            step = TAU * pitch * detune * harmonic / RATE
            level = share * (1.0, 0.62, 0.4, 0.2, 0.1, 0.05)[harmonic - 1]
            for i in range(len(out)):
                out[i] += level * math.sin(step * i)
    return fade(out, 0.02, 0.05)


def motor(pitch, seconds, flutter=26.0):
    """A small motor on a table top: a buzzing wave whose strength flutters."""
    out = silence(seconds)
    for harmonic in range(1, 13):
        step = TAU * pitch * harmonic / RATE
        # The table top answers best around 400 Hz.
        level = harmonic**-0.5 / (1 + ((pitch * harmonic - 400) / 350) ** 2)
        for i in range(len(out)):
            out[i] += level * math.sin(step * i + 1.9 * harmonic * harmonic)
    for i, value in enumerate(out):
        out[i] = value * (0.55 - 0.45 * math.cos(TAU * flutter * i / RATE))
    return fade(out, 0.015, 0.04)


def wood(resonances, seconds, thump, seed):
    """A knock: a short burst of noise through the body's low resonances (pitch, level, decay to 1/e)."""
    source = random.Random(seed)
    count = round(seconds * RATE)
    burst = [
        source.uniform(-1.0, 1.0) * math.exp(-i / (thump * RATE)) if i < 8 * thump * RATE else 0.0 for i in range(count)
    ]
    out = [0.0] * count
    for pitch, level, decay in resonances:
        # A two-pole resonator; its gain is levelled by its own bandwidth.
        radius = math.exp(-1 / (decay * RATE))
        a1, a2 = 2 * radius * math.cos(TAU * pitch / RATE), -radius * radius
        scale = level * math.sin(TAU * pitch / RATE)
        y1 = y2 = 0.0
        for i in range(count):
            y = scale * burst[i] + a1 * y1 + a2 * y2
            out[i] += y
            y1, y2 = y, y1
    return fade(out, 0.0015, min(0.05, seconds / 3))


def room(samples, wet=0.12, tail=0.09):
    """The one small room that all sounds stand in: a few early reflections, each duller than the last."""
    out = samples + silence(tail)
    for delay, gain, dull in ((0.0113, 0.8, 0.45), (0.0197, 0.6, 0.6), (0.0311, 0.45, 0.7), (0.0457, 0.3, 0.8)):
        held = 0.0
        shift = round(delay * RATE)
        for i, value in enumerate(samples):
            held += (1 - dull) * (value - held)
            if i + shift < len(out):
                out[i + shift] += wet * gain * held
    return out
