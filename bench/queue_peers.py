"""Other durable queues for bench/queue, each run by tests/peers/queues/bench.cjs: graphile-worker and pg-boss on a
PostgreSQL of their own, bullmq on a Redis of its own. Both servers sync every commit, lie in a temporary folder, and
listen on a Unix socket alone."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from senders import ROOT, fresh_directory

sys.path.insert(0, str(ROOT / "tests"))

from postrider.npm import installed, program  # noqa: E402

POSTGRESQL = pathlib.Path("/usr/lib/postgresql/15/bin")
REDIS = pathlib.Path("/usr/bin/redis-server")
PEERS = ("graphile_worker", "pg_boss", "bullmq")
DATABASE = "bench"


def ask_for_programs():
    """Ends with what is to be installed."""
    lacking = [package for package, path in (("postgresql-15", POSTGRESQL / "postgres"), ("redis-server", REDIS)) if not path.exists()]
    if lacking:
        sys.exit(f"bench/queue compares with them: apt-get install --no-install-recommends {' '.join(lacking)}")


def wait_until(is_ready, process, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"{what} does not start")
        time.sleep(0.05)


def stop(process):
    """By SIGINT: PostgreSQL waits for nobody's session then."""
    process.send_signal(2)
    process.wait(60)


@contextlib.contextmanager
def redis():
    """Where it listens: every command is on disk before its answer."""
    with fresh_directory() as data, tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "redis.sock"
        process = subprocess.Popen([REDIS, "--port", "0", "--unixsocket", path, "--dir", data, "--save", "", "--appendonly",
                                    "yes", "--appendfsync", "always"], stdout=subprocess.DEVNULL)
        try:
            wait_until(path.is_socket, process, "redis-server")
            yield str(path)
        finally:
            stop(process)


@contextlib.contextmanager
def postgresql():
    """Where it listens: an empty database, fsync and synchronous_commit on."""
    # It does not run as root.
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with fresh_directory() as data, tempfile.TemporaryDirectory() as place:
        if account:
            for directory in data, place:
                shutil.chown(directory, "postgres", "postgres")
        run = {"cwd": place, "stdout": subprocess.DEVNULL, **account}
        subprocess.run([POSTGRESQL / "initdb", "-D", f"{data}/cluster", "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"],
                       check=True, timeout=120, **run)
        settings = {"listen_addresses": "", "unix_socket_directories": place, "fsync": "on", "synchronous_commit": "on",
                    "shared_buffers": "512MB", "max_wal_size": "4GB", "wal_buffers": "16MB"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        process = subprocess.Popen([POSTGRESQL / "postgres", "-D", f"{data}/cluster", *options], stderr=subprocess.DEVNULL, **run)
        try:
            client = [POSTGRESQL / "psql", "-h", place, "-U", "bench", "-q", "-d", "postgres", "-c"]
            wait_until(lambda: subprocess.run([*client, "SELECT 1"], stderr=subprocess.DEVNULL, **run).returncode == 0, process,
                       "PostgreSQL")
            subprocess.run([*client, f"CREATE DATABASE {DATABASE}"], check=True, timeout=60, **run)
            yield f"postgres://bench@/{DATABASE}?host={place}"
        finally:
            stop(process)


def measured(peer, *words):
    """What one run of a peer, on a server that nobody used before, has to say."""
    paths = installed("queues")
    with (redis if peer == "bullmq" else postgresql)() as where:
        done = subprocess.run([program(paths, "node"), ROOT / "tests/peers/queues/bench.cjs", peer, where, *map(str, words)],
                              env={**os.environ, **paths, "NODE_ENV": "production"}, stdout=subprocess.PIPE, text=True, timeout=900)
    if done.returncode != 0:
        sys.exit(f"{peer} {' '.join(map(str, words))} ended with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])
