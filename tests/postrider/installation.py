"""One installation of Postrider: a directory with its database, and the verbs a person would type."""

import csv
import io
import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from .ports import free_port
from .process import Process
from .waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]

# What a program may inherit from the caller: nothing that changes what Postrider does.
INHERITED = ("PATH", "HOME", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH")

READY = r"http://127\.0\.0\.1:(\d+)"


def binary(release=False):
    if release:
        return Path(os.environ.get("POSTRIDER_RELEASE", ROOT / "build/release/postrider"))
    return Path(os.environ.get("POSTRIDER", ROOT / "build/check/postrider"))


class Answer:
    """What a verb said: exit code, result (stdout) and talk (stderr)."""

    def __init__(self, verb, code, out, err):
        self.verb, self.code, self.out, self.err = verb, code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self):
        """The message of a refused verb, however it was asked for."""
        if self.out.lstrip().startswith("{"):
            return self.json["error"]["message"]
        return self.err

    def __str__(self):
        return f"postrider {' '.join(self.verb)}\nexit {self.code}\n--- out\n{self.out}\n--- err\n{self.err}"


class Installation:
    def __init__(self, directory, release=False, **environment):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.database = self.directory / "data" / "postrider.db"
        self.database.parent.mkdir(mode=0o700, exist_ok=True)
        self.binary = binary(release)
        self.environment = {k: os.environ[k] for k in INHERITED if k in os.environ}
        self.environment["DATABASE_URL"] = f"sqlite:///{self.database}"
        self.environment["LOG_LEVEL"] = "info"
        self.environment["CLOUDSDK_CONFIG"] = str(self.directory / "no-cloud-sdk")  # not the caller's own
        self.environment.update(environment)
        self.servers = []

    # ---- programs ----

    def start_server(self, *options, before=(), port=None, **environment):
        """`postrider serve`, ready. `before`: words in front of the command (strace …); `port`: None for a free one."""
        port = port or free_port()
        command = [*before, self.binary, "serve", "--listen", f"127.0.0.1:{port}", *options]
        server = Process(command, directory=self.directory,
                         environment={**self.environment, **environment}, name="serve")
        server.port = port
        self.servers.append(server)
        server.wait_for_line(READY, seconds=60)
        return server

    @contextmanager
    def serving(self, *options, **more):
        server = self.start_server(*options, **more)
        try:
            yield server
        finally:
            if server.is_alive():
                code = server.terminate()
                assert code == 0, f"serve ended with {code}:\n{server.output()}"

    def stop_all(self):
        for server in self.servers:
            server.kill()

    # ---- verbs ----

    def run(self, *verb, expect=0, seconds=120, directory=None, typed="", **environment):
        """Runs one verb to its end. `expect`: its exit code, or None for any; `typed`: its standard input."""
        verb = [str(word) for word in verb]
        done = subprocess.run(
            [self.binary, *verb], cwd=directory or self.directory, input=typed.encode(),
            env={**self.environment, **environment}, capture_output=True, timeout=seconds, check=False)
        answer = Answer(verb, done.returncode, done.stdout.decode("utf-8", "replace"),
                        done.stderr.decode("utf-8", "replace"))
        assert expect is None or answer.code == expect, f"expected exit {expect}\n{answer}"
        return answer

    def ask(self, *verb, **more):
        """Runs one verb with --json; its answer as values."""
        return self.run(*verb, "--json", **more).json

    def refuse(self, *verb, code, **more):
        """Runs a verb that must be refused; the sentence it says."""
        return self.run(*verb, expect=code, **more).error

    # ---- what most stories do ----

    def add_mailbox(self, port, *options, name="box", sender="ana@sender.example", **more):
        """A mailbox on a local mail server; no cap unless the story wants one."""
        if "--cap-24h" not in options:
            options = (*options, "--cap-24h", "0")
        self.run("mailbox", "add", "--name", name, "--from", sender, "--smtp-host", "127.0.0.1",
                 "--smtp-port", port, "--tls", "none", *options, **more)
        return name

    def create_campaign(self, csv_file, *options, name="News", subject="Hello {{ name | default: \"you\" }}",
                        message="Dear {{ name | default: \"reader\" }},\n\nthis is the news.\n", mailbox="box"):
        """A draft with its list; its id."""
        message_file = self.directory / f"message-{name}.txt"
        message_file.write_text(message, encoding="utf-8")
        return self.ask("campaign", "create", "--name", name, "--subject", subject,
                        "--message-file", message_file, "--csv", csv_file, "--mailbox", mailbox,
                        *options)["id"]

    def send(self, campaign, *options, **more):
        return self.run("campaign", "send", campaign, *options, **more)

    def campaign(self, campaign):
        return self.ask("campaign", "show", campaign)

    def wait_for(self, campaign, condition, seconds=60):
        """The campaign as soon as it fulfils the condition; only for what no verb waits for."""
        def look():
            shown = self.campaign(campaign)
            return shown if condition(shown) else None
        try:
            return wait_until(look, seconds, f"campaign {campaign}", every=0.1)
        except AssertionError as late:
            raise AssertionError(f"{late}; it is {self.campaign(campaign)}") from None

    def attempts(self, campaign, address):
        [email] = self.ask("campaign", "emails", campaign, "--address", address)["emails"]
        return email["attempts"]

    def counts(self, campaign):
        """The counts of a campaign, which must always add up."""
        counts = self.campaign(campaign)["counts"]
        parts = ("sent", "failed", "bounced", "skipped", "uncertain", "pending")
        assert counts["total"] == sum(counts[part] for part in parts), counts
        return counts

    def export(self, campaign):
        """The export as a list of rows, by the header's names."""
        text = self.run("campaign", "export", campaign).out
        return list(csv.DictReader(io.StringIO(text)))

    def states(self, campaign):
        """Address → state, from the export."""
        rows = self.export(campaign)
        states = {row["email"]: row["status"] for row in rows}
        assert len(states) == len(rows), "the export names an address twice"
        return states
