"""HTTP tasks reach their targets: what they carry, when they are repeated, when they are not, and that none is lost."""

import base64
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from postrider.cloud_tasks import at
from postrider.ports import free_port
from postrider.target import Target
from postrider.times import moment

# Every header a task adds, spelled as it goes over the line; the last two are of retries only.
ADDED = ["User-Agent", "X-CloudTasks-QueueName", "X-CloudTasks-TaskName", "X-CloudTasks-TaskRetryCount",
         "X-CloudTasks-TaskExecutionCount", "X-CloudTasks-TaskETA"]
OF_RETRIES = ["X-CloudTasks-TaskPreviousResponse", "X-CloudTasks-TaskRetryReason"]
OF_HTTP = {"Host", "Content-Length", "Connection"}  # what any request may have
QUICK = {"minBackoff": "0.1s", "maxBackoff": "0.1s"}


@pytest.fixture(scope="module")
def tasks(cloud_tasks):
    return cloud_tasks


@pytest.fixture
def target():
    with Target() as made:
        yield made


def answering(*statuses):
    """An `answer` of a target: these in their order, 200 when they are used up."""
    left = list(statuses)
    return lambda call: left.pop(0) if left else 200


def round_trip(tasks, target):
    """A task that is created now has been called: what was due before it, and could be called, has been."""
    queue = tasks.new_queue()
    target.wait_for(1, tasks.create(queue, target.url("/round-trip"))["name"], answered=True)


# ---- what a call carries ----


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_task_is_called_as_it_was_written(tasks, target, method):
    queue, body = tasks.new_queue(), b"\x00\xffbody" if method in ("POST", "PUT", "PATCH") else b""
    own = {"X-Mine": "a, b", "x-ODD-case": "kept", "Content-Type": "text/odd", "Authorization": "Basic YTpi"}
    task = tasks.create(queue, target.url("/a%20b/c?d=%C3%A9&e"), "t-1", http={
        "httpMethod": method, "headers": own, **({"body": base64.b64encode(body).decode()} if body else {})})
    [call] = target.wait_for(1)
    assert (call.method, call.path, call.body) == (method, "/a%20b/c?d=%C3%A9&e", body)
    headers = dict(call.headers)
    assert {name: headers.pop(name) for name in own} == own
    assert headers.pop("User-Agent") == "Google-Cloud-Tasks" and headers.pop("Host") == f"127.0.0.1:{target.port}"
    assert (headers["X-CloudTasks-QueueName"], headers["X-CloudTasks-TaskName"]) == (queue.rpartition("/")[2], "t-1")
    assert abs(float(headers["X-CloudTasks-TaskETA"]) - moment(task["scheduleTime"]).timestamp()) < 0.001
    assert len(headers["X-CloudTasks-TaskETA"].partition(".")[2]) == 6
    assert set(headers) - OF_HTTP == set(ADDED) - {"User-Agent"}


def test_a_call_has_no_header_that_nobody_asked_for(tasks, target):
    tasks.create(tasks.new_queue(), target.url(), http={"body": "YQ=="})
    [call] = target.wait_for(1)
    names = [name for name, _ in call.headers]
    assert len(names) == len(set(names)) and set(names) - OF_HTTP == set(ADDED), names
    assert call.header("Content-Length") == "1" and call.header("Content-Type") is None


def test_a_run_of_failures_is_counted_as_google_counts(tasks, target):
    """Answers 503, 404, 429, 500, 302, 200: executions leave out 5xx, retries leave out nothing."""
    target.answer = answering(503, 404, 429, 500, (302, {"Location": target.url("/elsewhere")}))
    task = tasks.create(tasks.new_queue(**QUICK), target.url(), "run")["name"]
    calls = target.wait_for(6)
    assert [call.header("X-CloudTasks-TaskRetryCount") for call in calls] == ["0", "1", "2", "3", "4", "5"]
    assert [call.header("X-CloudTasks-TaskExecutionCount") for call in calls] == ["0", "0", "1", "2", "2", "3"]
    assert [call.header("X-CloudTasks-TaskPreviousResponse") for call in calls] == [
        None, "503", "404", "429", "500", "302"]
    assert [call.header("X-CloudTasks-TaskRetryReason") for call in calls] == [None, "", "", "", "", ""]
    for call in calls[1:]:
        assert {name for name, _ in call.headers} - OF_HTTP == {*ADDED, *OF_RETRIES}
    assert "no longer exists" in tasks.wait_until_gone(task)
    assert {call.path for call in target.calls} == {"/"}, "a redirect was followed"


# ---- when it is repeated ----

# What a target answered → the code of google.rpc by which the attempt is told.
CODES = {400: ("INVALID_ARGUMENT", 3), 401: ("UNAUTHENTICATED", 16), 403: ("PERMISSION_DENIED", 7), 404: ("NOT_FOUND", 5),
         409: ("ABORTED", 10), 416: ("OUT_OF_RANGE", 11), 418: ("FAILED_PRECONDITION", 9), 429: ("RESOURCE_EXHAUSTED", 8),
         499: ("CANCELLED", 1), 501: ("UNIMPLEMENTED", 12), 502: ("INTERNAL", 13), 503: ("UNAVAILABLE", 14),
         504: ("DEADLINE_EXCEEDED", 4), 302: ("UNKNOWN", 2), 304: ("UNKNOWN", 2), 422: ("FAILED_PRECONDITION", 9)}


def test_every_answer_but_2xx_is_a_failure_that_is_told(tasks, target):
    target.answer = lambda call: int(call.path[1:])
    queue = tasks.new_queue()
    failed = {status: tasks.create(queue, target.url(f"/{status}"))["name"] for status in CODES}
    done = [tasks.create(queue, target.url(f"/{status}"), f"done-{status}")["name"] for status in (200, 201, 204, 299)]
    for status, (name, code) in CODES.items():
        task = tasks.wait_for(failed[status], lambda told: "responseTime" in told.get("lastAttempt", {}))
        last, first = task["lastAttempt"], task["firstAttempt"]
        assert last["responseStatus"] == {"code": code, "message": f"{name}({code}): HTTP status code {status}"}
        assert (task["dispatchCount"], task["responseCount"]) == (1, 1)
        assert set(first) == {"dispatchTime"} and first["dispatchTime"] == last["dispatchTime"]
        assert moment(last["scheduleTime"]) <= moment(last["dispatchTime"]) <= moment(last["responseTime"])
        assert 3600 <= (moment(task["scheduleTime"]) - moment(last["responseTime"])).total_seconds() < 3660
    for task in done:
        assert "either successfully completed or was deleted" in tasks.wait_until_gone(task)
    assert len(tasks.list(queue)) == len(CODES)


@pytest.mark.parametrize("settings, waits", [
    ({"minBackoff": "0.2s", "maxBackoff": "1s", "maxDoublings": 2}, [0.2, 0.4, 0.8, 1, 1]),
    ({"minBackoff": "0.2s", "maxBackoff": "0.7s", "maxDoublings": 16}, [0.2, 0.4, 0.7, 0.7]),
    ({"minBackoff": "0.1s", "maxBackoff": "10s", "maxDoublings": 1}, [0.1, 0.2, 0.4, 0.6, 0.8]),
], ids=["doubles", "is-capped", "grows-by-steps"])
def test_the_backoff_counts_from_the_failure(tasks, target, settings, waits):
    target.answer = answering(*[500] * len(waits))
    tasks.create(tasks.new_queue(**settings), target.url())
    calls = target.wait_for(len(waits) + 1, answered=True)
    for before, after, wait in zip(calls, calls[1:], waits):
        # It sees the failure a little after the answer was given, never before.
        assert wait - 0.01 <= after.eta - before.ended < wait + 1, (wait, after.eta - before.ended)
        assert after.began >= after.eta - 0.01, "called before it was due"


def test_the_attempts_end_at_their_number(tasks, target):
    target.answer = lambda call: 500
    task = tasks.create(tasks.new_queue(maxAttempts=3, **QUICK), target.url(), "three")["name"]
    assert "no longer exists" in tasks.wait_until_gone(task)
    assert [call.retry_count for call in target.calls] == [0, 1, 2]
    tasks.refuse("ALREADY_EXISTS", "POST", f"{task.rpartition('/tasks/')[0]}/tasks", {
        "task": {"name": task, "httpRequest": {"url": target.url()}}})


def test_attempts_and_duration_must_both_be_used_up(tasks, target):
    """Two attempts are over at once, but a second is not."""
    target.answer = lambda call: 500
    task = tasks.create(tasks.new_queue(maxAttempts=2, maxRetryDuration="1s", minBackoff="0.3s", maxBackoff="0.3s"),
                        target.url())["name"]
    tasks.wait_until_gone(task)
    first, *_, before, last = target.calls
    assert len(target.calls) > 2
    assert before.began - first.began < 1 and last.ended - first.began > 0.9


def test_unlimited_attempts_end_by_their_duration(tasks, target):
    target.answer = lambda call: 500
    task = tasks.create(tasks.new_queue(maxAttempts=-1, maxRetryDuration="1s", **QUICK), target.url())["name"]
    tasks.wait_until_gone(task)
    assert len(target.calls) > 2 and target.calls[-1].ended - target.calls[0].began > 0.9


@pytest.mark.parametrize("status", [429, 503, 404])
def test_a_target_says_when_it_may_be_called_again(tasks, target, status):
    date = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=4)
    target.answer = answering((status, {"Retry-After": "2"}), (status, {"Retry-After": format_datetime(date, usegmt=True)}))
    tasks.create(tasks.new_queue(**QUICK), target.url())
    first, second, third = target.wait_for(3)
    assert second.eta - first.ended >= 1.99
    assert third.eta >= max(date.timestamp(), second.ended) - 0.01


def test_a_call_that_gets_no_answer_in_time_is_given_up(tasks, target):
    queue = tasks.new_queue(**QUICK)
    with target.held():
        task = tasks.create(queue, target.url(), dispatchDeadline="15s")["name"]
        target.wait_for(1)
        under_way = tasks.get(task)
        assert under_way["dispatchCount"] == 1 and "responseCount" not in under_way
        assert "responseTime" not in under_way["lastAttempt"]
        first, second = target.wait_for(2)[:2]
    assert 14.5 <= second.began - first.began < 30
    assert second.header("X-CloudTasks-TaskPreviousResponse") == "504"
    assert (second.retry_count, second.header("X-CloudTasks-TaskExecutionCount")) == (1, "0")
    tasks.wait_until_gone(task)


def test_a_target_that_is_not_there_is_called_until_it_is(tasks):
    port = free_port()
    task = tasks.create(tasks.new_queue(**QUICK), f"http://127.0.0.1:{port}/")["name"]
    told = tasks.wait_for(task, lambda told: told.get("dispatchCount", 0) >= 3)
    assert told.get("responseCount", 0) == 0
    with Target(port=port) as target:
        [call] = target.wait_for(1)
        assert call.retry_count >= 3 and call.header("X-CloudTasks-TaskExecutionCount") == "0"
        tasks.wait_until_gone(task)


# ---- pause, resume, purge, run, delete ----


def test_a_paused_queue_calls_nobody_and_forgets_nothing(tasks, target):
    queue = tasks.new_queue()
    target.answer = answering(500)
    with target.held():
        under_way = tasks.create(queue, target.url("/under-way"))["name"]
        target.wait_for(1)
        tasks.ask("POST", f"{queue}:pause", {})
        waiting = [tasks.create(queue, target.url("/waiting")) for _ in range(3)]
    ended = tasks.wait_for(under_way, lambda told: "responseTime" in told["lastAttempt"])
    assert ended["responseCount"] == 1, "what was under way ends, and is recorded"
    round_trip(tasks, target)
    assert "/waiting" not in {call.path for call in target.calls}
    tasks.ask("POST", f"{queue}:resume", {})
    for task in waiting:
        [call] = target.wait_for(1, task["name"])
        assert abs(call.eta - moment(task["scheduleTime"]).timestamp()) < 0.001, "an overdue task keeps its time"


def test_a_task_that_fails_while_its_queue_is_paused_waits(tasks, target):
    queue = tasks.new_queue(**QUICK)
    target.answer = lambda call: 500 if call.path == "/fails" else 200
    with target.held():
        task = tasks.create(queue, target.url("/fails"))["name"]
        target.wait_for(1)
        tasks.ask("POST", f"{queue}:pause", {})
    tasks.wait_for(task, lambda told: "responseTime" in told["lastAttempt"])
    later = tasks.create(tasks.new_queue(), target.url("/later"), scheduleTime=at(1))["name"]
    target.wait_for(1, later)
    assert len(target.of(task)) == 1
    target.answer = lambda call: 200
    tasks.ask("POST", f"{queue}:resume", {})
    target.wait_for(2, task)


def test_a_task_waits_for_its_time(tasks, target):
    task = tasks.create(tasks.new_queue(), target.url(), scheduleTime=at(1.5))
    due = moment(task["scheduleTime"]).timestamp()
    round_trip(tasks, target)
    [call] = target.wait_for(1, task["name"])
    assert call.began >= due - 0.01 and abs(call.eta - due) < 0.001


def test_a_task_is_run_now_though_paused_and_later_and_then_not_again(tasks, target):
    queue = tasks.new_queue(paused=True)
    task = tasks.create(queue, target.url("/run"), "run", scheduleTime=at(2))["name"]
    run = tasks.ask("POST", f"{task}:run", {})
    assert (run["name"], run["dispatchCount"], run["view"]) == (task, 1, "BASIC")
    target.wait_for(1, task)
    tasks.wait_until_gone(task)
    tasks.ask("POST", f"{queue}:resume", {})
    after = tasks.create(queue, target.url("/after"), scheduleTime=at(3))["name"]
    target.wait_for(1, after)
    assert len(target.of(task)) == 1, "it was called at its time, too"
    assert tasks.refuse("NOT_FOUND", "POST", f"{task}:run", {})["message"].startswith("The task no longer exists")


def test_a_run_that_fails_is_tried_again_after_the_backoff(tasks, target):
    target.answer = lambda call: 500
    task = tasks.create(tasks.new_queue(paused=True, minBackoff="600s"), target.url(), scheduleTime=at(86400))["name"]
    called = time.time()
    tasks.ask("POST", f"{task}:run", {})
    told = tasks.wait_for(task, lambda told: "responseTime" in told["lastAttempt"])
    assert 599 <= moment(told["scheduleTime"]).timestamp() - called < 630
    assert told["httpRequest"]["headers"] == {"User-Agent": "Google-Cloud-Tasks"}, "what a call adds is not shown"
    assert (told["dispatchCount"], told["responseCount"]) == (1, 1)


def test_a_task_is_run_beside_itself(tasks, target):
    queue = tasks.new_queue(rates={"maxConcurrentDispatches": 1})
    with target.held():
        task = tasks.create(queue, target.url())["name"]
        target.wait_for(1)
        assert tasks.ask("POST", f"{task}:run", {})["dispatchCount"] == 2
        assert [call.retry_count for call in target.wait_for(2)] == [0, 1]
    tasks.wait_until_gone(task)


def test_a_purge_takes_what_was_there_and_nothing_else(tasks, target):
    queue = tasks.new_queue(**QUICK)
    target.answer = lambda call: 500 if call.path == "/under-way" else 200
    with target.held():
        under_way = tasks.create(queue, target.url("/under-way"), "under-way")["name"]
        target.wait_for(1)
        tasks.ask("POST", f"{queue}:pause", {})
        old = [tasks.create(queue, target.url("/old"), f"old-{i}", **later)["name"]
               for i, later in enumerate(({}, {}, {"scheduleTime": at(1)}))]
        purged = tasks.ask("POST", f"{queue}:purge", {})
        assert purged["purgeTime"] and purged["state"] == "PAUSED"
        new = tasks.create(queue, target.url("/new"), "new")["name"]
        tasks.ask("POST", f"{queue}:resume", {})
    target.wait_for(1, new)
    after = tasks.create(queue, target.url("/after"), scheduleTime=at(1.5))["name"]
    target.wait_for(1, after)
    assert sorted(call.path for call in target.calls) == ["/after", "/new", "/under-way"]
    for task in (under_way, *old):
        tasks.refuse("NOT_FOUND", "GET", task)
        tasks.refuse("ALREADY_EXISTS", "POST", f"{queue}/tasks", {"task": {
            "name": task, "httpRequest": {"url": target.url()}}})


def test_a_task_that_is_deleted_while_it_is_called_is_not_called_again(tasks, target):
    queue = tasks.new_queue(**QUICK)
    target.answer = lambda call: 500 if call.path == "/deleted" else 200
    with target.held():
        task = tasks.create(queue, target.url("/deleted"))["name"]
        target.wait_for(1)
        assert tasks.ask("DELETE", task) == {}
    target.wait_for(1, task, answered=True)
    target.wait_for(1, tasks.create(queue, target.url("/after"), scheduleTime=at(1))["name"])
    assert len(target.of(task)) == 1
    tasks.refuse("NOT_FOUND", "GET", task)


# ---- how many, how fast ----


def test_a_rate_holds_in_every_window(tasks, target):
    """At most the burst of 10 and five a second, however one cuts the time."""
    queue = tasks.new_queue(paused=True, rates={"maxDispatchesPerSecond": 5})
    for _ in range(35):
        tasks.create(queue, target.url())
    tasks.ask("POST", f"{queue}:resume", {})
    times = sorted(call.began for call in target.wait_for(35))
    for i, begin in enumerate(times):
        for j in range(i, len(times)):
            # A call may be late on its way by a moment, which brings it closer to the next.
            assert j - i + 1 <= 10 + 5 * (times[j] - begin + 0.5) + 1
    assert times[-1] - times[0] >= (35 - 10) / 5 - 0.5


def test_no_more_calls_are_under_way_than_allowed(tasks, target):
    queue = tasks.new_queue(rates={"maxConcurrentDispatches": 3})
    with target.held():
        created = [tasks.create(queue, target.url())["name"] for _ in range(12)]
        target.wait_for(3)
        target.wait_for(1, tasks.create(tasks.new_queue(), target.url("/beside"))["name"])
        assert [call.path for call in target.calls] == ["/", "/", "/", "/beside"], "it holds for its queue alone"
    for task in created:
        target.wait_for(1, task)
    assert target.most_in_flight <= 4


def test_settings_are_live_at_the_next_call(tasks, target):
    target.answer = lambda call: 500
    queue = tasks.new_queue(minBackoff="3600s")
    task = tasks.create(queue, target.url())["name"]
    tasks.wait_for(task, lambda told: "responseTime" in told.get("lastAttempt", {}))
    tasks.ask("PATCH", f"{queue}?updateMask=retryConfig.minBackoff", {"retryConfig": {"minBackoff": "0.1s"}})
    tasks.ask("POST", f"{task}:run", {})
    target.wait_for(4, task)
