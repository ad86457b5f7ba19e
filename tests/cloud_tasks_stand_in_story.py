"""The stand-in for Cloud Tasks is true: Google's own client sets, lists and deletes tasks and is refused in Google's
words; tasks are tried again by the documented table, to the microsecond, and given up by the documented rule."""

import http.client
import time
from datetime import datetime, timedelta, timezone

import pytest

from postrider import cloud_tasks_errors, google_errors
from postrider.cloud_tasks_dispatcher import AnswerLost, Delayed, Duplicated, Unreachable
from postrider.cloud_tasks_peer import CloudTasksClient
from postrider.cloud_tasks_stand_in import PARENT, CloudTasksStandIn
from postrider.google_peers import Refused, error_faults
from postrider.google_scripts import Dropped
from postrider.google_tokens import CLOUD, SHEETS
from postrider.task_target import TaskTarget

SECOND = 1_000_000
ROBOT = "robot@story-project.iam.gserviceaccount.com"


@pytest.fixture
def tasks():
    with CloudTasksStandIn(standing=True) as stand_in:
        yield stand_in


@pytest.fixture
def target():
    with TaskTarget() as server:
        yield server


def in_time(stand_in, seconds):
    moment = datetime.fromtimestamp(stand_in.clock.now() / SECOND, timezone.utc) + timedelta(seconds=seconds)
    return moment.isoformat().replace("+00:00", "Z")


def refused(client, method, **request):
    with pytest.raises(Refused) as error:
        client.call(method, **request)
    return error.value.status, error.value.message


def test_googles_client_sets_reads_lists_and_deletes(tasks, target):
    with CloudTasksClient(tasks.base_url.removeprefix("http://")) as client:
        made = client.call("create_queue", parent=PARENT, queue={
            "name": PARENT + "/queues/q1", "rate_limits": {"max_dispatches_per_second": 5},
            "retry_config": {"max_attempts": -1, "min_backoff": "1.500s"}})
        assert made["state"] == "RUNNING" and made["rateLimits"]["maxBurstSize"] == 10
        assert (made["retryConfig"]["minBackoff"], made["retryConfig"]["maxBackoff"]) == ("1.500s", "3600s")
        queue = made["name"]
        assert client.call("get_queue", name=queue) == made

        when = in_time(tasks, 3600)
        task = client.call("create_task", parent=queue, task={
            "name": queue + "/tasks/a-1", "scheduleTime": when, "dispatchDeadline": "30s", "httpRequest": {
                "url": target.url + "/ring?x=1", "body": "eyJhIjoxfQ==",
                "headers": {"content-TYPE": "application/json"},
                "oidcToken": {"serviceAccountEmail": ROBOT, "audience": "story"}}})
        assert task["httpRequest"] == {
            "url": target.url + "/ring?x=1", "httpMethod": "POST",
            "headers": {"content-TYPE": "application/json", "User-Agent": "Google-Cloud-Tasks"},
            "oidcToken": {"serviceAccountEmail": ROBOT, "audience": "story"}}
        assert (task["dispatchDeadline"], task["view"], task["createTime"][-1:]) == ("30s", "BASIC", "Z")
        full = client.call("get_task", name=task["name"], responseView="FULL")
        assert (full["httpRequest"]["body"], full["view"]) == ("eyJhIjoxfQ==", "FULL")
        assert tasks.queues[queue].tasks["a-1"].schedule == round(
            datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp() * 1_000_000)

        unnamed = client.call("create_task", parent=queue, task={"httpRequest": {"url": target.url}})
        assert unnamed["name"].removeprefix(queue + "/tasks/").isdigit()
        pages = client.call("list_tasks", parent=queue, pageSize=1)
        assert [[one["name"] for one in page] for page in pages] == [[task["name"]], [unnamed["name"]]]

        client.call("pause_queue", name=queue)
        tasks.turn(3600)
        assert not tasks.dispatches and client.call("get_queue", name=queue)["state"] == "PAUSED"
        client.call("resume_queue", name=queue)
        tasks.turn(0)
        assert {one.path for one in target.heard} == {"/", "/ring?x=1"} and not tasks.queues[queue].tasks

        client.call("create_task", parent=queue, task={"name": queue + "/tasks/b", "scheduleTime": in_time(tasks, 60),
                                                       "httpRequest": {"url": target.url}})
        client.call("delete_task", name=queue + "/tasks/b")
        client.call("create_task", parent=queue, task={"name": queue + "/tasks/c", "scheduleTime": in_time(tasks, 60),
                                                       "httpRequest": {"url": target.url}})
        assert client.call("purge_queue", name=queue)["purgeTime"]
        tasks.turn(3600)
        assert len(target.heard) == 2
        asked = ["cloudtasks.tasks.create", "cloudtasks.tasks.delete"]
        assert client.call("test_iam_permissions", resource=queue, permissions=asked) == asked
        tasks.lacking = {"cloudtasks.tasks.delete"}
        assert client.call("test_iam_permissions", resource=queue, permissions=asked) == asked[:1]
        assert client.call("test_iam_permissions", resource=PARENT + "/queues/none", permissions=asked) == []
    assert tasks.create_statuses == {"a-1": [200], "": [200], "b": [200], "c": [200]}


def test_googles_client_is_refused_in_googles_words(tasks, target):
    queue = tasks.new_queue("q1")

    def create(client, name="a", parent=queue.name, **more):
        request = {"url": target.url} | more.pop("request", {})
        return refused(client, "create_task", parent=parent,
                       task={"name": f"{queue.name}/tasks/{name}", "httpRequest": request, **more})

    queue.add("done", None, url=target.url)
    tasks.turn(0)
    queue.add("live", tasks.clock.now() + 60 * SECOND, url=target.url)
    exists = (409, "Requested entity already exists")
    no_queue = (404, "Queue does not exist. If you just created the queue, wait at least a minute for the queue to "
                     "initialize.")
    with CloudTasksClient(tasks.base_url.removeprefix("http://")) as client:
        assert create(client, "live") == create(client, "done") == exists
        assert create(client, "e", PARENT + "/queues/none") == no_queue
        assert refused(client, "get_queue", name=PARENT + "/queues/none") == no_queue
        assert refused(client, "delete_task", name=queue.name + "/tasks/never") == (
            404, "Requested entity was not found.")
        assert refused(client, "get_task", name=queue.name + "/tasks/done") == (
            404, "The task no longer exists, though a task with this name existed recently. The task either "
                 "successfully completed or was deleted.")
        assert create(client, "a b") == (400, 'Task ID "a b" can contain only letters ([A-Za-z]), numbers ([0-9]), '
                                         "hyphens (-), or underscores (_). Task ID must between 1 and 500 characters.")
        status, words = create(client, scheduleTime=in_time(tasks, 30 * 86_400 + 1))
        assert status == 400 and words.startswith("The Task.scheduleTime, ")
        assert words.endswith(" is too far in the future. Schedule time must be no more than 720h in the future.")
        assert create(client, request={"url": ""}) == (400, "HttpRequest.url is required.")
        assert create(client, request={"url": "ftp://x"})[1] == (
            "HttpTarget.url must start with 'http://' or 'https://'.")
        assert create(client, dispatchDeadline="14s")[1] == "Task.dispatchDeadline must be between [15s, 30m]."
        assert create(client, request={"body": "eHh4" * 349_525})[1] == "Task size too large"
        token = {"oidcToken": {"serviceAccountEmail": ROBOT}}
        tasks.service_accounts = set()
        assert create(client, request=token)[0] == 404
        tasks.service_accounts = {ROBOT}
        for permission, resource in (("iam.serviceAccounts.actAs", ROBOT), ("cloudtasks.tasks.create", queue.name)):
            tasks.lacking = {permission}
            assert create(client, request=token) == (
                403, f'The principal (user or service account) lacks IAM permission "{permission}" for the resource '
                     f'"{resource}" (or the resource may not exist).')
        tasks.lacking = set()
        for error in (cloud_tasks_errors.throttled(), google_errors.deadline_exceeded(), google_errors.internal(),
                      cloud_tasks_errors.unavailable(), cloud_tasks_errors.service_disabled()):
            tasks.script(error, "tasks.create")
            assert create(client)[0] == error.code
    assert error_faults(call.answer for call in tasks.calls() if call.status != 200) == []
    assert list(queue.tasks) == ["live"]


def test_a_lost_answer_is_to_a_task_that_was_made(tasks, target):
    queue = tasks.new_queue()
    tasks.script(Dropped(is_applied=True), "tasks.create")
    task = {"name": queue.name + "/tasks/a", "httpRequest": {"url": target.url}}
    with CloudTasksClient(tasks.base_url.removeprefix("http://")) as client:
        assert refused(client, "create_task", parent=queue.name, task=task)[0] is None
        assert refused(client, "create_task", parent=queue.name, task=task)[0] == 409
    assert tasks.create_statuses["a"] == [200, 409]


def test_access_tokens_are_judged(google, target):
    with CloudTasksStandIn(tokens=google.tokens, standing=True) as tasks:
        queue = tasks.new_queue()

        def ask(token=None):
            line = http.client.HTTPConnection(tasks.base_url.removeprefix("http://"), timeout=30)
            line.request("GET", "/v2/" + queue.name, headers={"Authorization": f"Bearer {token}"} if token else {})
            answer = line.getresponse()
            answer.read()
            line.close()
            return answer.status

        good = google.tokens.issue("ann@example.org", CLOUD).text
        assert [ask(), ask("x"), ask(google.tokens.issue("ann@example.org", SHEETS).text), ask(good)] == [
            401, 401, 403, 200]
        google.tokens.expire_all()
        assert ask(good) == 401
        assert error_faults(call.answer for call in tasks.calls() if call.status != 200) == []


# min, max, doublings → the pauses between attempts, in seconds.
BACKOFFS = [
    ((10, 300, 3), [10, 20, 40, 80, 160, 240, 300, 300]),
    ((10, 200, 0), [*range(10, 200, 10), 200, 200]),
    ((5, 120, 2), [5, 10, 20, 40, 60, 80, 100, 120, 120]),
    ((0.1, 3600, 16), [*(0.1 * 2 ** n for n in range(16)), 3600, 3600]),
]


@pytest.mark.parametrize("settings, pauses", BACKOFFS)
def test_pauses_between_attempts_are_googles(tasks, target, settings, pauses):
    target.answer = lambda heard: 500
    queue = tasks.new_queue(**dict(zip(("min_backoff", "max_backoff", "max_doublings"), settings)))
    queue.add("a", None, url=target.url)
    tasks.turn(sum(pauses))
    at = [one.at for one in tasks.dispatches]
    assert [(later - before) / SECOND for before, later in zip(at, at[1:])] == pytest.approx(pauses, abs=1e-9)


def test_by_default_a_task_is_given_up_after_three_and_a_half_days(tasks, target):
    target.answer = lambda heard: 503
    queue = tasks.new_queue()
    queue.add("a", None, url=target.url)
    tasks.turn(10 * 86_400)
    dispatches = tasks.dispatches
    assert len(dispatches) == 100 and queue.given_up == ["a"]
    assert (dispatches[-1].at - dispatches[0].at) / SECOND == pytest.approx(305_353.5)


# max_attempts, max_retry_duration, pause (s) → attempts until the end, within two days.
ENDS = [
    (5, 0, 60, 5), (1, 0, 60, 1),
    (5, 3600, 60, 61),  # both must be reached, so there are more than five
    (100, 600, 60, 100), (5, 240, 60, 5), (-1, 600, 60, 11), (-1, 0, 3600, 49)]


@pytest.mark.parametrize("attempts, duration, pause, made", ENDS)
def test_a_task_is_given_up_when_all_limits_are_reached(tasks, target, attempts, duration, pause, made):
    target.answer = lambda heard: 404
    queue = tasks.new_queue(max_attempts=attempts, max_retry_duration=duration, min_backoff=pause, max_backoff=pause)
    queue.add("a", None, url=target.url)
    tasks.turn(2 * 86_400)
    assert len(tasks.dispatches) == made
    assert (queue.given_up == ["a"]) == (not queue.tasks) == (made != 49)


def test_headers_tell_what_was_before(tasks, target):
    answers = iter([503, 404, None, 429, 500, 302, 200])
    target.answer = lambda heard: next(answers)
    queue = tasks.new_queue("q1")
    queue.add("a", None, url=target.url, headers={"Authorization": "mine", "content-type": "text/plain"},
              oidc={"serviceAccountEmail": ROBOT})
    tasks.turn(3600)

    def column(name):
        return [one.headers.get(name) for one in target.heard]

    assert column("X-CloudTasks-TaskRetryCount") == list("0123456")
    assert column("X-CloudTasks-TaskExecutionCount") == list("0011223")
    assert column("X-CloudTasks-TaskPreviousResponse") == [None, "503", "404", "504", "429", "500", "302"]
    assert column("X-CloudTasks-TaskRetryReason") == [None] + [""] * 6
    assert set(column("X-CloudTasks-QueueName")) == {"q1"} and set(column("X-CloudTasks-TaskName")) == {"a"}
    assert [float(eta) for eta in column("X-CloudTasks-TaskETA")] == pytest.approx(
        [one.at / SECOND for one in tasks.dispatches])
    first = target.heard[0].headers
    assert first["User-Agent"] == "Google-Cloud-Tasks" and first["content-type"] == "text/plain"
    assert len(first.get_all("Authorization")) == 1 and first["Authorization"].startswith("Bearer ey")
    assert not queue.tasks and tasks.statuses == {503: 1, 404: 1, None: 1, 429: 1, 500: 1, 302: 1, 200: 1}


def test_google_auth_believes_the_tokens(tasks):
    with CloudTasksClient(tasks.base_url.removeprefix("http://")) as client:
        def verify(audience="story"):
            return client.call("verify_token", token=tasks.id_tokens.token(ROBOT, "story"), audience=audience)

        claims = verify()
        assert (claims["email"], claims["email_verified"], claims["iss"]) == (ROBOT, True, tasks.base_url)
        assert claims["azp"] == claims["sub"] and claims["exp"] - claims["iat"] == 3600
        assert "Audience doesn't match" in refused(client, "verify_token", token=tasks.id_tokens.token(
            ROBOT, "story"), audience="another")[1]
        tasks.id_tokens.rotate()
        assert verify()["email"] == ROBOT
        tasks.id_tokens.is_signed_by_stranger = True
        assert "Signature verification failed" in refused(client, "verify_token", token=tasks.id_tokens.token(
            ROBOT, "story"), audience="story")[1]


def test_trouble_comes_as_it_was_ordered(tasks, target):
    queue = tasks.new_queue(min_backoff=10, max_backoff=10)
    tasks.trouble(Duplicated(after=60, times=2), "twice")
    tasks.trouble(Delayed(86_400), "late")
    tasks.trouble(AnswerLost(), "lost")
    tasks.trouble(Unreachable(), "away", times=2)
    for task_id in ("twice", "late", "lost", "away"):
        queue.add(task_id, None, url=f"{target.url}/{task_id}")
    tasks.turn(3600)
    assert [one.path for one in target.heard].count("/late") == 0
    tasks.turn(86_400)
    assert {task_id: [one.is_duplicate for one in tasks.dispatches_of(task_id)] for task_id in
            ("twice", "late", "lost", "away")} == {"twice": [False, True, True], "late": [False],
                                                   "lost": [False, False], "away": [False]}
    first, again, _ = tasks.dispatches_of("twice")
    assert (again.at - first.at, again.headers) == (60 * SECOND, first.headers)
    assert tasks.dispatches_of("away")[0].number == 3 and not queue.tasks
    assert tasks.dispatches_of("late")[0].headers["X-CloudTasks-TaskRetryCount"] == "0"

    tasks.shuffle(seed=1, seconds=5)
    for number in range(20):
        queue.add(f"n{number}", None, url=f"{target.url}/n{number}")
    tasks.turn(5)
    order = [one.path for one in target.heard[-20:]]
    assert len(set(order)) == 20 and order != [f"/n{number}" for number in range(20)]


def test_names_and_tasks_are_forgotten_in_time(tasks, target):
    queue = tasks.new_queue()
    queue.add("a", None, url=target.url)
    tasks.turn(0)
    tasks.turn(86_399)
    with pytest.raises(google_errors.GoogleError, match="already exists"):
        queue.add("a", None, url=target.url)
    tasks.turn(1)
    tasks.pause(queue)
    queue.add("a", None, url=target.url)
    tasks.turn(31 * 86_400)
    tasks.resume(queue)
    tasks.turn(0)
    assert len(target.heard) == 1 and queue.expired == ["a"]


def test_a_bucket_and_places_limit_what_is_dispatched(tasks, target):
    queue = tasks.new_queue(rate=10, concurrent=3)
    for number in range(30):
        queue.add(f"n{number}", None, url=target.url)
    tasks.turn(0)
    assert len(target.heard) == 10  # the burst
    tasks.turn(1)
    assert len(target.heard) == 20
    tasks.turn(0.5)
    assert len(target.heard) == 25


def test_a_target_that_asks_for_time_gets_it(tasks, target):
    answers = iter([(503, {"Retry-After": "30"}), (429, {"Retry-After": "1"}), (500, {"Retry-After": "30"}), 200])
    target.answer = lambda heard: next(answers)
    tasks.new_queue(min_backoff=2, max_backoff=2).add("a", None, url=target.url)
    tasks.turn(60)
    at = [one.at for one in tasks.dispatches]
    assert [(later - before) // SECOND for before, later in zip(at, at[1:])] == [30, 2, 2]


def test_with_a_clock_that_runs_tasks_come_by_themselves(target):
    with CloudTasksStandIn() as tasks:
        queue = tasks.new_queue(min_backoff=0.01, max_backoff=0.01)
        answers = iter([503, 200, 200])
        target.answer = lambda heard: next(answers)
        began = time.monotonic()
        queue_name, soon = queue.name, tasks.clock.now() + SECOND // 10
        tasks.change(lambda: queue.add("a", None, url=target.url))
        tasks.change(lambda: queue.add("soon", soon, url=target.url))
        tasks.change(lambda: queue.add("far", soon + 86_400 * SECOND, url=target.url))
        tasks.wait_for_dispatches(3)
        assert time.monotonic() - began >= 0.1 and list(queue.tasks) == ["far"]
        target.answer = lambda heard: 200
        tasks.turn(86_401)
        tasks.wait_until_empty(tasks.queues[queue_name])
        assert len(tasks.dispatches_of("far")) == 1
