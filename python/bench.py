"""Measures how much music a CPU minute tags, beside librosa with ONNX Runtime, in one run.

    cargo build --release --package trainer && cargo xtask wheel
    pip install librosa==0.11.0 onnxruntime soundfile target/wheels/tagline-*.whl
    python python/bench.py --trainer target/release/trainer [--songs FOLDER] [--files 24]

Both tag the same files with the built-in model, the mean over windows 10 s apart, on one thread, from the start of
the process to its end. CPU time is the system's count for the process. Without the wheel, the rows of what our own
decoding takes are left out: they are processes of Python, which import NumPy first. Prints the rows of README's
table. Without `--songs`, it makes MP3s of 60 s, of chords and noise.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

MODEL = pathlib.Path(__file__).resolve().parent.parent / "models" / "tagline-default.onnx"
RATE = 44_100
# What a night is asked for: songs, minutes of each, and cores.
NIGHT = 22_000, 4, 2


def make_songs(folder, files, seconds):
    """Writes MP3s of decaying chords and noise."""
    import numpy as np
    import soundfile

    time = np.arange(seconds * RATE) / RATE
    for number in range(files):
        random = np.random.default_rng(number)
        sound = random.normal(0.0, 0.02, (len(time), 2))
        for beat in np.arange(0.0, seconds, 0.5):
            first = int(beat * RATE)
            since = time[first : first + 2 * RATE] - beat
            for hz in 110.0 * 2.0 ** (random.integers(0, 36, 3) / 12.0):
                tone = 0.15 * np.sin(2.0 * np.pi * hz * since) * np.exp(-4.0 * since)
                sound[first : first + len(since)] += tone[:, None] * random.uniform(0.2, 1.0, 2)
        soundfile.write(folder / f"{number:03}.mp3", np.clip(sound, -1.0, 1.0), RATE)


def with_librosa(songs, decode_only):
    """Tags files as people do in Python: librosa's log-mel, ONNX Runtime, a mean over windows."""
    import librosa
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    frames = 1366
    for song in songs:
        if decode_only:
            librosa.load(song, sr=None, mono=False)
            continue
        sound, _ = librosa.load(song, sr=12_000, mono=True)
        mel = librosa.feature.melspectrogram(
            y=sound, sr=12_000, n_fft=512, hop_length=256, n_mels=96, power=2.0
        )
        levels = librosa.power_to_db(mel, ref=1.0, amin=1e-10, top_db=None)
        ends = range(frames, levels.shape[1] + 1, round(10 * 12_000 / 256))
        windows = np.stack([levels[:, end - frames : end] for end in ends])[:, None]
        tags = session.run(None, {name: windows.astype(np.float32)})[0].mean(axis=0)
        print(song, *(f"{tag:.4f}" for tag in tags))


def with_tagline(songs):
    """Decodes files as `trainer tag` does, and nothing more."""
    import tagline

    for song in songs:
        tagline.load(song)


def with_log_mel(songs):
    """Decodes files and computes their log-mels, and nothing more."""
    import tagline

    tagger = tagline.Tagger(backend="tract", threads=1)
    for song in songs:
        tagger.log_mel(song)


def onnx_runtime():
    """The library in the package `onnxruntime`."""
    import onnxruntime

    folder = pathlib.Path(onnxruntime.__file__).parent / "capi"
    names = ["libonnxruntime.so*", "libonnxruntime.*dylib", "onnxruntime.dll"]
    return next(path for name in names for path in folder.glob(name))


def cpu_seconds(command):
    """Runs a command; gives its CPU time."""

    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    environment = {**os.environ, "ORT_DYLIB_PATH": str(onnx_runtime())}
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, env=environment)
    return used() - before


def seconds_of(songs):
    import soundfile

    return sum(soundfile.info(str(song)).duration for song in songs)


def measure(trainer, songs, runs):
    """Prints the table."""
    seconds = seconds_of(songs)
    itself = [sys.executable, __file__]
    with tempfile.TemporaryDirectory() as folder:
        # Each run makes a new table: a finished one is not made twice.
        numbers = iter(range(1_000))

        def tagline_command(at, backend="tract"):
            out = pathlib.Path(folder) / f"{next(numbers)}.parquet"
            options = ["--at", at, "--backend", backend, "--jobs", "1"]
            return [trainer, "tag", *songs, *options, "--out", out]

        ways = {
            "`trainer tag --at mean`": lambda: tagline_command("mean"),
            "the same on ONNX Runtime": lambda: tagline_command("mean", "ort-cpu"),
            "`trainer tag --at end`": lambda: tagline_command("end"),
            "librosa 0.11 and ONNX Runtime": lambda: [*itself, "--librosa", *songs],
            "decoding alone (librosa's), without resampling": lambda: [*itself, "--decode", *songs],
        }
        try:
            import tagline  # noqa: F401

            ways["decoding alone (ours)"] = lambda: [*itself, "--load", *songs]
            ways["decoding and log-mels alone (ours)"] = lambda: [*itself, "--log-mel", *songs]
        except ImportError:
            pass
        # librosa compiles some of its functions when they run first.
        cpu_seconds([*itself, "--librosa", songs[0]])
        least = {}
        # In turn, so that what else the machine does meets all of them alike.
        for _ in range(runs):
            for way, command in ways.items():
                least[way] = min(least.get(way, float("inf")), cpu_seconds(command()))
    reference = least["librosa 0.11 and ONNX Runtime"]
    print(f"{len(songs)} files, {seconds / 60:.1f} minutes; least CPU time of {runs} runs in turn\n")
    print("| | CPU time | of librosa's | files a CPU minute | hours of music a CPU minute |")
    print("|---|---|---|---|---|")
    for way, used in least.items():
        per_minute = 60.0 / used
        files, hours = per_minute * len(songs), per_minute * seconds / 3_600
        print(f"| {way} | {used:.2f} s | {used / reference:.2f} | {files:.0f} | {hours:.1f} |")
    count, minutes, cores = NIGHT
    share = least["`trainer tag --at mean`"] / seconds
    hours = count * minutes * 60 * share / 3_600 / cores
    print(f"\n{count:,} songs of {minutes} minutes on {cores} cores, from this: {hours:.1f} hours")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--trainer", type=pathlib.Path)
    arguments.add_argument("--songs", type=pathlib.Path)
    arguments.add_argument("--files", type=int, default=24)
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--runs", type=int, default=3)
    for child in ["--librosa", "--decode", "--load", "--log-mel"]:
        arguments.add_argument(child, nargs="+", help=argparse.SUPPRESS)
    arguments = arguments.parse_args()
    if arguments.librosa:
        with_librosa(arguments.librosa, decode_only=False)
    elif arguments.decode:
        with_librosa(arguments.decode, decode_only=True)
    elif arguments.load:
        with_tagline(arguments.load)
    elif arguments.log_mel:
        with_log_mel(arguments.log_mel)
    elif not arguments.trainer:
        sys.exit("--trainer names the program of the release build")
    elif arguments.songs:
        songs = sorted(path for path in arguments.songs.rglob("*") if path.suffix in {".mp3", ".flac", ".ogg"})
        measure(arguments.trainer, songs[: arguments.files], arguments.runs)
    else:
        with tempfile.TemporaryDirectory() as folder:
            make_songs(pathlib.Path(folder), arguments.files, arguments.seconds)
            measure(arguments.trainer, sorted(pathlib.Path(folder).glob("*.mp3")), arguments.runs)


if __name__ == "__main__":
    main()
