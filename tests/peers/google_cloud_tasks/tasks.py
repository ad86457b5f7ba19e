"""Google's client of Cloud Tasks over REST, by lines of JSON: {"call": method, "request": ...} in, {"data": ...} or
{"error": {"status", "message"}} out. The host comes as the argument. "verify_token" lets google-auth judge an ID token
by the keys that the host publishes."""

import json
import sys

import google.auth.exceptions
import google.auth.transport.requests
import jwt
import requests
from google.api_core.exceptions import GoogleAPICallError
from google.auth.credentials import AnonymousCredentials
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksRestTransport
from google.iam.v1 import iam_policy_pb2
from google.oauth2 import id_token
from google.protobuf import json_format

HOST = sys.argv[1]
TYPES = {"create_queue": tasks_v2.CreateQueueRequest, "get_queue": tasks_v2.GetQueueRequest,
         "delete_queue": tasks_v2.DeleteQueueRequest, "purge_queue": tasks_v2.PurgeQueueRequest,
         "pause_queue": tasks_v2.PauseQueueRequest, "resume_queue": tasks_v2.ResumeQueueRequest,
         "create_task": tasks_v2.CreateTaskRequest, "get_task": tasks_v2.GetTaskRequest,
         "delete_task": tasks_v2.DeleteTaskRequest, "list_tasks": tasks_v2.ListTasksRequest}
client = tasks_v2.CloudTasksClient(transport=CloudTasksRestTransport(host=HOST, url_scheme="http",
                                                                     credentials=AnonymousCredentials()))


def as_json(message):
    return json.loads(type(message).to_json(message, use_integers_for_enums=False,
                                            always_print_fields_with_no_presence=False))


def call(method, request):
    if method == "verify_token":
        return id_token.verify_token(request["token"], google.auth.transport.requests.Request(),
                                     audience=request["audience"], certs_url=f"http://{HOST}/oauth2/v3/certs")
    if method == "test_iam_permissions":
        asked = json_format.ParseDict(request, iam_policy_pb2.TestIamPermissionsRequest())
        return list(client.test_iam_permissions(request=asked).permissions)
    answer = getattr(client, method)(request=TYPES[method].from_json(json.dumps(request)))
    if method == "list_tasks":
        return [[as_json(task) for task in page.tasks] for page in answer.pages]
    return None if answer is None else as_json(answer)


for line in sys.stdin:
    asked = json.loads(line)
    try:
        said = {"data": call(asked["call"], asked["request"])}
    except GoogleAPICallError as error:
        said = {"error": {"status": error.code.value, "message": error.response.json()["error"]["message"]}}
    except (jwt.PyJWTError, google.auth.exceptions.GoogleAuthError, requests.RequestException) as error:
        said = {"error": {"status": None, "message": str(error)}}
    print(json.dumps(said), flush=True)
