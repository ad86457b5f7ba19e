"""Requests and resources of Cloud Tasks v2 as JSON, by proto3's rules: names in camelCase or snake_case, enums by name
or number, bytes in either base64, durations "1.5s", times of RFC 3339; what is not known is refused."""

import base64
import binascii
import re
from datetime import datetime, timedelta, timezone

from . import cloud_tasks_errors as errors
from . import google_errors
from .cloud_tasks_clock import SECOND
from .cloud_tasks_model import Settings, checked_target, rpc_code
from .google_errors import invalid_argument, unknown_name

METHODS = ["HTTP_METHOD_UNSPECIFIED", "POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]
VIEWS = ["VIEW_UNSPECIFIED", "BASIC", "FULL"]
STATES = ["STATE_UNSPECIFIED", "RUNNING", "PAUSED", "DISABLED"]
OUTPUT_ONLY = {"createTime", "dispatchCount", "responseCount", "firstAttempt", "lastAttempt", "view"}
# Of callers' headers these are dropped without a word.
OWN_HEADERS = ("host", "content-length", "user-agent", "x-google-", "x-appengine-", "x-cloudtasks-")
MOST_TASK = 1_048_569
MOST_HEADERS = 80 * 1024
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


# ---- in ----

def members(value, known, where):
    """An object's members by their camelCase names, without nulls."""
    if not isinstance(value, dict):
        raise google_errors.invalid_value(where, "Map", value)
    read = {}
    for key, inner in value.items():
        name = re.sub(r"_([a-z])", lambda letter: letter[1].upper(), key)
        if name not in known:
            raise unknown_name(key, where)
        if inner is not None:
            read[name] = inner
    return read


def read_enum(value, names, where):
    if isinstance(value, int) and 0 <= value < len(names):
        return names[value]
    if value in names:
        return value
    raise google_errors.invalid_value(where, "Enum", f'"{value}"')


def read_bytes(value, where):
    try:
        text = value.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (AttributeError, binascii.Error):
        raise google_errors.invalid_value(where, "TYPE_BYTES", f'"{value}"') from None


def read_duration(value, where):
    found = re.fullmatch(r"(-?\d+)(?:\.(\d{1,9}))?s", value) if isinstance(value, str) else None
    if not found:
        raise google_errors.invalid_value(where, "type.googleapis.com/google.protobuf.Duration", f'"{value}"')
    return int(found[1]) * SECOND + int((found[2] or "0").ljust(9, "0")[:6])


def read_time(value, where):
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", str(value))
    try:
        moment = datetime.fromisoformat(found[1] + found[3].upper().replace("Z", "+00:00"))
    except (TypeError, ValueError):
        raise google_errors.invalid_value(where, "type.googleapis.com/google.protobuf.Timestamp",
                                          f'"{value}"') from None
    return (moment - EPOCH) // timedelta(microseconds=1) + int((found[2] or "0").ljust(9, "0")[:6])


def read_task(queue, body):
    """(id or None, scheduleTime or None, the other fields) of CreateTask's body."""
    asked = members(body, {"task", "responseView"}, "")
    read_enum(asked.get("responseView", 0), VIEWS, "response_view")
    task = members(asked.get("task", {}), OUTPUT_ONLY | {"name", "httpRequest", "appEngineHttpRequest", "scheduleTime",
                                                         "dispatchDeadline"}, "task")
    task_id = None
    if name := task.get("name"):
        parent, separator, task_id = name.rpartition("/tasks/")
        if not separator or parent != queue.name:
            raise errors.other_queue(queue.name, parent)
    if "httpRequest" not in task:
        raise invalid_argument("Task.payload_type is not set.")
    asked = members(task["httpRequest"], {"url", "httpMethod", "headers", "body", "oauthToken", "oidcToken"},
                    "task.http_request")
    method = read_enum(asked.get("httpMethod", 1), METHODS, "task.http_request.http_method")
    method = "POST" if method == METHODS[0] else method
    payload = read_bytes(asked.get("body", ""), "task.http_request.body")
    headers = asked.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise google_errors.invalid_value("task.http_request.headers", "Map", headers)
    kept = {name: value for name, value in headers.items() if not name.lower().startswith(OWN_HEADERS)}
    if sum(len(name) + len(value) for name, value in kept.items()) > MOST_HEADERS:
        raise invalid_argument("Task headers too large")  # the text is ours
    deadline = read_duration(task.get("dispatchDeadline", "600s"), "task.dispatch_deadline")
    if not 15 * SECOND <= deadline <= 1800 * SECOND:
        raise invalid_argument("Task.dispatchDeadline must be between [15s, 30m].")
    schedule = read_time(task["scheduleTime"], "task.schedule_time") if "scheduleTime" in task else None
    url = checked_target(asked.get("url"), method, payload)
    if len(payload) + len(url) + len(queue.name) + len(task_id or "") + 64 > MOST_TASK:
        raise invalid_argument("Task size too large")
    fields = {"url": url, "method": method, "body": payload, "deadline": deadline // 1000 * 1000,
              "headers": kept | {"User-Agent": "Google-Cloud-Tasks"},
              "oidc": _token(asked.get("oidcToken"), "audience", "oidc_token"),
              "oauth": _token(asked.get("oauthToken"), "scope", "oauth_token")}
    return task_id, schedule, fields


def _token(value, second, where):
    if value is None:
        return None
    read = members(value, {"serviceAccountEmail", second}, "task.http_request." + where)
    if not read.get("serviceAccountEmail"):
        raise invalid_argument("HttpRequest service account email is required.")  # the text is ours
    return read


def read_settings(body):
    """(name, Settings) of CreateQueue's body."""
    queue = members(body, {"name", "rateLimits", "retryConfig", "state", "purgeTime", "stackdriverLoggingConfig",
                           "appEngineRoutingOverride", "httpTarget"}, "queue")
    rate = members(queue.get("rateLimits", {}), {"maxDispatchesPerSecond", "maxBurstSize", "maxConcurrentDispatches"},
                   "queue.rate_limits")
    retry = members(queue.get("retryConfig", {}), {"maxAttempts", "maxRetryDuration", "minBackoff", "maxBackoff",
                                                   "maxDoublings"}, "queue.retry_config")
    settings = Settings()
    settings.rate = float(rate.get("maxDispatchesPerSecond") or settings.rate)
    settings.concurrent = int(rate.get("maxConcurrentDispatches") or settings.concurrent)
    settings.max_attempts = int(retry.get("maxAttempts") or settings.max_attempts)
    settings.max_doublings = int(retry.get("maxDoublings") or settings.max_doublings)
    for member, attribute in (("maxRetryDuration", "max_retry_duration"), ("minBackoff", "min_backoff"),
                              ("maxBackoff", "max_backoff")):
        if member in retry:
            setattr(settings, attribute, read_duration(retry[member], "queue.retry_config." + attribute))
    if settings.max_attempts < -1:
        raise invalid_argument("RetryConfig.maxAttempts must be greater or equal to -1.")
    if settings.min_backoff > settings.max_backoff:
        raise invalid_argument("RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff.")
    return queue.get("name", ""), settings


# ---- out ----

def _fraction(micros, digits=(0, 3, 6)):
    part = f"{micros % SECOND:06}"
    shortest = next(n for n in digits if not part[n:].strip("0"))
    return "." + part[:shortest] if shortest else ""


def duration_text(micros):
    return f"{micros // SECOND}{_fraction(micros)}s"


def time_text(micros):
    moment = EPOCH + timedelta(seconds=micros // SECOND)
    return f"{moment:%Y-%m-%dT%H:%M:%S}{_fraction(micros)}Z"


class Writer:
    """Writes resources; `by_number`: enums, as `$alt=json;enum-encoding=int` asks for."""

    def __init__(self, by_number=False):
        self.by_number = by_number

    def _enum(self, name, names):
        return names.index(name) if self.by_number else name

    def task(self, task, view="BASIC"):
        request = {"url": task.url, "httpMethod": self._enum(task.method, METHODS), "headers": task.headers}
        if view == "FULL" and task.body:
            request["body"] = base64.b64encode(task.body).decode()
        request |= {"oidcToken": task.oidc} if task.oidc else {}
        request |= {"oauthToken": task.oauth} if task.oauth else {}
        said = {"name": task.name, "httpRequest": request, "scheduleTime": time_text(task.schedule),
                "createTime": time_text(task.created // SECOND * SECOND),
                "dispatchDeadline": duration_text(task.deadline), "view": self._enum(view, VIEWS)}
        said |= {"dispatchCount": task.dispatch_count} if task.dispatch_count else {}
        said |= {"responseCount": task.response_count} if task.response_count else {}
        if task.last:
            said["firstAttempt"] = {"dispatchTime": time_text(task.first_dispatch)}
            said["lastAttempt"] = self._attempt(task.last)
        return said

    @staticmethod
    def _attempt(last):
        said = {"scheduleTime": time_text(last["schedule"]), "dispatchTime": time_text(last["dispatch"])}
        if last["response"] is not None:
            status = 504 if last["status"] is None else last["status"]
            code, name = rpc_code(status)
            said["responseTime"] = time_text(last["response"])
            said["responseStatus"] = {"code": code, "message": f"{name}({code}): HTTP status code {status}"}
        return said

    def queue(self, queue):
        settings = queue.settings
        retry = {"maxAttempts": settings.max_attempts, "minBackoff": duration_text(settings.min_backoff),
                 "maxBackoff": duration_text(settings.max_backoff), "maxDoublings": settings.max_doublings}
        retry |= {"maxRetryDuration": duration_text(settings.max_retry_duration)} if settings.max_retry_duration else {}
        said = {"name": queue.name, "state": self._enum(queue.state, STATES), "retryConfig": retry,
                "rateLimits": {"maxDispatchesPerSecond": settings.rate, "maxBurstSize": settings.burst,
                               "maxConcurrentDispatches": settings.concurrent}}
        return said | ({"purgeTime": time_text(queue.purge_time)} if queue.purge_time else {})
