"""What bench/send measures with: Postfix's smtp-sink and smtp-source, a line with late replies, and our server."""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ROOT / "build/release"
POSTRIDER = RELEASE / "postrider"
MESSAGE_OCTETS = 5120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"nothing listens on 127.0.0.1:{port}")


class OnPort:
    """A program on a free loopback port, for one `with` block."""

    def command(self):
        raise NotImplementedError

    def __enter__(self):
        self.port = free_port()
        self.process = subprocess.Popen(self.command(), stderr=subprocess.DEVNULL)
        wait_for_port(self.port)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


class Sink(OnPort):
    """smtp-sink."""

    def __init__(self, *options):
        self.options = options

    def command(self):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        return ["/usr/sbin/smtp-sink", *user, "-m", "1000", *self.options, f"127.0.0.1:{self.port}", "1000"]


class LateLine(OnPort):
    """bench/late_proxy before another port: its replies arrive `milliseconds` later."""

    def __init__(self, target, milliseconds):
        self.target, self.milliseconds = target, milliseconds
        subprocess.run(["cmake", "--build", RELEASE, "--target", "late_proxy"], check=True, stdout=subprocess.DEVNULL)

    def command(self):
        return [RELEASE / "late_proxy", str(self.port), str(self.target), str(self.milliseconds)]


def smtp_source(port, count, sessions):
    """Mails a second of Postfix's smtp-source, sessions reused (-d)."""
    command = ["/usr/sbin/smtp-source", "-d", "-s", str(sessions), "-l", str(MESSAGE_OCTETS), "-m", str(count),
               "-f", "bench@example.com", "-t", "someone@example.com", f"127.0.0.1:{port}"]
    began = time.monotonic()
    subprocess.run(command, check=True)
    return count / (time.monotonic() - began)


class Postrider:
    """A server on its own database, for one `with` block. `options` of serve, and settings."""

    def __init__(self, directory, *options, **settings):
        self.directory = pathlib.Path(directory)
        self.options = options
        self.port = free_port()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "LOG_LEVEL": "warning",
                            "DATABASE_URL": f"sqlite:///{directory}/bench.db", **settings}

    def verb(self, *words):
        done = subprocess.run([POSTRIDER, *words, "--json"], env=self.environment, cwd=self.directory,
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"postrider {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])

    def __enter__(self):
        self.process = subprocess.Popen([POSTRIDER, "serve", "--listen", f"127.0.0.1:{self.port}", *self.options],
                                        env=self.environment, cwd=self.directory, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if "serving on" in line:
                return self
        sys.exit("postrider serve ended before it was ready")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def peak_memory_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024

    def thread_seconds(self):
        """CPU seconds (user and system) of each thread so far, by its name."""
        seconds = {}
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                name = (task / "comm").read_text().strip()
                on_cpu = int((task / "schedstat").read_text().split()[0]) / 1e9
            except OSError:
                continue  # a thread that has just ended
            seconds[name] = seconds.get(name, 0.0) + on_cpu
        return seconds

    def campaign_of(self, count, port, sessions):
        """A campaign with `count` recipients, ready to be sent to `port`. Its id."""
        self.add_mailbox(port, sessions)
        write_inputs(self.directory, count)
        return self.add_campaign()

    def add_mailbox(self, port, sessions):
        self.verb("mailbox", "add", "--name", "bench", "--from", "bench@example.com", "--smtp-host", "127.0.0.1",
                  "--smtp-port", str(port), "--tls", "none", "--cap-24h", "0", "--sessions", str(sessions))

    def add_campaign(self):
        """Of what write_inputs wrote. Its id."""
        return self.verb("campaign", "create", "--name", "bench", "--subject", "To {{ name }}", "--message-file",
                         "message.txt", "--csv", "list.csv", "--mailbox", "bench", "--pace", "none")["id"]


def fresh_directory():
    return tempfile.TemporaryDirectory(prefix="postrider-bench-", dir=ROOT / "build")


def write_inputs(directory, count, first=0):
    line = "All the news that is fit to be read by somebody who wrote a benchmark for it.\n"
    body = "Dear {{ name }},\n\n" + line * ((MESSAGE_OCTETS - 400) // len(line))
    (directory / "message.txt").write_text(body)
    with open(directory / "list.csv", "w") as out:
        out.write("email,name\n")
        for n in range(first, first + count):
            out.write(f"person{n}@example.com,Person {n}\n")


def moment(text):
    """Seconds since 1970 of RFC 3339 in UTC."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone
    return seconds + (float("0." + fraction) if fraction else 0.0)


def postrider(port, count, sessions):
    """One campaign from its start to its completion: mails a second, the server's peak memory in MB, and
    CPU microseconds a mail of its loop thread and its ledger thread."""
    with fresh_directory() as directory, Postrider(directory) as server:
        campaign = server.campaign_of(count, port, sessions)
        before = server.thread_seconds()
        server.verb("campaign", "send", str(campaign), "--wait")
        shown = server.verb("campaign", "show", str(campaign))
        after = server.thread_seconds()
        if shown["counts"]["sent"] != count:
            sys.exit(f"not every email was sent: {shown['counts']}")
        took = moment(shown["completed_at"]) - moment(shown["started_at"])
        return {"rate": count / took, "memory_mb": server.peak_memory_mb(),
                **{name: (after[name] - before[name]) / count * 1e6 for name in ("loop", "ledger")}}
