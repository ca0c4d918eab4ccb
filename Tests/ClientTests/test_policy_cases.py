"""`ossgate test`: the examples of the README are its first cases; formats, exit codes and faults."""
import json
import pathlib
import re
from xml.etree import ElementTree

import pytest

from ossgate import run

README = pathlib.Path(__file__).parents[2] / "README.md"


def examples():
    """The JSON blocks of the README's chapter on policies: a configuration and its cases."""
    text = README.read_text(encoding="utf-8").partition("## Edge policy\n")[2].partition("\n## ")[0]
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.S)]


@pytest.fixture
def files(tmp_path):
    configuration, cases = examples()
    (tmp_path / "config.json").write_text(json.dumps(configuration), encoding="utf-8")
    (tmp_path / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    return tmp_path


def run_cases(directory, *options, cases=None):
    if cases is not None:
        text = cases if isinstance(cases, str) else json.dumps(cases)
        (directory / "cases.json").write_text(text, encoding="utf-8")
    return run("test", directory / "cases.json", "--config", directory / "config.json", *options)


def one(request=None, expect=None, **members):
    request = {"bucket": "photos", "key": "k"} if request is None else request
    return {"cases": [{"request": request, "expect": expect or {"decision": "allow"}, **members}]}


def test_the_examples_of_the_readme(files):
    assert run("check", "--config", files / "config.json").returncode == 0
    done = run_cases(files, "--require-coverage")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    lines = done.stdout.splitlines()
    count = len(examples()[1]["cases"])
    assert lines[:2] == ["TAP version 14", f"1..{count}"]
    assert [line.split(" - ")[0] for line in lines if re.match("(not )?ok", line)] == [
        f"ok {number}" for number in range(1, count + 1)]
    assert f"# {count} passed, 0 failed" in lines
    assert any(line.startswith("# rule images-only: 5 matched, 4 refused") for line in lines)


def test_junit(files):
    done = run_cases(files, "--format", "junit", cases={"cases": [
        {"name": "a <b> & \"c\"", "request": {"bucket": "photos", "key": "k"}, "expect": {"decision": "allow"}},
        {"request": {"bucket": "photos", "key": "k"}, "expect": {"decision": "refuse", "rule": "images-only"}}]})
    assert done.returncode == 1
    suite = ElementTree.fromstring(done.stdout)
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite.iter("testcase")] == ["a <b> & \"c\"", "case 2"]
    [failure] = suite.iter("failure")
    assert failure.get("message") == "expected a refusal by images-only, but it is allowed"
    values = [item.get("value") for item in suite.iter("property")]
    assert "rule images-only: no case" in values


def test_what_is_not_as_expected(files):
    done = run_cases(files, cases={"cases": [
        {"request": {"bucket": "photos", "key": "k", "headers": {"x-oss-object-acl": "public-read"}},
         "expect": {"decision": "allow"}},
        {"request": {"bucket": "photos", "key": "incoming/k"}, "expect": {"decision": "refuse", "rule": "nothing-public"}},
        {"request": {"bucket": "photos", "key": "incoming/k"}, "expect": {"decision": "refuse", "code": "InvalidArgument"}},
        {"request": {"bucket": "Not_A_Bucket", "key": "k"}, "expect": {"decision": "refuse", "rule": "invalid-bucket-name"}},
        {"request": {"bucket": "photos", "key": "k"}, "expect": {"decision": "allow", "reported": []}},
    ]})
    assert done.returncode == 1
    text = done.stdout
    assert "nothing-public refuses it with AccessDenied: expected ACL default, private, got public-read" in text
    assert "expected a refusal by nothing-public, but images-only refuses it" in text
    assert "expected the code InvalidArgument, not AccessDenied" in text
    assert "expected reports of no rule, not of encrypted-soon" in text
    assert [line.split(" - ")[0] for line in text.splitlines() if re.match("(not )?ok", line)] == [
        "not ok 1", "not ok 2", "not ok 3", "ok 4", "not ok 5"]


def test_coverage_may_be_required(files):
    assert run_cases(files, cases=one()).returncode == 0
    assert run_cases(files, "--require-coverage", cases=one()).returncode == 1


def test_time_and_client(files):
    (files / "config.json").write_text(json.dumps({"policy": [
        {"name": "office", "require": {"sourceAddress": "10.0.0.0/8", "time": {"days": ["Mon"]}}}]}), encoding="utf-8")
    inside = one(client="10.1.1.1", time="2026-11-23T09:00:00Z")
    assert run_cases(files, cases=inside).returncode == 0
    refused = {"decision": "refuse", "rule": "office"}
    assert run_cases(files, cases=one(client="11.1.1.1", time="2026-11-23T09:00:00Z", expect=refused)).returncode == 0
    assert run_cases(files, cases=one(client="10.1.1.1", time="2026-11-24T09:00:00Z", expect=refused)).returncode == 0


def test_lines_of_a_log(files):
    record = {"http.request.method": "PUT", "url.path": "/incoming/a", "oss.bucket": "photos", "ossgate.mode": "enforce",
              "ossgate.rule": "images-only", "client.address": "192.0.2.1", "ossgate.request_id": "0123"}
    lines = "\n".join(json.dumps({**record, **more}) for more in (
        {}, {"ossgate.rule": "encrypted-soon", "ossgate.mode": "report", "url.path": "/k"}, {"url.path": "/other"}))
    done = run_cases(files, cases=lines + "\n")
    assert done.returncode == 1
    assert [line.split(" - ")[0] for line in done.stdout.splitlines() if re.match("(not )?ok", line)] == [
        "ok 1", "ok 2", "not ok 3"]


@pytest.mark.parametrize("cases, message", [
    ({"cases": []}, "cases: needs at least one case"),
    ({}, "cases: must be a list"),
    ("[", "line 1, column 2: the text ends where a value is expected"),
    ({"cases": [{"expect": {"decision": "allow"}}]}, "cases[0]: needs one of request, raw and record"),
    (one(expect={"decision": "maybe"}), "cases[0].expect.decision: must be \"allow\" or \"refuse\", not \"maybe\""),
    (one(expect={"decision": "allow", "rule": "x"}), "cases[0].expect: has a rule or a code, but nothing is to be refused"),
    (one({"buket": "b"}), "cases[0].request.buket: unknown key; did you mean \"bucket\"?"),
    (one({"bucket": "b", "size": "many"}), "cases[0].request.size: must be a size such as \"64KiB\" or a number of bytes"),
    (one({"bucket": "b", "base64": "!"}), "cases[0].request.base64: must be Base64, and the only body"),
    (one({"url": "ftp://b/k"}), "cases[0].request.url: must begin with \"http://\", \"https://\" or \"/\""),
    (one({"bucket": "b", "headers": {"a b": "c"}}), "cases[0].request.headers.a b: is no name of a field"),
    (one(time="yesterday"), "cases[0].time: must be a moment such as \"2026-01-31T16:00:00Z\", not \"yesterday\""),
    ({"cases": [{"raw": "PUT", "expect": {"decision": "allow"}}]}, "cases[0].raw: is not a whole request"),
])
def test_malformed_cases(files, cases, message):
    done = run_cases(files, cases=cases)
    assert done.returncode == 65
    assert done.stderr == f"{files / 'cases.json'}: {message}\n"
    assert done.stdout == ""


def test_no_such_file(files):
    assert run("test", files / "none.json", "--config", files / "config.json").returncode == 65


def test_a_wrong_policy(files):
    (files / "config.json").write_text(json.dumps({"policy": [{"name": "a", "when": {"key": "re:("}}]}), encoding="utf-8")
    done = run_cases(files)
    assert done.returncode == 78
    assert "policy[0].when.key: a \"(\" without its \")\"" in done.stderr
