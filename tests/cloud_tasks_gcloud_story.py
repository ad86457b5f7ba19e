"""`gcloud tasks` works on our queues, the campaigns' own first: what the deployment guide says is typed here word for
word. A test's id says who typed: gcloud itself, or its recorded requests."""

import base64
import json
import re
import shlex
import stat
import time
from pathlib import Path

import pytest

from postrider.cloud_tasks import at, fresh
from postrider.gcloud import KINDS, Refused, new_gcloud
from postrider.lists import addresses, people, write_csv
from postrider.scripted import DEFERRED_ONCE
from postrider.target import Target
from postrider.times import moment
from postrider.waiting import wait_until

QUEUE = "email-campaign-queue"
EAST = "--location=us-east1"
WEST = "--location=europe-west1"  # of its queues Postrider knows nothing but what is typed
ROOT = "projects/local/locations/us-east1/queues"

# Word for word.
GUIDE = ["""gcloud tasks queues create email-campaign-queue \\
  --location=us-east1 \\
  --max-attempts=3 \\
  --max-retry-duration=3600s""",
         "gcloud tasks queues describe email-campaign-queue --location=us-east1",
         "gcloud tasks list --queue=email-campaign-queue --location=us-east1",
         "gcloud tasks queues purge email-campaign-queue --location=us-east1"]


def gcloud_settings(here):
    """What `postrider gcloud-env` sets."""
    lines = here.run("gcloud-env").out.splitlines()
    assert lines and all(line.startswith("export ") for line in lines if line), lines
    return dict(word.split("=", 1) for line in lines for word in shlex.split(line)[1:])


@pytest.fixture
def server(here):
    with here.serving(POSTRIDER_ALLOW_PRIVATE_TARGETS="true") as running:
        yield running


@pytest.fixture(params=KINDS)
def gcloud(request, here, server, tmp_path):
    return new_gcloud(request.param, gcloud_settings(here), tmp_path / "gcloud-home")


def words_of(command):
    """What stands behind `gcloud tasks`."""
    return shlex.split(command.replace("\\\n", " "))[2:]


def refused(gcloud, status, *words):
    with pytest.raises(Refused) as error:
        gcloud.tasks(*words)
    assert error.value.status == status, error.value
    return error.value.message


def in_queue(gcloud):
    return gcloud.tasks("list", f"--queue={QUEUE}", EAST)


def waiting_campaign(here, gcloud, catcher, count=5, name="News"):
    """A campaign whose emails are tasks of their queue, which is paused. They got that far and no farther because their
    mail server was away; it is back."""
    catcher.stop()
    here.add_mailbox(catcher.port)
    listed = write_csv(here.directory / f"{name}.csv", people(count, name.lower()))
    campaign = here.create_campaign(listed, "--pace", "none", name=name)
    here.send(campaign)
    wait_until(lambda: here.ask("mailbox", "show", "box")["status"] == "paused", 60, "the mailbox is paused")
    wait_until(lambda: len(in_queue(gcloud)) == count, 60, "its emails are tasks", every=0.5)
    gcloud.tasks("queues", "pause", QUEUE, EAST)
    catcher.start()
    here.run("mailbox", "resume", "box")
    return campaign


def addresses_of_tasks(here):
    """The id of an email → whom it is for."""
    return {task["id"]: task["email"] for task in here.ask("queue", "tasks", QUEUE)["tasks"] if task["kind"] == "email"}


def email_of(gcloud, task):
    """The id of the email that a task stands for."""
    shown = gcloud.tasks("describe", short(task), f"--queue={QUEUE}", EAST, "--response-view=full")
    assert (shown["name"], shown["view"]) == (task["name"], "FULL")
    return json.loads(base64.b64decode(shown["httpRequest"]["body"]))["email_send_id"]


def short(task):
    return task["name"].rpartition("/")[2]


# ---- the guide ----


def test_the_guides_commands_do_what_it_says_in_its_order(here, gcloud, catcher):
    create, describe, view, purge = [words_of(command) for command in GUIDE]
    gcloud.tasks(*create)
    shown = gcloud.tasks(*describe)
    assert shown["name"] == f"{ROOT}/{QUEUE}" and shown["state"] == "RUNNING" and "purgeTime" not in shown
    assert shown["retryConfig"].items() >= {
        "maxAttempts": 3, "maxRetryDuration": "3600s", "minBackoff": "300s", "maxBackoff": "3600s"}.items()
    assert shown["rateLimits"]["maxConcurrentDispatches"] == 1000
    assert gcloud.tasks(*view) == []
    waiting_campaign(here, gcloud, catcher)
    assert len(gcloud.tasks(*view)) == 5
    gcloud.tasks(*purge)
    assert gcloud.tasks(*view) == [] and gcloud.tasks(*describe)["purgeTime"]
    assert refused(gcloud, "ALREADY_EXISTS", *create).strip() == "Queue already exists"


def test_a_queue_that_was_there_is_created_once_and_stays_so(here, server, gcloud, tmp_path):
    """What is asked of it holds, for campaigns as for gcloud, and after a new start."""
    gcloud.tasks("queues", "create", QUEUE, EAST, "--max-attempts=5", "--max-dispatches-per-second=2.5")
    ours = here.ask("queue", "describe", QUEUE)
    assert (ours["max_attempts"], ours["max_dispatches_per_second"], ours["max_retry_duration"]) == (5, 2.5, "1h")
    assert server.terminate() == 0
    with here.serving():
        assert here.ask("queue", "describe", QUEUE) == ours
        gcloud = new_gcloud("recorded", gcloud_settings(here), tmp_path)
        refused(gcloud, "ALREADY_EXISTS", *words_of(GUIDE[0]))


def test_a_queue_that_somebody_changed_is_not_created(here, gcloud):
    here.run("queue", "update", QUEUE, "--max-attempts", "7")
    refused(gcloud, "ALREADY_EXISTS", *words_of(GUIDE[0]))
    assert here.ask("queue", "describe", QUEUE)["max_attempts"] == 7


def test_another_queue_for_campaigns_is_created(here, gcloud):
    gcloud.tasks("queues", "create", "newsletter-queue", EAST, "--max-attempts=3", "--max-retry-duration=3600s")
    assert {queue["name"] for queue in gcloud.tasks("queues", "list", EAST)} == {
        f"{ROOT}/{QUEUE}", f"{ROOT}/newsletter-queue"}
    ours = here.ask("queue", "describe", "newsletter-queue")
    assert (ours["max_attempts"], ours["max_retry_duration"]) == (3, "1h")


def test_a_campaigns_emails_are_tasks_until_they_are_sent(here, gcloud, server, catcher):
    campaign = waiting_campaign(here, gcloud, catcher)
    listed = in_queue(gcloud)
    for task in listed:
        assert re.fullmatch(rf"{ROOT}/{QUEUE}/tasks/[A-Za-z0-9_-]+", task["name"]) and "body" not in task["httpRequest"]
        assert task["httpRequest"]["httpMethod"] == "POST" and task["view"] == "BASIC"
        assert task["httpRequest"]["url"] == f"http://127.0.0.1:{server.port}/api/tasks/send-email"
        assert moment(task["createTime"]) and moment(task["scheduleTime"])
    assert {email_of(gcloud, task) for task in listed} == set(addresses_of_tasks(here))
    gcloud.tasks("queues", "resume", QUEUE, EAST)
    here.run("campaign", "watch", campaign)
    assert in_queue(gcloud) == [] and here.counts(campaign)["sent"] == 5


def test_a_purge_empties_the_queue_and_loses_nobody(here, gcloud, catcher):
    campaign = waiting_campaign(here, gcloud, catcher)
    gcloud.tasks("queues", "purge", QUEUE, EAST)
    assert in_queue(gcloud) == []
    shown = gcloud.tasks("queues", "describe", QUEUE, EAST)
    assert shown["purgeTime"] and shown["state"] == "PAUSED"
    assert here.campaign(campaign)["status"] == "paused" and here.counts(campaign)["pending"] == 5
    gcloud.tasks("queues", "resume", QUEUE, EAST)
    here.run("campaign", "resume", campaign)
    here.run("campaign", "watch", campaign)
    assert catcher.recipients() == {address: 1 for address in addresses(people(5, "news"))}


def test_the_queues_settings_are_changed_for_emails_too(here, gcloud):
    gcloud.tasks("queues", "update", QUEUE, EAST, "--max-attempts=5", "--min-backoff=60s",
                 "--max-dispatches-per-second=2.5")
    ours = here.ask("queue", "describe", QUEUE)
    assert (ours["max_attempts"], ours["min_backoff"], ours["max_dispatches_per_second"]) == (5, "1m", 2.5)
    assert ours["max_retry_duration"] == "1h"
    here.run("queue", "update", QUEUE, "--max-attempts", "7")
    assert gcloud.tasks("queues", "describe", QUEUE, EAST)["retryConfig"]["maxAttempts"] == 7


# ---- what campaigns allow ----


def test_nobody_but_a_campaign_puts_tasks_into_its_queue(here, gcloud, catcher):
    waiting_campaign(here, gcloud, catcher)
    said = refused(gcloud, "INVALID_ARGUMENT", "create-http-task", f"--queue={QUEUE}", EAST, "--url=https://example.com/")
    assert len(said.split()) > 3
    said = refused(gcloud, "FAILED_PRECONDITION", "queues", "delete", QUEUE, EAST)
    assert "campaign" in said.lower()
    assert len(in_queue(gcloud)) == 5


def test_a_run_of_an_emails_task_passes_the_gate(here, gcloud, catcher):
    """It asks for its turn; what holds the email back holds it still, and is told."""
    campaign = waiting_campaign(here, gcloud, catcher)
    tasks = in_queue(gcloud)
    said = refused(gcloud, "FAILED_PRECONDITION", "run", short(tasks[0]), f"--queue={QUEUE}", EAST)
    assert "paused" in said
    here.run("campaign", "pause", campaign)
    gcloud.tasks("queues", "resume", QUEUE, EAST)
    for task in tasks:
        refused(gcloud, "FAILED_PRECONDITION", "run", short(task), f"--queue={QUEUE}", EAST)
    # Another campaign is sent as a whole, and nothing of the paused one.
    listed = write_csv(here.directory / "other.csv", people(3, "other"))
    other = here.create_campaign(listed, "--pace", "none", name="Other")
    here.send(other, "--wait")
    assert set(catcher.recipients()) == set(addresses(people(3, "other"))) and here.counts(campaign)["pending"] == 5
    here.run("campaign", "resume", campaign)
    here.run("campaign", "watch", campaign)
    assert set(catcher.recipients().values()) == {1} and here.counts(campaign)["sent"] == 5


def test_a_run_of_an_emails_task_makes_its_turn_come_now(here, gcloud, catcher):
    """It was deferred, and would have waited for five minutes."""
    here.add_mailbox(catcher.port)
    listed = write_csv(here.directory / "list.csv", [(DEFERRED_ONCE, "Dana", "Later")])
    campaign = here.create_campaign(listed, "--pace", "none")
    here.send(campaign)
    wait_until(lambda: [attempt["disposition"] for attempt in here.attempts(campaign, DEFERRED_ONCE)] == ["deferred"], 60,
               "it is deferred")
    [task] = in_queue(gcloud)
    assert moment(task["scheduleTime"]).timestamp() > time.time() + 60
    ran = gcloud.tasks("run", short(task), f"--queue={QUEUE}", EAST)
    assert ran["name"] == task["name"]
    here.run("campaign", "watch", campaign)
    assert catcher.recipients() == {DEFERRED_ONCE: 1}
    said = refused(gcloud, "NOT_FOUND", "run", short(task), f"--queue={QUEUE}", EAST)
    assert said.startswith("The task no longer exists, though a task with this name existed recently.")


def test_a_task_that_is_deleted_is_an_email_that_is_not_sent(here, gcloud, catcher):
    campaign = waiting_campaign(here, gcloud, catcher)
    task = in_queue(gcloud)[2]
    address = addresses_of_tasks(here)[email_of(gcloud, task)]
    gcloud.tasks("delete", short(task), f"--queue={QUEUE}", EAST)
    assert len(in_queue(gcloud)) == 4
    gcloud.tasks("queues", "resume", QUEUE, EAST)
    here.run("campaign", "watch", campaign)
    states = here.states(campaign)
    assert states.pop(address) == "skipped" and set(states.values()) == {"sent"} and len(states) == 4
    assert address not in catcher.recipients()


# ---- queues of one's own ----


def test_a_queue_of_http_tasks_is_worked_with_by_every_command(gcloud):
    queue = fresh("work")
    name = f"projects/local/locations/europe-west1/queues/{queue}"
    of = [f"--queue={queue}", WEST]
    gcloud.tasks("queues", "create", queue, WEST, "--max-attempts=3", "--max-dispatches-per-second=10", "--max-doublings=2")
    gcloud.tasks("queues", "pause", queue, WEST)
    gcloud.tasks("queues", "update", queue, WEST, "--max-concurrent-dispatches=7", "--clear-max-attempts")
    shown = gcloud.tasks("queues", "describe", queue, WEST)
    assert shown["state"] == "PAUSED" and shown["rateLimits"] == {
        "maxDispatchesPerSecond": 10, "maxBurstSize": 10, "maxConcurrentDispatches": 7}
    assert (shown["retryConfig"]["maxAttempts"], shown["retryConfig"]["maxDoublings"]) == (100, 2)
    with Target() as target:
        made = gcloud.tasks("create-http-task", "t1", *of, f"--url={target.url('/a')}", "--method=PUT", "--header=X-Mine:b",
                            '--body-content={"a":1}', f"--schedule-time={at(86400)[:19]}Z")
        assert made["name"] == f"{name}/tasks/t1" and made["httpRequest"]["httpMethod"] == "PUT"
        shown = gcloud.tasks("describe", "t1", *of, "--response-view=full")
        assert base64.b64decode(shown["httpRequest"]["body"]) == b'{"a":1}' and shown["view"] == "FULL"
        other = gcloud.tasks("create-http-task", *of, f"--url={target.url('/b')}")["name"]
        assert {task["name"] for task in gcloud.tasks("list", *of)} == {f"{name}/tasks/t1", other}
        gcloud.tasks("run", "t1", *of)
        [call] = target.wait_for(1)
        assert (call.method, call.path, call.header("X-Mine"), call.body) == ("PUT", "/a", "b", b'{"a":1}')
        gcloud.tasks("delete", other.rpartition("/")[2], *of)
        gcloud.tasks("create-http-task", "t2", *of, f"--url={target.url('/c')}")
        gcloud.tasks("queues", "resume", queue, WEST)
        target.wait_for(1, "t2")
        assert [call.path for call in target.calls] == ["/a", "/c"]
    assert "already exists" in refused(gcloud, "ALREADY_EXISTS", "queues", "create", queue, WEST)
    gcloud.tasks("queues", "purge", queue, WEST)
    gcloud.tasks("queues", "delete", queue, WEST)
    assert "Queue does not exist." in refused(gcloud, "NOT_FOUND", "queues", "describe", queue, WEST)


def test_the_rest_of_its_commands_get_an_answer(gcloud):
    assert "projects/local/locations/us-east1" in {place["name"] for place in gcloud.tasks("locations", "list")}
    assert gcloud.tasks("locations", "describe", "us-east1")["locationId"] == "us-east1"
    queue = fresh("policy")
    gcloud.tasks("queues", "create", queue, WEST)
    assert gcloud.tasks("queues", "get-iam-policy", queue, WEST)["etag"]


def test_what_is_not_done_here_is_said_to_gcloud(here, server, tmp_path):
    """Recorded requests only: gcloud itself asks five times before it tells of a 501, half a minute long."""
    gcloud = new_gcloud("recorded", gcloud_settings(here), tmp_path)
    gcloud.tasks("queues", "create", "rest", WEST)
    refused(gcloud, "UNIMPLEMENTED", "buffer", "--queue=rest", WEST)
    refused(gcloud, "UNIMPLEMENTED", "cmek-config", "describe", WEST)


# ---- its settings ----


def test_gcloud_env_prints_what_leads_gcloud_here(here, server):
    settings = gcloud_settings(here)
    assert set(settings) == {"CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS", "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
                             "CLOUDSDK_CORE_PROJECT"}
    assert settings["CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS"] == f"http://127.0.0.1:{server.port}/"
    assert settings["CLOUDSDK_CORE_PROJECT"] == "local"
    file = Path(settings["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "nobody else reads the key"
    assert file.read_text(encoding="utf-8").strip() not in server.output()
