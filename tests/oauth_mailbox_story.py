"""A mailbox logs in by OAuth: tokens run out, are renewed and withdrawn, and no recipient pays for it."""

from collections import Counter

import pytest

from postrider.api import Api
from postrider.lists import people, write_csv
from postrider.oauth import CLIENT, SECRET, USER, TokenMailServer, TokenServer
from postrider.waiting import wait_until


@pytest.fixture
def tokens():
    server = TokenServer()
    yield server
    server.stop()


@pytest.fixture
def mail_server(tokens):
    server = TokenMailServer(tokens).start()
    yield server
    server.stop()
    assert not server.faults and not tokens.faults


def add_mailbox(here, tokens, mail_server, *options):
    here.add_mailbox(mail_server.port, "--user", USER, "--oauth-client-id", CLIENT, "--oauth-token-uri", tokens.uri,
                     *options, POSTRIDER_OAUTH_CLIENT_SECRET=SECRET,
                     POSTRIDER_OAUTH_REFRESH_TOKEN=tokens.refresh_token)


def campaign_of(here, count, name="News"):
    listed = write_csv(here.directory / f"{name}.csv", people(count, name.lower()))
    return here.create_campaign(listed, "--pace", "none", name=name)


def mailbox(here):
    return here.ask("mailbox", "show", "box")


def each_once(mail_server, count):
    recipients = Counter(delivery.recipient for delivery in mail_server.deliveries)
    assert len(recipients) == count and set(recipients.values()) == {1}


def nobody_paid(here, campaign):
    assert {(row["status"], row["tries"]) for row in here.export(campaign)} == {("sent", "1")}


def nothing_is_in_clear(here, server):
    """No secret in the database, its log, or what the server said."""
    kept = b"".join(file.read_bytes() for file in here.database.parent.iterdir() if file.is_file())
    assert b"canary" not in kept and "canary" not in server.output()


# SMTP-AUTH-10, SMTP-AUTH-12
def test_tokens_that_run_out_in_the_middle_fail_nothing_and_what_is_renewed_is_kept(here, tokens, mail_server):
    tokens.rotates = True
    add_mailbox(here, tokens, mail_server)
    campaign = campaign_of(here, 300)
    mail_server.delivered = lambda number: tokens.expire() if number in (100, 200) else None
    with here.serving() as server:
        here.send(campaign, "--wait")
        nothing_is_in_clear(here, server)
        assert mailbox(here)["status"] == "active"
    each_once(mail_server, 300)
    nobody_paid(here, campaign)
    assert tokens.requests == 3, "one request for each time they ran out, whatever the number of sessions"

    # The token server takes the newest refresh token only, so it was stored.
    tokens.expire()
    with here.serving() as server:
        here.send(campaign_of(here, 1, "Again"), "--wait")
        nothing_is_in_clear(here, server)
    assert len(mail_server.deliveries) == 301
    # Without a server too, and by its own process.
    assert here.ask("mailbox", "test", "box")["works"] and here.ask("mailbox", "test", "box")["works"]


# SMTP-AUTH-14
def test_a_consent_that_was_withdrawn_waits_for_a_person_and_then_goes_on_by_itself(here, catcher, tokens, mail_server):
    add_mailbox(here, tokens, mail_server)
    here.add_mailbox(catcher.port, name="other")
    campaign = campaign_of(here, 60)
    renewed = []
    mail_server.delivered = lambda number: renewed.append(tokens.consent()) if number == 20 else None
    with here.serving(ALERT_EMAIL="owner@home.example", ALERT_MAILBOX="other") as server:
        here.send(campaign)
        wait_until(lambda: mailbox(here)["status"] == "stopped", 30, "the mailbox is stopped")
        shown = mailbox(here)
        assert shown["oauth"]["needs_consent"] and "reconsent" in shown["why"] and "invalid_grant" in shown["why"]
        assert "postrider mailbox update box --ask-refresh-token" in shown["standing"]
        [finding] = [one for one in here.ask("doctor", expect=None)["findings"] if "new consent" in one["cause"]]
        assert finding["next"] == "postrider mailbox update box --ask-refresh-token"
        wait_until(lambda: any("owner@home.example" in entry["to"] for entry in catcher.log()), 30, "the alert")
        assert here.campaign(campaign)["status"] == "sending" and here.counts(campaign)["failed"] == 0

        assert "refresh token" in here.refuse("mailbox", "update", "box", "--ask-refresh-token", code=2)
        here.run("mailbox", "update", "box", "--ask-refresh-token", POSTRIDER_OAUTH_REFRESH_TOKEN=renewed[0])
        wait_until(lambda: here.campaign(campaign)["status"] == "completed", 60, "all are sent")
        assert mailbox(here)["status"] == "active"
        nothing_is_in_clear(here, server)
    each_once(mail_server, 60)
    nobody_paid(here, campaign)


# SMTP-AUTH-13
def test_a_token_server_that_is_away_pauses_the_mailbox_and_costs_no_try(here, tokens, mail_server):
    add_mailbox(here, tokens, mail_server)
    campaign = campaign_of(here, 10)
    tokens.away = True
    with here.serving():
        here.send(campaign)
        wait_until(lambda: mailbox(here)["status"] == "paused", 30, "the mailbox is paused")
        shown = mailbox(here)
        assert "No access token (OAuth)" in shown["why"] and "503" in shown["why"]
        assert not shown["oauth"]["needs_consent"] and shown["paused_until"]
        assert not mail_server.logins and here.counts(campaign)["pending"] == 10
        tokens.away = False
        wait_until(lambda: here.run("mailbox", "test", "box", expect=None).code == 0, 60, "there are tokens again")
        here.run("mailbox", "resume", "box")  # or wait for the next probe
        wait_until(lambda: here.campaign(campaign)["status"] == "completed", 30, "all are sent")
    each_once(mail_server, 10)
    nobody_paid(here, campaign)


# SMTP-AUTH-12
def test_a_server_that_takes_no_token_stops_the_mailbox_after_a_fresh_one(here, tokens, mail_server):
    add_mailbox(here, tokens, mail_server)
    mail_server.refuses_all = True
    campaign = campaign_of(here, 1)
    with here.serving():
        here.send(campaign)
        wait_until(lambda: mailbox(here)["status"] == "stopped", 30, "the mailbox is stopped")
        assert len(mail_server.logins) == 2 and len(set(mail_server.logins)) == 2
        shown = mailbox(here)
        assert "535 5.7.8" in shown["why"] and "status 401" in shown["why"] and shown["oauth"]["needs_consent"]
        said = here.refuse("mailbox", "test", "box", code=1)
        assert "the login failed" in said and "--ask-refresh-token" in said
        mail_server.refuses_all = False
        here.run("mailbox", "resume", "box")
        wait_until(lambda: here.campaign(campaign)["status"] == "completed", 30, "all are sent")
    nobody_paid(here, campaign)


def test_a_mailbox_is_tried_step_by_step_from_its_token_on(here, tokens, mail_server):
    add_mailbox(here, tokens, mail_server)
    tried = here.ask("mailbox", "test", "box")
    assert [step["step"] for step in tried["steps"]][:3] == ["token", "look-up", "connect"]
    assert "XOAUTH2" in here.run("mailbox", "test", "box").out
    tokens.consent()
    answer = here.run("mailbox", "test", "box", expect=1)
    assert "no access token can be had" in answer.err and "invalid_grant" in answer.err
    assert "postrider mailbox update box --ask-refresh-token" in answer.err
    assert "canary" not in answer.out + answer.err


def test_what_is_said_of_oauth_is_checked_and_its_secrets_are_never_shown(here, tokens, mail_server):
    add_mailbox(here, tokens, mail_server)
    shown = here.run("mailbox", "show", "box").out
    assert CLIENT in shown and tokens.uri in shown and "canary" not in shown
    assert "https" in here.refuse("mailbox", "update", "box", "--oauth-token-uri", "http://tokens.example/t", code=2)
    here.run("mailbox", "add", "work", "--from", "a@example.com", "--preset", "m365", "--oauth-client-id", "c",
             "--oauth-tenant", "example.com", POSTRIDER_OAUTH_REFRESH_TOKEN="r")
    oauth = here.ask("mailbox", "show", "work")["oauth"]
    assert oauth["token_uri"] == "https://login.microsoftonline.com/example.com/oauth2/v2.0/token"
    assert oauth["scope"] == "https://outlook.office.com/SMTP.Send offline_access"
    assert not oauth["has_client_secret"] and not here.ask("mailbox", "show", "work")["has_password"]
    assert "refresh token" in here.refuse("mailbox", "add", "more", "--from", "a@example.com", "--preset", "gmail",
                                          "--oauth-client-id", "c", code=2)
    assert "password" in here.refuse("mailbox", "update", "work", "--oauth-client-id", "none", code=2)
    here.run("mailbox", "update", "work", "--oauth-client-id", "none", POSTRIDER_SMTP_PASSWORD="secret")
    assert here.ask("mailbox", "show", "work")["oauth"] is None and here.ask("mailbox", "show", "work")["has_password"]


def test_the_api_takes_the_secrets_and_keeps_them(here, tokens, mail_server):
    with here.serving() as server:
        owner = Api.of(here, server)
        made = owner.post("/api/mailboxes", {
            "name": "box", "from": USER, "smtp_host": "127.0.0.1", "smtp_port": mail_server.port, "tls": "none",
            "user": USER, "oauth_client_id": CLIENT, "oauth_client_secret": SECRET,
            "oauth_refresh_token": tokens.refresh_token, "oauth_token_uri": tokens.uri}, expect=201)
        assert made["oauth"] == {"client_id": CLIENT, "token_uri": tokens.uri, "scope": "", "has_client_secret": True,
                                 "has_refresh_token": True, "needs_consent": False}
        number = made["id"]
        tried = owner.post(f"/api/mailboxes/{number}/test")
        assert tried["passed"], tried
        assert tried["steps"][0]["name"] == "token"
        owner.ask("PUT", f"/api/mailboxes/{number}", {"oauth_refresh_token": tokens.consent()})
        assert owner.post(f"/api/mailboxes/{number}/test")["passed"]
        nothing_is_in_clear(here, server)
