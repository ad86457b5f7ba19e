"""Whoever asks our queues for what cannot be is told so in Google's words, and Google's clients know the error."""

import base64
import re
from datetime import datetime, timedelta, timezone

import pytest

from postrider.cloud_tasks import PARENT, fresh, new_key
from postrider.cloud_tasks_peers import KINDS, STATUSES, Refused, TasksClient

URL = "https://worker.example.com/work"
NO_QUEUE = "Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize."
NO_ENTITY = "Requested entity was not found."
GONE = ("The task no longer exists, though a task with this name existed recently. "
        "The task either successfully completed or was deleted.")
TAKEN = "Requested entity already exists"
BAD_NAME = 'Queue name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>".'
BAD_ID = ('Task ID "{}" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), or underscores (_). '
          "Task ID must between 1 and 500 characters.")
DEADLINE = "Task.dispatchDeadline must be between [15s, 30m]."


class Place:
    """A paused queue with one task, one task that was there, and a queue that is no more."""

    def __init__(self, tasks):
        self.queue, self.gone = tasks.new_queue(paused=True), tasks.new_queue()
        tasks.ask("DELETE", self.gone)
        self.task = tasks.create(self.queue, URL, "here")["name"]
        self.over = tasks.create(self.queue, URL, "over")["name"]
        tasks.ask("DELETE", self.over)


@pytest.fixture(scope="module")
def place(cloud_tasks):
    return Place(cloud_tasks)


def queue_of(**settings):
    """A request that creates a queue with these settings."""
    return lambda place: {"parent": PARENT, "queue": {"name": f"{PARENT}/queues/{fresh()}", **settings}}


def task_of(http=None, **task):
    """A request that creates a task in the queue that is there."""
    target = {} if http is None else {"httpRequest": http}
    return lambda place: {"parent": place.queue, "task": {**target, **task}}


def in_queue(name, id="t"):
    return lambda place: {"parent": getattr(place, name), "task": {
        "name": f"{getattr(place, name)}/tasks/{id}", "httpRequest": {"url": URL}}}


def named(which):
    return lambda place: {"name": getattr(place, which) if hasattr(place, which) else which}


def rates(**limits):
    return queue_of(rateLimits=limits)


def retries(**config):
    return queue_of(retryConfig=config)


def far_ahead(place):
    when = datetime.now(timezone.utc) + timedelta(hours=720, minutes=5)
    return task_of({"url": URL}, scheduleTime=when.strftime("%Y-%m-%dT%H:%M:%SZ"))(place)


NOWHERE = f"{PARENT}/queues/never-was"

# What is asked → method, request, Google's status and text (where its text is not known, None).
ROWS = {
    "a queue that exists": ("createQueue", lambda place: {"parent": PARENT, "queue": {"name": place.queue}},
                            "ALREADY_EXISTS", "Queue already exists"),
    "a queue's name that is none": ("createQueue", lambda place: {
        "parent": PARENT, "queue": {"name": f"{PARENT}/queues/under_score"}}, "INVALID_ARGUMENT", BAD_NAME),
    "a queue of another parent": ("createQueue", lambda place: {
        "parent": PARENT, "queue": {"name": "projects/p2/locations/us-central1/queues/q"}}, "INVALID_ARGUMENT",
        f"projects/p2/locations/us-central1/queues/q must begin with {PARENT}."),
    "get no queue": ("getQueue", named(NOWHERE), "NOT_FOUND", NO_QUEUE),
    "pause no queue": ("pauseQueue", named(NOWHERE), "NOT_FOUND", NO_QUEUE),
    "resume no queue": ("resumeQueue", named(NOWHERE), "NOT_FOUND", NO_QUEUE),
    "purge no queue": ("purgeQueue", named(NOWHERE), "NOT_FOUND", NO_QUEUE),
    "list no queue": ("listTasks", lambda place: {"parent": NOWHERE}, "NOT_FOUND", NO_QUEUE),
    "a task in no queue": ("createTask", lambda place: {"parent": NOWHERE, "task": {"httpRequest": {"url": URL}}},
                           "NOT_FOUND", NO_QUEUE),
    "get a deleted queue": ("getQueue", named("gone"), "NOT_FOUND", NO_QUEUE),
    "pause a deleted queue": ("pauseQueue", named("gone"), "NOT_FOUND", NO_QUEUE),
    "a task in a deleted queue": ("createTask", in_queue("gone"), "NOT_FOUND", NO_QUEUE),
    "delete no queue": ("deleteQueue", named(NOWHERE), "NOT_FOUND", NO_ENTITY),
    "get a task that never was": ("getTask", lambda place: {"name": f"{place.queue}/tasks/never"}, "NOT_FOUND", NO_ENTITY),
    "delete a task that never was": ("deleteTask", lambda place: {"name": f"{place.queue}/tasks/never"}, "NOT_FOUND",
                                     NO_ENTITY),
    "run a task that never was": ("runTask", lambda place: {"name": f"{place.queue}/tasks/never"}, "NOT_FOUND", NO_ENTITY),
    "get a task that is over": ("getTask", named("over"), "NOT_FOUND", GONE),
    "delete a task that is over": ("deleteTask", named("over"), "NOT_FOUND", GONE),
    "run a task that is over": ("runTask", named("over"), "NOT_FOUND", GONE),
    "a name that a task has": ("createTask", in_queue("queue", "here"), "ALREADY_EXISTS", TAKEN),
    "a name that a task had": ("createTask", in_queue("queue", "over"), "ALREADY_EXISTS", TAKEN),
    "a task's id with a dot": ("createTask", in_queue("queue", "a.b"), "INVALID_ARGUMENT", BAD_ID.format("a.b")),
    "a task's id too long": ("createTask", in_queue("queue", "x" * 501), "INVALID_ARGUMENT", BAD_ID.format("x" * 501)),
    "a task's name in another queue": ("createTask", lambda place: {"parent": place.queue, "task": {
        "name": f"{NOWHERE}/tasks/t", "httpRequest": {"url": URL}}}, "INVALID_ARGUMENT", re.compile(
            r"The queue name from request \('.+'\) must be the same as the queue name in the named task "
            rf"\('{NOWHERE}'\)\.")),
    "a task without a url": ("createTask", task_of({"headers": {"a": "b"}}), "INVALID_ARGUMENT",
                             "HttpRequest.url is required."),
    "a url of another scheme": ("createTask", task_of({"url": "ftp://example.com/"}), "INVALID_ARGUMENT",
                                "HttpTarget.url must start with 'http://' or 'https://'."),
    "a url too long": ("createTask", task_of({"url": URL + "x" * 2083}), "INVALID_ARGUMENT", None),
    "headers too large": ("createTask", task_of({"url": URL, "headers": {f"X-{i}": "v" * 1000 for i in range(85)}}),
                          "INVALID_ARGUMENT", None),
    "a body with GET": ("createTask", task_of({"url": URL, "httpMethod": "GET", "body": "YQ=="}), "INVALID_ARGUMENT", None),
    "a deadline too short": ("createTask", task_of({"url": URL}, dispatchDeadline="14.999s"), "INVALID_ARGUMENT", DEADLINE),
    "a deadline too long": ("createTask", task_of({"url": URL}, dispatchDeadline="1800.001s"), "INVALID_ARGUMENT",
                            DEADLINE),
    "too far ahead": ("createTask", far_ahead, "INVALID_ARGUMENT", re.compile(
        r"The Task\.scheduleTime, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?-0[78]:00, is too far in the future\. "
        r"Schedule time must be no more than 720h in the future\.")),
    "a task too large": ("createTask", task_of({"url": URL, "body": base64.b64encode(b"x" * 1_048_569).decode()}),
                         "INVALID_ARGUMENT", "Task size too large"),
    "a task without a target": ("createTask", task_of(), "INVALID_ARGUMENT", "Task.payload_type is not set."),
    "an account that nobody knows": ("createTask", task_of({"url": URL, "oidcToken": {
        "serviceAccountEmail": "stranger@p1.iam.gserviceaccount.com"}}), "NOT_FOUND", None),
    "a rate below nothing": ("createQueue", rates(maxDispatchesPerSecond=-1), "INVALID_ARGUMENT",
                             "RateLimits.maxDispatchesPerSecond cannot be negative."),
    "a rate too high": ("createQueue", rates(maxDispatchesPerSecond=500.5), "INVALID_ARGUMENT",
                        "RateLimits.maxDispatchesPerSecond must be less than or equal to 500."),
    "fewer than no tasks at once": ("createQueue", rates(maxConcurrentDispatches=-1), "INVALID_ARGUMENT",
                                    "RateLimits.maxConcurrentDispatches cannot be negative."),
    "too many tasks at once": ("createQueue", rates(maxConcurrentDispatches=5001), "INVALID_ARGUMENT",
                               "RateLimits.maxConcurrentDispatches must be less than or equal to 5000."),
    "attempts below unlimited": ("createQueue", retries(maxAttempts=-2), "INVALID_ARGUMENT",
                                 "RetryConfig.maxAttempts must be greater or equal to -1."),
    "doublings below none": ("createQueue", retries(maxDoublings=-1), "INVALID_ARGUMENT",
                             "RetryConfig.maxDoublings cannot be negative."),
    "a backoff that shrinks": ("createQueue", retries(minBackoff="10s", maxBackoff="9s"), "INVALID_ARGUMENT",
                               "RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff."),
    "an update out of bounds": ("updateQueue", lambda place: {
        "queue": {"name": place.queue, "rateLimits": {"maxDispatchesPerSecond": 501}},
        "updateMask": ["rate_limits.max_dispatches_per_second"]}, "INVALID_ARGUMENT",
        "RateLimits.maxDispatchesPerSecond must be less than or equal to 500."),
    "a page of fewer than none": ("listQueues", lambda place: {"parent": PARENT, "pageSize": -1}, "INVALID_ARGUMENT", None),
    "a page that was made up": ("listTasks", lambda place: {"parent": place.queue, "pageToken": "made-up"},
                                "INVALID_ARGUMENT", None),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.replace(" ", "-").replace("'", ""))
def test_a_client_is_refused_in_googles_words(client, place, row):
    method, request, status, text = ROWS[row]
    said = client.refused(status, method, **request(place))
    if isinstance(text, re.Pattern):
        assert text.search(said), said
    elif text:
        assert text in said


def test_a_backoff_below_nothing_is_refused(cloud_tasks):
    """Google's serializer for Node.js could not even write this one."""
    error = cloud_tasks.refuse("INVALID_ARGUMENT", "POST", f"{PARENT}/queues", {
        "name": f"{PARENT}/queues/{fresh()}", "retryConfig": {"minBackoff": "-1s"}})
    assert error["message"] == "RetryConfig.minBackoff cannot be negative."


def test_what_is_odd_but_allowed_is_taken(client, place):
    """At the limits, and a URL that no program could decode."""
    for http, task in (({"url": "https://worker.example.com/%zz"}, {}),
                       ({"url": URL, "body": base64.b64encode(b"x" * 1_048_000).decode()}, {}),
                       ({"url": URL}, {"dispatchDeadline": "15s"}), ({"url": URL}, {"dispatchDeadline": "1800s"}),
                       ({"url": URL, "headers": {f"X-{i}": "v" * 1000 for i in range(75)}}, {})):
        made = client.call("createTask", parent=place.queue, task={"httpRequest": http, **task})
        assert made["httpRequest"]["url"] == http["url"]
    client.call("createTask", parent=place.queue, task={"name": f"{place.queue}/tasks/{fresh('x' * 490)}",
                                                       "httpRequest": {"url": URL}})


# A program without a key, and one whose key opens something else.
@pytest.fixture(scope="module", params=KINDS)
def stranger(request, cloud_tasks):
    with TasksClient(request.param, cloud_tasks.port) as made:
        yield made


@pytest.fixture(scope="module", params=KINDS)
def guest(request, cloud_tasks):
    with TasksClient(request.param, cloud_tasks.port, new_key(cloud_tasks.here, "--scope", "bounces")) as made:
        yield made


def test_a_program_without_a_key_is_told_that_it_has_none(stranger, place):
    for method in "getQueue", "purgeQueue":
        if stranger.kind == "python":  # it tries to renew what it has, and says no more than that it cannot
            with pytest.raises(Refused, match="cannot be refreshed"):
                stranger.call(method, name=place.queue)
            continue
        said = stranger.refused("UNAUTHENTICATED", method, name=place.queue)
        assert ("Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or "
                "other valid authentication credential.") in said


def test_a_program_with_another_key_is_told_what_it_lacks(guest, place):
    said = guest.refused("PERMISSION_DENIED", "createTask", parent=place.queue, task={"httpRequest": {"url": URL}})
    assert ('The principal (user or service account) lacks IAM permission "cloudtasks.tasks.create" for the resource '
            f'"{place.queue}" (or the resource may not exist).') in said
    said = guest.refused("PERMISSION_DENIED", "getQueue", name=place.queue)
    assert 'lacks IAM permission "cloudtasks.queues.get"' in said


def test_every_method_is_closed_to_strangers(cloud_tasks, place):
    queue, task = place.queue, place.task
    for method, path in (("GET", f"{PARENT}/queues"), ("POST", f"{PARENT}/queues"), ("GET", queue), ("PATCH", queue),
                         ("DELETE", queue), ("POST", f"{queue}:purge"), ("POST", f"{queue}:pause"),
                         ("POST", f"{queue}:resume"), ("POST", f"{queue}:getIamPolicy"), ("POST", f"{queue}:setIamPolicy"),
                         ("POST", f"{queue}:testIamPermissions"), ("GET", f"{queue}/tasks"), ("POST", f"{queue}/tasks"),
                         ("GET", task), ("DELETE", task), ("POST", f"{task}:run"), ("POST", f"{task}:buffer"),
                         ("GET", "projects/p1/locations"), ("GET", PARENT), ("GET", f"{PARENT}/cmekConfig"),
                         ("POST", "/" + queue + "/tasks"), ("GET", "/v1/projects/p1/locations")):
        body = None if method in ("GET", "DELETE") else {}
        error = cloud_tasks.refuse("UNAUTHENTICATED", method, path, body, key="")
        [info] = [detail for detail in error["details"] if detail["@type"].endswith("/google.rpc.ErrorInfo")]
        assert info["reason"] == "CREDENTIALS_MISSING" and error["code"] == 401, path
        cloud_tasks.refuse("UNAUTHENTICATED", method, path, body, key="pr_key_made-up")
    assert cloud_tasks.get(task)["name"] == task


# What the refusal of a name comes with.
@pytest.mark.parametrize("path, body", [
    (f"{PARENT}/queues", {"name": f"{PARENT}/queues/under_score"}),
    ("{queue}/tasks", {"task": {"name": "{queue}/tasks/a.b", "httpRequest": {"url": URL}}}),
], ids=["queue", "task"])
def test_a_bad_name_comes_with_help(cloud_tasks, place, path, body):
    if "{queue}" in path:
        path, body["task"]["name"] = f"{place.queue}/tasks", f"{place.queue}/tasks/a.b"
    error = cloud_tasks.refuse("INVALID_ARGUMENT", "POST", path, body)
    [help_] = error["details"]
    assert help_["@type"] == "type.googleapis.com/google.rpc.Help"
    assert all(link["description"] and link["url"].startswith("https://") for link in help_["links"]) and help_["links"]


def test_every_status_has_its_code(cloud_tasks, place):
    """The codes of HTTP, each in an answer that really comes."""
    asked = {"INVALID_ARGUMENT": ("GET", f"{PARENT}/queues?pageSize=-1"), "UNAUTHENTICATED": ("GET", place.queue),
             "PERMISSION_DENIED": ("GET", place.queue), "NOT_FOUND": ("GET", NOWHERE),
             "ALREADY_EXISTS": ("POST", f"{PARENT}/queues", {"name": place.queue}),
             "UNIMPLEMENTED": ("POST", f"{place.queue}:setIamPolicy", {"policy": {}})}
    keys = {"UNAUTHENTICATED": "", "PERMISSION_DENIED": new_key(cloud_tasks.here, "--scope", "metrics")}
    for status, request in asked.items():
        cloud_tasks.refuse(status, *request, code=STATUSES[status][0], key=keys.get(status))
