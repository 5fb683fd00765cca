"""The wheel, its types, and the lines of README."""

import subprocess
import sys
import unittest
import venv
import zipfile

import common


def run(command, cwd):
    ran = subprocess.run(
        [str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{command}: {ran.stdout}{ran.stderr}"
    return ran.stdout


class Package(unittest.TestCase):
    def test_the_wheel_holds_the_model_the_types_and_nothing_of_the_builds(self):
        self.assertRegex(common.WHEEL.name, r"^tagline-[0-9.]+-cp39-abi3-\w+\.whl$")
        model = (common.PACKAGE.parent / "models" / "tagline-default.onnx").read_bytes()
        with zipfile.ZipFile(common.WHEEL) as wheel:
            names = {name for name in wheel.namelist() if ".dist-info/" not in name}
            library = next(name for name in names if name.endswith((".so", ".pyd")))
            self.assertTrue(model in wheel.read(library), "another model than the one in the checkout")
        sources = {"__init__.py", "__init__.pyi", "_tagline.pyi", "py.typed"}
        self.assertEqual(names, {library, *(f"tagline/{name}" for name in sources)})

    def test_readmes_lines_run_where_only_the_wheel_was_installed(self):
        folder = common.folder(self)
        common.write_wav(folder / "song.wav", common.chords(35.0))
        venv.create(folder / "clean", with_pip=True)
        programs = "Scripts" if sys.platform == "win32" else "bin"
        python = folder / "clean" / programs / "python"
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        try:
            run([*pip, common.WHEEL], folder)
        except AssertionError as error:
            if "No matching distribution found for numpy" in str(error):
                self.skipTest("PyPI gives no numpy")
            raise
        (folder / "readme.py").write_text(common.readme_lines())
        said = run([python, "readme.py"], folder)
        self.assertIn("%", said)

    def test_types_are_those_of_the_package_and_of_readme(self):
        folder = common.folder(self)
        (folder / "readme.py").write_text(common.readme_lines())
        run([sys.executable, "-m", "mypy", "--strict", "--allow-untyped-globals", "readme.py"], folder)
        run([sys.executable, "-m", "mypy.stubtest", "tagline"], folder)
        wrong = "import tagline\ntagline.Tagger(threads='two').tag(1.0, at=None)\n"
        (folder / "wrong.py").write_text(wrong)
        with self.assertRaisesRegex(AssertionError, "threads"):
            run([sys.executable, "-m", "mypy", "wrong.py"], folder)

    def test_everything_has_a_docstring_and_results_have_shapes(self):
        import tagline

        for owner in [tagline.Tagger, tagline.Stream]:
            self.assertTrue(owner.__doc__)
            for name in vars(owner):
                if not name.startswith("_"):
                    self.assertTrue(getattr(owner, name).__doc__, f"{owner.__name__}.{name}")
        for name in ["tag", "tag_file", "tag_files", "taggram", "embed", "log_mel"]:
            self.assertRegex(getattr(tagline.Tagger, name).__doc__, r"`\[.*\]`")
        self.assertRegex(tagline.load.__doc__, r"`\[.*\]`")
        self.assertRegex(tagline.Stream.push.__doc__, r"`\[.*\]`")


if __name__ == "__main__":
    unittest.main()
