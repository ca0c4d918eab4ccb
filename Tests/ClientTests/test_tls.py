"""TLS to real clients: curl, openssl, both SDKs; what a configuration of it can get wrong; and certificates that change."""
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import urllib.request

import pytest

from certificates import Authority, tls
from ossgate import PATIENCE, Ossgate, run
from sdk_oss2 import Oss2
from sdk_v2 import OssV2

KEY_ID = "LTAIclienttests01"
SECRET = "SecretOfTheClientTests/7f3a91"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(authority):
    return authority.leaf("server")


def serving(directory, listener, **further):
    return Ossgate.serve(directory, {
        "listeners": [{"bind": "127.0.0.1:0", **listener}],
        "log": {"rejections": f"file:{directory / 'rejections.log'}"},
        "emulator": {
            "bind": "127.0.0.1:0", "buckets": ["tls-tests"],
            "credentials": [{"accessKeyId": KEY_ID, "accessKeySecret": SECRET}]},
        **further})


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, server):
    with serving(tmp_path_factory.mktemp("tls"), {"tls": tls(server)}) as running:
        yield running


def port(gateway):
    return gateway.address.rpartition(":")[2]


def curl(*arguments, **options):
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "30", *map(str, arguments)], capture_output=True, text=True,
        timeout=PATIENCE, **options)


def handshakes(gateway):
    text = urllib.request.urlopen(f"http://{gateway.admin}/metrics", timeout=PATIENCE).read().decode()
    return {name: int(count) for name, count in re.findall(
        r'^ossgate_tls_handshakes_total\{result="(\w+)"\} (\d+)$', text, re.M)}


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_curl(gateway, authority, version):
    done = curl(
        f"--tlsv{version}", "--tls-max", version, "--cacert", authority.file, "-w", "%{http_code}", "-o", "/dev/null",
        f"https://localhost:{port(gateway)}/tls-tests/none")
    assert (done.stdout, done.stderr) == ("403", "")
    # It trusts nobody else.
    assert curl(f"https://localhost:{port(gateway)}/").returncode == 60


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(gateway, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", int(port(gateway))), PATIENCE) as plain:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(plain)


@pytest.mark.parametrize("kind", [Oss2, OssV2])
@pytest.mark.parametrize("style", ["path", "virtual"])
def test_sdk(gateway, authority, monkeypatch, kind, style):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    sdk = kind(gateway.address, KEY_ID, SECRET, "v4", style, scheme="https")
    body = os.urandom(3_000_000)
    sdk.put("tls-tests", f"{kind.__name__}-{style}", body)
    assert sdk.get("tls-tests", f"{kind.__name__}-{style}")[0] == body
    with sdk.refused() as refusal:
        sdk.put("tls-tests", "refused", b"abc", content_md5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert refusal.code == "InvalidDigest"
    sdk.close()


def test_sessions_are_resumed(gateway, authority, tmp_path):
    before = handshakes(gateway)
    common = ["openssl", "s_client", "-connect", f"127.0.0.1:{port(gateway)}", "-CAfile", authority.file,
              "-verify_return_error", "-servername", "localhost", "-ign_eof"]
    request = f"GET /tls-tests/none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    session = tmp_path / "session.pem"
    first = subprocess.run(
        [*common, "-sess_out", session], input=request, capture_output=True, text=True, timeout=PATIENCE)
    assert "\nNew, TLSv1.3" in first.stdout and "HTTP/1.1 403" in first.stdout
    second = subprocess.run(
        [*common, "-sess_in", session], input=request, capture_output=True, text=True, timeout=PATIENCE)
    assert "\nReused, TLSv1.3" in second.stdout and "HTTP/1.1 403" in second.stdout
    old = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port(gateway)}", "-tls1_2", "-reconnect"], input="",
        capture_output=True, text=True, timeout=PATIENCE)
    assert old.stdout.count("Reused, TLSv1.2") == 5
    after = handshakes(gateway)
    assert after["resumed"] - before["resumed"] == 6


def test_no_renegotiation(gateway):
    with subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port(gateway)}", "-tls1_2"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as client:
        output, _ = client.communicate("R\n", timeout=PATIENCE)
    assert "no renegotiation" in output


def test_certificates_by_name(tmp_path, authority, server):
    other = authority.leaf("other", names="DNS:photos.example.com")
    listener = {"tls": tls(server, certificates=[{"certificate": str(other[0]), "privateKey": str(other[1])}])}
    with serving(tmp_path, listener) as gateway:
        for name in ("localhost", "photos.example.com"):
            done = curl(
                "--cacert", authority.file, "--resolve", f"{name}:{port(gateway)}:127.0.0.1", "-o", "/dev/null",
                "-w", "%{http_code}", f"https://{name}:{port(gateway)}/")
            assert done.returncode == 0, done.stderr


def test_client_certificates(tmp_path, authority, server):
    client = authority.leaf("client", subject="/O=Example/CN=backup-client")
    stranger_directory = tmp_path / "stranger"
    stranger_directory.mkdir()
    stranger = Authority(stranger_directory, "stranger").leaf("client")
    with serving(tmp_path, {"tls": tls(server, clientCA=str(authority.file))}) as gateway:
        url = f"https://localhost:{port(gateway)}/Not_A_Bucket/key"
        assert curl("--cacert", authority.file, url).returncode != 0
        assert curl("--cacert", authority.file, "--cert", stranger[0], "--key", stranger[1], url).returncode != 0
        done = curl("--cacert", authority.file, "--cert", client[0], "--key", client[1], url)
        assert "InvalidBucketName" in done.stdout
    records = [json.loads(line) for line in (tmp_path / "rejections.log").read_text("utf-8").splitlines()]
    assert [record["tls.client.subject"] for record in records] == ["CN=backup-client,O=Example"]


def check(directory, configuration):
    path = directory / "config.json"
    path.write_text(json.dumps(configuration), "utf-8")
    return run("check", "--config", path)


def test_faults_of_files_are_told(tmp_path, authority, server):
    other = authority.leaf("another")
    secret = tmp_path / "encrypted.key"
    subprocess.run(
        ["openssl", "pkey", "-in", server[1], "-aes256", "-passout", "pass:x", "-out", secret], check=True)
    (tmp_path / "open.key").write_bytes(server[1].read_bytes())
    (tmp_path / "open.key").chmod(0o666)
    (tmp_path / "empty.pem").write_text("")
    for certificate, key, path, words in [
            (server[0], other[1], "privateKey", "is not the key of the certificate"),
            (server[0], tmp_path / "none.key", "privateKey", "there is no such file"),
            (tmp_path / "empty.pem", server[1], "certificate", "holds no certificate in PEM form"),
            (server[0], secret, "privateKey", "is encrypted"),
            (server[0], tmp_path / "open.key", "privateKey", "may be written by everybody")]:
        done = check(tmp_path, {"listeners": [{"bind": "127.0.0.1:0", "tls": tls((certificate, key))}]})
        assert done.returncode == 78
        line = next(line for line in done.stderr.splitlines() if words in line)
        assert f"listeners[0].tls.{path}: " in line
    done = check(tmp_path, {"listeners": [
        {"bind": "127.0.0.1:0", "tls": tls(server, clientCA=str(tmp_path / "empty.pem"))}]})
    assert done.returncode == 78 and "listeners[0].tls.clientCA: " in done.stderr
    done = check(tmp_path, {"origin": {"endpoint": "https://localhost", "tls": {"ca": str(tmp_path / "empty.pem")}}})
    assert done.returncode == 78 and "origin.tls.ca: " in done.stderr


def test_an_expired_certificate_is_a_warning(tmp_path, authority):
    expired = authority.leaf("expired", days=-1)
    done = check(tmp_path, {"listeners": [{"bind": "127.0.0.1:0", "tls": tls(expired)}]})
    assert done.returncode == 0
    assert re.search(r"warning: listeners\[0\]\.tls\.certificate: .* has expired", done.stderr)


def test_certificates_are_reloaded(tmp_path, authority, server):
    files = (tmp_path / "now.pem", tmp_path / "now.key")

    def install(leaf):
        for source, target in zip(leaf, files):
            target.write_bytes(source.read_bytes())
            target.chmod(0o600)

    def subject():
        text = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port(gateway)}"], input="", capture_output=True,
            text=True, timeout=PATIENCE).stdout
        return re.search(r"subject=CN = (\S+)", text)[1]

    install(server)
    with serving(tmp_path, {"tls": tls(files)}) as gateway:
        assert subject() == "server"
        install(authority.leaf("renewed"))
        gateway.signal(signal.SIGHUP)
        gateway.wait_for_line(re.compile("configuration reloaded"))
        assert subject() == "renewed"
        files[1].write_text("nothing")
        gateway.signal(signal.SIGHUP)
        line = gateway.wait_for_line(re.compile("configuration not reloaded.*"))
        assert "listeners[0].tls.privateKey" in line[0]
        assert subject() == "renewed"


def test_an_origin_over_tls(tmp_path, authority, server):
    """A gateway in front of a gateway: the second speaks TLS."""
    (tmp_path / "back").mkdir()
    (tmp_path / "front").mkdir()
    with serving(tmp_path / "back", {"tls": tls(server)}) as back:
        for ca, status in ((authority.file, "403"), (Authority(tmp_path / "front", "unknown").file, "502")):
            origin = {"endpoint": f"https://localhost:{port(back)}", "tls": {"ca": str(ca)}}
            with Ossgate.serve(tmp_path / "front", {"origin": origin, "log": {"rejections": "off"}}) as front:
                done = curl("-w", "%{http_code}", f"http://{front.address}/tls-tests/none")
                assert done.stdout.endswith(status)
                if status == "502":
                    assert "is not signed by a known authority" in done.stdout


def test_many_handshakes_leave_nothing_behind(gateway, authority):
    context = ssl.create_default_context(cafile=authority.file)

    def rounds(count):
        for _ in range(count):
            with socket.create_connection(("127.0.0.1", int(port(gateway))), PATIENCE) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as secure:
                    secure.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    assert secure.recv(12) == b"HTTP/1.1 403"

    rounds(500)
    before = gateway.memory()
    rounds(2000)
    assert gateway.memory() - before < 8 << 20
