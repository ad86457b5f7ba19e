"""Tasks and queues are kept: through kills and restarts, for as long as the settings say, and no longer."""

import http.client
import random
import signal
import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from postrider.cloud_tasks import at, fresh, serving_tasks
from postrider.target import Target
from postrider.times import moment
from postrider.waiting import wait_until

QUICK = {"minBackoff": "0.1s", "maxBackoff": "0.1s"}


@pytest.fixture
def target():
    with Target() as made:
        yield made


# ---- nothing is lost ----


def create_until_it_dies(tasks, queue, url, acknowledged, barrier):
    """One thread of a program that creates named tasks as fast as it can."""
    barrier.wait(30)
    while True:
        id = fresh("load")
        try:
            tasks.create(queue, url, id)
        except (OSError, http.client.HTTPException):
            return
        acknowledged.append(id)


@pytest.mark.parametrize("seed", range(2))
def test_a_kill_at_any_moment_loses_no_task_that_was_acknowledged(here, target, seed):
    dice, acknowledged, queue = random.Random(seed), [], None
    for _ in range(3):
        with serving_tasks(here) as tasks:
            queue = queue or tasks.new_queue(**QUICK)
            barrier = threading.Barrier(5)
            threads = [threading.Thread(target=create_until_it_dies, daemon=True, args=(
                tasks, queue, target.url(), acknowledged, barrier)) for _ in range(4)]
            for thread in threads:
                thread.start()
            barrier.wait(30)
            target.wait_for(len(target.calls) + dice.randint(1, 200))
            tasks.server.kill()
            for thread in threads:
                thread.join(60)
                assert not thread.is_alive()
    assert acknowledged
    with serving_tasks(here) as tasks:
        wait_until(lambda: set(acknowledged) <= {call.task for call in list(target.calls)}, 60, "all were called")
        for id in acknowledged[::20]:
            tasks.wait_until_gone(f"{queue}/tasks/{id}")
            tasks.refuse("ALREADY_EXISTS", "POST", f"{queue}/tasks", {"task": {
                "name": f"{queue}/tasks/{id}", "httpRequest": {"url": target.url()}}})


def test_what_was_under_way_at_a_kill_is_called_again(here, target):
    with target.held():
        with serving_tasks(here) as tasks:
            queue = tasks.new_queue()
            task = tasks.create(queue, target.url())["name"]
            later = tasks.create(queue, target.url("/later"), scheduleTime=at(1))["name"]
            paused = tasks.new_queue(paused=True)
            waits = tasks.create(paused, target.url("/waits"))["name"]
            target.wait_for(1)
            tasks.server.kill()
    with serving_tasks(here) as tasks:
        target.wait_for(2, task)
        target.wait_for(1, later)
        tasks.wait_until_gone(task)
        assert tasks.ask("GET", paused)["state"] == "PAUSED" and tasks.get(waits)["name"] == waits
        assert target.of(waits) == []


def test_a_server_that_ends_waits_for_what_is_under_way(here, target):
    with serving_tasks(here) as tasks, target.held() as hold:
        task = tasks.create(tasks.new_queue(), target.url(), "last")["name"]
        target.wait_for(1)
        tasks.server.popen.send_signal(signal.SIGTERM)
        hold.release()
        assert tasks.server.wait() == 0
    with serving_tasks(here) as tasks:
        assert "no longer exists" in tasks.wait_until_gone(task)
        assert len(target.calls) == 1


# ---- how long ----


def test_a_name_is_free_again_after_its_window(here, target):
    with serving_tasks(here, CLOUD_TASKS_NAME_WINDOW="2s") as tasks:
        queue = tasks.new_queue()
        name = tasks.create(queue, target.url(), "again")["name"]
        [first] = target.wait_for(1, name)
        tasks.wait_until_gone(name)

        def created():
            answer = tasks.raw("POST", f"{queue}/tasks", {"task": {"name": name, "httpRequest": {"url": target.url()}}})
            assert answer.status in (200, 409), answer
            return answer.status == 200

        wait_until(created, 30, "the name is free")
        assert time.time() - first.began > 1.9
        target.wait_for(2, name)


def test_a_task_ends_with_its_retention(here, target):
    with serving_tasks(here, CLOUD_TASKS_RETENTION="2s") as tasks:
        queue = tasks.new_queue(paused=True)
        task = tasks.create(queue, target.url())["name"]
        tasks.wait_until_gone(task)
        tasks.ask("POST", f"{queue}:resume", {})
        target.wait_for(1, tasks.create(queue, target.url("/after"))["name"])
        assert target.of(task) == []


def test_a_task_may_be_as_far_ahead_as_the_setting_says(here, target):
    with serving_tasks(here) as tasks:
        task = tasks.create(tasks.new_queue(), target.url(), scheduleTime=at(86400 * 365))
        assert moment(task["scheduleTime"]) > datetime.now(timezone.utc) + timedelta(days=364)
    with serving_tasks(here, CLOUD_TASKS_HORIZON="24h") as tasks:
        said = tasks.refuse("INVALID_ARGUMENT", "POST", f"{tasks.new_queue()}/tasks", {"task": {
            "httpRequest": {"url": target.url()}, "scheduleTime": at(86400 + 600)}})["message"]
        assert said.endswith("is too far in the future. Schedule time must be no more than 24h in the future.")
        assert tasks.get(task["name"])["scheduleTime"] == task["scheduleTime"]
