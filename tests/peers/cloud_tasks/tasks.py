"""Google's own client for Python, over REST: as tasks.cjs, line by line. Its update masks know snake_case paths only.

    POSTRIDER_KEY=… python tasks.py PORT        (no key: no credentials)
"""

import json
import os
import re
import sys

import google.oauth2.credentials
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import GoogleAPICallError
from google.auth.credentials import AnonymousCredentials
from google.cloud import tasks_v2
from google.cloud.location import locations_pb2
from google.iam.v1 import iam_policy_pb2
from google.protobuf import field_mask_pb2, json_format


def new_client(port, key):
    return tasks_v2.CloudTasksClient(
        transport="rest", client_options=ClientOptions(api_endpoint=f"http://127.0.0.1:{port}"),
        credentials=google.oauth2.credentials.Credentials(key) if key else AnonymousCredentials())


def request_of(method, members):
    """What the client takes for a method, made of proto3 JSON."""
    name = method[0].upper() + method[1:] + "Request"
    for module in (locations_pb2, iam_policy_pb2):
        if hasattr(module, name):
            return json_format.ParseDict(members, getattr(module, name)())
    mask = members.pop("updateMask", None)
    kind = getattr(tasks_v2, name)
    made = kind.wrap(json_format.ParseDict(members, kind.pb()()))
    if mask is not None:
        made.update_mask = field_mask_pb2.FieldMask(paths=mask)
    return made


def as_json(message):
    if message is None:
        return {}
    return json_format.MessageToDict(type(message).pb(message) if hasattr(type(message), "pb") else message)


def call(client, method, members, every):
    snake = re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), method)
    answer = getattr(client, snake)(request=request_of(method, members))
    if not snake.startswith("list_") or method == "listLocations":
        return as_json(answer)
    if every:
        return {snake.removeprefix("list_"): [as_json(item) for item in answer]}
    return as_json(answer._response)  # the first page, as it came


def main(port):
    client = new_client(port, os.environ.get("POSTRIDER_KEY"))
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            said = {"answer": call(client, asked["method"], asked["request"], asked.get("all"))}
        except GoogleAPICallError as error:
            said = {"error": {"kind": type(error).__name__, "code": error.code, "reason": error.reason,
                              "message": error.message}}
        except Exception as error:  # what the client says before it asks
            said = {"error": {"kind": type(error).__name__, "message": str(error)}}
        print(json.dumps(said), flush=True)


main(sys.argv[1])
