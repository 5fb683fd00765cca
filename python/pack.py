"""Packs a built extension module as a wheel, without compiling anything again.

    python pack.py --maturin MATURIN --library target/debug/lib_tagline.so --out FOLDER

`maturin build` makes the wheels for users. It has cargo build this package alone, whose dependencies then have
other features than in the workspace, so that nearly all of them are compiled anew. Tests take the library that the
workspace's build has made. The metadata are maturin's in both cases.
"""

import argparse
import base64
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent


def dist_info(maturin, folder):
    """Has maturin write the wheel's metadata; gives their folder."""
    command = [maturin, "pep517", "write-dist-info", "--metadata-directory", folder]
    command += ["--interpreter", sys.executable, "--manifest-path", HERE / "Cargo.toml"]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return next(pathlib.Path(folder).glob("*.dist-info"))


def hashed(content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"


def pack(maturin, library, out):
    """Writes the wheel into the folder `out`; gives its path."""
    with tempfile.TemporaryDirectory() as folder:
        info = dist_info(maturin, folder)
        name, version = info.stem.split("-")
        lines = (info / "WHEEL").read_text().splitlines()
        tag = next(line.split(": ")[1] for line in lines if line.startswith("Tag: "))
        files = {f"{info.name}/{path.name}": path for path in sorted(info.iterdir())}
        sources = sorted((HERE / name).iterdir())
        files.update((f"{name}/{path.name}", path) for path in sources if path.is_file())
        ending = ".pyd" if library.suffix == ".dll" else ".abi3.so"
        files[f"{name}/_{name}{ending}"] = library
        out.mkdir(parents=True, exist_ok=True)
        wheel = out / f"{name}-{version}-{tag}.whl"
        with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            record = []
            for path, source in files.items():
                content = source.read_bytes()
                packed.writestr(path, content)
                record.append(f"{path},{hashed(content)},{len(content)}")
            record.append(f"{info.name}/RECORD,,")
            packed.writestr(f"{info.name}/RECORD", "\n".join(record) + "\n")
    return wheel


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--maturin", required=True)
    arguments.add_argument("--library", type=pathlib.Path, required=True)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    print(pack(**vars(arguments.parse_args())))
