"""Tags of arrays and files, held against `trainer tag`."""

import pathlib
import unittest

import common
import numpy as np
import pyarrow.parquet
import tagline


def same(a, b):
    """Whether two arrays have the same bits."""
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


class Tags(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.samples = common.chords(47.3)

    def setUp(self):
        self.folder = common.folder(self)
        self.song = common.write_wav(self.folder / "song.wav", self.samples)
        self.tagger = common.tagger()

    def test_an_array_and_its_file_have_the_same_tags_to_the_bit(self):
        array = common.floats(self.samples)
        for at in ["end", "mean", "max", 2]:
            of_array = self.tagger.tag(array, common.RATE, at=at)
            self.assertTrue(same(of_array, self.tagger.tag_file(self.song, at=at)), at)
            self.assertTrue(same(of_array, self.tagger.tag(str(self.song), at=at)), at)
            shape = (2, 50) if at == 2 else (50,)
            self.assertEqual((of_array.shape, of_array.dtype), (shape, np.float32))
        double = array.astype(np.float64)
        self.assertTrue(same(self.tagger.tag(double, common.RATE), self.tagger.tag(array, common.RATE)))
        strided = np.asfortranarray(array)
        self.assertTrue(same(self.tagger.tag(strided, common.RATE), self.tagger.tag(array, common.RATE)))

    @unittest.skipUnless(common.TRAINER, "TAGLINE_TRAINER names no trainer")
    def test_the_rows_are_those_of_trainer_tag_to_the_bit(self):
        common.write_wav(self.folder / "short.wav", common.chords(1.0))
        common.write_wav(self.folder / "silent.wav", np.zeros((1, 5 * common.RATE), np.int16))
        (self.folder / "broken.wav").write_bytes(b"no sound" * 100)
        names = ["song.wav", "short.wav", "silent.wav", "broken.wav", "missing.wav"]
        paths = [str(self.folder / name) for name in names]
        for at in ["end", "mean", "max", "2"]:
            table = self.folder / f"{at}.parquet"
            common.trainer(
                "tag", *paths, "--at", at, "--embeddings", "--backend", "tract", "--out", table, cwd=self.folder
            )
            expected = pyarrow.parquet.read_table(table).to_pylist()
            rows = self.tagger.tag_files(paths, at=at, embeddings=True)
            self.assertEqual(len(rows), len(expected))
            for row, wanted in zip(rows, expected):
                tags, embedding = row.pop("tags"), row.pop("embedding")
                values = [wanted.pop(tag) for tag in self.tagger.tags]
                vector = wanted.pop("embedding")
                self.assertEqual(row, wanted)
                if row["reason"] is None:
                    self.assertTrue(same(tags, np.array(values, np.float32)), at)
                    self.assertTrue(same(embedding, np.array(vector, np.float32)), at)
                else:
                    self.assertEqual((tags, embedding, vector), (None, None, None))

    def test_embeddings_are_of_one_length_and_tags_beside_them_are_the_same(self):
        embedding = self.tagger.embed(self.song, at="mean")
        self.assertEqual((embedding.shape, embedding.dtype), ((256,), np.float32))
        self.assertGreater(float(embedding.std()), 0.0)
        self.assertEqual(self.tagger.embed(self.song, at=2).shape, (2, 256))
        [row] = self.tagger.tag_files([str(self.song)], at="mean", embeddings=True)
        self.assertTrue(same(row["embedding"], embedding))
        np.testing.assert_allclose(row["tags"], self.tagger.tag(self.song, at="mean"), atol=1e-6)

    def test_a_taggram_has_every_window_and_ends_with_the_tags_of_the_end(self):
        positions, probabilities = self.tagger.taggram(self.song)
        self.assertEqual(probabilities.shape, (len(positions), 50))
        self.assertEqual((positions.dtype, probabilities.dtype), (np.float64, np.float32))
        self.assertTrue(43 < len(positions) < 47, positions)
        self.assertTrue(np.all(np.diff(positions) > 0))
        self.assertTrue(same(probabilities[-1], self.tagger.tag(self.song)))
        fewer, _ = self.tagger.taggram(self.song, update_seconds=5.0)
        self.assertTrue(8 <= len(fewer) <= 10, fewer)

    def test_a_log_mel_has_96_bands_and_a_frame_for_each_hop(self):
        log_mel = self.tagger.log_mel(common.floats(self.samples), common.RATE)
        frames = 1 + int(self.samples.shape[1] * 12_000 / common.RATE) // 256
        self.assertEqual(log_mel.shape[0], 96)
        self.assertTrue(abs(log_mel.shape[1] - frames) <= 1, log_mel.shape)
        self.assertTrue(same(log_mel, self.tagger.log_mel(self.song)))
        time = np.arange(12_000 * 4) / 12_000
        tone = np.sin(2 * np.pi * 3_000 * time).astype(np.float32)
        loudest = self.tagger.log_mel(tone, 12_000)[:, 50:100].argmax(axis=0)
        self.assertEqual(len(set(loudest)), 1)
        self.assertTrue(60 < loudest[0] < 85, loudest[0])

    def test_sound_without_tags_says_why(self):
        with self.assertRaisesRegex(tagline.NoTags, "too short"):
            self.tagger.tag(np.zeros(common.RATE, np.float32), common.RATE)
        with self.assertRaisesRegex(tagline.NoTags, "silent"):
            self.tagger.tag(np.zeros(5 * common.RATE, np.float32), common.RATE)
        positions, probabilities = self.tagger.taggram(np.zeros(100, np.float32), common.RATE)
        self.assertEqual((positions.shape, probabilities.shape), ((0,), (0, 50)))
        self.assertEqual(self.tagger.log_mel(np.zeros(0, np.float32), common.RATE).shape[0], 0)

    def test_what_cannot_be_read_is_an_exception_that_names_it(self):
        with self.assertRaisesRegex(FileNotFoundError, "gone.mp3"):
            self.tagger.tag_file(self.folder / "gone.mp3")
        broken = self.folder / "broken.wav"
        broken.write_bytes(b"no sound" * 100)
        with self.assertRaisesRegex(tagline.TaglineError, "broken.wav"):
            self.tagger.tag_file(broken)
        with self.assertRaisesRegex(tagline.TaglineError, "gone.onnx"):
            tagline.Tagger("gone.onnx")
        with self.assertRaisesRegex(tagline.TaglineError, "not an ONNX model"):
            tagline.Tagger(b"no model")

    def test_wrong_arguments_are_refused_and_say_what_is_expected(self):
        array = common.floats(self.samples)
        refused = [
            (TypeError, "sample_rate", lambda: self.tagger.tag(array)),
            (TypeError, "leave out", lambda: self.tagger.tag(str(self.song), 44_100)),
            (TypeError, "32768", lambda: self.tagger.tag(self.samples, common.RATE)),
            (ValueError, "array.T", lambda: self.tagger.tag(array.T, common.RATE)),
            (ValueError, "shape", lambda: self.tagger.tag(np.float32(1.0), common.RATE)),
            (ValueError, "at=middle", lambda: self.tagger.tag(array, common.RATE, at="middle")),
            (ValueError, "at most 10", lambda: self.tagger.taggram(array, common.RATE, update_seconds=11)),
            (ValueError, "threads", lambda: tagline.Tagger(threads=0)),
            (ValueError, "ort-cpu", lambda: tagline.Tagger(backend="fast")),
            (ValueError, "focus_seconds", lambda: tagline.Tagger(focus_seconds=1.0)),
            (tagline.TaglineError, "Hz", lambda: self.tagger.tag(array, 10)),
        ]
        for kind, text, call in refused:
            with self.assertRaisesRegex(kind, text):
                call()

    def test_a_loaded_file_has_its_samples_and_the_tags_of_the_file(self):
        samples, rate = tagline.load(self.song)
        self.assertEqual((rate, samples.dtype), (common.RATE, np.float32))
        self.assertTrue(same(samples, common.floats(self.samples)))
        self.assertTrue(same(self.tagger.tag(samples, rate), self.tagger.tag(self.song)))
        with self.assertRaisesRegex(FileNotFoundError, "gone.mp3"):
            tagline.load(str(self.folder / "gone.mp3"))
        cut = self.folder / "cut.wav"
        cut.write_bytes(self.song.read_bytes()[:1_000_000])
        with self.assertWarnsRegex(UserWarning, "cut.wav"):
            tagline.load(cut)

    def test_a_damaged_file_gives_its_tags_and_a_warning(self):
        whole = self.song.read_bytes()
        cut = self.folder / "cut.wav"
        cut.write_bytes(whole[: len(whole) // 2])
        with self.assertWarnsRegex(UserWarning, "cut.wav"):
            self.tagger.tag_file(cut)
        [row] = self.tagger.tag_files([str(cut)])
        self.assertIsNotNone(row["warning"])
        self.assertIsNotNone(row["tags"])

    def test_the_options_of_a_tagger_change_what_it_says(self):
        raw = tagline.Tagger(backend="tract", raw=True).tag(self.song)
        focus = tagline.Tagger(backend="tract", focus_seconds=3.0).tag(self.song)
        whole = self.tagger.tag(self.song)
        self.assertFalse(same(raw, whole))
        self.assertFalse(same(focus, whole))
        self.assertEqual(len(self.tagger.tags), 50)
        self.assertEqual(self.tagger.thresholds.shape, (50,))
        self.assertTrue(28 < self.tagger.window_seconds < 30)
        self.assertEqual((self.tagger.backend, self.tagger.threads), ("tract", 2))
        self.assertIn("50 tags on tract", repr(self.tagger))


class Models(unittest.TestCase):
    def test_a_path_and_its_bytes_are_the_same_model(self):
        path = common.PACKAGE.parent / "models" / "tagline-default.onnx"
        sound = common.floats(common.chords(6.0))
        expected = common.tagger().tag(sound, common.RATE)
        for model in [str(path), pathlib.Path(path), path.read_bytes()]:
            tagger = tagline.Tagger(model, backend="tract")
            self.assertTrue(same(tagger.tag(sound, common.RATE), expected))


if __name__ == "__main__":
    unittest.main()
