#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Make Carillon's alert sounds: one WAV per entry of SCORES, `sounds.toml`, and the table in README.md.

    python3 sounds/make.py && python3 sounds/check.py

Python's standard library is all it needs. The output is the same on every run.
"""

import array
import pathlib
import sys
import wave
from dataclasses import dataclass
from typing import Callable

import measure
import synth
from synth import add, bell, horn, kalimba, motor, music_box, ocarina, reed, vibraphone, wood

HERE = pathlib.Path(__file__).resolve().parent

# Loudness (dB, see measure.loudness) that all sounds are brought to, and the highest sample (dBFS) any may reach.
LOUDNESS_DB = -12.5
PEAK_DB = -3.0

# Equal temperament on A = 440 Hz. The family is tuned in C: the friendly sounds use C D E G A only,
# the unfriendly ones step outside.
C4, F4, G4, A4 = 261.63, 349.23, 392.00, 440.00
B4, C5, D5, E5, F5, G5 = 493.88, 523.25, 587.33, 659.26, 698.46, 783.99
C6, E6, G6, C7 = 1046.50, 1318.51, 1567.98, 2093.00


@dataclass
class Score:
    name: str
    kinds: tuple  # the alert rows it is meant for, whether or not they ring by default
    shape: str
    play: Callable[[], list]
    quieter: float = 0.0  # dB below the others, on purpose


def notes(*parts):
    """Parts are (seconds, samples, gain)."""
    out = []
    for at, samples, gain in parts:
        add(out, samples, at, gain)
    return out


def door(seed, gain=1.0):
    return [gain * v for v in wood(((215, 1.0, 0.026), (328, 0.6, 0.02), (520, 0.4, 0.012), (930, 0.15, 0.005)), 0.16, 0.0035, seed)]


def block(pitch, seed):
    return wood(((pitch, 1.0, 0.016), (pitch * 1.53, 0.4, 0.009), (pitch * 2.6, 0.15, 0.005)), 0.11, 0.002, seed)


SCORES = (
    Score("chime", ("generic",), "vibraphone, two slow notes falling a third: ding, dong",
          lambda: notes((0, vibraphone(E5, 0.5, 0.2), 0.85), (0.26, vibraphone(C5, 0.52, 0.24), 1.0))),
    Score("bell", ("message", "missed", "file_received"), "one stroke of a bell that rings out",
          lambda: bell(G5, 0.62)),
    Score("double-bell", ("mention",), "a smaller bell struck twice, quickly, on one note",
          lambda: notes((0, bell(C6, 0.3, 0.09), 0.9), (0.16, bell(C6, 0.48, 0.17), 1.0))),
    Score("rise", ("contact_available",), "music box, three quick notes climbing a sixth",
          lambda: notes((0, music_box(E6, 0.22, 0.07), 0.6), (0.1, music_box(G6, 0.22, 0.07), 0.7), (0.2, music_box(C7, 0.42, 0.15), 1.0))),
    Score("fall", ("contact_unavailable",), "ocarina, one breath that slides down a fifth",
          lambda: ocarina(C5, F4, 0.46)),
    Score("knock", ("contact_request",), "two even knocks on a heavy door",
          lambda: notes((0, door(11), 1.0), (0.23, door(12), 0.9))),
    Score("knock-knock", ("room_invite",), "hollow wood, two pairs of quick knocks, the second pair higher",
          lambda: notes((0, block(740, 21), 0.9), (0.11, block(740, 22), 1.0), (0.36, block(988, 23), 0.9), (0.47, block(988, 24), 1.0))),
    Score("accept", ("request_accepted",), "kalimba, two notes leaping up a fifth",
          lambda: notes((0, kalimba(G4, 0.25, 0.08), 0.8), (0.14, kalimba(D5, 0.46), 1.0))),
    Score("fail", ("message_failed",), "muted reed, two short low notes stepping down a tritone",
          lambda: notes((0, reed(233, 0.12), 0.9), (0.16, reed(165, 0.24), 1.0))),
    Score("buzz", ("attention",), "a motor humming on a table, two long bursts",
          lambda: notes((0, motor(117, 0.26), 1.0), (0.34, motor(117, 0.3), 1.0))),
    Score("warning", ("account_attention",), "soft signal horn, low, high, low: an uneasy tritone",
          lambda: notes((0, horn(B4, 0.2), 1.0), (0.24, horn(F5, 0.2), 0.9), (0.48, horn(B4, 0.26), 1.0))),
    Score("tick", ("message_in_front",), "one soft, very short tap on glass",
          lambda: synth.partials(1760, 0.05, ((1, 1.0, 0.012), (1.62, 0.4, 0.007), (2.9, 0.15, 0.003)), 0.0015), quieter=7.0),
)


def limited(samples, ceiling):
    """Round off what would pass the ceiling; quiet parts stay exactly as they are."""
    knee = 0.6 * ceiling
    room_left = ceiling - knee
    out = []
    for value in samples:
        size = abs(value)
        if size > knee:
            over = (size - knee) / room_left
            size = knee + room_left * over / (1 + over**4) ** 0.25
        out.append(size if value >= 0 else -size)
    return out


def mastered(score):
    """In the room, trimmed of what nobody hears, at the common loudness, in 16 bits."""
    samples = synth.room(score.play(), tail=0.02 if score.name == "tick" else 0.09)
    mean = sum(samples) / len(samples)
    samples = [value - mean for value in samples]
    peak = max(abs(value) for value in samples)
    last = max(i for i, value in enumerate(samples) if abs(value) > 0.002 * peak)
    samples = synth.fade(samples[: last + 1], 0.0015, min(0.04, len(samples) / synth.RATE / 4))
    ceiling = 10 ** (PEAK_DB / 20)
    for _ in range(6):
        gain = 10 ** ((LOUDNESS_DB - score.quieter - measure.loudness(samples)) / 20)
        samples = limited([gain * value for value in samples], ceiling)
    return array.array("h", (round(32_767 * value) for value in samples))


def write_wav(path, samples):
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(synth.RATE)
        file.writeframes(samples.tobytes())


def toml_entry(score, found):
    kinds = ", ".join(f'"{kind}"' for kind in score.kinds)
    return (
        f'[[sound]]\nname = "{score.name}"\nfile = "{score.name}.wav"\nkinds = [{kinds}]\n'
        f"pitch_hz = {found.pitch:.0f}\nrough_hz = {found.rough:.0f}\nlength_ms = {1000 * found.seconds:.0f}\n"
    )


def main():
    entries, rows = [], []
    for score in SCORES:
        samples = mastered(score)
        found = measure.measure([value / 32_768 for value in samples])
        write_wav(HERE / f"{score.name}.wav", samples)
        entries.append(toml_entry(score, found))
        rows.append(
            f"| `{score.name}` | {', '.join(f'`{kind}`' for kind in score.kinds)} | {found.pitch:.0f} "
            f"| {found.rough:.0f} | {1000 * found.seconds:.0f} | {score.shape} |"
        )
    head = "# Written by make.py. SPDX-License-Identifier: MIT OR Apache-2.0\n\n"
    (HERE / "sounds.toml").write_text(head + "\n".join(entries), encoding="utf-8")
    readme = HERE / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split("<!-- table -->\n")[0::2]
    table = "| name | meant for | pitch, Hz | rough, Hz | length, ms | shape |\n|---|---|---|---|---|---|\n" + "\n".join(rows)
    readme.write_text(f"{before}<!-- table -->\n{table}\n<!-- table -->\n{rest}", encoding="utf-8")


if __name__ == "__main__":
    main()
