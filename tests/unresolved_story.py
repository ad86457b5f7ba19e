"""Before a start: everything that blocks is said at once, and nothing goes out half-filled."""

from postrider.lists import people, write_csv


def list_with_gaps(here):
    rows = people(5)
    rows[1] = (rows[1][0], rows[1][1], "")
    rows[3] = (rows[3][0], "", "")
    return write_csv(here.directory / "list.csv", rows)


def test_all_blocking_problems_are_named_at_once(here):
    campaign = here.create_campaign(list_with_gaps(here), name="Gaps", mailbox=here.add_mailbox(1),
                                    subject="Hi {{ name }}", message="From {{ company }} by {{ nickname }}")
    answer = here.run("campaign", "send", campaign, "--json", expect=1)
    problems = answer.json["error"]["problems"]
    text = "\n".join(problem["message"] for problem in problems)
    assert len(problems) >= 2
    assert "nickname" in text
    # Unknown fields and empty cells are told apart; once the field is known, the cells are counted.
    here.run("campaign", "update", campaign, "--message", "From {{ company }}")
    problems = here.run("campaign", "send", campaign, "--json", expect=1).json["error"]["problems"]
    text = "\n".join(problem["message"] for problem in problems)
    assert "{{company}}" in text and "2 recipients" in text and "3, 5" in text
    assert "{{name}}" in text and "row 5" in text
    assert here.campaign(campaign)["status"] == "draft"


def test_skip_unresolved_leaves_exactly_those_rows_out_and_says_why(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(list_with_gaps(here), "--pace", "none", subject="Hi",
                                    message="From {{ company }}")
    with here.serving():
        here.send(campaign, "--skip-unresolved", "--wait")
    rows = {row["email"]: row for row in here.export(campaign)}
    skipped = {address for address, row in rows.items() if row["status"] == "skipped"}
    assert skipped == {"person2@example.org", "person4@example.org"}
    assert all("company" in rows[address]["reason"] for address in skipped)
    assert set(catcher.recipients()) == set(rows) - skipped


def test_a_default_fills_an_empty_cell(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(list_with_gaps(here), "--pace", "none", subject="Hi",
                                    message="From {{ Company | default: \"your house\" }}.")
    with here.serving():
        here.send(campaign, "--wait")
    assert b"From your house." in catcher.message("person2@example.org")
    assert b"From Company 1." in catcher.message("person1@example.org")


def test_a_campaign_without_recipients_or_mailbox_does_not_start(here):
    listed = write_csv(here.directory / "list.csv", [("not an address", "x", "y")])
    created = here.ask("campaign", "create", "--name", "N", "--subject", "S", "--message", "M", "--csv", listed)
    problems = here.run("campaign", "send", created["id"], "--json", expect=1).json["error"]["problems"]
    assert {problem["code"] for problem in problems} == {"no_mailbox", "no_recipients"}
