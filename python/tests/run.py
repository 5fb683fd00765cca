"""Installs the wheel in a folder and runs all tests; ends with the line that `cargo xtask test` counts.

    python run.py target/python/wheels
"""

import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def install(wheel):
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--force-reinstall", "--no-deps", "--no-index", str(wheel)], check=True)


def main(wheels):
    wheel = max(pathlib.Path(wheels).glob("tagline-*.whl"), key=lambda path: path.stat().st_mtime)
    install(wheel)
    sys.path.insert(0, str(HERE))
    import common

    common.WHEEL = wheel.resolve()
    tests = unittest.defaultTestLoader.discover(str(HERE))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    passed = result.testsRun - failed - skipped
    word = "ok" if failed == 0 else "FAILED"
    print(f"test result: {word}. {passed} passed; {failed} failed; {skipped} ignored", flush=True)
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
