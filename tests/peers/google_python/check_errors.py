"""Reads error bodies, one JSON a line, as Google's own protocol buffers: google.rpc.Status with its details, in which
a member that they do not know is a fault. Prints every fault.

    python check_errors.py < bodies
"""

import json
import sys

from google.protobuf import json_format
from google.rpc import code_pb2, error_details_pb2, status_pb2

# From the comments in google/rpc/code.proto.
HTTP = {"INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403,
        "NOT_FOUND": 404, "ALREADY_EXISTS": 409, "ABORTED": 409, "RESOURCE_EXHAUSTED": 429, "INTERNAL": 500,
        "UNIMPLEMENTED": 501, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504}


def faults(body):
    if list(body) != ["error"]:
        yield f"more than an error: {body}"
        return
    error = dict(body["error"])
    name = error.pop("status")
    if name not in code_pb2.Code.keys() or HTTP[name] != error["code"]:
        yield f"{error['code']} is not {name}"
    try:
        json_format.ParseDict(error, status_pb2.Status())
    except json_format.ParseError as fault:
        yield f"{fault}: {error}"


assert error_details_pb2.ErrorInfo.DESCRIPTOR  # known to the parser from here on
for line in sys.stdin:
    for found in faults(json.loads(line)):
        print(found)
