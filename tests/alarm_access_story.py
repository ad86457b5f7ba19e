"""Who may ring, and what has to be set before anybody does."""

import base64
import json

import pytest

from postrider.api import Api
from postrider.cloud_tasks_tokens import encoded, key
from postrider.findings import examine
from postrider.lists import people, write_csv
from postrider.ports import free_port
from postrider.rung_server import RINGER

RING, TICK = ("/api/tasks/send-email", {"email_send_id": 999, "alarm": 7}), ("/api/tasks/tick", {"alarm": 7})


def ask(run, token, path, body, method="POST"):
    shown = {"Authorization": f"Bearer {token}"} if token else {}
    return Api(run.proxy.port, None).raw(method, path, body, **shown)


def bad_tokens(run):
    """Tokens that nobody may ring by, and what is wrong with them."""
    ids, url = run.tasks.id_tokens, run.proxy.url
    good = ids.token(RINGER, url)
    head, claims, signature = good.split(".")

    def with_head(**changes):
        read = json.loads(base64.urlsafe_b64decode(head + "=="))
        return encoded(json.dumps(read | changes).encode())

    def changed(**changes):
        ids.changes = changes
        made = ids.token(RINGER, url)
        ids.changes = {}
        return made
    yield "another audience", ids.token(RINGER, "https://other.example.org")
    yield "an audience that only begins alike", ids.token(RINGER, url + "/api")
    yield "another account", ids.token("stranger@other-project.iam.gserviceaccount.com", url)
    yield "an address that nobody verified", changed(email_verified=False)
    yield "no address", changed(email=None)
    yield "another issuer", changed(iss="https://accounts.google.com")
    yield "no end", changed(exp=None)
    ids.skew = -2 * 3600
    yield "an end that has passed", ids.token(RINGER, url)
    ids.skew = 0
    yield "no signature", f"{with_head(alg='none')}.{claims}."
    yield "no signature, and says so", f"{head}.{claims}."
    yield "another algorithm", f"{with_head(alg='HS256')}.{claims}.{signature}"
    other = f"{head}.{encoded(json.dumps({'email': RINGER, 'aud': url}).encode())}"
    yield "other claims under a true signature", f"{other}.{signature}"
    ids.is_signed_by_stranger = True
    yield "a key that is not the issuer's", ids.token(RINGER, url)
    ids.is_signed_by_stranger = False
    unknown = f"{with_head(kid='another')}.{claims}"
    yield "a key that the issuer does not publish", f"{unknown}.{encoded(key(77).sign(unknown.encode()))}"
    yield "nonsense", "a.b.c"
    yield "no token", None
    yield "no API key", "pr_nonsense"


def test_nobody_rings_but_the_queue_and_who_holds_a_key_for_it(new_cloud_run):
    run = new_cloud_run(freezes=False)
    keys = {name: run.here.ask("key", "create", "--name", name, *options)["key"] for name, options in {
        "viewer": ("--role", "viewer"), "editor": ("--role", "editor"), "metrics": ("--scope", "metrics"),
        "tasks": ("--scope", "tasks"), "owner": ("--role", "owner")}.items()}
    with run.serving():
        for path, body in (RING, TICK):
            for wrong, token in bad_tokens(run):
                answer = ask(run, token, path, body)
                assert answer.status in (401, 403), f"{wrong}: {answer}"
                assert answer.type == "application/problem+json"
            for name in ("viewer", "editor", "metrics"):
                assert ask(run, keys[name], path, body).status == 403, name
            token = run.tasks.id_tokens.token(RINGER, run.proxy.url)
            for token in (token, keys["tasks"], keys["owner"]):
                assert ask(run, token, path, body).status == 200
        # The queue's token opens nothing else.
        token = run.tasks.id_tokens.token(RINGER, run.proxy.url)
        for path in ("/api/campaigns", "/api/settings", "/metrics"):
            assert ask(run, token, path, None, "GET").status == 401


def test_an_alarm_outlives_its_email_and_whoever_asks_for_none_hears_so(new_cloud_run):
    run = new_cloud_run(freezes=False)
    with run.serving() as api:
        over = api.post("/api/tasks/send-email", {"email_send_id": 999, "alarm": 7})
        assert (over["status"], over["email_send_id"]) == ("skipped", 999)
        nobody = api.ask("POST", "/api/tasks/send-email", {"email_send_id": 999}, expect=404)
        assert nobody.type == "application/problem+json"


def test_a_service_for_tasks_only_answers_nothing_else(new_cloud_run, catcher):
    run = new_cloud_run(freezes=False)
    here = run.here
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(3)), "--pace", "none")
    owner = here.ask("key", "create", "--name", "owner", "--role", "owner")["key"]
    run.proxy.stand_before(run.start("--only", "tasks"))
    for method, path in (("GET", "/"), ("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/api/campaigns"),
                         ("POST", "/api/login"), ("POST", "/api/setup"), ("POST", "/api/shell"),
                         ("POST", f"/api/campaigns/{campaign}/send"), ("GET", "/api/events"), ("GET", "/u/x")):
        body = {} if method == "POST" else None
        assert ask(run, None, path, body, method).status in (401, 404), path
        assert ask(run, owner, path, body, method).status == 404, path
    for path in ("/livez", "/readyz", "/api/health", "/api/tasks/health"):
        assert ask(run, None, path, None, "GET").status == 200, path
    assert ask(run, None, *TICK).status == 401
    # Verbs on this machine start campaigns all the same, and those are rung for.
    here.send(campaign)
    run.wait_until_over()
    assert here.counts(campaign)["sent"] == 3
    run.finish()
    assert run.refusals() == {}


def test_a_trusted_platform_needs_a_service_that_does_nothing_else(new_cloud_run, catcher):
    run = new_cloud_run(freezes=False, TASKS_TRUST_PLATFORM="true", TASKS_OIDC_EMAIL="")
    here = run.here
    said = here.run("serve", "--listen", f"127.0.0.1:{free_port()}", expect=None, seconds=60)
    assert said.code != 0 and "TASKS_TRUST_PLATFORM" in said.err and "--only tasks" in said.err, said
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(3)), "--pace", "none")
    run.proxy.stand_before(run.start("--only", "tasks"))
    assert ask(run, None, *RING).status == 200
    assert ask(run, "a.b.SIGNATURE_REMOVED_BY_GOOGLE", *TICK).status == 200
    here.send(campaign)
    run.wait_until_over()
    assert here.counts(campaign)["sent"] == 3
    # Nobody is to be named in tasks, so their rings show nothing.
    assert all("Authorization" not in one.headers for one in run.tasks.dispatches)
    run.finish()


# ---- settings


NEEDED = ("GOOGLE_CLOUD_PROJECT", "CLOUD_TASKS_LOCATION", "CLOUD_TASKS_QUEUE", "CLOUD_RUN_SERVICE_URL",
          "TASKS_OIDC_EMAIL")
OLDER = {"GOOGLE_CLOUD_PROJECT": "PROJECT_ID", "CLOUD_TASKS_LOCATION": "QUEUE_LOCATION",
         "CLOUD_TASKS_QUEUE": "QUEUE_NAME"}
CLOUD = "https://www.googleapis.com/auth/cloud-platform"


def start_that_fails(here, **settings):
    said = here.run("serve", "--listen", f"127.0.0.1:{free_port()}", expect=None, seconds=60, **settings)
    assert said.code != 0, said
    return said.err


def test_whatever_is_missing_is_named_and_nobody_elses_deployment_is_a_default(here):
    said = start_that_fails(here, TASK_QUEUE="cloud-tasks")
    for name in NEEDED:
        assert name in said, said
    for standard in ("us-east1", "local/", "run.app", "ai-lead-gen"):
        assert standard not in said.replace("email-campaign-queue", ""), said
    shown = here.run("settings", "--env-example").out + here.run("settings", "--markdown").out
    assert "ai-lead-gen" not in shown and "run.app" not in shown


@pytest.mark.parametrize("missing", NEEDED)
def test_each_is_missed_by_itself(new_cloud_run, missing):
    run = new_cloud_run()
    said = start_that_fails(run.here, **{missing: ""})
    assert missing in said
    assert not [name for name in NEEDED if name != missing and f"{name} is needed" in said], said


@pytest.mark.parametrize("name, value", [
    ("TASK_QUEUE", "google"), ("CLOUD_TASKS_BASE_URL", "http://tasks.example.org"), ("CLOUD_TASKS_QUEUE", "a queue"),
    ("GOOGLE_CREDENTIALS_JSON", "{}"), ("TASKS_TRUST_PLATFORM", "perhaps")])
def test_what_is_wrong_is_named(new_cloud_run, name, value):
    run = new_cloud_run()
    assert name in start_that_fails(run.here, **{name: value})


def test_older_names_and_a_token_of_ones_own_serve_as_well(new_cloud_run, google, catcher):
    run = new_cloud_run(freezes=False)
    here = run.here
    for name, old in OLDER.items():
        here.environment[old] = here.environment.pop(name)
    del here.environment["GOOGLE_CREDENTIALS_JSON"]
    file = here.directory / "token"
    file.write_text(google.tokens.issue("ana@example.org", CLOUD).text + "\n")
    here.environment["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"] = str(file)
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(3)), "--pace", "none")
    with run.serving() as api:
        api.post(f"/api/campaigns/{campaign}/send", {"send_immediately": True})
        run.wait_until_over()
        assert api.get(f"/api/campaigns/{campaign}")["emails_sent"] == 3


# ---- the doctor


def fault_with(here, command):
    """The one fault whose next command begins like this."""
    found = [one for one in examine(here) if one["severity"] == "fault"]
    fits = [one for one in found if one["next"].startswith(command)]
    assert len(fits) == 1, found
    return fits[0]


@pytest.mark.parametrize("with_server", [False, True])
def test_the_doctor_names_what_the_queue_lacks_and_the_command_that_mends_it(new_cloud_run, with_server):
    run = new_cloud_run(freezes=False)
    here, tasks = run.here, run.tasks
    here.run("mailbox", "list")
    if with_server:
        run.proxy.stand_before(run.start())
        assert [one for one in examine(here) if one["severity"] == "fault"] == []
    else:
        fault_with(here, f"curl -i {run.proxy.url}/livez")  # nobody is there to be rung for
    # Whatever is asked is asked of this one: nobody else is shown what it is asked with.
    assert tasks.calls("queues.testIamPermissions") and tasks.calls("serviceAccounts.testIamPermissions")

    for lacks, role in (("cloudtasks.tasks.create", "enqueuer"), ("cloudtasks.tasks.delete", "taskDeleter")):
        tasks.lacking = {lacks}
        fault = fault_with(here, "gcloud tasks queues add-iam-policy-binding email-campaign-queue")
        assert lacks in fault["cause"] + fault["evidence"] and f"roles/cloudtasks.{role}" in fault["next"]
        assert "--location=us-east1" in fault["next"] and "--project=story-project" in fault["next"]
    tasks.lacking = {"iam.serviceAccounts.actAs"}
    fault = fault_with(here, f"gcloud iam service-accounts add-iam-policy-binding {RINGER}")
    assert "roles/iam.serviceAccountUser" in fault["next"]
    tasks.lacking = set()

    tasks.pause(run.queue)
    fault_with(here, "gcloud tasks queues resume email-campaign-queue")
    tasks.resume(run.queue)

    tasks.is_enabled = False
    fault_with(here, "gcloud services enable cloudtasks.googleapis.com")
    tasks.is_enabled = True

    with tasks.lock:
        del tasks.queues[run.queue.name]
    fault = fault_with(here, "gcloud tasks queues create email-campaign-queue")
    assert run.queue.name in fault["cause"] + fault["evidence"]
    assert "--location=us-east1" in fault["next"] and "--project=story-project" in fault["next"]
