"""A client written for the system this one follows works after it was given a key: paths with and without the
trailing slash, parameters, bodies, fields and codes. Every answer is as the API describes it."""

import threading

import pytest

from postrider.api import Api

# Every field that such a client may read, by what it asked for.
SUMMARY = {"id", "name", "status", "total_recipients", "emails_sent", "emails_failed", "success_rate", "created_at",
           "completed_at"}
CAMPAIGN = {"id", "name", "description", "subject", "message", "google_sheet_id", "google_sheet_range",
            "send_immediately", "use_delay", "delay_min_minutes", "delay_max_minutes", "respect_business_hours",
            "business_hours_start", "business_hours_end", "business_days_only", "timezone", "status",
            "total_recipients", "emails_sent", "emails_failed", "emails_pending", "created_at", "updated_at",
            "scheduled_at", "started_at", "completed_at", "error_message", "error_count", "success_rate",
            "failure_rate", "is_active", "is_completed"}
EMAIL = {"id", "campaign_id", "recipient_email", "recipient_name", "personalized_subject", "personalized_message",
         "status", "send_attempts", "max_send_attempts", "created_at", "updated_at", "sent_at", "error_message",
         "smtp_response", "sheet_row_number", "marked_as_sent_in_sheet"}
SUCCESS = {"message", "data", "timestamp"}

LIST = b"Email,Name,Company\nana@example.org,Ana,Acme\nbo@example.org,,Bolt\ncy@example.org,Cy,Core\n"
LETTER = {"name": "News", "subject": "Hello {{ name | default: 'friend' }}", "message": "To {{ Company }}.\n"}


@pytest.fixture
def api(here, catcher):
    here.add_mailbox(catcher.port)
    with here.serving() as server:
        yield Api.of(here, server)


class OldClient:
    """Calls as the page of the other system does, and reads what it reads."""

    def __init__(self, api):
        self.api = api

    def create(self, **fields):
        body = {"google_sheet_id": "1AbCdEfGhIjKlMnOp", "google_sheet_range": "A:Z", "send_immediately": True,
                "use_delay": False, "delay_min_minutes": 4, "delay_max_minutes": 7, "respect_business_hours": False,
                "business_hours_start": 7, "business_hours_end": 17, "business_days_only": True, "timezone": "UTC",
                "description": "", **LETTER, **fields}
        return self.api.post("/api/campaigns/", body, expect=201)

    def read(self, campaign):
        return self.api.get(f"/api/campaigns/{campaign}")

    def list(self, query=""):
        return self.api.get(f"/api/campaigns/{query}")

    def send(self, campaign, body=None):
        return self.api.post(f"/api/campaigns/{campaign}/send", body)

    def stop(self, campaign):
        return self.api.post(f"/api/campaigns/{campaign}/stop")

    def emails(self, campaign, query=""):
        return self.api.get(f"/api/campaigns/{campaign}/emails{query}")


def with_list(api, **fields):
    campaign = OldClient(api).create(**fields)["id"]
    read = api.post(f"/api/campaigns/{campaign}/recipients", LIST, content_type="text/csv", expect=201)
    assert read["accepted"] == 3
    return campaign


def test_an_old_client_makes_sends_and_follows_a_campaign(api, here, catcher):
    client = OldClient(api)
    made = client.create()
    assert CAMPAIGN <= made.keys()
    assert (made["status"], made["total_recipients"]) == ("draft", 0)
    api.post(f"/api/campaigns/{made['id']}/recipients/", LIST, content_type="text/csv", expect=201)
    sent = client.send(made["id"], {"send_immediately": True, "test_mode": False})
    assert SUCCESS <= sent.keys()
    assert {"campaign_id", "status", "test_mode", "send_immediately"} <= sent["data"].keys()
    assert sent["data"]["test_mode"] is False
    catcher.wait_for_entries(3)
    here.wait_for(made["id"], lambda shown: shown["status"] == "completed")
    shown = client.read(made["id"])
    assert (shown["status"], shown["emails_sent"], shown["success_rate"], shown["is_completed"]) == (
        "completed", 3, 100, True)
    [summary] = client.list("?status_filter=completed&skip=0&limit=5")
    assert SUMMARY <= summary.keys()
    emails = client.emails(made["id"], "/?skip=0&limit=200")
    assert [email["recipient_email"] for email in emails] == ["cy@example.org", "bo@example.org", "ana@example.org"]
    for email in emails:
        assert EMAIL <= email.keys()
        assert email["status"] == "sent" and email["smtp_response"].startswith("250")
        assert email["personalized_subject"].startswith("Hello ")
    assert emails[1]["personalized_subject"] == "Hello friend"
    assert client.emails(made["id"], "?status_filter=FAILED") == []
    assert client.api.ask("DELETE", f"/api/campaigns/{made['id']}").json.keys() >= SUCCESS


def test_what_the_state_does_not_allow_has_the_old_codes(api):
    client = OldClient(api)
    campaign = with_list(api)
    api.ask("POST", f"/api/campaigns/{campaign}/stop", expect=400)
    api.ask("POST", "/api/campaigns/999/send", expect=404)
    api.ask("POST", f"/api/campaigns/{campaign}/send", {"send_immediately": False}, expect=422)
    assert client.read(campaign)["status"] == "draft"
    sent = client.send(campaign, {"scheduled_at": "2036-01-01T09:00", "timezone": "Europe/Paris"})
    assert sent["data"]["scheduled_at"] == "2036-01-01T08:00:00Z"
    assert client.read(campaign)["status"] == "scheduled"
    stopped = client.stop(campaign)["data"]
    assert {"campaign_id", "status", "stopped_at"} <= stopped.keys()
    assert stopped["status"] == "cancelled"
    api.ask("POST", f"/api/campaigns/{campaign}/send", expect=409)
    api.ask("GET", f"/api/campaigns/{campaign}/emails?status_filter=lost", expect=400)


def test_test_mode_reaches_nobody_of_the_list(api, here, catcher):
    campaign = with_list(api)
    sent = OldClient(api).send(campaign, {"test_mode": True})
    assert (sent["data"]["test_mode"], sent["data"]["test_to"]) == (True, "catcher")
    here.wait_for(campaign, lambda shown: shown["status"] == "completed")
    assert catcher.log() == []
    tested = with_list(api, name="Tested")
    OldClient(api).send(tested, {"test_mode": True, "test_to": "me@tester.example"})
    catcher.wait_for_entries(3)
    assert set(catcher.recipients()) == {"me@tester.example"}


def test_of_twenty_starts_at_once_one_succeeds(api, here, catcher):
    campaign = with_list(api)
    answers = []
    together = threading.Barrier(20)

    def start():
        together.wait()
        answers.append(api.raw("POST", f"/api/campaigns/{campaign}/send").status)

    threads = [threading.Thread(target=start) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 19
    here.wait_for(campaign, lambda shown: shown["status"] == "completed")
    assert sorted(catcher.recipients().values()) == [1, 1, 1]


def test_a_list_and_a_start_that_are_said_twice_happen_once(api, here, catcher):
    """Whoever got no answer asks again with the same Idempotency-Key, and hears what came of it."""
    campaign = OldClient(api).create(message="Hi.\n")["id"]
    long_list = "Email\n" + "".join(f"r{n}@example.org\n" for n in range(20_000))  # in a file on its way
    path = f"/api/campaigns/{campaign}"
    told = [api.raw("POST", f"{path}/recipients", long_list, content_type="text/csv", Idempotency_Key="list")
            for _ in range(2)]
    assert [answer.status for answer in told] == [201, 201]
    assert told[0].json == told[1].json and told[1].headers["Idempotent-Replayed"] == "true"
    other = api.raw("POST", f"{path}/recipients", long_list + "x@example.org\n", content_type="text/csv",
                    Idempotency_Key="list")
    assert (other.status, other.code) == (422, "key_reused")
    body = {"test_mode": True}
    starts = [api.raw("POST", f"{path}/send", body, Idempotency_Key="start") for _ in range(2)]
    assert [answer.status for answer in starts] == [200, 200], starts[0]
    assert starts[1].headers["Idempotent-Replayed"] == "true"
    assert api.raw("POST", f"{path}/send", body).status == 409


def test_whatever_else_a_campaign_can_do(api, here, catcher):
    campaign = with_list(api, use_delay=True, delay_min_minutes=30, delay_max_minutes=30)
    path = f"/api/campaigns/{campaign}"
    assert api.get(f"{path}/plan?emails=3")["emails"] == 3
    assert api.get(f"{path}/check")["ready"] is True
    preview = api.get(f"{path}/preview?recipient=bo%40example.org")
    assert (preview["subject"], preview["text"]) == ("Hello friend", "To Bolt.\n")
    message = api.raw("GET", f"{path}/preview", Accept="message/rfc822")
    assert message.type == "message/rfc822" and b"\r\nTo: Ana <ana@example.org>\r\n" in message.body
    tested = api.post(f"{path}/test", {"to": "me@tester.example", "as": "bo@example.org"})["data"]
    assert (tested["written_for"], tested["code"]) == ("bo@example.org", 250)
    assert catcher.recipients() == {"me@tester.example": 1}
    api.post(f"{path}/send", {})
    catcher.wait_for_entries(2)
    assert api.post(f"{path}/pause")["data"]["status"] == "paused"
    assert api.post(f"{path}/resume")["data"]["status"] == "sending"
    copy = api.post(f"{path}/duplicate", {"only": "unsent", "name": "Rest"}, expect=201)
    assert (copy["name"], copy["status"]) == ("Rest", "draft")
    assert api.post(f"{path}/stop")["data"]["skipped"] == 2
    assert {row["status"] for row in api.get(f"{path}/recipients")} == {"sent", "skipped"}
    [ana] = api.get(f"{path}/recipients?search=ana")
    assert ana["fields"] == {"Email": "ana@example.org", "Name": "Ana", "Company": "Acme"}
    history = api.get(f"/api/emails/{ana['id']}")
    assert [attempt["disposition"] for attempt in history["attempts"]] == ["delivered"]
    assert len(api.pages(f"{path}/emails?limit=1")) == 3
    assert api.get("/api/uncertain") == []
    api.ask("POST", f"/api/emails/{ana['id']}/resolve", {"outcome": "sent"}, expect=409)
    api.ask("POST", f"{path}/retry", expect=409)
    assert here.ask("email", "show", ana["id"])["email"] == "ana@example.org"


def test_a_hostile_list_goes_in_and_comes_out_unharmed(api):
    campaign = OldClient(api).create(message="Hi {{ name | default: 'you' }}")["id"]
    path = f"/api/campaigns/{campaign}"
    rows = ["Email,Name", "ana@example.org,\"=HYPERLINK(\"\"http://evil.example\"\")\"",
            "bo@example.org,\"two\nlines\"", "cy@example.org,+1-2", "\"dé@example.org\",\"@SUM(A1)\"",
            "ANA@EXAMPLE.ORG,again", "nobody,none", "ev@example.org\r\nBcc: x@example.org,inject"]
    report = api.post(f"{path}/recipients?file_name=hostile.csv", "\r\n".join(rows), content_type="text/csv",
                      expect=201)
    assert (report["duplicates"], len(report["rejects"])) == (1, report["duplicates"] + report["bad"])
    out = api.raw("GET", f"{path}/export")
    assert (out.status, out.type) == (200, "text/csv")
    for line in out.body.decode().splitlines():
        for cell in line.split(","):
            assert not cell.lstrip('"').startswith(("=", "+", "@")), line
    copy = OldClient(api).create(message="Hi {{ name | default: 'you' }}")["id"]
    again = api.post(f"/api/campaigns/{copy}/recipients", out.body, content_type="text/csv", expect=201)
    assert (again["accepted"], again["bad"]) == (report["accepted"], 0)
    before = {row["email"]: row["name"] for row in api.get(f"{path}/recipients")}
    after = {row["email"]: row["name"] for row in api.get(f"/api/campaigns/{copy}/recipients")}
    assert before == after and before["ana@example.org"].startswith("=HYPERLINK")
    api.ask("POST", f"{path}/recipients", "Email\nx@example.org\n", content_type="text/csv", expect=409)
    api.ask("POST", f"{path}/recipients", {"email": "x"}, expect=415)
    told = here_import(api, LIST[:0])
    assert told.code == "no_header" or told.status == 422


def here_import(api, body):
    campaign = OldClient(api).create(message="Hi.\n")["id"]
    return api.ask("POST", f"/api/campaigns/{campaign}/recipients", body, content_type="text/csv", expect=422)


def test_a_rung_task_never_jumps_its_place(api, here, catcher):
    campaign = with_list(api, use_delay=True, delay_min_minutes=30, delay_max_minutes=30)
    api.post(f"/api/campaigns/{campaign}/send")
    catcher.wait_for_entries(1)
    here.wait_for(campaign, lambda shown: shown["counts"]["sent"] == 1)
    by_status = {row["status"]: row["id"] for row in api.get(f"/api/campaigns/{campaign}/recipients")}
    done = api.post("/api/tasks/send-email", {"email_send_id": by_status["sent"], "created_by": "cloud_tasks"})
    assert {"status", "message", "smtp_response"} <= done.keys()
    assert (done["status"], done["smtp_response"][:3]) == ("success", "250")
    later = api.post("/api/tasks/send-email", {"email_send_id": by_status["pending"]}, expect=202)
    assert later["status"] == "deferred" and later["planned_at"]
    api.ask("POST", "/api/tasks/send-email", {"email_send_id": 999_999}, expect=404)
    api.ask("POST", "/api/tasks/send-email", {}, expect=422)
    api.post(f"/api/campaigns/{campaign}/stop")
    stopped = api.post("/api/tasks/send-email", {"email_send_id": by_status["pending"]})
    assert stopped["status"] == "skipped"
    assert sum(catcher.recipients().values()) == 1


def test_health_says_what_it_may_to_whom_it_may(api, here):
    stranger = Api(api.port, None)
    root = api.get("/")
    assert {"message", "version", "description", "docs", "health", "timestamp"} <= root.keys()
    assert "version" not in stranger.raw("GET", "/").json
    assert stranger.raw("GET", "/", Accept="text/html,*/*;q=0.8").type == "text/html"
    health = api.get("/api/health")
    assert {"status", "timestamp", "version", "database", "environment"} <= health.keys()
    database = api.get("/api/health/database")
    assert {"database_url", "database_type", "environment", "echo_queries"} == database["database_info"].keys()
    email = api.get("/api/health/email")
    assert {"smtp_host", "smtp_port", "use_tls", "use_ssl", "default_from_email", "default_from_name", "mock_mode",
            "rate_limit", "max_retry_attempts", "retry_delay"} <= email["config"].keys()
    tasks = api.get("/api/tasks/health")
    assert {"name", "state", "purge_time", "retry_config"} == tasks["queue_info"].keys()
    assert api.post("/api/tasks/health")["status"] == "healthy"
    assert stranger.raw("GET", "/api/tasks/health").json.keys() == {"status", "timestamp"}
    for path in ("/api/health/database", "/api/health/email", "/api/campaigns/1/export"):
        assert stranger.raw("GET", path).status == 401
    assert api.ask("GET", "/api/sheets/1AbCdEfGhIjKlMnOp/preview?max_rows=5", expect=503).code == "sheets_not_configured"
    assert api.ask("POST", "/api/sheets/short/validate", expect=400).code == "bad_sheet_id"
