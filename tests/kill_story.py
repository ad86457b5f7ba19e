"""Killed thirty times, in every phase of an email's way: nothing is lost, nobody is mailed twice.

The test build kills itself (SIGKILL) at the n-th passage of a named point, so that every phase is
really hit; the catcher's own log, synced before each of its answers, is the witness.
"""

import random
import signal

import pytest

from postrider.installation import READY
from postrider.lists import people, write_csv
from postrider.process import Process

EMAILS = 2000
SESSIONS = 10

# Where an email can be when the process dies: A0 leased, A1 the envelope is out, A2 the intent is on
# disk, A3 the dot is out, A4 the outcome is on disk.
PHASES = {
    "A0": ["claimed"] * 6,
    "A1": ["envelope_sent"] * 6,
    "A2": ["intent_committed", "before_dot"] * 3,
    "A3": ["dot_written", "reply_read"] * 3,
    "A4": ["recorded"] * 6,
}


def kills():
    """Thirty (phase, crash point, passage), mixed; the seed is fixed, so that a failure comes again."""
    dice = random.Random(20)
    planned = [(phase, point) for phase, points in PHASES.items() for point in points]
    dice.shuffle(planned)
    return [(phase, point, dice.randint(8, 45)) for phase, point in planned]


def die_once(here, point, passage):
    """One life of the server, up to its end at that point."""
    server = Process([here.binary, "serve", "--listen", "127.0.0.1:0"], directory=here.directory,
                     environment={**here.environment, "POSTRIDER_CRASH_AT": f"{point}:{passage}"}, name="serve")
    here.servers.append(server)
    code = server.wait(seconds=60)
    assert code == -signal.SIGKILL, f"{point}:{passage} was not reached; exit {code}\n{server.output()}"


def test_thirty_kills_lose_nothing_and_mail_nobody_twice(here, catcher):
    # SMTP-WINDOW-01, SMTP-WINDOW-02, SMTP-WINDOW-03, SMTP-WINDOW-04, SMTP-WINDOW-05
    here.add_mailbox(catcher.port, "--sessions", SESSIONS)
    rows = people(EMAILS)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", rows), "--pace", "none")
    here.send(campaign)

    hit = dict.fromkeys(PHASES, 0)
    uncertain = 0
    for phase, point, passage in kills():
        die_once(here, point, passage)
        hit[phase] += 1
        # The store's own view of what the dead server left; it becomes official at the next start.
        counts = here.counts(campaign)
        assert counts["pending"] >= EMAILS // 10, f"{sum(hit.values())} kills came too late: {counts}"
        assert counts["uncertain"] - uncertain <= SESSIONS, "more uncertain than sessions in one kill"
        uncertain = counts["uncertain"]
    assert len(kills()) == 30 and min(hit.values()) >= 5, hit

    with here.serving():
        here.run("campaign", "watch", campaign, seconds=120)

    states = here.states(campaign)
    delivered = catcher.recipients()
    counts = here.counts(campaign)
    assert set(states) == {address for address, _, _ in rows}
    assert set(states.values()) <= {"sent", "uncertain"}, counts
    assert max(delivered.values()) == 1, [a for a, times in delivered.items() if times > 1]
    lost = [address for address, state in states.items() if state == "sent" and address not in delivered]
    assert not lost, lost
    assert set(delivered) <= set(states)
    assert counts["uncertain"] <= SESSIONS * 30
    assert len(here.ask("uncertain", "list", "--limit", "1000")["uncertain"]) == counts["uncertain"]


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_at_any_moment_loses_nothing(here, catcher, seed):
    """The same without named points: SIGKILL from outside, whenever it comes."""
    dice = random.Random(seed)
    here.add_mailbox(catcher.port, "--sessions", SESSIONS)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(400)), "--pace", "none")
    here.send(campaign)
    for _ in range(4):
        before = len(catcher.log())
        server = Process([here.binary, "serve", "--listen", "127.0.0.1:0"], directory=here.directory,
                         environment=here.environment, name="serve")
        here.servers.append(server)
        server.wait_for_line(READY, seconds=60)
        catcher.wait_for_entries(before + dice.randint(1, 40))
        server.kill()
        if here.counts(campaign)["pending"] == 0:
            break
    with here.serving():
        here.run("campaign", "watch", campaign, seconds=120)
    delivered = catcher.recipients()
    states = here.states(campaign)
    assert max(delivered.values()) == 1
    assert set(states.values()) <= {"sent", "uncertain"}
    assert all(delivered[address] == 1 for address, state in states.items() if state == "sent")
