"""`ossgate explain` and `ossgate rejections`: what was refused, read back by a person."""
import json
import subprocess
import threading

import requests

import digests
from conftest import BUCKET
from ossgate import BINARY, PATIENCE, Ossgate, environment, run
from rejections import RejectionLog
from test_cli import await_truth


def refused(gateway, key, body=b"x"):
    """The answer to an upload whose Content-MD5 is that of other bytes."""
    answer = requests.put(
        f"http://{gateway.address}/{BUCKET}/{key}", body, timeout=PATIENCE,
        headers={"Content-MD5": digests.content_md5(b"others")})
    assert answer.status_code == 400
    return answer


def words(text):
    return " ".join(text.split())


def test_codes_rules_and_rows():
    for subject in ("InvalidDigest", "invaliddigest", "content-md5", "content-md5-invalid"):
        done = run("explain", subject)
        assert (done.returncode, done.stderr) == (0, "")
        assert "400 InvalidDigest: The Content-MD5 you specified was invalid." in done.stdout
        assert "openssl md5 -binary FILE | base64" in words(done.stdout)
    done = run("explain", "AccessDenied")
    assert done.stdout.count("403 AccessDenied") > 15
    done = run("explain", "NoSuchKey")
    assert "by the service" in words(done.stdout)


def test_unknown_subjects(tmp_path):
    done = run("explain", "InvalidDigets")
    assert (done.returncode, done.stdout) == (65, "")
    assert "did you mean InvalidDigest?" in done.stderr
    done = run("explain", "a\x1b[2Jb")
    assert done.returncode == 65 and "\x1b" not in done.stderr
    assert run("explain").returncode == 64
    assert run("explain", tmp_path).returncode == 65
    text = tmp_path / "text"
    text.write_text("nothing of the kind")
    done = run("explain", text)
    assert done.returncode == 65 and "no XML" in done.stderr
    log = tmp_path / "empty.log"
    log.touch()
    done = run("explain", "0123456789ABCDEF01234567", "--log", log)
    assert done.returncode == 65 and "no refusal 0123456789ABCDEF01234567" in done.stderr
    done = run("explain", "0123456789ABCDEF01234567", "--log", tmp_path / "absent")
    assert done.returncode == 74
    (tmp_path / "config.json").write_text('{"log": {"rejections": "stdout"}}')
    done = run("explain", "0123456789ABCDEF01234567", cwd=tmp_path)
    assert done.returncode == 64 and "--log" in done.stderr


def test_a_refusal_by_its_id_and_by_its_document(tmp_path):
    path = tmp_path / "rejections.log"
    with Ossgate.serve(tmp_path, {"log": {"rejections": f"file:{path}"}, "emulator": {"buckets": [BUCKET]}}) as gateway:
        answer = refused(gateway, "explained", b"the body")
        RejectionLog(path, gateway).mark()
    request = answer.headers["x-oss-request-id"]
    config = tmp_path / "config.json"
    for arguments in (("--log", path), ("--config", config)):
        done = run("explain", request, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        for part in (request, f"PUT /{BUCKET}/explained", "PutObject", "400 InvalidDigest", "content-md5 (enforce, body)",
                     "8 bytes of the body", digests.content_md5(b"others"), digests.content_md5(b"the body"), "mend"):
            assert part in done.stdout, part
    document = tmp_path / "answer.xml"
    document.write_bytes(answer.content)
    done = run("explain", document, "--config", config)
    assert done.returncode == 0
    assert "In the rejection log" in done.stdout and digests.content_md5(b"the body") in done.stdout
    # From a pipe, with the head of the answer, and without a log.
    piped = run("explain", "-", cwd=tmp_path.parent, input="HTTP/1.1 400 Bad Request\r\n\r\n" + answer.text)
    assert piped.returncode == 0
    assert "InvalidDigest" in piped.stdout and "In the rejection log" not in piped.stdout


def test_rejections_are_filtered(tmp_path):
    path = tmp_path / "rejections.log"
    with Ossgate.serve(tmp_path, {"log": {"rejections": f"file:{path}"}, "emulator": {"buckets": [BUCKET]}}) as gateway:
        refused(gateway, "one")
        refused(gateway, "two")
        RejectionLog(path, gateway).mark()
    (tmp_path / "rejections.log.1").write_text(
        '{"time":"2020-01-01T00:00:00.000Z","ossgate.request_id":"OLD","oss.code":"InvalidDigest","oss.bucket":"old"}\n'
        'no record\n' + "x" * 70_000 + "\n")

    def lines(*arguments):
        done = run("rejections", "--log", path, *arguments)
        assert done.returncode == 0
        return done.stdout.splitlines(), done.stderr
    table, warning = lines()
    assert len(table) == 1 + 4 and table[0].startswith("TIME") and table[1].startswith("2020-01-01 00:00:00.000Z")
    assert "2 lines are no records" in warning
    records = [json.loads(line) for line in lines("--json")[0]]
    assert [record["oss.code"] for record in records] == ["InvalidDigest"] * 3 + ["InvalidBucketName"]
    assert len(lines("--json", "--since", "1h")[0]) == 3
    assert len(lines("--json", "--code", "invaliddigest", "--since", "2020-01-02T00:00:00Z")[0]) == 2
    assert len(lines("--json", "--bucket", "old")[0]) == 1
    assert len(lines("--json", "--rule", "invalid-bucket-name")[0]) == 1
    assert len(lines("--json", "--client", "127.0.0.1", "--rule", "content-md5")[0]) == 2
    assert lines("--json", "--client", "192.0.2.1")[0] == []
    piped = run("rejections", "--log", "-", "--json", input=path.read_text())
    assert len(piped.stdout.splitlines()) == 3
    assert run("rejections", "--since", "yesterday").returncode == 64
    assert run("rejections", "--log", tmp_path / "absent").returncode == 74


def test_following_survives_rotations(tmp_path):
    path = tmp_path / "rejections.log"

    def line(number):
        return json.dumps({
            "time": "2026-11-23T06:40:00.000Z", "ossgate.request_id": f"{number:024X}", "oss.code": "InvalidDigest"}) + "\n"
    path.write_text(line(0))
    process = subprocess.Popen(
        [BINARY, "rejections", "--log", str(path), "--follow", "--json"], stdout=subprocess.PIPE, text=True,
        env=environment())
    seen = []

    def follows():
        for text in iter(process.stdout.readline, ""):
            seen.append(text)
    reader = threading.Thread(target=follows, daemon=True)
    reader.start()
    await_truth(lambda: len(seen) == 1)
    with path.open("a") as file:
        file.write(line(1))
        file.write(line(2)[:20])
        file.flush()
        await_truth(lambda: len(seen) == 2)
        # The old file is still written to after it was renamed.
        path.rename(tmp_path / "rejections.log.1")
        file.write(line(2)[20:])
    path.write_text(line(3))
    # Two rotations at once.
    (tmp_path / "rejections.log.1").rename(tmp_path / "rejections.log.2")
    path.rename(tmp_path / "rejections.log.1")
    path.write_text(line(4))
    await_truth(lambda: len(seen) == 5)
    # Emptied in place, and shorter since.
    path.write_text(line(5).replace("0" * 23, ""))
    await_truth(lambda: len(seen) >= 6)
    process.terminate()
    process.wait(PATIENCE)
    reader.join(PATIENCE)
    process.stdout.close()
    ids = [int(json.loads(text)["ossgate.request_id"], 16) for text in seen]
    assert ids == [0, 1, 2, 3, 4, 5]
