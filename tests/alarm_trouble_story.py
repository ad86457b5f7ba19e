"""A queue that does everything which Google's may do: twice, late, out of order, not now, and without an answer."""

import random

import pytest

from postrider import cloud_tasks_errors as errors
from postrider.cloud_tasks_dispatcher import AnswerLost, Delayed, Duplicated, Unreachable
from postrider.google_scripts import Dropped
from postrider.lists import people
from postrider.waiting import wait_until

MANY = 10_000


def sometimes(dice, share):
    return lambda _: dice.random() < share


def make_trouble(tasks, seed):
    """A little of everything, to rings and to the API."""
    dice = random.Random(seed)
    tasks.shuffle(seed, seconds=1)
    for what, share in ((Duplicated(), 0.1), (Duplicated(after=1.5, times=2), 0.1), (Delayed(2), 0.1),
                        (AnswerLost(), 0.05), (Unreachable(), 0.05)):
        tasks.trouble(what, task=sometimes(dice, share), times=MANY)

    def of_creates(share):
        return lambda call: call.operation == "tasks.create" and dice.random() < share
    for answer, share in ((errors.throttled(), 0.05), (errors.throttled(retry_after=1), 0.02),
                          (Dropped(is_applied=True), 0.05), (Dropped(is_applied=False), 0.05)):
        tasks.script(answer, of_creates(share), times=MANY)
    tasks.script(errors.unavailable(), "tasks.create", nth=40, times=60)
    tasks.before(lambda call: tasks.hang_up(), "tasks.create", nth=150)


@pytest.mark.parametrize("seed", range(2))
def test_each_of_two_hundred_gets_one_whatever_the_queue_does(new_cloud_run, catcher, seed):
    run = new_cloud_run()
    make_trouble(run.tasks, seed)
    campaign = run.new_campaign(catcher.port, people(200), mailbox=("--sessions", "20"))
    with run.serving() as api:
        api.post(f"/api/campaigns/{campaign}/send", {"send_immediately": True})
        run.wait_until_over()
        shown = api.get(f"/api/campaigns/{campaign}")
        assert (shown["status"], shown["emails_sent"]) == ("completed", 200), shown
        emails = api.pages(f"/api/campaigns/{campaign}/emails?limit=200")
        assert {one["send_attempts"] for one in emails} == {1}
    assert len(catcher.recipients()) == 200 and set(catcher.recipients().values()) == {1}
    # There was trouble of every kind.
    assert sum(one.is_duplicate for one in run.tasks.dispatches) > 10
    assert any(409 in statuses for statuses in run.tasks.create_statuses.values()), "no answer of a create was lost"
    statuses = [call.status for call in run.tasks.calls("tasks.create")]
    assert {200, 429, 503} <= set(statuses), set(statuses)
    # A name stands for one alarm: setting it again made none.
    assert all(made.count(200) <= 1 for made in run.tasks.create_statuses.values())


def test_a_great_list_is_set_piece_by_piece_and_a_kill_leaves_nobody_with_two_alarms_or_none(new_cloud_run):
    run = new_cloud_run(freezes=False, MOCK_EMAIL_SENDING="true")
    run.tasks.latency = 0.08
    campaign = run.new_campaign(25, people(100_000), pace="4m-7m", mailbox=())
    with run.serving() as api:
        run.tasks.before(lambda call: run.proxy.kill(), "tasks.create", nth=1200)
        api.post(f"/api/campaigns/{campaign}/send", {"send_immediately": True})
        wait_until(lambda: run.proxy.kills, 120, "the server is killed half-way")
        run.proxy.wait_for_kills(1)

        def all_set():
            planned = run.planned()
            return len(planned) >= 2500 and planned <= set(run.alarms()) and not run.queue.in_flight
        wait_until(all_set, 120, "every planned email has its alarm", every=0.5)
        # As many as the plan makes ahead, no more: the rest follows as these are sent.
        alarms = run.alarms()
        assert {email: names for email, names in alarms.items() if len(names) > 1} == {}
        assert set(alarms) - {None} == run.planned()
        # Nor did one ever have another name, but the first, whose turn was at once.
        named = [name.split("-")[1] for name, made in run.tasks.create_statuses.items() if 200 in made]
        assert sum(named.count(one) > 1 for one in set(named) - {"0"}) <= 1
        assert api.get(f"/api/campaigns/{campaign}")["total_recipients"] == 100_000
    longest = max(run.proxy.requests, key=lambda request: request.seconds or 0)
    assert longest.seconds < 30, longest
