"""What the tests share: sounds, the program `trainer`, and the lines of the package's README."""

import functools
import os
import pathlib
import re
import subprocess
import tempfile
import wave

import numpy as np
import tagline

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
TRAINER = os.environ.get("TAGLINE_TRAINER")
RATE = 44_100

# The wheel that is tested; `run.py` sets it.
WHEEL = None


@functools.cache
def tagger():
    """The built-in model on tract, whose bits are the same each time."""
    return tagline.Tagger(backend="tract", threads=2)


def chords(seconds, seed=1, channels=2):
    """Decaying chords and noise, int16 `[channels, samples]`."""
    random = np.random.default_rng(seed)
    samples = int(seconds * RATE)
    time = np.arange(samples) / RATE
    sound = random.normal(0.0, 0.02, (channels, samples))
    for beat in np.arange(0.0, seconds, 0.5):
        since = np.clip(time - beat, 0.0, None)
        for hz in 110.0 * 2.0 ** (random.integers(0, 36, 3) / 12.0):
            tone = np.sin(2.0 * np.pi * hz * since) * np.exp(-4.0 * since) * (time >= beat)
            sound += 0.15 * tone * random.uniform(0.2, 1.0, (channels, 1))
    return (np.clip(sound, -1.0, 1.0) * 32_767.0).astype(np.int16)


def floats(samples):
    """16-bit samples as decoders give them, float32."""
    return samples.astype(np.float32) / np.float32(32_768.0)


def write_wav(path, samples):
    """Writes int16 `[channels, samples]`."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.ascontiguousarray(samples.T).tobytes())
    return path


def folder(test):
    """A folder that is removed after the test."""
    made = tempfile.TemporaryDirectory()
    test.addCleanup(made.cleanup)
    return pathlib.Path(made.name)


def trainer(*arguments, cwd):
    """Runs `trainer`, which must succeed; gives what it prints."""
    command = [TRAINER, *map(str, arguments)]
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def readme_lines():
    """The Python of the package's README, then that of the project's."""
    readmes = [PACKAGE / "README.md", PACKAGE.parent / "README.md"]
    lines = [re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL) for path in readmes]
    assert all(lines)
    return "\n".join(sum(lines, []))
