"""OpenSMTPD. Debian 12 builds it against OpenSSL 3, which its TLS server does not survive
(OpenSMTPD issues 1171 and 1239), and without TLS it offers no login; `speaks_tls` finds out."""

import shutil
import smtplib
import ssl
import subprocess

from .packages import unpacked
from .real_server import NOBODY, PASSWORD, USER, RealServer

ACCOUNTS = {"opensmtpd": 64901, "opensmtpq": 64902}  # built into Debian's OpenSMTPD

CONFIGURATION = """
pki localhost cert "{here}/cert.pem"
pki localhost key "{here}/key.pem"
table logins file:{here}/logins
table everybody {{ "@" = "nobody" }}
filter refuse phase rcpt-to match rcpt-to regex {{ "^<?refuse" }} reject "550 5.1.1 No such user here"
listen on 127.0.0.1 port {port} hostname localhost tls pki localhost auth-optional <logins> filter refuse
action keep mda "exec cat > {here}/kept/%{{dest}}.$$" virtual <everybody> user nobody
match from any for any action keep
"""


class OpenSmtpd(RealServer):
    name = "opensmtpd"

    def configure(self):
        self.tree = unpacked("opensmtpd")
        hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], check=True, timeout=60, text=True,
                                capture_output=True).stdout.strip()
        self.write("logins", f"{USER} {hashed}\n", 0o640)
        self.write("smtpd.conf", CONFIGURATION.format(here=self.directory, port=self.port), 0o640)
        (self.directory / "key.pem").chmod(0o600)
        shutil.chown(self.kept, NOBODY, NOBODY)

    def command(self):
        helpers = self.tree / "usr/libexec/opensmtpd"
        return self.in_namespace(ACCOUNTS, [
            "mount -t tmpfs none /var/spool", "mount -t tmpfs none /var/lib", "mount -t tmpfs none /run",
            "mount -t tmpfs none /usr/libexec", "mkdir -p -m 711 /var/spool/smtpd",
            "mkdir -p /var/lib/opensmtpd/empty", f"cp -r {helpers} /usr/libexec/",
        ], [self.tree / "usr/sbin/smtpd", "-d", "-f", self.directory / "smtpd.conf"])

    def speaks_tls(self):
        """Whether a client that is none of ours can shake hands."""
        context = ssl.create_default_context(cafile=self.ca)
        try:
            with smtplib.SMTP("localhost", self.port, timeout=20) as client:
                client.starttls(context=context)
                return True
        except (ssl.SSLError, smtplib.SMTPException, OSError):
            return False

    def deliveries(self):
        return [(file.name.rpartition(".")[0], file.read_bytes()) for file in self.kept.iterdir()]
