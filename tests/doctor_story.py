"""Causes that keep mail from leaving are planted one by one; the doctor names each, with what shows it and what to type."""

import contextlib
import json
import os
import shlex
import subprocess
import urllib.error
import urllib.request

import pytest

from postrider.authority import make_certificate
from postrider.findings import examine, named
from postrider.installation import Installation
from postrider.lists import people, write_csv
from postrider.ports import free_port
from postrider.receiver import Receiver
from postrider.tls_proxy import tls_front
from postrider.waiting import wait_until

PASSWORD = {"POSTRIDER_SMTP_PASSWORD": "open sesame"}


def add_mailbox(here, port, *options, host="localhost"):
    here.run("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host", host,
             "--smtp-port", port, "--cap-24h", "0", *options, **PASSWORD)


def new_campaign(here, *options, count=2):
    return here.create_campaign(write_csv(here.directory / "list.csv", people(count)), "--pace", "none", *options)


def test_a_sound_installation_has_no_fault(here, catcher):
    here.add_mailbox(catcher.port)
    for server_runs in (False, True):
        if server_runs:
            here.start_server()
        found = here.ask("doctor")
        assert found["server_runs"] == server_runs
        assert {one["severity"] for one in found["findings"]} == {"fine"}, found
        assert "0 faults" in here.run("doctor").out
    assert catcher.log() == []


def test_without_a_database_none_is_made(here):
    named(here, "database", "no database yet", severity="warning", next_command="postrider serve")
    assert not here.database.exists()


# ---- configuration


def test_a_wrong_setting(here):
    named(here, "settings", "wrong", evidence="SMTP_PORT must be", SMTP_PORT="many")


def test_a_setting_without_effect(here):
    here.run("mailbox", "list")
    (here.directory / ".env").write_text("REDIS_URL=redis://localhost\n")
    named(here, "settings", "no effect", severity="warning", evidence="REDIS_URL", next_command="postrider settings")


def test_mock_mode(here):
    here.run("mailbox", "list")
    named(here, "settings", "Mock mode", severity="warning", evidence="MOCK_EMAIL_SENDING", MOCK_EMAIL_SENDING="true")


def test_a_taken_port(here, new_installation):
    here.run("mailbox", "list")
    with new_installation("other").serving() as other:
        named(here, "server", "cannot answer", evidence=str(other.port), next_command="postrider serve --listen",
              API_PORT=str(other.port))


def test_an_address_that_other_machines_reach(here):
    here.run("mailbox", "list")
    named(here, "server", "Other machines", severity="warning", evidence="0.0.0.0", HOST="0.0.0.0", PORT=str(free_port()))


@pytest.mark.parametrize("wrong", [{"ALERT_URL": "http://hooks.example.org/"}, {"ALERT_URL": "https://hooks.example.org/"}])
def test_an_alert_url_that_cannot_be_used(here, wrong):
    named(here, "settings", "wrong", evidence="ALERT_", **wrong)


def test_an_alert_url_whose_address_is_not_allowed(here):
    here.run("mailbox", "list")
    with Receiver() as receiver:
        asked = {"ALERT_URL": f"http://localhost:{receiver.port}/", "ALERT_SECRET": "sixteen letters!"}
        named(here, "settings", "No alert can be posted", evidence="POSTRIDER_ALLOW_PRIVATE_TARGETS",
              next_command="postrider settings", **asked)
        assert "fault" not in {one["severity"] for one in examine(here, POSTRIDER_ALLOW_PRIVATE_TARGETS="127.0.0.1", **asked)}
        assert receiver.connections == 0


# ---- the public URL


@contextlib.contextmanager
def public_server(here):
    """A server behind a proxy of the story's own, whose `answer` may be changed; both, as they run."""
    with Receiver() as proxy:
        with here.serving(PUBLIC_URL=f"http://127.0.0.1:{proxy.port}/mail") as server:
            proxy.answer = passing_on(server)
            yield server, proxy


def passing_on(server):
    def answer(request):
        path = request.path.removeprefix("/mail")
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=10) as answered:
            return answered.status, {"Postrider-Process": answered.headers["Postrider-Process"]}, answered.read()
    return answer


def test_a_public_url_that_leads_here_and_then_elsewhere(here, new_installation):
    here.run("mailbox", "list")
    with public_server(here) as (server, proxy):
        found = examine(here)
        assert "fault" not in {one["severity"] for one in found}, found
        assert "PUBLIC_URL leads to this server." in [one["cause"] for one in found]
        assert {request.path for request in proxy.requests} == {"/mail/livez"}
        with new_installation("other").serving() as other:
            proxy.answer = passing_on(other)
            named(here, "server", "Another Postrider answers", evidence="ours is", next_command="getent hosts 127.0.0.1")
        proxy.answer = lambda request: (404, {}, b"no such page")
        named(here, "server", "Something else than this server", evidence="404, and not by a Postrider")
        proxy.answer = lambda request: (301, {"Location": "https://login.example.org/"}, b"")
        named(here, "server", "Something else than this server", evidence="leads to https://login.example.org/")
        proxy.answer = lambda request: 502
        named(here, "server", "proxy at PUBLIC_URL does not reach", evidence=str(server.port), next_command="postrider status")


def test_a_public_url_where_nobody_answers(here):
    here.run("mailbox", "list")
    url = {"PUBLIC_URL": f"http://127.0.0.1:{free_port()}"}
    found = examine(here, **url)
    assert "fault" not in {one["severity"] for one in found}, found
    assert "Nobody answers at PUBLIC_URL, nor does a server run." in [one["cause"] for one in found]
    with here.serving(**url) as server:
        named(here, "server", "Nobody answers at PUBLIC_URL", evidence=str(server.port), next_command="postrider status")


@pytest.mark.parametrize("with_server", [False, True])
def test_a_public_url_whose_name_is_not_found(here, with_server):
    here.run("mailbox", "list")
    here.environment["PUBLIC_URL"] = "https://mail.invalid"
    if with_server:
        here.start_server()
    named(here, "server", "name that is not found", evidence="mail.invalid", next_command="getent hosts mail.invalid")


def test_a_public_url_that_nobody_trusts(here):
    here.run("mailbox", "list")
    make_certificate(here.directory)
    with Receiver(200) as receiver, tls_front(here.directory / "cert.pem", here.directory / "key.pem",
                                              receiver.port) as port:
        named(here, "server", "no trusted encryption", evidence="TLS", PUBLIC_URL=f"https://localhost:{port}",
              next_command=f"openssl s_client -connect localhost:{port} -servername localhost")


def test_a_public_url_without_a_server_or_a_database(here, new_installation):
    with Receiver(503) as proxy:
        url = {"PUBLIC_URL": f"http://127.0.0.1:{proxy.port}"}
        named(here, "database", "no database yet", severity="warning", next_command="postrider serve", **url)
        here.run("mailbox", "list")
        found = examine(here, **url)
        assert "A proxy answers at PUBLIC_URL; no server runs behind it." in [one["cause"] for one in found]
        with new_installation("other").serving() as other:
            proxy.answer = passing_on(other)
            named(here, "server", "Another Postrider answers", evidence="none runs here", **url)


# ---- key, database, disk


@pytest.mark.parametrize("with_server", [False, True])
def test_a_key_that_others_can_read(here, with_server):
    here.run("mailbox", "list")
    key = here.database.parent / "postrider.key"
    if with_server:
        here.start_server()
    key.chmod(0o644)
    found = named(here, "key", "can read the key", evidence=str(key), next_command="chmod 600")
    subprocess.run(shlex.split(found["next"]), check=True)
    here.run("doctor", expect=None)
    assert "key" not in {one["area"] for one in examine(here) if one["severity"] == "fault"}


def test_another_key(here):
    here.run("mailbox", "list")
    named(here, "key", "not the one of this database", evidence="SECRET_KEY", SECRET_KEY="0123456789abcdef0123")
    key = here.database.parent / "postrider.key"
    with here.serving():
        was = key.read_text()
        key.write_text("fedcba98" * 8 + "\n")
        named(here, "key", "next start will fail", next_command="ls -l")
        key.unlink()
        named(here, "key", "is gone", evidence=str(key))
        key.write_text(was)
    key.unlink()
    named(here, "key", "key is missing", evidence="fingerprint")


def test_a_directory_that_takes_nothing(here):
    here.run("mailbox", "list")
    place = here.database.parent
    if os.geteuid() == 0:
        mounted = subprocess.run(["mount", "--bind", place, place], check=False, capture_output=True)
        if mounted.returncode != 0:
            pytest.skip("a place that takes nothing needs the right to mount, or an ordinary account")
        subprocess.run(["mount", "-o", "remount,ro,bind", place], check=True)
    else:
        place.chmod(0o500)
    try:
        named(here, "database", "Nothing can be written", evidence=str(place), next_command="ls -ld")
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", place], check=True)
        else:
            place.chmod(0o700)


def test_a_disk_that_is_nearly_full(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "none", place],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs more rights than this process has")
    try:
        here = Installation(tmp_path / "here")
        here.database = place / "postrider.db"
        here.environment["DATABASE_URL"] = f"sqlite:///{here.database}"
        here.run("mailbox", "list")
        named(here, "disk", "nearly full", evidence="MB are free", next_command="df -h")
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_restored_database_in_quarantine(here):
    here.run("mailbox", "list")
    here.run("backup", "copy.db")
    here.run("restore", "copy.db", "--force")
    found = named(here, "database", "quarantine", evidence="backup", next_command="postrider resume --restored")
    here.run(*shlex.split(found["next"])[1:])
    assert not [one for one in examine(here) if one["area"] == "database" and one["severity"] == "fault"]


def test_a_damaged_database(here):
    here.add_mailbox(1)
    here.create_campaign(write_csv(here.directory / "list.csv", people(400)))
    pages = here.database.stat().st_size // 4096
    with open(here.database, "r+b") as file:
        for page in range(pages // 2, pages - 1):
            file.seek(page * 4096)
            file.write(b"\x5a" * 64)
    faults = [one for one in examine(here) if one["severity"] == "fault" and one["area"] == "database"]
    assert faults and all(one["evidence"] for one in faults), faults


# ---- mailboxes


def test_a_host_that_does_not_exist(here):
    add_mailbox(here, 587, "--tls", "starttls", host="mail.invalid")
    named(here, "mailbox", "name is not found", evidence="mail.invalid")


def test_a_port_that_is_closed(here):
    port = free_port()
    add_mailbox(here, port, "--tls", "none", host="127.0.0.1")
    named(here, "mailbox", "takes no connection", evidence=str(port), next_command="postrider mailbox")


def test_a_certificate_that_has_expired(here, new_catcher):
    catcher = new_catcher("--tls", "starttls", "--certificate", "expired")
    add_mailbox(here, catcher.port, "--tls", "starttls", "--tls-ca", catcher.ca)
    named(here, "mailbox", "no trusted encryption", evidence="expired")


def test_a_wrong_password(here, new_catcher):
    catcher = new_catcher("--tls", "starttls", "--login", "ana:another one")
    add_mailbox(here, catcher.port, "--tls", "starttls", "--tls-ca", catcher.ca, "--user", "ana")
    named(here, "mailbox", "login is refused", evidence="535", next_command="postrider mailbox")
    with here.serving():
        named(here, "mailbox", "login is refused", evidence="535", next_command="postrider mailbox")


def test_a_mailbox_that_was_stopped_and_the_campaign_that_waits_for_it(here, new_catcher):
    catcher = new_catcher("--tls", "starttls", "--login", "ana:another one")
    add_mailbox(here, catcher.port, "--tls", "starttls", "--tls-ca", catcher.ca, "--user", "ana")
    campaign = new_campaign(here)
    with here.serving():
        here.send(campaign)
        wait_until(lambda: here.ask("mailbox", "show", "box")["status"] == "stopped", 60, "the mailbox is stopped")
        named(here, "mailbox", "stopped", evidence="535", next_command="postrider mailbox resume box")
        named(here, "campaign", "waits until a person acts", "--campaign", campaign, evidence="mailbox box is stopped",
              next_command="postrider mailbox test box")


def test_a_cap_that_is_used_up(here, catcher):
    here.add_mailbox(catcher.port, "--cap-24h", "1")
    campaign = new_campaign(here)
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] == 1)
        named(here, "mailbox", "used up its cap", severity="warning", evidence="1 of 1", next_command="--cap-24h 2")


# ---- queues and campaigns


def test_a_paused_queue(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = new_campaign(here)
    here.run("queue", "pause", "email-campaign-queue")
    named(here, "queue", "is paused", severity="warning", evidence="tasks")
    with here.serving():
        here.send(campaign)
        named(here, "queue", "is paused", evidence="1 of the campaigns", next_command="postrider queue resume")
        named(here, "campaign", "waits until a person acts", "--campaign", campaign, evidence="is paused",
              next_command="postrider queue resume email-campaign-queue")


def test_no_server_while_a_campaign_wants_to_send(here, catcher):
    here.add_mailbox(catcher.port)
    here.send(new_campaign(here))
    named(here, "server", "nothing is sent", next_command="postrider serve")


def test_a_campaign_that_waits_long_for_its_start(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = new_campaign(here)
    with here.serving():
        here.send(campaign, "--at", "2037-01-04T09:00:00Z")
        named(here, "campaign", "more than a day", severity="warning", evidence="its start")


def test_a_campaign_that_is_paused_and_one_that_lacks_what_it_needs(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = new_campaign(here)
    with here.serving():
        here.run("queue", "pause", "email-campaign-queue")
        here.send(campaign)
        here.run("campaign", "pause", campaign)
        named(here, "campaign", "is paused", "--campaign", campaign, next_command=f"postrider campaign resume {campaign}")
        draft = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), name="Draft",
                                     message="Dear {{ nobody }}")
        named(here, "campaign", "cannot be sent yet", "--campaign", draft, evidence="nobody",
              next_command=f"postrider campaign check {draft}")
        assert "no campaign 999" in here.refuse("doctor", "--campaign", "999", code=1)


def test_the_api_answers_its_owner_the_same(here, catcher):
    here.add_mailbox(catcher.port)
    tokens = {role: here.ask("key", "create", "--name", role, "--role", role)["key"] for role in ("owner", "viewer")}

    def ask(server, role, query=""):
        request = urllib.request.Request(f"http://127.0.0.1:{server.port}/api/doctor{query}",
                                         headers={"Authorization": f"Bearer {tokens[role]}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    with here.serving() as server:
        def without_times(found):
            return [(one["area"], one["severity"], one["cause"]) for one in found["findings"]]
        assert without_times(ask(server, "owner")) == without_times(here.ask("doctor"))
        for role, query, code in (("viewer", "", 403), ("owner", "?campaign_id=99", 404)):
            with pytest.raises(urllib.error.HTTPError) as refused:
                ask(server, role, query)
            assert refused.value.code == code
