"""The lines of `docs/library.md` for Spark, on a local Spark."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import unittest

import common
import pyarrow.parquet

# What runs the lines sees no cluster, opens no web page, and is small.
OPTIONS = "--master local[2] --driver-memory 512m --conf spark.ui.enabled=false pyspark-shell"


def lines():
    """The documented lines. A few files need no thousand partitions."""
    page = (common.PACKAGE.parent / "docs" / "library.md").read_text()
    [lines] = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "mapInPandas" in block]
    assert "repartition(1000)" in lines
    return lines.replace("repartition(1000)", "repartition(2)")


def java():
    """Whether a Java is there that starts."""
    program = shutil.which("java")
    return program and subprocess.run([program, "-version"], capture_output=True, check=False).returncode == 0


@unittest.skipUnless(common.TRAINER, "TAGLINE_TRAINER names no trainer")
@unittest.skipUnless(importlib.util.find_spec("pyspark"), "no pyspark")
@unittest.skipUnless(java(), "no Java")
class Spark(unittest.TestCase):
    def test_the_documented_lines_give_the_values_of_trainer_tag_to_the_bit(self):
        folder = common.folder(self)
        paths = [folder / f"{number}.wav" for number in range(4)]
        for number, path in enumerate(paths):
            common.write_wav(path, common.chords(5.0 + number, number))
        paths.append(folder / "broken.wav")
        paths[-1].write_bytes(b"no sound" * 100)
        (folder / "files.txt").write_text("".join(f"{path}\n" for path in paths))
        common.trainer("tag", *paths, "--at", "mean", "--backend", "tract", "--out", "all.parquet", cwd=folder)
        (folder / "lines.py").write_text(lines())
        settings = {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_SUBMIT_ARGS": OPTIONS,
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        ran = subprocess.run(
            [sys.executable, "lines.py"],
            cwd=folder,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        expected = pyarrow.parquet.read_table(folder / "all.parquet")
        tables = [pyarrow.parquet.read_table(path) for path in (folder / "tags").glob("*.parquet")]
        rows = [row for table in tables for row in table.to_pylist()]
        # The lines leave out where the last window lies.
        expected = expected.drop_columns(["position", "seconds_heard"]).to_pylist()
        for some in [rows, expected]:
            some.sort(key=lambda row: row["file"])
        self.assertEqual(len(rows), 5)
        self.assertEqual(rows, expected)
        self.assertEqual(tables[0].schema.field(common.tagger().tags[0]).type, "float")


if __name__ == "__main__":
    unittest.main()
