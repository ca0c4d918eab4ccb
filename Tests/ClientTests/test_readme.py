"""The README is true: its commands run, its terminal sessions come out as printed, its configurations are valid.

Blocks marked `console` are sessions: each command after `$ `, and after `> ` what it goes on with, is run, and what it prints is compared with what stands
there, ids and times apart. Blocks marked `sh` are run as they are, in one shell a block; what takes many minutes, or an
engine that is not here (docker, kubectl, systemctl), is held to existing and parsing. Blocks marked `json` that are
configurations are checked.
"""
import itertools
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess

import pytest

from ossgate import BINARY, PATIENCE, SERVE_LINE, environment, run

ROOT = pathlib.Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [(kind, text) for kind, text in re.findall(r"^```(\w+)\n(.*?)^```$", README, re.M | re.S)]

# Scripts of minutes, and programs that are not here: what is checked of a command that begins so.
LONG = ("deploy/test", "deploy/heavy", "deploy/soak", "deploy/sanitize", "deploy/fuzz", "deploy/bench", "swift build",
        ".build/release/Benchmarks")
ENGINES = ("docker", "kubectl", "systemctl")


def blocks(kind):
    return [text for found, text in BLOCKS if found == kind]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """What a reader has after a build, with a gateway that `deploy/run` started; ports are the system's choice."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "deploy", root / "deploy")
    configuration = json.loads((ROOT / "config.json").read_text("utf-8"))
    configuration["listeners"][0]["bind"] = configuration["admin"]["bind"] = "127.0.0.1:0"
    (root / "config.json").write_text(json.dumps(configuration))
    (root / ".build/release").mkdir(parents=True)
    (root / ".build/release/ossgate").symlink_to(BINARY)
    # The build itself is not what is tested here; everything else of the script is.
    stubs = root / "stubs"
    stubs.mkdir()
    (stubs / "swift").write_text('#!/bin/sh\n[ "$1" = build ]\n')
    (stubs / "swift").chmod(0o755)
    process = subprocess.Popen(
        ["deploy/run"], cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**environment(), "PATH": f"{stubs}:{os.environ['PATH']}"})
    printed = [process.stdout.readline() for _ in range(2)]
    assert printed[0].startswith("Building") and printed[1].startswith("Starting")
    line = process.stderr.readline()
    started = SERVE_LINE.match(line.rstrip("\n"))
    assert started, line

    def here(text):
        return text.replace("127.0.0.1:8080", started["listeners"]).replace("127.0.0.1:9090", started["admin"])
    yield root, here
    process.terminate()
    assert process.wait(PATIENCE) == 0
    process.stdout.close()
    process.stderr.close()


def general(text):
    """Without what differs from run to run."""
    text = re.sub(r"\b[0-9A-F]{24}\b", "ID", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text).strip()


def test_sessions_come_out_as_printed(checkout):
    root, here = checkout
    (root / "work").mkdir()
    path = f"{root}/.build/release:{os.environ['PATH']}"
    count = 0
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.splitlines()
            # A command goes on in lines after `> `.
            count_of_more = len(list(itertools.takewhile(lambda line: line.startswith("> "), lines[1:])))
            command = "\n".join([lines[0], *(line[2:] for line in lines[1:1 + count_of_more])])
            expected = "\n".join(lines[1 + count_of_more:])
            done = subprocess.run(
                ["bash", "-c", here(command)], cwd=root / "work", capture_output=True, text=True, timeout=PATIENCE,
                env={**environment(), "PATH": path})
            assert done.returncode == 0, (command, done.stderr)
            assert general(done.stdout) == general(here(expected)), command
            count += 1
    assert count >= 10


def test_the_first_refusal_is_explained_within_five_minutes():
    """Reading at 200 words a minute, prose and what is printed, and typing at 200 characters a minute; a build apart."""
    part = README[:README.index("The first terminal shows the same refusal")]
    words, typed = len(re.sub(r"^```.*?^```$", "", part, flags=re.M | re.S).split()), 0
    for kind, block in BLOCKS:
        if block not in part or kind not in ("console", "sh"):
            continue
        for line in block.splitlines():
            if kind == "sh" or line.startswith(("$ ", "> ")):
                typed += len(line.removeprefix("$ ").removeprefix("> "))
            else:
                words += len(line.split())
    assert words / 200 + typed / 200 < 5
    assert f"({round(words, -1)} words)" in README and f"({round(typed, -1)} characters" in README


def commands(block):
    """The commands of a block, with continued lines joined, without comments."""
    lines = re.sub(r"\\\n", " ", block).splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def is_checked_only(command):
    return command.startswith(LONG) or command.split()[0] in ENGINES or command == "deploy/run"


def runnable():
    return [block for block in blocks("sh") if not all(map(is_checked_only, commands(block)))]


def test_every_long_command_is_there():
    seen = 0
    for command in (command for block in blocks("sh") for command in commands(block) if is_checked_only(command)):
        words = shlex.split(command)
        if words[0].startswith("deploy/"):
            script = ROOT / words[0]
            assert os.access(script, os.X_OK)
            if script.read_text("utf-8").startswith("#!/usr/bin/env bash"):
                subprocess.run(["bash", "-n", script], check=True, timeout=PATIENCE)
        for word in words:
            if word.startswith("deploy/"):
                assert (ROOT / word).exists(), word
        seen += 1
    assert seen >= 3


@pytest.mark.parametrize("block", runnable(), ids=lambda block: commands(block)[0][:40])
def test_commands_run(checkout, tmp_path, block):
    """In a directory with the shipped configuration, a file to upload and a rejection log of one line."""
    root, here = checkout
    (tmp_path / "config.json").write_text((root / "config.json").read_text())
    (tmp_path / "hello.txt").write_text("hello\n")
    (tmp_path / "rejections.log").write_text(json.dumps({
        "time": "2026-01-01T00:00:00.000Z", "ossgate.request_id": "6AC1F2C05D4B3A2917E8F604", "oss.code": "InvalidDigest",
        "ossgate.rule": "content-md5"}) + "\n")
    env = {**environment(), "PATH": f"{root}/.build/release:{os.environ['PATH']}"}
    if any("ossgate serve" in command for command in commands(block)):
        [command] = commands(block)
        process = subprocess.Popen(
            ["bash", "-c", command.replace("ossgate serve", "exec ossgate serve")], cwd=tmp_path, env=env, text=True,
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert SERVE_LINE.match(process.stderr.readline().rstrip("\n"))
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stderr.close()
        return
    done = subprocess.run(
        ["bash", "-e", "-c", here(block)], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr


def test_configurations_are_valid(tmp_path):
    checked = 0
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
        check=True, capture_output=True, timeout=PATIENCE)
    for block in blocks("json"):
        value = json.loads(block)
        if "cases" in value:
            continue
        path = tmp_path / "config.json"
        path.write_text(block)
        # Names of files in it are those of the directory where the reader is.
        done = run("check", "--config", path, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        checked += 1
    assert checked >= 3


def test_links_and_files_exist():
    for name in re.findall(r"`((?:deploy|Sources|Tests)/[\w./-]+)`", README):
        assert (ROOT / name).exists(), name
