"""Google's command line for Cloud Tasks: the real one where it is installed, and what it sends, recorded, anywhere.

Both take the same words and the settings that `postrider gcloud-env` prints; both answer what `--format=json` shows."""

import base64
import http.client
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

PROGRAM = shutil.which("gcloud")
KINDS = (["gcloud"] if PROGRAM else []) + ["recorded"]


class Refused(Exception):
    """The status and the message in which a command ended."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status, self.message = status, message


def new_gcloud(kind, settings, home):
    """`settings`: what the lines of `postrider gcloud-env` set."""
    return Gcloud(settings, home) if kind == "gcloud" else RecordedGcloud(settings)


class Gcloud:
    """The real one. It has a home of its own, so that nothing of the caller's leads it elsewhere."""

    def __init__(self, settings, home):
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "CLOUDSDK_CONFIG": str(home), **settings,
            "CLOUDSDK_CORE_DISABLE_PROMPTS": "1", "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
            "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true"}

    def tasks(self, *words):
        """`gcloud tasks WORDS…`; what it shows, as values. Raises Refused."""
        done = subprocess.run([PROGRAM, "tasks", *words, "--format=json"], env=self.environment, capture_output=True,
                              text=True, timeout=120, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout) if done.stdout.strip() else None
        said = re.search(r"^ERROR: \(gcloud\.[\w.-]+\) ([A-Z_]+): (.*)", done.stderr, re.MULTILINE | re.DOTALL)
        assert said, done.stderr
        raise Refused(said[1], said[2])


class RecordedGcloud:
    """The requests of gcloud 528, as they came over the line, sent again."""

    def __init__(self, settings):
        self.address = urlsplit(settings["CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS"])
        assert self.address.path == "/", "gcloud puts its paths right behind it"
        self.key = Path(settings["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"]).read_text(encoding="utf-8").strip()
        self.project = f"projects/{settings['CLOUDSDK_CORE_PROJECT']}"

    def tasks(self, *words):
        verb = [word for word in words if not word.startswith("--")]
        options = dict(re.fullmatch(r"--([\w-]+)=?(.*)", word, re.DOTALL).groups() for word in words if word[:2] == "--")
        parent = f"{self.project}/locations/{options.pop('location', '')}"
        kind = [word for word in verb if word in GROUPS]
        command, names = verb[len(kind)], verb[len(kind) + 1:]
        method, path, body = COMMANDS[*kind, command](parent, names, options)
        assert not options, f"what is sent for {options} is not recorded"
        return self._send(f"{'.'.join(['tasks', *kind, command])}", method, path.replace("{project}", self.project), body)

    def _send(self, command, method, path, body):
        path, _, query = path.partition("?")
        program = f"google-cloud-sdk gcloud/528.0.0 command/gcloud.{command} invocation-id/7a20d2a559e940399f"
        headers = {"user-agent": program,
                   "accept-encoding": "gzip, deflate", "accept": "application/json", "Connection": "keep-alive",
                   "authorization": f"Bearer {self.key}"}
        if body is None:
            headers["content-length"] = "0"
        else:
            body = json.dumps(body)
            headers["content-type"] = "application/json"
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60)
        try:
            connection.request(method, f"/v2/{path}?alt=json{'&' if query else ''}{query}", body=body, headers=headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise Refused(answer["error"]["status"], answer["error"]["message"])
        listed = path.rpartition("/")[2]  # a list is shown as what is in it
        return answer.get(listed, []) if method == "GET" and listed in LISTS else answer


GROUPS = ("queues", "locations", "cmek-config")
LISTS = ("queues", "tasks", "locations")

# An option of `queues create` and `queues update` → where its value goes, and how.
SETTINGS = {
    "max-dispatches-per-second": ("rateLimits", "maxDispatchesPerSecond", float),
    "max-concurrent-dispatches": ("rateLimits", "maxConcurrentDispatches", int),
    "max-attempts": ("retryConfig", "maxAttempts", int),
    "max-retry-duration": ("retryConfig", "maxRetryDuration", str),
    "min-backoff": ("retryConfig", "minBackoff", str),
    "max-backoff": ("retryConfig", "maxBackoff", str),
    "max-doublings": ("retryConfig", "maxDoublings", int),
}


def _settings(options):
    """The queue's members that options give, and the mask of an update."""
    queue, mask = {}, []
    for option, (part, member, kind) in SETTINGS.items():
        if (value := options.pop(option, None)) is not None:
            queue.setdefault(part, {})[member] = kind(value)
            mask.append(f"{part}.{member}")
        if options.pop(f"clear-{option}", None) is not None:
            queue.setdefault(part, {})
            mask.append(f"{part}.{member}")
    return queue, mask


def _create_queue(parent, names, options):
    return "POST", f"{parent}/queues", {"name": f"{parent}/queues/{names[0]}", **_settings(options)[0]}


def _update_queue(parent, names, options):
    queue, mask = _settings(options)
    name = f"{parent}/queues/{names[0]}"
    return "PATCH", f"{name}?updateMask={quote(','.join(mask))}", {"name": name, **queue}


def _of_queue(method, verb="", body=None):
    return lambda parent, names, options: (method, f"{parent}/queues/{names[0]}{verb}", body)


def _of_task(method, verb="", body=None, shown=False):
    def request(parent, names, options):
        view = f"?responseView={options.pop('response-view').upper()}" if shown and "response-view" in options else ""
        return method, f"{parent}/queues/{options.pop('queue')}/tasks/{names[0]}{verb}{view}", body
    return request


def _create_task(parent, names, options):
    queue = f"{parent}/queues/{options.pop('queue')}"
    http_request = {}
    if (content := options.pop("body-content", None)) is not None:
        http_request["body"] = base64.b64encode(content.encode()).decode()
    if header := options.pop("header", None):
        name, _, value = header.partition(":")
        http_request["headers"] = {name: value}
    if method := options.pop("method", None):
        http_request["httpMethod"] = method
    http_request["url"] = options.pop("url")
    task = {"httpRequest": http_request}
    if names:
        task["name"] = f"{queue}/tasks/{names[0]}"
    if when := options.pop("schedule-time", None):
        task["scheduleTime"] = when
    return "POST", f"{queue}/tasks", {"task": task}


COMMANDS = {
    ("queues", "create"): _create_queue,
    ("queues", "update"): _update_queue,
    ("queues", "describe"): _of_queue("GET"),
    ("queues", "delete"): _of_queue("DELETE"),
    ("queues", "pause"): _of_queue("POST", ":pause", {}),
    ("queues", "resume"): _of_queue("POST", ":resume", {}),
    ("queues", "purge"): _of_queue("POST", ":purge", {}),
    ("queues", "get-iam-policy"): _of_queue("POST", ":getIamPolicy", {}),
    ("queues", "list"): lambda parent, names, options: ("GET", f"{parent}/queues", None),
    ("list",): lambda parent, names, options: ("GET", f"{parent}/queues/{options.pop('queue')}/tasks?pageSize=25", None),
    ("create-http-task",): _create_task,
    ("describe",): _of_task("GET", shown=True),
    ("run",): _of_task("POST", ":run", {}),
    ("delete",): _of_task("DELETE"),
    ("buffer",): lambda parent, names, options: ("POST", f"{parent}/queues/{options.pop('queue')}/tasks/:buffer", {}),
    ("locations", "list"): lambda parent, names, options: ("GET", "{project}/locations", None),
    ("locations", "describe"): lambda parent, names, options: ("GET", f"{{project}}/locations/{names[0]}", None),
    ("cmek-config", "describe"): lambda parent, names, options: ("GET", f"{parent}/cmekConfig", None),
}
