"""`campaign check` says everything at once, before anything goes."""

import contextlib

import pytest

from postrider.lists import people, write_csv


@pytest.fixture(params=["with a server", "without a server"])
def installed(request, here):
    here.environment["PUBLIC_URL"] = "https://mail.postrider.org"
    with here.serving() if request.param == "with a server" else contextlib.nullcontext():
        yield here


def test_all_that_blocks_is_named_with_its_rows_and_exits_1(installed):
    here = installed
    rows = [("a@example.org", "Ann", "https://postrider.org"), ("b@example.org", "", "https://postrider.org"),
            ("c@example.org", "Cy", "data:text/html,x"), ("nonsense", "x", ""), ("A@example.org", "Ann", "x")]
    listed = write_csv(here.directory / "list.csv", rows)
    here.add_mailbox(1)
    campaign = here.create_campaign(
        listed, "--format", "html", subject="Dear {{ name }}",
        message='{% if email %}<a href="{{ company }}">site</a>{% endif %}')
    answer = here.run("campaign", "check", campaign, "--json", expect=1).json
    assert not answer["ready"]
    assert {problem["code"] for problem in answer["problems"]} == {"unresolved_field", "unsafe_url"}
    by_row = {finding["code"]: finding["rows"] for finding in answer["by_row"]}
    assert by_row == {"unresolved_field": [3], "unsafe_url": [4]}
    assert any("1 bad, 1 duplicate" in warning for warning in answer["warnings"])
    assert (answer["recipients"], answer["checked"]) == (3, 3)
    said = here.run("campaign", "check", campaign, expect=1).out
    assert "Before it can be sent:" in said and "row 4" in said and "Worth a look:" in said
    started = here.run("campaign", "send", campaign, "--json", expect=1).json["error"]["problems"]
    assert {problem["code"] for problem in started} == {"unresolved_field", "unsafe_url"}
    assert here.campaign(campaign)["status"] == "draft"


def test_what_is_only_worth_a_look_does_not_block(installed, catcher):
    here = installed
    listed = write_csv(here.directory / "list.csv", people(30))
    here.add_mailbox(catcher.port, "--cap-24h", "10", sender="ana@gmail.com")
    (here.directory / "big.bin").write_bytes(b"x" * (9 << 20))
    campaign = here.create_campaign(
        listed, "--attach", "big.bin", "--pace", "none", "--format", "html", subject="HELLO TO ALL OF YOU",
        message='<a href="www.postrider.org">a</a><a href="https://example.com/">b</a><img src="https://x.org/a.png">')
    here.run("suppression", "add", "person7@example.org")
    answer = here.ask("campaign", "check", campaign)
    assert answer["ready"] and answer["problems"] == []
    warnings = "\n".join(answer["warnings"])
    for words in ("does not begin with https://", "is a placeholder", "no alt text", "how to unsubscribe", "capitals",
                  "no server of gmail.com", "suppressed by now and will be skipped: row 8", "12.3 MB",
                  "make it end on"):
        assert words in warnings, words
    assert answer["largest_email"] > 12 << 20
    assert answer["last_due_at"] > answer["first_due_at"]
    assert catcher.log() == []


def test_an_email_larger_than_its_server_takes_blocks(here, catcher):
    """The limit is the one the server last named; here as if it had said 1 MB."""
    import sqlite3
    listed = write_csv(here.directory / "list.csv", people(2))
    here.add_mailbox(catcher.port)
    (here.directory / "big.bin").write_bytes(b"x" * (2 << 20))
    campaign = here.create_campaign(listed, "--attach", "big.bin")
    assert here.ask("campaign", "check", campaign)["ready"]
    with sqlite3.connect(here.database) as database:
        database.execute("UPDATE mailbox SET size_limit = 1000000")
    answer = here.run("campaign", "check", campaign, "--json", expect=1).json
    assert {problem["code"] for problem in answer["problems"]} == {"too_large"}
    assert "takes at most 1000000" in here.refuse("campaign", "send", campaign, code=1)


def test_a_clean_campaign_is_said_to_be_ready(installed):
    here = installed
    here.add_mailbox(1, "--postal-address", "Acme, 1 Main Street")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "none",
                                    message="Dear {{ name }},\nhttps://postrider.org\nNo more: {{ unsubscribe_url }}\n")
    answer = here.ask("campaign", "check", campaign)
    assert answer["ready"] and answer["warnings"] == []
    assert f"Nothing keeps campaign {campaign} from being sent" in here.run("campaign", "check", campaign).out
