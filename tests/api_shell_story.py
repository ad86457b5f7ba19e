"""Each operation of the API names the shell command that does the same, and that command really does something."""

import json
import shlex
import shutil

import pytest

from postrider.google_stand_in import GoogleStandIn
from postrider.installation import Installation

# What stands in the place of {…} in the commands, in the prepared installation below.
VALUES = {
    "name": "office", "subject": "Hello", "message": "Hi", "role": "viewer", "from": "bea@sender.example",
    "smtp_host": "127.0.0.1", "cap_24h": "10", "max_attempts": "5", "number": "1", "id": "1",
    "who": "bob@example.com", "key": "bob@example.com", "token": "example", "file": "suppressions.csv", "report": "report.eml",
}
# Where one operation needs another value than the others of its kind.
OTHERS = {
    "createMailbox": {"name": "second"}, "createQueue": {"name": "slow"}, "removeMailbox": {"name": "spare"},
    "inviteAccount": {}, "createKey": {"name": "ci"}, "createTemplate": {"name": "Letter"},
}
QUEUES = {"updateQueue", "pauseQueue", "resumeQueue", "purgeQueue", "listTasks"}




@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """An installation with one of everything, and no server."""
    here = Installation(tmp_path_factory.mktemp("shell"), POSTRIDER_ACCOUNT_PASSWORD="correct horse battery")
    here.run("mailbox", "add", "--name", "office", "--from", "ana@sender.example", "--smtp-host", "127.0.0.1",
             "--smtp-port", "9", "--tls", "none")
    here.run("mailbox", "add", "--name", "spare", "--from", "ana@sender.example", "--smtp-host", "127.0.0.1")
    (here.directory / "list.csv").write_text("email\nana@example.com\nbea@example.com\n")
    (here.directory / "message.txt").write_text("Hi\n")
    (here.directory / "suppressions.csv").write_text("email\ncarl@example.com\n")
    (here.directory / "report.eml").write_text("From: a@example.com\nSubject: Hello\n\nHi\n")
    here.create_campaign(here.directory / "list.csv", mailbox="office")
    here.run("key", "create", "--name", "old", "--role", "viewer")
    with GoogleStandIn() as google:
        VALUES["sheet_id"] = google.new_spreadsheet("Team", {"Leads": [["Email"], ["ana@example.com"]]}).id
        here.google = {"GOOGLE_CREDENTIALS_FILE": str(google.write_service_account(here.directory)),
                       "GOOGLE_SHEETS_BASE_URL": google.base_url}
        yield here


def described(here):
    document = json.loads(here.run("help", "--openapi").out)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_has_a_command_or_says_why_not(prepared):
    for route, operation in described(prepared):
        assert ("x-cli" in operation) != bool(operation.get("x-no-cli")), route


def command_of(operation):
    values = {**VALUES, **OTHERS.get(operation["operationId"], {})}
    if operation["operationId"] in QUEUES:
        values["name"] = "email-campaign-queue"
    return shlex.split(operation["x-cli"].format(**values))


def test_every_command_is_one_that_the_shell_knows(prepared, tmp_path):
    """Each runs on its own copy of the installation: it is understood (exit 2 is for what is not), and says what it did."""
    faults = []
    for route, operation in described(prepared):
        if "x-cli" not in operation:
            continue
        program, *verb = command_of(operation)
        copy = Installation(tmp_path / operation["operationId"], POSTRIDER_ACCOUNT_PASSWORD="correct horse battery")
        shutil.copytree(prepared.database.parent, copy.database.parent, dirs_exist_ok=True)
        answer = copy.run(*verb, expect=None, seconds=60, directory=prepared.directory, **prepared.google)
        if program != "postrider" or answer.code not in (0, 1) or not (answer.out + answer.err).strip():
            faults.append(f"{route}\n{answer}")
    assert not faults, "\n\n".join(faults)
