"""Asks the software of musicnn (PyPI, version 0.1.0) what it says.

    python3.10 -m venv venv
    venv/bin/pip install tensorflow-cpu==2.12.1 numpy==1.23.5 librosa==0.8.1 "resampy<0.4.3" \
        "numba<0.60" soundfile "setuptools<70"
    pip download --no-deps musicnn==0.1.0 && unzip musicnn-0.1.0-py3-none-any.whl -d wheel
    venv/bin/python musicnn.py wheel expected.json [CLIP.wav …]

Clips are at least 27 s long; with 16,000 samples a second, nothing converts them. Without clips it is asked about 27 s of a signal that is made here; `musicnn.json` is its answer. NumPy must be
older than 2, where the wheel's half-precision arithmetic overflows on loud music.
"""

import json
import os
import sys
import tempfile

import numpy as np
import soundfile

wheel, out, *clips = sys.argv[1:]
sys.path.insert(0, wheel)
from musicnn import configuration  # noqa: E402
from musicnn.extractor import batch_data, extractor  # noqa: E402

MODELS = ["MTT_musicnn", "MTT_vgg", "MSD_musicnn", "MSD_vgg"]
RATE = 16_000
# Frames of a patch, and patches of a window.
FRAMES, PATCHES = 187, 9


def made():
    """Bass, chords, a gliding tone and noise on the beat, at levels that come and go."""
    n = np.arange(27 * RATE)
    t = n / RATE
    beat = np.exp(-8 * (t % 0.5))
    noise = (n * 1_103_515_245 % 65_536) / 32_768 - 1
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220, 277.2, 329.6, 440)) / 4
    glide = np.sin(2 * np.pi * (600 * t + 40 * np.sin(2 * np.pi * 0.7 * t)))
    bass = np.sin(2 * np.pi * 55 * t)
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * t / 9)
    signal = 0.4 * bass * beat + 0.3 * swell * chord + 0.1 * glide * (1 - swell) + 0.2 * noise * beat
    return signal.astype(np.float32)


def ask(path):
    answer = {}
    for model in MODELS:
        taggram, _ = extractor(path, model=model, input_length=3, extract_features=False)
        answer[model] = [round(float(p), 6) for p in taggram[:PATCHES].mean(axis=0)]
    return answer


expected = {"tags": {"MTT": configuration.MTT_LABELS, "MSD": configuration.MSD_LABELS}, "clips": {}}
if clips:
    for clip in clips:
        expected["clips"][os.path.basename(clip)] = ask(clip)
else:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "made.wav")
        soundfile.write(path, made(), RATE, subtype="FLOAT")
        expected["clips"]["made"] = ask(path)
        _, levels = batch_data(path, FRAMES, FRAMES)
        # Every 100th frame, every 5th band.
        expected["levels"] = [[round(float(x), 4) for x in frame[::5]] for frame in levels[:1683:100]]
with open(out, "w") as file:
    json.dump(expected, file)
    file.write("\n")
