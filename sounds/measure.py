# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the ear would say about a sound, in numbers: loudness, pitch, notes, contour, brightness."""

import cmath
import math
from dataclasses import dataclass

from synth import RATE

# How far below the strongest moment (dB) a moment still counts as part of the sound.
FLOOR_DB = -30.0
# The ear adds up loudness over about this long.
EAR_SECONDS = 0.2


def decibel(ratio):
    return 20 * math.log10(max(ratio, 1e-9))


def rms(samples):
    return math.sqrt(sum(value * value for value in samples) / max(1, len(samples)))


def biquad(samples, b, a):
    out = []
    x1 = x2 = y1 = y2 = 0.0
    for x in samples:
        y = b[0] * x + b[1] * x1 + b[2] * x2 - a[1] * y1 - a[2] * y2
        x2, x1, y2, y1 = x1, x, y1, y
        out.append(y)
    return out


def k_weighted(samples):
    """The K weighting of ITU-R BS.1770-4 with its two filters designed for 44.1 kHz."""
    k = math.tan(math.pi * 1681.974450955533 / RATE)
    high, q = 10 ** (3.999843853973347 / 20), 0.7071752369554196
    low = high**0.4996667741545416
    norm = 1 + k / q + k * k
    shelf_b = ((high + low * k / q + k * k) / norm, 2 * (k * k - high) / norm, (high - low * k / q + k * k) / norm)
    shelf_a = (1, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm)
    k, q = math.tan(math.pi * 38.13547087602444 / RATE), 0.5003270373238773
    norm = 1 + k / q + k * k
    return biquad(
        biquad(samples, shelf_b, shelf_a), (1, -2, 1), (1, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm)
    )


def loudness(samples):
    """K-weighted level (dB re full scale) of the loudest EAR_SECONDS."""
    squares = [value * value for value in k_weighted(samples)]
    span = round(EAR_SECONDS * RATE)
    squares += [0.0] * max(0, span - len(squares))
    total = best = sum(squares[:span])
    for i in range(span, len(squares)):
        total += squares[i] - squares[i - span]
        best = max(best, total)
    return 10 * math.log10(max(best / span, 1e-12))


def rough_frequency(samples):
    """What `sox FILE -n stat` prints as "Rough frequency": the RMS slope over the RMS value, in Hz."""
    slope = sum((b - a) ** 2 for a, b in zip(samples, samples[1:], strict=False))
    return math.sqrt(slope / sum(value * value for value in samples)) * RATE / (2 * math.pi)


def fft(values):
    count = len(values)
    if count == 1:
        return values
    even, odd = fft(values[::2]), fft(values[1::2])
    half = count // 2
    turned = [cmath.exp(-2j * math.pi * i / count) * odd[i] for i in range(half)]
    return [even[i] + turned[i] for i in range(half)] + [even[i] - turned[i] for i in range(half)]


def spectrum(samples, points=16_384):
    """Magnitudes up to half the rate under a Hann window, and the width of a bin in Hz."""
    samples = samples[:points]
    count = len(samples)
    windowed = [value * (0.5 - 0.5 * math.cos(2 * math.pi * (i + 0.5) / count)) for i, value in enumerate(samples)]
    bins = fft([complex(value) for value in windowed + [0.0] * (points - count)])
    return [abs(value) for value in bins[: points // 2]], RATE / points


def pitch_of(samples, points=16_384):
    """The strongest partial in Hz, refined between bins by a parabola."""
    bins, width = spectrum(samples, points)
    top = max(range(2, len(bins) - 1), key=bins.__getitem__)
    left, mid, right = (math.log(max(bins[top + i], 1e-12)) for i in (-1, 0, 1))
    return (top + 0.5 * (left - right) / (left - 2 * mid + right)) * width


def centroid_of(samples):
    """The balance point of the spectrum's power in Hz: how bright a sound is."""
    bins, width = spectrum(samples, 65_536)
    powers = [value * value for value in bins]
    return sum(i * width * value for i, value in enumerate(powers)) / sum(powers)


def onsets(samples):
    """Starts of notes in seconds: where the level jumps up, at least 50 ms apart."""
    step = round(0.005 * RATE)
    levels = [decibel(rms(samples[i : i + 2 * step])) for i in range(0, len(samples), step)]
    loudest = max(levels)
    found = []
    for i, level in enumerate(levels):
        before = min(levels[max(0, i - 4) : i], default=-180.0)
        if level > loudest - 16 and level - before > 4.5 and (not found or (i - found[-1]) * step / RATE >= 0.05):
            found.append(i)
    return [i * step / RATE for i in found]


@dataclass
class Measured:
    seconds: float
    peak_db: float
    rms_db: float
    loudness_db: float
    pitch: float
    rough: float
    centroid: float
    starts: list  # seconds, of each note
    contour: float  # semitones from the first note to the last moment
    clipped: int
    edge_db: float  # the louder of the first and the last sample


def measure(samples):
    peak = max(abs(value) for value in samples)
    starts = onsets(samples) or [0.0]
    audible = max(i for i, value in enumerate(samples) if decibel(abs(value) / peak) > FLOOR_DB)
    first = round(starts[0] * RATE)
    span = round(0.09 * RATE)
    opening = pitch_of(samples[first : first + span])
    # The end of a glide is where its last note still has a voice; a struck note is judged near its strike.
    last = round(starts[-1] * RATE) if len(starts) > 1 else max(first, audible - 2 * span)
    closing = pitch_of(samples[last : last + span])
    return Measured(
        seconds=len(samples) / RATE,
        peak_db=decibel(peak),
        rms_db=decibel(rms(samples)),
        loudness_db=loudness(samples),
        pitch=pitch_of(samples, 65_536),
        rough=rough_frequency(samples),
        centroid=centroid_of(samples),
        starts=starts,
        contour=12 * math.log2(closing / opening),
        clipped=sum(1 for value in samples if abs(value) >= 32_767 / 32_768),
        edge_db=decibel(max(abs(samples[0]), abs(samples[-1]))),
    )
