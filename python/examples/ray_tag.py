"""Tags a folder of music on a Ray cluster, into Parquet.

    pip install tagline "ray[data]"
    python ray_tag.py MUSIC TAGS [--actors 4] [--at mean]

Each actor opens the model once and then takes batches of paths, which all machines must see. The columns are
those of `trainer tag MUSIC --out TAGS.parquet`, and so are the values.
"""

import argparse
import pathlib

import pyarrow as pa
import ray
import tagline

ENDINGS = {".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav"}


class Tag:
    """An actor that tags batches of files."""

    def __init__(self, at):
        self.at = at
        # Ray shares the processors out, so each actor has one thread.
        self.tagger = tagline.Tagger(backend="tract", threads=1)
        text, number = pa.string(), pa.float64()
        columns = {"file": text, "seconds": number, "position": number}
        columns.update({"seconds_heard": pa.float32(), "reason": text, "warning": text})
        columns.update({tag: pa.float32() for tag in self.tagger.tags})
        self.schema = pa.schema(list(columns.items()))

    def __call__(self, batch):
        rows = self.tagger.tag_files(batch["file"].to_pylist(), at=self.at)
        for row in rows:
            # A file without tags has a reason, and no values.
            values = row.pop("tags")
            row.pop("embedding")
            if values is not None:
                row.update(zip(self.tagger.tags, values.tolist()))
        return pa.Table.from_pylist(rows, self.schema)


def tag(music, out, actors=1, at="mean", batch=16):
    """Tags the audio files below the folder `music` into Parquet files in the folder `out`."""
    paths = sorted(str(p) for p in pathlib.Path(music).rglob("*") if p.suffix.lower() in ENDINGS)
    files = ray.data.from_items([{"file": path} for path in paths])
    tags = files.map_batches(
        Tag,
        fn_constructor_kwargs={"at": at},
        compute=ray.data.ActorPoolStrategy(size=actors),
        num_cpus=1,
        batch_size=batch,
        batch_format="pyarrow",
    )
    tags.write_parquet(str(out))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("music")
    arguments.add_argument("out")
    arguments.add_argument("--actors", type=int, default=1)
    arguments.add_argument("--at", default="mean")
    tag(**vars(arguments.parse_args()))
