"""Streams, threads and processes."""

import pickle
import threading
import time
import unittest

import common
import numpy as np
import tagline


class Streams(unittest.TestCase):
    def test_blocks_of_any_size_give_the_taggram_to_the_bit(self):
        samples = common.floats(common.chords(12.0))
        positions, probabilities = common.tagger().taggram(samples, common.RATE)
        random = np.random.default_rng(2)
        for largest in [64, 4_096, 200_000]:
            stream = tagline.Stream(common.RATE, common.tagger())
            at, parts = 0, []
            while at < samples.shape[1]:
                size = int(random.integers(0, largest + 1))
                parts.append(stream.push(samples[:, at : at + size]))
                at += size
            self.assertEqual(np.concatenate([p for p, _ in parts]).tobytes(), positions.tobytes())
            self.assertEqual(np.concatenate([p for _, p in parts]).tobytes(), probabilities.tobytes())

    def test_a_stream_of_its_own_model_says_what_it_is_and_begins_anew(self):
        stream = tagline.Stream(48_000, backend="tract", update_seconds=0.5)
        self.assertEqual((stream.tags, stream.sample_rate), (common.tagger().tags, 48_000))
        block = common.floats(common.chords(4.0, channels=1))[0]
        first = stream.push(block)
        self.assertGreater(len(first[0]), 0)
        stream.reset()
        again = stream.push(block)
        self.assertEqual(first[0].tobytes(), again[0].tobytes())
        self.assertEqual(first[1].tobytes(), again[1].tobytes())
        self.assertIn("48000 Hz", repr(stream))
        with self.assertRaises(tagline.TaglineError):
            tagline.Stream(3.0, common.tagger())


class Threads(unittest.TestCase):
    def test_pythons_lock_is_free_while_a_tagger_works(self):
        sound = common.floats(common.chords(60.0))
        tagger = common.tagger()
        done = threading.Event()

        def work():
            tagger.taggram(sound, common.RATE)
            done.set()

        thread = threading.Thread(target=work)
        thread.start()
        turns = 0
        while not done.is_set():
            time.sleep(0.001)
            turns += 1
        thread.join()
        # With the lock held, the loop would stand still until the thread is done.
        self.assertGreater(turns, 20)

    def test_one_tagger_serves_many_threads_with_the_same_tags(self):
        sounds = [common.floats(common.chords(5.0, seed)) for seed in range(4)]
        tagger = common.tagger()
        expected = [tagger.tag(sound, common.RATE) for sound in sounds]
        given = [None] * len(sounds)

        def work(index):
            given[index] = tagger.tag(sounds[index], common.RATE)

        threads = [threading.Thread(target=work, args=(index,)) for index in range(len(sounds))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for a, b in zip(given, expected):
            self.assertEqual(a.tobytes(), b.tobytes())

    def test_files_come_in_order_whatever_number_of_threads(self):
        folder = common.folder(self)
        paths = [
            str(common.write_wav(folder / f"{seed}.wav", common.chords(4.0 + 2 * (seed % 3), seed)))
            for seed in range(6)
        ]
        several = common.tagger().tag_files(paths)
        alone = tagline.Tagger(backend="tract", threads=1).tag_files(paths)
        self.assertEqual([row["file"] for row in several], paths)
        for a, b in zip(several, alone):
            self.assertEqual(a["tags"].tobytes(), b["tags"].tobytes())


class Pickles(unittest.TestCase):
    def test_a_tagger_travels_with_its_model_and_options(self):
        sound = common.floats(common.chords(5.0))
        path = common.folder(self) / "model.onnx"
        path.write_bytes((common.PACKAGE.parent / "models" / "tagline-default.onnx").read_bytes())
        named = tagline.Tagger(str(path), backend="tract", raw=True, threads=3, focus_seconds=4.0)
        built_in = common.tagger()
        sent = pickle.dumps(named), pickle.dumps(built_in)
        path.unlink()
        for tagger, bytes_ in zip((named, built_in), sent):
            arrived = pickle.loads(bytes_)
            self.assertEqual(arrived.threads, tagger.threads)
            self.assertEqual(
                arrived.tag(sound, common.RATE).tobytes(), tagger.tag(sound, common.RATE).tobytes()
            )
        self.assertLess(len(sent[1]), 1_000)


if __name__ == "__main__":
    unittest.main()
