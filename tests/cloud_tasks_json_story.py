"""The JSON of Cloud Tasks v2 as all programs write it, the clients of Google among them: what is read, what is written,
and how a path is taken apart."""

import base64
import re
from datetime import datetime, timedelta, timezone

import pytest

from postrider.cloud_tasks import PARENT, fresh
from postrider.times import moment

URL = "https://worker.example.com/work"
MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z")
SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def queue(cloud_tasks):
    return cloud_tasks.new_queue(paused=True)


def full(cloud_tasks, queue, task):
    """The task that is made of this JSON, with everything in it."""
    return cloud_tasks.ask("POST", f"{queue}/tasks", {"task": task, "responseView": "FULL"})


# ---- what is read ----


def test_names_are_read_in_both_spellings(cloud_tasks):
    name = f"{PARENT}/queues/{fresh()}"
    made = cloud_tasks.ask("POST", f"{PARENT}/queues", {
        "name": name, "rate_limits": {"max_dispatches_per_second": 3, "maxConcurrentDispatches": 4},
        "retryConfig": {"max_attempts": 5, "min_backoff": "2s"}})
    assert (made["rateLimits"]["maxDispatchesPerSecond"], made["rateLimits"]["maxConcurrentDispatches"]) == (3, 4)
    assert (made["retryConfig"]["maxAttempts"], made["retryConfig"]["minBackoff"]) == (5, "2s")
    cloud_tasks.ask("POST", f"{name}:pause", {})
    task = cloud_tasks.ask("POST", f"{name}/tasks", {"response_view": "FULL", "task": {
        "schedule_time": "2001-01-01T00:00:00Z", "dispatch_deadline": "20s",
        "http_request": {"url": URL, "http_method": "PATCH", "body": "YQ=="}}})
    assert (task["view"], task["dispatchDeadline"], task["httpRequest"]["httpMethod"]) == ("FULL", "20s", "PATCH")
    shown = cloud_tasks.ask("GET", f"{name}/tasks?response_view=FULL&page_size=1")
    assert [each["view"] for each in shown["tasks"]] == ["FULL"]


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_enums_are_read_by_name_and_by_number(cloud_tasks, queue, method):
    number = {"POST": 1, "GET": 2, "HEAD": 3, "PUT": 4, "DELETE": 5, "PATCH": 6, "OPTIONS": 7}[method]
    for spelling in (method, number):
        task = cloud_tasks.ask("POST", f"{queue}/tasks", {
            "task": {"httpRequest": {"url": URL, "httpMethod": spelling}}, "responseView": 2})
        assert (task["httpRequest"]["httpMethod"], task["view"]) == (method, "FULL")
        assert cloud_tasks.ask("GET", f"{task['name']}?responseView=2")["view"] == "FULL"
        assert cloud_tasks.ask("GET", f"{task['name']}?responseView=1")["view"] == "BASIC"
        assert cloud_tasks.ask("GET", f"{task['name']}?responseView=VIEW_UNSPECIFIED")["view"] == "BASIC"


def test_enums_that_are_none_are_refused(cloud_tasks, queue):
    for http in ({"url": URL, "httpMethod": "BREW"}, {"url": URL, "httpMethod": "post"}, {"url": URL, "httpMethod": 99}):
        cloud_tasks.refuse("INVALID_ARGUMENT", "POST", f"{queue}/tasks", {"task": {"httpRequest": http}})
    cloud_tasks.refuse("INVALID_ARGUMENT", "GET", f"{queue}/tasks?responseView=HUGE")


def test_whole_numbers_are_read_as_numbers_and_as_text(cloud_tasks):
    for attempts, wanted in ((7, 7), ("7", 7), (7.0, 7), ("-1", -1)):
        name = f"{PARENT}/queues/{fresh()}"
        made = cloud_tasks.ask("POST", f"{PARENT}/queues", {"name": name, "retryConfig": {"maxAttempts": attempts}})
        assert made["retryConfig"]["maxAttempts"] == wanted
    for attempts in (7.5, "seven", 2 ** 31, "", True, [7]):
        cloud_tasks.refuse("INVALID_ARGUMENT", "POST", f"{PARENT}/queues", {
            "name": f"{PARENT}/queues/{fresh()}", "retryConfig": {"maxAttempts": attempts}})


@pytest.mark.parametrize("spelling", [
    base64.b64encode, base64.urlsafe_b64encode, lambda raw: base64.b64encode(raw).rstrip(b"="),
    lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=")], ids=["standard", "for-urls", "bare", "bare-for-urls"])
def test_bytes_are_read_in_both_alphabets_with_and_without_padding(cloud_tasks, queue, spelling):
    for raw in (b"\xfb\xff\xfe?>", b"\xfb\xff\xfe>", b"\xfb\xff\xfe"):
        task = full(cloud_tasks, queue, {"httpRequest": {"url": URL, "body": spelling(raw).decode()}})
        assert task["httpRequest"]["body"] == base64.b64encode(raw).decode()


def test_bytes_that_are_none_are_refused(cloud_tasks, queue):
    for body in ("!!!!", "a", 5):
        cloud_tasks.refuse("INVALID_ARGUMENT", "POST", f"{queue}/tasks", {"task": {"httpRequest": {
            "url": URL, "body": body}}})


# What is written → what is told.
DURATIONS = [("20s", "20s"), ("20.5s", "20.500s"), ("20.500s", "20.500s"), ("20.000s", "20s"), ("20.123s", "20.123s")]


@pytest.mark.parametrize("asked, told", DURATIONS)
def test_durations_are_read_and_told(cloud_tasks, queue, asked, told):
    assert full(cloud_tasks, queue, {"httpRequest": {"url": URL}, "dispatchDeadline": asked})["dispatchDeadline"] == told
    name = f"{PARENT}/queues/{fresh()}"
    made = cloud_tasks.ask("POST", f"{PARENT}/queues", {"name": name, "retryConfig": {"minBackoff": asked}})
    assert made["retryConfig"]["minBackoff"] == told


def test_what_is_no_duration_is_refused(cloud_tasks, queue):
    for deadline in ("20", "20 s", "1m", "s", 20, {"seconds": 20}, "1e2s"):
        cloud_tasks.refuse("INVALID_ARGUMENT", "POST", f"{queue}/tasks", {"task": {
            "httpRequest": {"url": URL}, "dispatchDeadline": deadline}})


@pytest.mark.parametrize("fraction, told", [("", 0), (".5", 500_000), (".123", 123_000), (".123456", 123_456),
                                            (".123456789", 123_456)])
def test_times_are_read_with_any_fraction_and_any_offset(cloud_tasks, queue, fraction, told):
    day = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=2)
    for hours, offset in ((0, "Z"), (0, "+00:00"), (2, "+02:00"), (-8, "-08:00")):
        written = (day + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S") + fraction + offset
        task = full(cloud_tasks, queue, {"httpRequest": {"url": URL}, "scheduleTime": written})
        assert MICROSECONDS.fullmatch(task["scheduleTime"]), task
        assert moment(task["scheduleTime"]) == day.replace(microsecond=told), written


def test_what_is_no_time_is_refused(cloud_tasks, queue):
    for when in ("tomorrow", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", 1767225600, ""):
        cloud_tasks.refuse("INVALID_ARGUMENT", "POST", f"{queue}/tasks", {"task": {
            "httpRequest": {"url": URL}, "scheduleTime": when}})


def test_null_is_absent(cloud_tasks, queue):
    task = full(cloud_tasks, queue, {"name": None, "scheduleTime": None, "dispatchDeadline": None, "httpRequest": {
        "url": URL, "httpMethod": None, "headers": None, "body": None, "oidcToken": None}})
    assert (task["dispatchDeadline"], task["httpRequest"]["httpMethod"]) == ("600s", "POST")


@pytest.mark.parametrize("body, name, place", [
    ({"task": {"httpRequest": {"url": URL}, "colour": 1}}, "colour", "task"),
    ({"task": {"httpRequest": {"url": URL, "verb": "POST"}}}, "verb", "task.http_request"),
    ({"tusk": {}}, "tusk", None),
])
def test_an_unknown_member_is_refused_by_its_name(cloud_tasks, queue, body, name, place):
    error = cloud_tasks.refuse("INVALID_ARGUMENT", "POST", f"{queue}/tasks", body)
    where = f" at '{place}'" if place else ""
    assert error["message"] == f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
    [detail] = error["details"]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest" and detail["fieldViolations"]


def test_what_is_no_json_object_is_refused(cloud_tasks, queue):
    for body in ("", "{", "[]", "7", '"task"', b"\xff", '{"task": {}} more'):
        cloud_tasks.refuse("INVALID_ARGUMENT", "POST", f"{queue}/tasks", body)


# ---- what is written ----


def test_times_and_durations_are_written_in_threes(cloud_tasks, queue):
    task = full(cloud_tasks, queue, {"httpRequest": {"url": URL}})
    assert SECONDS.fullmatch(task["createTime"]) and MICROSECONDS.fullmatch(task["scheduleTime"])
    told = cloud_tasks.ask("GET", queue)
    assert re.fullmatch(r"\d+(\.\d{3}|\.\d{6}|\.\d{9})?s", told["retryConfig"]["minBackoff"])


def test_what_has_its_default_is_left_out(cloud_tasks, queue):
    task = full(cloud_tasks, queue, {"httpRequest": {"url": URL}})
    assert set(task) == {"name", "httpRequest", "scheduleTime", "createTime", "dispatchDeadline", "view"}
    assert set(task["httpRequest"]) == {"url", "httpMethod", "headers"}
    told = cloud_tasks.ask("GET", queue)
    assert set(told) == {"name", "rateLimits", "retryConfig", "state"} and "maxRetryDuration" not in told["retryConfig"]
    empty = cloud_tasks.new_queue(paused=True)
    assert cloud_tasks.ask("GET", f"{empty}/tasks") == {}


@pytest.mark.parametrize("alt", ["$alt=json%3Benum-encoding=int", "%24alt=json%3Benum-encoding%3Dint",
                                 "$alt=json;enum-encoding=int"])
def test_enums_are_written_as_numbers_for_whom_asks_so(cloud_tasks, queue, alt):
    assert cloud_tasks.ask("GET", f"{queue}?{alt}")["state"] == 2
    task = cloud_tasks.ask("POST", f"{queue}/tasks?{alt}", {"task": {"httpRequest": {"url": URL}}})
    assert (task["view"], task["httpRequest"]["httpMethod"]) == (1, 1)
    listed = cloud_tasks.ask("GET", f"{queue}/tasks?pageSize=1&{alt}&responseView=2")
    assert [each["view"] for each in listed["tasks"]] == [2]


def test_parameters_of_the_system_change_nothing(cloud_tasks, queue):
    plain = cloud_tasks.ask("GET", queue)
    for query in ("alt=json", "$alt=json", "prettyPrint=true", "$prettyPrint=0", "fields=*", "key=k", "access_token=t",
                  "quotaUser=me", "uploadType=media", "$.xgafv=2", "callback=f"):
        assert cloud_tasks.ask("GET", f"{queue}?{query}") == plain, query


def test_a_mask_is_read_in_both_spellings(cloud_tasks):
    for mask in ("rateLimits.maxDispatchesPerSecond,retryConfig.maxAttempts",
                 "rate_limits.max_dispatches_per_second%2Cretry_config.max_attempts"):
        queue = cloud_tasks.new_queue(rates={"maxDispatchesPerSecond": 9}, maxAttempts=9, maxDoublings=2)
        changed = cloud_tasks.ask("PATCH", f"{queue}?updateMask={mask}", {"rateLimits": {"maxDispatchesPerSecond": 4}})
        assert changed["name"] == queue and changed["rateLimits"]["maxDispatchesPerSecond"] == 4
        assert (changed["retryConfig"]["maxAttempts"], changed["retryConfig"]["maxDoublings"]) == (100, 2)
        cloud_tasks.refuse("INVALID_ARGUMENT", "PATCH", f"{queue}?updateMask=rateLimits.colour", {})


def test_a_queue_that_is_nothing_but_its_name_has_an_empty_text_for_a_body(cloud_tasks):
    """Node's library sends it when it has moved the name into the path and nothing is left."""
    queue = cloud_tasks.new_queue(rates={"maxDispatchesPerSecond": 9})
    changed = cloud_tasks.ask("PATCH", f"{queue}?updateMask=rate_limits", '""')
    assert changed["rateLimits"]["maxDispatchesPerSecond"] == 500


def test_no_doublings_are_asked_for_by_name(cloud_tasks):
    """Zero is what proto3 leaves out, so whoever creates a queue with it gets the default."""
    queue = cloud_tasks.new_queue(maxDoublings=0)
    assert cloud_tasks.ask("GET", queue)["retryConfig"]["maxDoublings"] == 16
    changed = cloud_tasks.ask("PATCH", f"{queue}?updateMask=retryConfig.maxDoublings", {"retryConfig": {"maxDoublings": 0}})
    assert "maxDoublings" not in changed["retryConfig"]


def test_headers_that_differ_in_case_alone_are_one(cloud_tasks, queue):
    task = full(cloud_tasks, queue, {"httpRequest": {"url": URL, "headers": {"X-One": "a", "x-one": "b"}}})
    headers = task["httpRequest"]["headers"]
    assert headers.pop("User-Agent") == "Google-Cloud-Tasks" and len(headers) == 1 and set(headers.values()) <= {"a", "b"}


# ---- paths ----


def test_a_path_is_taken_apart_before_it_is_decoded(cloud_tasks):
    """A project may be named example.com:shop; some programs escape its colon."""
    parent = "projects/example.com:shop/locations/us-central1"
    queue = cloud_tasks.new_queue(parent)
    escaped = queue.replace(":", "%3A")
    assert cloud_tasks.ask("POST", f"{escaped}:pause", {})["name"] == queue
    task = cloud_tasks.create(queue, URL, "t-1")["name"]
    assert cloud_tasks.ask("GET", task.replace(":", "%3A").replace("t-1", "t%2D1"))["name"] == task
    assert cloud_tasks.ask("GET", queue)["state"] == "PAUSED"
    cloud_tasks.refuse("UNIMPLEMENTED", "POST", f"{queue}/tasks:buffer", {})
    cloud_tasks.refuse("UNIMPLEMENTED", "POST", f"{queue}/tasks/:buffer", {})
    cloud_tasks.refuse("UNIMPLEMENTED", "POST", f"{queue}/tasks/mine:buffer", {})


def test_what_is_no_method_is_not_found(cloud_tasks, queue):
    for method, path in (("PUT", queue), ("PUT", f"{queue}/tasks/t"), ("POST", queue), ("POST", f"{queue}:explode"),
                         ("DELETE", f"{queue}/tasks"), ("PATCH", f"{queue}/tasks/t"), ("GET", f"{queue}:pause"),
                         ("GET", f"{queue}/things"), ("GET", "projects"), ("GET", f"/v1/{queue}"), ("GET", f"/v3/{queue}")):
        answer = cloud_tasks.raw(method, path, {} if method in ("PUT", "POST", "PATCH") else None)
        assert answer.status in (404, 405), answer
    assert cloud_tasks.ask("GET", queue)["state"] == "PAUSED"


def test_grpc_is_refused_in_a_sentence(cloud_tasks):
    said = cloud_tasks.refuse("UNIMPLEMENTED", "POST", "/google.cloud.tasks.v2.CloudTasks/GetQueue", b"\0\0\0\0\0",
                              Content_Type="application/grpc", TE="trailers")["message"]
    assert "REST" in said


def test_locations_are_there_under_v1_too(cloud_tasks):
    for path in ("projects/local/locations", "projects/local/locations/us-east1"):
        assert cloud_tasks.ask("GET", f"/v1/{path}") == cloud_tasks.ask("GET", path)


def test_functions_of_firebase_create_and_delete_without_a_version(cloud_tasks, queue):
    task = cloud_tasks.ask("POST", f"/{queue}/tasks", {"task": {"httpRequest": {
        "url": URL, "body": "e30=", "headers": {"Content-Type": "application/json"}}}})["name"]
    assert cloud_tasks.get(task)["httpRequest"]["body"] == "e30="
    assert cloud_tasks.ask("DELETE", f"/{task}") == {}
    cloud_tasks.refuse("NOT_FOUND", "DELETE", f"/{task}")


def test_an_unknown_account_of_a_token_is_not_kept(cloud_tasks, queue):
    cloud_tasks.refuse("NOT_FOUND", "POST", f"{queue}/tasks", {"task": {"name": f"{queue}/tasks/no-token", "httpRequest": {
        "url": URL, "oidcToken": {"serviceAccountEmail": "stranger@example.com"}}}})
    cloud_tasks.refuse("NOT_FOUND", "GET", f"{queue}/tasks/no-token")
