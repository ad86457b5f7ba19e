"""What Cloud Tasks says when it refuses, word for word where it was recorded; see google_errors for the shape."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from .google_errors import CREDENTIAL, REALM, GoogleError, invalid_argument

SERVICE = "cloudtasks.googleapis.com"
HELP = {"@type": "type.googleapis.com/google.rpc.Help", "links": [
    {"description": "Learn more about the format.", "url": "https://cloud.google.com/tasks/docs/reference/rest"}]}


def _info(reason, **metadata):
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
            "metadata": {"service": SERVICE, **metadata}}


# ---- 400 ----

def bad_queue_name():
    return invalid_argument('Queue name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/'
                            '<QUEUE_ID>".', [HELP])


def bad_task_id(task_id):
    return invalid_argument(f'Task ID "{task_id}" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), '
                            "or underscores (_). Task ID must between 1 and 500 characters.", [HELP])


def other_queue(parent, queue):
    return invalid_argument(f"The queue name from request ('{parent}') must be the same as the queue name in the "
                            f"named task ('{queue}').")


def too_far(micros):
    moment = datetime.fromtimestamp(micros // 1_000_000, timezone.utc).astimezone(ZoneInfo("America/Los_Angeles"))
    return invalid_argument(f"The Task.scheduleTime, {moment.isoformat()}, is too far in the future. Schedule time "
                            "must be no more than 720h in the future.")


# ---- 401, 403 ----

def no_token():
    return GoogleError(401, "UNAUTHENTICATED", "Request is missing required authentication credential. " + CREDENTIAL,
                       [_info("CREDENTIALS_MISSING")], {"WWW-Authenticate": REALM})


def bad_token(reason="ACCESS_TOKEN_EXPIRED"):
    return GoogleError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials. " + CREDENTIAL,
                       [_info(reason)], {"WWW-Authenticate": REALM + ', error="invalid_token"'})


def too_small_scope():
    return GoogleError(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.",
                       [_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT")],
                       {"WWW-Authenticate": REALM + ', error="insufficient_scope", '
                        'scope="https://www.googleapis.com/auth/cloud-platform"'})


def no_permission(permission, resource):
    return GoogleError(403, "PERMISSION_DENIED", "The principal (user or service account) lacks IAM permission "
                       f'"{permission}" for the resource "{resource}" (or the resource may not exist).',
                       [{**_info("IAM_PERMISSION_DENIED", permission=permission, resource=resource),
                         "domain": SERVICE}])


def service_disabled(project="603366585132", title="Cloud Tasks API", service=SERVICE):
    page = f"https://console.developers.google.com/apis/api/{service}/overview?project={project}"
    return GoogleError(403, "PERMISSION_DENIED",
                       f"{title} has not been used in project {project} before or it is disabled. Enable it by "
                       f"visiting {page} then retry. If you enabled this API recently, wait a few minutes for the "
                       "action to propagate to our systems and retry.",
                       [{**_info("SERVICE_DISABLED", consumer=f"projects/{project}"),
                         "metadata": {"service": service, "consumer": f"projects/{project}"}}])


# ---- 404, 409 ----

def no_queue():
    return GoogleError(404, "NOT_FOUND", "Queue does not exist. If you just created the queue, wait at least a minute "
                       "for the queue to initialize.")


def queue_deleted():
    """What CreateTask said in 2020 of a queue that was deleted."""
    return GoogleError(400, "FAILED_PRECONDITION",
                       "The queue no longer exists, though a queue with this name existed recently.")


def not_found():
    return GoogleError(404, "NOT_FOUND", "Requested entity was not found.")


def task_gone():
    return GoogleError(404, "NOT_FOUND", "The task no longer exists, though a task with this name existed recently. "
                       "The task either successfully completed or was deleted.")


def task_exists():
    return GoogleError(409, "ALREADY_EXISTS", "Requested entity already exists")


def queue_exists():
    return GoogleError(409, "ALREADY_EXISTS", "Queue already exists")


def queue_name_taken():
    return GoogleError(400, "FAILED_PRECONDITION", "The queue cannot be created because a queue with this name existed "
                       "too recently.")


# ---- 429, 5xx ----

def throttled(retry_after=None):
    return GoogleError(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'API requests' and limit 'API "
                       f"requests per minute' of service '{SERVICE}' for consumer 'project_number:603366585132'.",
                       [_info("RATE_LIMIT_EXCEEDED")], {} if retry_after is None else {"Retry-After": str(retry_after)})


def unavailable(retry_after=None):
    return GoogleError(503, "UNAVAILABLE", "The service is currently unavailable.", (),
                       {} if retry_after is None else {"Retry-After": str(retry_after)})
