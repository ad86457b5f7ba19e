"""A program that drives the API with a key, and holds every answer against the API's own description."""

import http.client
import json
import re

import jsonschema


class ApiAnswer:
    def __init__(self, asked, response, body):
        self.asked, self.status, self.body = asked, response.status, body
        self.headers = dict(response.getheaders())
        self.type = self.headers.get("Content-Type", "").partition(";")[0]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The stable code of a problem."""
        assert self.type == "application/problem+json", self
        return self.json["code"]

    @property
    def next(self):
        """Where the next page of a list is, if there is one."""
        link = self.headers.get("Link")
        return re.fullmatch(r'<([^>]+)>; rel="next"', link).group(1) if link else None

    def __str__(self):
        return f"{self.asked} → {self.status} {self.headers}\n{self.body[:2000]!r}"


class Api:
    """`Api.of(installation, server)`: an owner's. Each answer is checked unless it is asked for by `raw`."""

    def __init__(self, port, key):
        self.port, self.key = port, key
        self.document = self.raw("GET", "/openapi.json").json if key else None
        self.checked = set()  # (operationId, status)

    @classmethod
    def of(cls, installation, server, *options, role="owner"):
        made = installation.ask("key", "create", "--name", f"story-{role}", "--role", role, *options)
        return cls(server.port, made["key"])

    def raw(self, method, path, body=None, content_type="application/json", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            if body is not None and not isinstance(body, (str, bytes)):
                body = json.dumps(body)
            if isinstance(body, str):
                body = body.encode()
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if self.key:
                sent["Authorization"] = f"Bearer {self.key}"
            if body is not None:
                sent["Content-Type"] = content_type
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            return ApiAnswer(f"{method} {path}", response, response.read())
        finally:
            connection.close()

    def ask(self, method, path, body=None, expect=200, **more):
        answer = self.raw(method, path, body, **more)
        assert answer.status == expect, f"expected {expect}: {answer}"
        self.check(method, path, answer)
        return answer

    def get(self, path, **more):
        return self.ask("GET", path, **more).json

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body, **more).json

    def pages(self, path, **more):
        """All items of a list, page by page."""
        items = []
        while path:
            answer = self.ask("GET", path, **more)
            items += answer.json
            path = answer.next
        return items

    # ---- the description ----

    def operation(self, method, path):
        wanted = path.partition("?")[0].rstrip("/") or "/"
        for template, operations in self.document["paths"].items():
            pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, wanted) and method.lower() in operations:
                return operations[method.lower()]
        raise AssertionError(f"{method} {path} is not described")

    def check(self, method, path, answer):
        operation = self.operation(method, path)
        said = operation["responses"].get(str(answer.status))
        assert said, f"{operation['operationId']} does not say that it answers {answer.status}"
        assert answer.type in said["content"], f"{operation['operationId']} does not say {answer.type}: {answer}"
        self.checked.add((operation["operationId"], answer.status))
        if not answer.type.endswith("json"):
            return
        schema = {**said["content"][answer.type]["schema"], "components": self.document["components"]}
        checker = jsonschema.Draft202012Validator.FORMAT_CHECKER if hasattr(
            jsonschema.Draft202012Validator, "FORMAT_CHECKER") else jsonschema.draft202012_format_checker
        jsonschema.Draft202012Validator(schema, format_checker=checker).validate(answer.json)
