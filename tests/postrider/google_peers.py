"""Google's own programs, and Google's description of its API, for holding the stand-in against them."""

import json
import os
import subprocess

import jsonschema

from . import npm, pypi
from .installation import ROOT
from .line_program import LineProgram

PEERS = ROOT / "tests/peers"
SCOPE = "https://www.googleapis.com/auth/spreadsheets"


def environment(google=None):
    """The caller's, without what would lead Google's programs elsewhere: proxies and the caller's own credentials."""
    kept = {name: value for name, value in os.environ.items()
            if not name.lower().endswith("_proxy") and name != "GOOGLE_APPLICATION_CREDENTIALS"}
    host = google.metadata_host if google else "127.0.0.1:9"
    return {**kept, "GCE_METADATA_HOST": host, "GCE_METADATA_IP": host, "NO_COLOR": "1"}


class Refused(Exception):
    """What Google's client threw."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.status, self.message, self.body = error.get("status"), error["message"], error.get("body")


class SheetsClient:
    """Google's client for Node.js; ends with its `with`."""

    def __init__(self, google, credentials="metadata"):
        self._program = LineProgram(["node", PEERS / "google_sheets/sheets.cjs", google.base_url, credentials],
                                    environment(google) | npm.installed("google_sheets"), "Google's client")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._program.__exit__(*error)

    def call(self, method, **parameters):
        """The answer's data; raises Refused."""
        answer = self._program.ask({"call": method, "parameters": parameters})
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["data"]


def _python(program, *words, text="", google=None):
    bin_folder = pypi.programs("google_python")
    return subprocess.run([bin_folder / "python", PEERS / "google_python" / program, *words], input=text, text=True,
                          capture_output=True, timeout=120, check=True, env=environment(google)).stdout


def token_by_google_auth(google, file="metadata", scope=SCOPE):
    """What Google's library for Python gets: {"token", "email"} or {"error"}."""
    return json.loads(_python("get_token.py", file, scope, google=google))


def error_faults(bodies):
    """What is wrong with error bodies by Google's protocol buffers."""
    return _python("check_errors.py", text="".join(json.dumps(body) + "\n" for body in bodies)).splitlines()


class Discovery:
    """Google's discovery document of Sheets v4, as Google's client for Python carries it."""

    def __init__(self):
        home = pypi.programs("google_python").parent
        file, = home.glob("lib/python3*/site-packages/googleapiclient/discovery_cache/documents/sheets.v4.json")
        self.document = json.loads(file.read_text())
        self._definitions = {name: _as_json_schema(schema) for name, schema in self.document["schemas"].items()}

    def method(self, operation):
        place = self.document
        *path, name = operation.split(".")
        for part in path:
            place = place["resources"][part]
        return place["methods"][name]

    def faults(self, schema, body):
        """Where a body is not what a schema says; a member that the schema does not name is a fault."""
        whole = {"$ref": f"#/definitions/{schema}", "definitions": self._definitions}
        return [f"{'/'.join(map(str, error.path))}: {error.message}"
                for error in jsonschema.Draft7Validator(whole).iter_errors(body)]

    def answer_faults(self, call):
        """The faults of a call that the stand-in answered with 200, what was asked included."""
        method = self.method(call.operation)
        found = self.faults(method["response"]["$ref"], call.answer)
        if call.method != method["httpMethod"]:
            found.append(f"{call.operation} is {method['httpMethod']}, not {call.method}")
        known = set(method["parameters"]) | set(self.document["parameters"])
        found += [f"no parameter {name}" for name, _ in call.query if name not in known]
        if "request" in method and call.body:
            found += self.faults(method["request"]["$ref"], call.json())
        return found


def _as_json_schema(schema):
    if "$ref" in schema:
        return {"$ref": f"#/definitions/{schema['$ref']}"}
    if schema.get("type") == "any":
        return {}
    made = {key: schema[key] for key in ("type", "enum") if key in schema}
    if "items" in schema:
        made["items"] = _as_json_schema(schema["items"])
    if made.get("type") == "object":
        extra = schema.get("additionalProperties")
        made["properties"] = {name: _as_json_schema(inner) for name, inner in schema.get("properties", {}).items()}
        made["additionalProperties"] = _as_json_schema(extra) if extra else False
    return made
