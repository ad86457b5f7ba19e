"""Ten thousand rows into a mail server that is none of ours; the export accounts for every row."""

from collections import Counter

import pytest

from postrider.lists import people, write_csv


@pytest.mark.release
def test_ten_thousand_rows_go_into_smtp_sink_and_the_export_accounts_for_each(new_installation, sink):
    here = new_installation("many", release=True)
    here.add_mailbox(sink.port, "--sessions", "50")
    rows = people(10_000)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", rows), "--pace", "none")
    with here.serving():
        here.send(campaign, "--wait", seconds=300)
    exported = here.export(campaign)
    assert [row["email"] for row in exported] == [address for address, _, _ in rows]
    assert Counter(row["status"] for row in exported) == {"sent": 10_000}
    assert all(row["code"] == "250" and row["sent_at"] and row["tries"] == "1" for row in exported)
    assert here.counts(campaign)["sent"] == 10_000
