"""The API keeps its word: what its document says is what it takes and what it answers, for callers of every role."""

import json
import re
import subprocess

import pytest

from postrider import pypi

# Streams that have no end, what would take the caller's own credential away, and bodies that are not made from a schema: a
# report (bounce_story), a list of which any text is one (suppression_story). And the one route whose word for a mailbox that
# does not work is 503 by its contract (api_contract_story).
LEFT_OUT = ("listenToAll", "listenToCampaign", "revokeKey", "runShell", "readBounce", "importSuppressions",
            "getEmailHealth")
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
          "response_headers_conformance", "negative_data_rejection", "unsupported_method")


@pytest.fixture
def schemathesis():
    return pypi.programs("schemathesis") / "schemathesis"


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_no_answer_is_outside_the_document(here, schemathesis, role):
    """Thousands of requests, made from the document, right and wrong ones: no 5xx, nothing undocumented."""
    with here.serving(MOCK_EMAIL_SENDING="true") as server:
        key = here.ask("key", "create", "--name", role, "--role", role)["key"]
        document = here.directory / "api.json"
        document.write_text(here.run("help", "--openapi").out)
        left_out = [word for operation in LEFT_OUT for word in ("--exclude-operation-id", operation)]
        done = subprocess.run(
            [schemathesis, "--no-color", "run", document, "--url", f"http://127.0.0.1:{server.port}",
             "--header", f"Authorization: Bearer {key}", *left_out, "--phases", "examples,coverage,fuzzing",
             "--checks", ",".join(CHECKS), "--max-examples", "10", "--seed", "1", "--continue-on-failure", "--no-shrink",
             "--generation-database", "none", "--request-timeout", "30"],
            cwd=here.directory, capture_output=True, timeout=900, check=False)
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == 0, said[-8000:]
        tried = int(re.search(r"(\d+) generated", said).group(1))
        # The three roles together make more than 5,000.
        assert tried > 1_700, said[-2000:]


def test_the_document_is_the_same_wherever_it_is_asked_for(here):
    import urllib.request
    with here.serving() as server:
        key = here.ask("key", "create", "--name", "reader", "--role", "viewer")["key"]
        asked = urllib.request.Request(f"http://127.0.0.1:{server.port}/openapi.json",
                                       headers={"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert json.load(answer) == json.loads(here.run("help", "--openapi").out)
