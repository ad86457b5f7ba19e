"""Whom a task may reach, and how its target knows from whom it comes."""

import base64
import json
import time

import pytest

from postrider.cloud_tasks import ACCOUNT, serving_tasks
from postrider.cloud_tasks_peers import verified_id_tokens
from postrider.target import Target

AUDIENCE = "https://worker.example.com"


@pytest.fixture
def target():
    with Target() as made:
        yield made


def bearer(call):
    kind, _, token = call.header("Authorization").partition(" ")
    assert kind == "Bearer"
    return token


def called(tasks, target, queue, **http):
    """The call that comes of a task that asks for an ID token."""
    token = {"serviceAccountEmail": ACCOUNT, **http.pop("token", {})}
    task = tasks.create(queue, target.url("/work?a=1"), http={"oidcToken": token, **http})
    shown = tasks.ask("GET", f"{queue}/tasks?responseView=FULL")
    assert "eyJ" not in json.dumps(task) + json.dumps(shown), "a token is never shown"
    [call] = target.wait_for(1, task["name"])
    return call


def test_a_target_verifies_who_calls_by_the_published_keys(here, target):
    with serving_tasks(here) as tasks:
        url, queue = f"http://127.0.0.1:{tasks.port}", tasks.new_queue()
        call = called(tasks, target, queue, token={"audience": AUDIENCE}, headers={"authorization": "Basic YTpi"})
        assert [name for name, _ in call.headers].count("Authorization") == 1 and call.header("authorization")
        plain = called(tasks, target, queue)
        told, of_url, wrong = verified_id_tokens(
            url, (bearer(call), AUDIENCE), (bearer(plain), target.url("/work?a=1")), (bearer(plain), AUDIENCE))
        claims, now = told["claims"], time.time()
        assert told["header"]["alg"] == "RS256" and told["header"]["kid"]
        assert {name: claims[name] for name in ("iss", "aud", "email", "email_verified")} == {
            "iss": url, "aud": AUDIENCE, "email": ACCOUNT, "email_verified": True}
        assert claims["azp"] == claims["sub"] and claims["sub"].isdecimal()
        assert claims["exp"] == claims["iat"] + 3600 and now - 3600 < claims["iat"] <= now + 1
        assert of_url["claims"]["aud"] == target.url("/work?a=1"), "the URL is the audience where none is named"
        assert of_url["claims"]["sub"] == claims["sub"]
        assert "Audience" in wrong["error"]

        # A forged one is seen through.
        head, body, signature = bearer(call).split(".")
        claims["email"] = "somebody@else.example"
        forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        [refused] = verified_id_tokens(url, (f"{head}.{forged}.{signature}", AUDIENCE))
        assert "Signature" in refused["error"]

    # The key outlives the server, and its public half says nothing of the other.
    with serving_tasks(here) as tasks:
        url = f"http://127.0.0.1:{tasks.port}"
        [again] = verified_id_tokens(url, (bearer(call), AUDIENCE))
        assert again["claims"]["email"] == ACCOUNT
        described = tasks.raw("GET", "/.well-known/openid-configuration", key="").json
        assert described["issuer"] == url and described["id_token_signing_alg_values_supported"] == ["RS256"]
        path = described["jwks_uri"].removeprefix(url)
        for key in tasks.raw("GET", path, key="").json["keys"]:
            assert set(key) == {"kty", "alg", "use", "kid", "n", "e"} and (key["kty"], key["use"]) == ("RSA", "sig")


def test_the_issuer_is_the_public_address(here, target):
    with serving_tasks(here, PUBLIC_URL="https://mail.example.org") as tasks:
        call = called(tasks, target, tasks.new_queue())
        claims = json.loads(base64.urlsafe_b64decode(bearer(call).split(".")[1] + "=="))
        assert claims["iss"] == "https://mail.example.org"
        described = tasks.raw("GET", "/.well-known/openid-configuration", key="").json
        assert described["issuer"] == "https://mail.example.org"
        assert described["jwks_uri"].startswith("https://mail.example.org/")


def test_a_token_is_made_for_accounts_of_the_setting_only(here, target):
    with serving_tasks(here, TASKS_SERVICE_ACCOUNTS=f"first@example.com,{ACCOUNT}") as tasks:
        queue = tasks.new_queue()
        for account in "first@example.com", ACCOUNT:
            call = called(tasks, target, queue, token={"serviceAccountEmail": account})
            assert json.loads(base64.urlsafe_b64decode(bearer(call).split(".")[1] + "=="))["email"] == account
        tasks.refuse("NOT_FOUND", "POST", f"{queue}/tasks", {"task": {"httpRequest": {
            "url": target.url(), "oidcToken": {"serviceAccountEmail": "third@example.com"}}}})


# Ways to write an address of this machine, of its network, or of the metadata server.
PRIVATE = ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://0.0.0.0:{port}/",
           "http://2130706433:{port}/", "http://0x7f.1:{port}/", "http://127.1:{port}/",
           "http://[::ffff:127.0.0.1]:{port}/",
           "http://[::ffff:7f00:1]:{port}/", "http://169.254.169.254/computeMetadata/v1/", "http://10.0.0.1/",
           "http://user@127.0.0.1:{port}/"]


def test_private_targets_are_not_called_where_they_are_not_allowed(here, target):
    """Refused when it is created, or when it is called: nobody is ever connected to."""
    urls = [url.format(port=target.port) for url in PRIVATE]
    with serving_tasks(here, POSTRIDER_ALLOW_PRIVATE_TARGETS="") as tasks:
        queue = tasks.new_queue()
        kept = []
        for url in urls:
            answer = tasks.raw("POST", f"{queue}/tasks", {"task": {"httpRequest": {"url": url}}})
            assert answer.status in (200, 400), answer
            kept += [answer.json["name"]] if answer.status == 200 else []
        for name in kept:
            told = tasks.wait_for(name, lambda told: "responseStatus" in told.get("lastAttempt", {}))
            assert told.get("responseCount", 0) == 0 and told["lastAttempt"]["responseStatus"]["code"] != 0
        assert target.connections == 0 and target.calls == []


def test_a_redirect_leads_nowhere(here):
    """A target that is allowed sends its caller to one that is not."""
    with Target() as hidden, Target(lambda call: (307, {"Location": hidden.url("/latest/meta-data")})) as target:
        with serving_tasks(here, POSTRIDER_ALLOW_PRIVATE_TARGETS="127.0.0.1") as tasks:
            for place in (hidden.url(), "http://169.254.169.254/latest/meta-data/"):
                target.answer = lambda call, place=place: (302, {"Location": place})
                task = tasks.create(tasks.new_queue(), target.url())["name"]
                told = tasks.wait_for(task, lambda told: "responseTime" in told.get("lastAttempt", {}))
                assert told["lastAttempt"]["responseStatus"]["message"] == "UNKNOWN(2): HTTP status code 302"
        assert hidden.connections == 0
