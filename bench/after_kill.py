"""SIGKILL at full speed. smtp-sink keeps every mail it accepted as a file: those are compared with what our
database says was sent, before and after the server has started again."""
import collections
import pathlib
import re
import sqlite3
import sys
import time

from senders import Postrider, Sink, fresh_directory

EMAILS = 30_000
SENT = 1


def accepted_in(directory):
    """How often each recipient's mail stands in the sink's files."""
    found = collections.Counter()
    for file in directory.iterdir():
        head = file.read_text()[:2000]
        found[re.search(r"^X-Rcpt-Args: <(.*?)>", head, re.MULTILINE).group(1)] += 1
    return found


def wait_until_still(directory, seconds=30):
    """Until the sink has worked off what was in its sockets: the number of its files stays."""
    deadline, before = time.monotonic() + seconds, -1
    while time.monotonic() < deadline:
        now = sum(1 for _ in directory.iterdir())
        if now == before:
            return
        before = now
        time.sleep(0.3)
    sys.exit("smtp-sink does not come to rest")


def wait_for_sent(database, count, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if sum(row[0] for row in rows(database, "SELECT sent FROM tally")) >= count:
            return
        time.sleep(0.01)
    sys.exit("the campaign does not move")


def rows(database, query):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reader:
        return reader.execute(query).fetchall()


def addresses(database, status):
    return {row[0] for row in rows(database, "SELECT r.address FROM email e JOIN recipient r ON r.id = e.recipient_id "
                                             f"WHERE e.status = {status}")}


def one_kill(sessions, moment):
    """Accepted and not recorded at the kill. Ends the program where a promise is broken."""
    with fresh_directory() as name:
        directory = pathlib.Path(name)
        directory.chmod(0o755)
        kept = directory / "kept"
        kept.mkdir()
        kept.chmod(0o777)
        database = directory / "bench.db"
        with Sink("-d", f"{kept}/m.") as sink:
            with Postrider(directory) as server:
                campaign = server.campaign_of(EMAILS, sink.port, sessions)
                server.verb("campaign", "send", str(campaign))
                wait_for_sent(database, moment)
                server.process.kill()
            wait_until_still(kept)
            accepted = accepted_in(kept)
            sent = addresses(database, SENT)
            unrecorded = set(accepted) - sent
            if sent - set(accepted):
                sys.exit(f"recorded as sent, yet not accepted: {len(sent - set(accepted))}")
            with Postrider(directory) as server:
                server.verb("campaign", "watch", str(campaign))
                counts = server.verb("campaign", "show", str(campaign))["counts"]
            wait_until_still(kept)
            accepted = accepted_in(kept)
            if max(accepted.values()) > 1:
                sys.exit(f"mailed twice: {sum(1 for times in accepted.values() if times > 1)}")
            if counts["sent"] + counts["uncertain"] != EMAILS or not unrecorded.isdisjoint(addresses(database, SENT)):
                sys.exit(f"the next start did not mend it: {counts}")
            print(f"  killed after {len(sent):,} of {EMAILS:,}: accepted and not recorded {len(unrecorded)}, "
                  f"uncertain afterwards {counts['uncertain']}, mailed twice 0, lost 0", flush=True)
            return max(len(unrecorded), counts["uncertain"])


def after_kill(sessions, rounds):
    """The most over some kills, each at another moment; never more than the open sessions."""
    print(f"SIGKILL at full speed, {sessions} sessions")
    most = max(one_kill(sessions, 3_000 + 4_000 * (n % 5)) for n in range(rounds))
    if most > sessions:
        sys.exit(f"{most} emails accepted and not recorded: more than {sessions} sessions")
    return most
