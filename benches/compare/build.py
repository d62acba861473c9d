#!/usr/bin/env python3
"""How many crates each implementation brings, and how long a processor works to build it from nothing.

Each is the only dependency of an empty package under the repository's target/build-table/. Everything is fetched before
the clock starts, and the build is offline. Prints a table in Markdown.
"""

import argparse
import os
import pathlib
import resource
import shutil
import subprocess
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCRATCH = ROOT / "target" / "build-table"

# Name, features as the table calls them, and the dependency's line without its version.
SUBJECTS = [
    ("s3-sigv4", "none", {"default-features": False}),
    ("s3-sigv4", "default", {}),
    ("s3-presign", "default; it has none", {}),
    ("rusty-s3", "`rustcrypto`: signs, reads no answers", {"default-features": False, "features": ["rustcrypto"]}),
    ("rusty-s3", "default", {}),
    ("aws-sigv4", "default; fewer do not sign requests", {}),
    ("reqsign-aws-v4", "default; it has none", {}),
    ("object_store", "`aws-base`, `ring`: signs, sends nothing",
     {"default-features": False, "features": ["aws-base", "ring"]}),
    ("object_store", "default and `aws`", {"features": ["aws"]}),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="builds of each, of which the quickest counts")
    parser.add_argument("--only", default="", help="those whose name contains this")
    arguments = parser.parse_args()
    versions = locked_versions()
    rows = []
    for number, (name, features, dependency) in enumerate(SUBJECTS):
        if arguments.only in name:
            folder = package(number, name, dependency, versions)
            count = crates(folder, name)
            seconds = min(build(folder) for _ in range(arguments.runs))
            rows.append((name, versions[name], features, count, seconds))
    print(subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout)
    print("| crate | version | features | crates, with itself | CPU seconds |")
    print("|---|---|---|--:|--:|")
    for name, version, features, count, seconds in rows:
        print(f"| {name} | {version} | {features} | {count} | {seconds:.1f} |")


def locked_versions():
    """The versions that are timed are the versions that are built."""
    with open(HERE / "Cargo.lock", "rb") as file:
        return {package["name"]: package["version"] for package in tomllib.load(file)["package"]}


def package(number, name, dependency, versions):
    folder = SCRATCH / f"{number}-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.rs").write_text("fn main() {}\n")
    where = {"path": str(ROOT)} if name == "s3-sigv4" else {"version": f"={versions[name]}"}
    fields = ", ".join(f"{key} = {toml(value)}" for key, value in (where | dependency).items())
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2024"\n\n'
        f"[dependencies]\n{name} = {{ {fields} }}\n\n[workspace]\n"
    )
    run(folder, "fetch", "--quiet")
    return folder


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return "'" + value + "'"


def crates(folder, name):
    """What `cargo tree -e normal,build --prefix none --no-dedupe | sort -u | wc -l` says."""
    tree = run(folder, "tree", "--offline", "--package", name, "-e", "normal,build", "--prefix", "none", "--no-dedupe")
    return len(set(tree.splitlines()))


def build(folder):
    """Seconds of processor time, all processes together, of a build that finds nothing built."""
    shutil.rmtree(folder / "target", ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(folder, "build", "--release", "--offline", "--quiet")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(folder / "target")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def run(folder, *command):
    environment = {key: value for key, value in os.environ.items() if key not in ("CARGO_TARGET_DIR", "RUSTFLAGS")}
    result = subprocess.run(["cargo", *command], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise SystemExit(f"cargo {' '.join(command)} failed in {folder}")
    return result.stdout


if __name__ == "__main__":
    main()
