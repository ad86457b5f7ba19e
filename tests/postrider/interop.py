"""What every real server must make of a campaign of ours: each recipient once, the refused one told, the
bytes right."""

import email
import email.policy
from collections import Counter

from .lists import addresses, people, write_csv
from .real_server import PASSWORD, USER
from .waiting import wait_until

LINES = ["Dear {{ name }},", "", ".a line that begins with a dot", "..and one with two", "Grüße aus Köln, naïve café ☕",
         "From here on a long line: " + "word " * 300 + "end", "", "Bye"]
REFUSED = "refuse-me@example.org"


def add_mailbox(here, server, *options, password=PASSWORD):
    here.run("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host", "localhost",
             "--smtp-port", server.port, "--cap-24h", "0", *options, POSTRIDER_SMTP_PASSWORD=password)


def secured(server):
    return ("--tls", "starttls", "--tls-ca", server.ca, "--user", USER)


def send_campaign(here, count=50):
    listed = people(count)
    csv_file = write_csv(here.directory / "list.csv", [*listed, (REFUSED, "Nobody", "")])
    campaign = here.create_campaign(csv_file, "--pace", "none", subject="Grüße, {{ name }}",
                                    message="\n".join(LINES) + "\n")
    with here.serving():
        here.send(campaign, "--wait")
    return campaign, listed


def check_campaign(here, server, campaign, listed):
    counts = here.counts(campaign)
    assert (counts["sent"], counts["bounced"]) == (len(listed), 1), counts
    states = here.states(campaign)
    assert states[REFUSED] == "bounced"
    assert here.attempts(campaign, REFUSED)[-1]["code"] == 550

    wait_until(lambda: len(server.deliveries()) >= len(listed), 60, f"{server.name} has delivered all")
    deliveries = server.deliveries()
    assert Counter(recipient for recipient, _ in deliveries) == Counter(addresses(listed))
    names = {row[0]: row[1] for row in listed}
    for recipient, kept in deliveries:
        message = email.message_from_bytes(kept, policy=email.policy.default)
        assert message["To"].addresses[0].addr_spec == recipient
        assert message["Subject"] == f"Grüße, {names[recipient]}"
        assert not message.defects
        wanted = [line.replace("{{ name }}", names[recipient]) for line in LINES]
        assert message.get_content().splitlines() == wanted
