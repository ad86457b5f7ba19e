"""Google's own clients for Cloud Tasks, unmodified, use our queues: every method of v2, as a program would call it."""

import base64
from datetime import datetime, timedelta, timezone

import pytest

from postrider.cloud_tasks import ACCOUNT, PARENT, at, fresh
from postrider.cloud_tasks_peers import TasksClient
from postrider.times import moment

# What a queue is that was created by its name alone.
RATES = {"maxDispatchesPerSecond": 500, "maxBurstSize": 100, "maxConcurrentDispatches": 1000}
RETRIES = {"maxAttempts": 100, "minBackoff": "0.100s", "maxBackoff": "3600s", "maxDoublings": 16}
URL = "https://worker.example.com/work?kind=a%20b"
DAY = 86400


def new_queue(client, parent=PARENT, paused=False, **settings):
    name = f"{parent}/queues/{fresh()}"
    made = client.call("createQueue", parent=parent, queue={"name": name, **settings})
    return client.call("pauseQueue", name=name) if paused else made


def new_task(client, queue, id=None, view=None, http=None, **task):
    """A task; in a paused queue it stays."""
    named = {"name": f"{queue['name']}/tasks/{id}"} if id else {}
    shown = {"responseView": view} if view else {}
    return client.call("createTask", parent=queue["name"], **shown,
                       task={**named, "httpRequest": {"url": URL, **(http or {})}, **task})


# ---- queues ----


def test_a_queue_is_created_with_googles_defaults_and_read_back(client):
    name = f"{PARENT}/queues/{fresh()}"
    queue = client.call("createQueue", parent=PARENT, queue={"name": name})
    assert queue == {"name": name, "rateLimits": RATES, "retryConfig": RETRIES, "state": "RUNNING"}
    assert client.call("getQueue", name=name) == queue


def test_a_queue_keeps_its_settings(client):
    rates = {"maxDispatchesPerSecond": 0.5, "maxConcurrentDispatches": 7}
    retries = {"maxAttempts": -1, "maxRetryDuration": "7200s", "minBackoff": "1.500s", "maxBackoff": "90s",
               "maxDoublings": 3}
    queue = new_queue(client, rateLimits=rates, retryConfig=retries, stackdriverLoggingConfig={"samplingRatio": 0.25})
    assert queue["rateLimits"] == {**rates, "maxBurstSize": 10} and queue["retryConfig"] == retries
    assert queue["stackdriverLoggingConfig"] == {"samplingRatio": 0.25}
    assert client.call("getQueue", name=queue["name"]) == queue


def test_a_burst_size_is_not_the_callers(client):
    queue = new_queue(client, rateLimits={"maxDispatchesPerSecond": 1, "maxBurstSize": -5})
    assert queue["rateLimits"]["maxBurstSize"] == 10


def test_queues_are_listed_page_by_page_in_the_order_of_their_names(client):
    parent = f"projects/{fresh('listing')}/locations/us-central1"
    assert client.call("listQueues", parent=parent) == {}
    names = [f"{parent}/queues/{id}" for id in ("b", "a", "a-1", "D", "c")]
    for name in names:
        client.call("createQueue", parent=parent, queue={"name": name})
    pages, token = [], {}
    while True:
        page = client.call("listQueues", parent=parent, pageSize=2, **token)
        pages.append([queue["name"] for queue in page["queues"]])
        if "nextPageToken" not in page:
            break
        assert len(pages) < 5
        token = {"pageToken": page["nextPageToken"]}
    assert all(len(page) <= 2 for page in pages) and sum(pages, []) == sorted(names)
    assert [queue["name"] for queue in client.every("listQueues", parent=parent, pageSize=2)] == sorted(names)
    assert len(client.call("listQueues", parent=parent, pageSize=1_000_000)["queues"]) == 5


def test_queues_are_listed_by_a_filter(client):
    parent = f"projects/{fresh('filter')}/locations/us-central1"
    running, paused = [new_queue(client, parent, paused=paused)["name"] for paused in (False, True)]

    def listed(filter):
        return [queue["name"] for queue in client.every("listQueues", parent=parent, filter=filter)]

    assert listed("state: PAUSED") == listed("state = PAUSED") == listed("state != RUNNING") == [paused]
    assert listed("state=RUNNING") == [running] and listed("state: DISABLED") == []
    assert listed(f'name = "{running}"') == [running]
    client.refused("INVALID_ARGUMENT", "listQueues", parent=parent, filter="colour = blue")
    # A filter stays the same from page to page.
    token = client.call("listQueues", parent=parent, pageSize=1)["nextPageToken"]
    client.refused("INVALID_ARGUMENT", "listQueues", parent=parent, pageSize=1, filter="state: PAUSED", pageToken=token)


def spellings(client, *paths):
    """A mask as programs write it. Python's library takes snake_case only, and sends camelCase."""
    camel = ["".join(part if i == 0 else part.capitalize() for i, part in enumerate(path.split("_"))) for path in paths]
    return [list(paths)] if client.kind == "python" else [list(paths), camel]


def test_an_update_changes_what_its_mask_names_in_either_spelling(client):
    queue = new_queue(client, rateLimits={"maxDispatchesPerSecond": 5}, retryConfig={"maxAttempts": 7, "maxDoublings": 2})
    for rate, mask in enumerate(spellings(client, "rate_limits.max_dispatches_per_second", "retry_config.max_backoff"), 8):
        changed = client.call("updateQueue", updateMask=mask, queue={
            "name": queue["name"], "rateLimits": {"maxDispatchesPerSecond": rate, "maxConcurrentDispatches": 1},
            "retryConfig": {"maxAttempts": 1, "maxBackoff": f"{rate}s"}})
        queue["rateLimits"]["maxDispatchesPerSecond"] = rate
        queue["retryConfig"]["maxBackoff"] = f"{rate}s"
        assert changed == queue == client.call("getQueue", name=queue["name"])


def test_what_a_mask_names_and_the_queue_leaves_out_becomes_its_default(client):
    for mask in spellings(client, "retry_config.max_attempts", "rate_limits"):
        queue = new_queue(client, rateLimits={"maxDispatchesPerSecond": 5, "maxConcurrentDispatches": 3},
                          retryConfig={"maxAttempts": 7, "maxBackoff": "60s"})
        changed = client.call("updateQueue", updateMask=mask, queue={"name": queue["name"]})
        assert changed["rateLimits"] == RATES and changed["retryConfig"] == {**RETRIES, "maxBackoff": "60s"}


def test_an_update_without_a_mask_is_of_everything(client):
    queue = new_queue(client, rateLimits={"maxDispatchesPerSecond": 5}, retryConfig={"maxAttempts": 7})
    changed = client.call("updateQueue", queue={"name": queue["name"], "retryConfig": {"maxAttempts": 9}})
    assert changed["rateLimits"] == RATES and changed["retryConfig"] == {**RETRIES, "maxAttempts": 9}


def test_an_update_creates_a_queue_that_is_not_there(client):
    name = f"{PARENT}/queues/{fresh()}"
    made = client.call("updateQueue", queue={"name": name, "rateLimits": {"maxConcurrentDispatches": 2}})
    assert made["state"] == "RUNNING" and made["rateLimits"] == {**RATES, "maxConcurrentDispatches": 2}
    assert client.call("getQueue", name=name) == made


def test_an_update_does_not_change_what_only_we_say(client):
    queue = new_queue(client, paused=True)
    for mask in spellings(client, "state", "purge_time", "rate_limits.max_burst_size"):
        assert client.call("updateQueue", updateMask=mask, queue={
            "name": queue["name"], "state": "RUNNING", "purgeTime": at(DAY),
            "rateLimits": {"maxBurstSize": 77}}) == queue
    client.refused("INVALID_ARGUMENT", "updateQueue", queue={"name": queue["name"]}, updateMask=["rate_limits.colour"])


def test_a_queue_is_paused_and_resumed_as_often_as_one_likes(client):
    queue = new_queue(client)
    for method, state in (("pauseQueue", "PAUSED"), ("resumeQueue", "RUNNING")):
        for _ in range(2):
            assert client.call(method, name=queue["name"]) == {**queue, "state": state}
            assert client.call("getQueue", name=queue["name"])["state"] == state


def test_a_purge_empties_a_queue_and_says_when(client):
    queue = new_queue(client, paused=True)
    tasks = [new_task(client, queue)["name"] for _ in range(3)]
    purged = client.call("purgeQueue", name=queue["name"])
    assert abs(moment(purged.pop("purgeTime")) - datetime.now(timezone.utc)) < timedelta(minutes=5) and purged == queue
    assert client.call("listTasks", parent=queue["name"]) == {}
    client.refused("NOT_FOUND", "getTask", name=tasks[0])
    assert new_task(client, queue)["name"] not in tasks


def test_a_queue_is_deleted_with_its_tasks(client):
    queue = new_queue(client, paused=True)
    task = new_task(client, queue)
    assert client.call("deleteQueue", name=queue["name"]) == {}
    client.refused("NOT_FOUND", "getQueue", name=queue["name"])
    client.refused("NOT_FOUND", "getTask", name=task["name"])
    assert queue["name"] not in [each["name"] for each in client.every("listQueues", parent=PARENT)]


# ---- tasks ----


def test_a_task_without_a_name_is_told_as_google_tells_it(client):
    queue = new_queue(client, paused=True)
    before = datetime.now(timezone.utc).replace(microsecond=0)
    task = new_task(client, queue)
    after = datetime.now(timezone.utc)
    assert before <= moment(task["createTime"]) <= moment(task["scheduleTime"]) <= after
    id = task["name"].removeprefix(f"{queue['name']}/tasks/")
    assert id.isdecimal() and 0 <= int(id) < 2 ** 64
    assert task == {"name": task["name"], "scheduleTime": task["scheduleTime"], "createTime": task["createTime"],
                    "dispatchDeadline": "600s", "view": "BASIC", "httpRequest": {
                        "url": URL, "httpMethod": "POST", "headers": {"User-Agent": "Google-Cloud-Tasks"}}}
    assert client.call("getTask", name=task["name"]) == task


def test_a_task_with_everything_is_told_in_both_views(client):
    queue = new_queue(client, paused=True)
    asked = {"httpMethod": "PUT", "headers": {"X-Thing": "a", "content-type": "text/plain"},
             "body": base64.b64encode(b"\x00\xffbody").decode(),
             "oidcToken": {"serviceAccountEmail": ACCOUNT, "audience": "https://worker.example.com"}}
    when = at(3 * DAY)
    full = new_task(client, queue, "t-1_A", "FULL", asked, scheduleTime=when, dispatchDeadline="30s")
    http = full["httpRequest"]
    assert http == {"url": URL, **asked, "headers": {**asked["headers"], "User-Agent": "Google-Cloud-Tasks"}}
    assert full["name"] == f"{queue['name']}/tasks/t-1_A" and full["view"] == "FULL"
    assert moment(full["scheduleTime"]) == moment(when) and full["dispatchDeadline"] == "30s"
    basic = {**full, "view": "BASIC", "httpRequest": {key: value for key, value in http.items() if key != "body"}}
    for view, wanted in ({}, basic), ({"responseView": "BASIC"}, basic), ({"responseView": "FULL"}, full):
        assert client.call("getTask", name=full["name"], **view) == wanted
        assert client.call("listTasks", parent=queue["name"], **view)["tasks"] == [wanted]


def test_headers_of_google_are_not_the_callers(client):
    queue = new_queue(client, paused=True)
    ours = {"Host": "elsewhere", "content-length": "9", "USER-AGENT": "me", "X-Google-Thing": "a", "x-appengine-id": "b",
            "X-CloudTasks-TaskName": "forged"}
    task = new_task(client, queue, http={"headers": {**ours, "X-Mine": "kept", "x-Odd-CASE": "as it is"}})
    assert task["httpRequest"]["headers"] == {
        "X-Mine": "kept", "x-Odd-CASE": "as it is", "User-Agent": "Google-Cloud-Tasks"}


def test_a_time_in_the_past_is_now(client):
    task = new_task(client, new_queue(client, paused=True), scheduleTime="2001-02-03T04:05:06Z")
    assert abs(moment(task["scheduleTime"]) - datetime.now(timezone.utc)) < timedelta(minutes=5)


def test_tasks_are_listed_page_by_page(client):
    queue = new_queue(client, paused=True)
    names = {new_task(client, queue, id)["name"] for id in ("a", "b", None, "c", None)}
    seen, token = [], {}
    for _ in range(9):
        page = client.call("listTasks", parent=queue["name"], pageSize=2, **token)
        assert len(page.get("tasks", [])) <= 2
        seen += [task["name"] for task in page.get("tasks", [])]
        if "nextPageToken" not in page:
            break
        token = {"pageToken": page["nextPageToken"]}
    assert len(seen) == 5 and set(seen) == names
    assert {task["name"] for task in client.every("listTasks", parent=queue["name"], pageSize=2)} == names


def test_a_task_is_deleted_and_its_name_stays_taken(client):
    queue = new_queue(client, paused=True)
    task = new_task(client, queue, "once")
    assert client.call("deleteTask", name=task["name"]) == {}
    assert client.call("listTasks", parent=queue["name"]) == {}
    client.refused("NOT_FOUND", "getTask", name=task["name"])
    client.refused("ALREADY_EXISTS", "createTask", parent=queue["name"], task={
        "name": task["name"], "httpRequest": {"url": URL}})


def test_a_task_is_run_though_its_queue_is_paused(client):
    """Nobody listens there, so it comes back to the queue."""
    queue = new_queue(client, paused=True, retryConfig={"minBackoff": "3600s"})
    task = new_task(client, queue, "run", http={"url": "http://127.0.0.1:9/"}, scheduleTime=at(2 * DAY))
    run = client.call("runTask", name=task["name"], responseView="FULL")
    assert run["name"] == task["name"] and run["view"] == "FULL" and run["dispatchCount"] == 1
    assert client.call("getQueue", name=queue["name"])["state"] == "PAUSED"


# ---- the rest ----


def test_locations_are_listed_and_read(client):
    place = {"name": "projects/local/locations/us-east1", "locationId": "us-east1"}
    found = {each["name"]: each for each in client.call("listLocations", name="projects/local")["locations"]}
    assert place.items() <= found[place["name"]].items()
    assert place.items() <= client.call("getLocation", name=place["name"]).items()


def test_permissions_are_told_and_belong_to_the_key(client):
    queue = new_queue(client)["name"]
    asked = ["cloudtasks.tasks.create", "cloudtasks.queues.get", "cloudtasks.tasks.fullView"]
    assert set(client.call("testIamPermissions", resource=queue, permissions=asked)["permissions"]) == set(asked)
    assert client.call("testIamPermissions", resource=f"{PARENT}/queues/none", permissions=asked) == {}
    policy = client.call("getIamPolicy", resource=queue)
    assert policy["etag"] and "bindings" not in policy
    client.refused("UNIMPLEMENTED", "setIamPolicy", resource=queue, policy={"bindings": [
        {"role": "roles/cloudtasks.enqueuer", "members": ["user:ana@example.org"]}]})


def test_what_we_do_not_do_is_said_in_a_sentence(client):
    queue = new_queue(client, paused=True)["name"]
    for task in ({"appEngineHttpRequest": {"relativeUri": "/work"}},
                 {"httpRequest": {"url": URL, "oauthToken": {"serviceAccountEmail": ACCOUNT}}}):
        said = client.refused("UNIMPLEMENTED", "createTask", parent=queue, task=task)
        assert len(said.split()) > 3, said


@pytest.mark.parametrize("method, request_", [
    ("batchCreateTasks", {"parent": "{queue}", "requests": [{"parent": "{queue}", "task": {"httpRequest": {"url": URL}}}]}),
    ("batchDeleteTasks", {"parent": "{queue}", "names": ["{queue}/tasks/t"]}),
    ("getCmekConfig", {"name": f"{PARENT}/cmekConfig"}),
    ("updateCmekConfig", {"cmekConfig": {"name": f"{PARENT}/cmekConfig", "kmsKey": "k"}}),
    ("createQueue", {"parent": PARENT, "queue": {"name": "{queue}-2", "httpTarget": {"httpMethod": "POST"}}}),
], ids=["batchCreateTasks", "batchDeleteTasks", "getCmekConfig", "updateCmekConfig", "httpTarget"])
def test_what_only_the_newest_client_can_ask_is_refused_as_such(cloud_tasks, method, request_):
    queue = cloud_tasks.new_queue()

    def filled(value):
        if isinstance(value, dict):
            return {key: filled(each) for key, each in value.items()}
        return [filled(each) for each in value] if isinstance(value, list) else value.replace("{queue}", queue)

    with TasksClient("python", cloud_tasks.port, cloud_tasks.key) as python:
        python.refused("UNIMPLEMENTED", method, **filled(request_))
