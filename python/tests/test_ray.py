"""`examples/ray_tag.py` on a local Ray."""

import os
import sys
import unittest

import common
import numpy as np
import pyarrow.parquet

sys.path.insert(0, str(common.PACKAGE / "examples"))

try:
    # Otherwise it writes a token into the user's home.
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray
    import ray.data
    import ray_tag
except ImportError as error:
    ray, missing = None, str(error)
else:
    missing = ""


@unittest.skipUnless(ray, f"no Ray: {missing}")
@unittest.skipUnless(common.TRAINER, "TAGLINE_TRAINER names no trainer")
class Ray(unittest.TestCase):
    def test_a_folder_gets_the_values_of_trainer_tag_to_the_bit(self):
        folder = common.folder(self)
        (folder / "music" / "deep").mkdir(parents=True)
        for number in range(5):
            place = folder / "music" / ("deep" if number % 2 else "")
            common.write_wav(place / f"{number}.wav", common.chords(5.0 + number, number))
        (folder / "music" / "broken.wav").write_bytes(b"no sound" * 100)
        common.trainer(
            "tag", folder / "music", "--at", "mean", "--backend", "tract", "--out", "all.parquet", cwd=folder
        )
        # The actors find what this process finds.
        paths = os.pathsep.join(path for path in sys.path if path)
        ray.init(
            num_cpus=2,
            include_dashboard=False,
            object_store_memory=80 << 20,
            log_to_driver=False,
            runtime_env={"env_vars": {"PYTHONPATH": paths}},
        )
        self.addCleanup(ray.shutdown)
        ray.data.DataContext.get_current().enable_progress_bars = False
        ray_tag.tag(folder / "music", folder / "tags", batch=2)
        expected = pyarrow.parquet.read_table(folder / "all.parquet").to_pylist()
        tables = [pyarrow.parquet.read_table(path) for path in (folder / "tags").glob("*.parquet")]
        rows = [row for table in tables for row in table.to_pylist()]
        rows.sort(key=lambda row: row["file"])
        expected.sort(key=lambda row: row["file"])
        self.assertEqual(len(rows), 6)
        self.assertEqual(rows, expected)
        self.assertEqual(tables[0].schema.field(common.tagger().tags[0]).type, "float")
        self.assertEqual(np.float32, tables[0].schema.field("seconds_heard").type.to_pandas_dtype())


if __name__ == "__main__":
    unittest.main()
