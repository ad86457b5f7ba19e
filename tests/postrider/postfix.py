"""Postfix, with Cyrus SASL: SCRAM-SHA-256, PLAIN and LOGIN, under TLS only."""

import shutil
import subprocess

from .real_server import NOBODY, PASSWORD, USER, RealServer

MAIN = """
compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/data
mail_owner = postfix
setgid_group = postdrop
daemon_directory = /usr/lib/postfix/sbin
maillog_file = /dev/stdout
myhostname = localhost
mydestination =
alias_maps =
inet_interfaces = loopback-only
inet_protocols = ipv4
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:inbox/
virtual_mailbox_base = {here}/kept
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
virtual_mailbox_limit = 0
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {here}/cert.pem
smtpd_tls_key_file = {here}/key.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = {here}/conf/sasl
smtpd_sasl_local_domain = story
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access regexp:{here}/conf/refused, permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
message_size_limit = 20000000
"""

MASTER = """
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {here}/conf/sasl/sasldb2
mech_list: {mechanisms}
"""


class Postfix(RealServer):
    name = "postfix"

    def __init__(self, mechanisms="SCRAM-SHA-256 PLAIN LOGIN"):
        super().__init__()
        self.mechanisms = mechanisms

    def configure(self):
        here = self.directory
        for folder in ("queue", "data", "conf/sasl"):
            (here / folder).mkdir(parents=True)
        self.write("conf/main.cf", MAIN.format(here=here, nobody=NOBODY))
        self.write("conf/master.cf", MASTER.format(port=self.port))
        self.write("conf/refused", "/^refuse/ 550 5.1.1 No such user here\n")
        self.write("conf/sasl/smtpd.conf", SASL.format(here=here, mechanisms=self.mechanisms))
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", here / "conf/sasl/sasldb2", "-u", "story", USER],
                       input=PASSWORD.encode(), check=True, timeout=60, capture_output=True)
        shutil.chown(here / "conf/sasl/sasldb2", "postfix")
        shutil.chown(here / "data", "postfix")
        shutil.chown(self.kept, NOBODY, NOBODY)

    def command(self):
        return ["postfix", "-c", self.directory / "conf", "start-fg"]

    def end(self):
        # The script in front of it would not pass a signal on.
        subprocess.run(["postfix", "-c", self.directory / "conf", "stop"], check=True, timeout=60,
                       capture_output=True)
        self.process.wait()

    def deliveries(self):
        return self._by_header(b"Delivered-To:")
