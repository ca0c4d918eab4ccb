"""Certificates for tests, made by the openssl command: one authority, and leaves for loopback."""
import pathlib
import subprocess

NAMES = "DNS:localhost,DNS:*.localhost,DNS:tls-tests.localhost,IP:127.0.0.1,DNS:oss-cn-hangzhou.aliyuncs.com,DNS:*.oss-cn-hangzhou.aliyuncs.com"


class Authority:
    def __init__(self, directory, name="ca"):
        self.directory = pathlib.Path(directory)
        self.name = name
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN=Authority {name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def leaf(self, name, subject=None, names=NAMES, days=2):
        """The files of a certificate and of its key."""
        self._openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", subject or f"/CN={name}", "-addext", f"subjectAltName={names}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key",
            "-CAcreateserial", "-days", str(days), "-copy_extensions", "copy", "-out", f"{name}.pem")
        return self.directory / f"{name}.pem", self.directory / f"{name}.key"

    @property
    def file(self):
        return self.directory / f"{self.name}.pem"

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True)


def tls(leaf, **further):
    """The object `tls` of a listener."""
    return {"certificate": str(leaf[0]), "privateKey": str(leaf[1]), **further}
