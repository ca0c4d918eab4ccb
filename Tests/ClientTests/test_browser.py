"""A real browser over TLS and HTTP/2: a page that uploads and downloads, from its own origin and across origins."""
import html
import json
import re
import shutil
import subprocess

import pytest
import requests

from certificates import Authority, tls
from ossgate import PATIENCE, Ossgate

CORS = """<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>
<AllowedMethod>GET</AllowedMethod><AllowedMethod>POST</AllowedMethod><AllowedHeader>*</AllowedHeader>
<ExposeHeader>x-oss-hash-crc64ecma</ExposeHeader><ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>"""

PAGE = """<!doctype html><title>page</title><pre id="result"></pre><script>
const across = `https://pages.localhost:${location.port}`;
const body = new Uint8Array(300000).map((_, index) => index * 7);
const same = async answer => {
    const found = new Uint8Array(await answer.arrayBuffer());
    return found.length === body.length && found.every((byte, index) => byte === body[index]);
};
const form = key => {
    const made = new FormData();
    made.append("key", key);
    made.append("file", new Blob([body]), "file");
    return made;
};
const code = async answer => [answer.status, ((await answer.text()).match(/<Code>(\\w+)/) || [])[1]];
(async () => {
    const result = {};
    for (const [name, base, bucket] of [["own", location.origin, "/pages"], ["across", across, ""]]) {
        const put = await fetch(`${base}${bucket}/${name}`, {
            method: "PUT", body, headers: {"x-oss-meta-a": "b", "Content-Type": "image/png"}});
        const stored = await fetch(`${base}${bucket}/${name}`);
        const posted = await fetch(`${base}${bucket}/`, {method: "POST", body: form(`${name}-form`)});
        const refused = await fetch(`${base}${bucket}/${name}-refused`, {
            method: "PUT", body, headers: {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}}).then(code, () => null);
        result[name] = {
            put: put.status, crc: put.headers.get("x-oss-hash-crc64ecma"), stored: await same(stored), posted: posted.status,
            form: await same(await fetch(`${base}${bucket}/${name}-form`)), refused};
    }
    result.protocols = [...new Set(performance.getEntries().map(entry => entry.nextHopProtocol).filter(Boolean))];
    return result;
})().catch(error => ({error: String(error)})).then(result => {
    document.getElementById("result").textContent = JSON.stringify(result);
});
</script>"""


@pytest.fixture
def gateway(tmp_path):
    leaf = Authority(tmp_path).leaf("server")
    with Ossgate.serve(tmp_path, {
            "listeners": [{"bind": "127.0.0.1:0", "tls": tls(leaf)}], "log": {"rejections": "off"},
            "emulator": {"bind": "127.0.0.1:0", "buckets": ["pages"]}}) as running:
        yield running


def check_page(gateway, tmp_path):
    stored = f"http://{gateway.emulator_address}/pages"
    assert requests.put(f"{stored}?cors", CORS, timeout=PATIENCE).status_code == 200
    page = {"Content-Type": "text/html"}
    assert requests.put(f"{stored}/page.html", PAGE, headers=page, timeout=PATIENCE).status_code == 200
    port = gateway.address.rpartition(":")[2]
    # Names below localhost are this machine to a browser; the authority is the test's own.
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
         "--ignore-certificate-errors", f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=60000", "--dump-dom",
         f"https://localhost:{port}/pages/page.html"], capture_output=True, text=True, timeout=2 * PATIENCE)
    found = re.search(r'<pre id="result">(.*?)</pre>', done.stdout)
    assert found, (done.stdout[-500:], done.stderr[-500:])
    result = json.loads(html.unescape(found[1]))
    crc = requests.head(f"{stored}/own", timeout=PATIENCE).headers["x-oss-hash-crc64ecma"]
    good = {"put": 200, "crc": crc, "stored": True, "posted": 204, "form": True, "refused": [400, "InvalidDigest"]}
    # Which origins a bucket allows is the service's to say: a refusal of the gateway's own is not readable across origins.
    assert result == {"own": good, "across": {**good, "refused": None}, "protocols": ["h2"]}
    for name in ("own", "across"):
        assert requests.head(f"{stored}/{name}-refused", timeout=PATIENCE).status_code == 404


# Debian has it as a package; deploy/test installs it where there is one.
if shutil.which("chromium"):
    def test_a_page_in_a_browser(gateway, tmp_path):
        check_page(gateway, tmp_path)
