"""Exim, with its own PLAIN and LOGIN, under TLS only."""

import shutil

from .packages import unpacked
from .real_server import PASSWORD, USER, RealServer

ACCOUNT, NUMBER = "Debian-exim", 64900  # built into Debian's Exim

CONFIGURATION = """
exim_path = {exim}
exim_user = {account}
exim_group = {account}
keep_environment =
primary_hostname = localhost
spool_directory = {here}/spool
log_file_path = {here}/spool/log/%slog
pid_file_path = {here}/spool/exim.pid
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = {here}/cert.pem
tls_privatekey = {here}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
host_lookup =
rfc1413_hosts =
smtp_accept_max = 100
message_size_limit = 20M

begin acl
rcpt:
  deny message = 5.1.1 No such user here
       local_parts = ^refuse
  accept authenticated = *
  deny message = 5.7.1 Relay not permitted

begin routers
all:
  driver = accept
  transport = keep

begin transports
keep:
  driver = appendfile
  directory = {here}/kept
  maildir_format
  user = {account}
  group = {account}
  envelope_to_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = $auth1
"""


class Exim(RealServer):
    name = "exim"

    def configure(self):
        self.program = unpacked("exim4-daemon-light") / "usr/sbin/exim4"
        (self.directory / "spool/log").mkdir(parents=True)
        self.write("exim.conf", CONFIGURATION.format(here=self.directory, exim=self.program, account=ACCOUNT,
                                                     port=self.port, user=USER, password=PASSWORD))
        for place in ("spool", "spool/log", "kept", "key.pem"):
            shutil.chown(self.directory / place, NUMBER, NUMBER)

    def command(self):
        return self.in_namespace({ACCOUNT: NUMBER}, [],
                                 [self.program, "-C", self.directory / "exim.conf", "-bdf", "-q1m"])

    def deliveries(self):
        return self._by_header(b"Envelope-to:")
