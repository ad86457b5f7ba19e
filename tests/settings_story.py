"""The environment alone suffices; what is wrong in it stops the start with one sentence."""

import pytest

from postrider.installation import ROOT
from postrider.lists import people, write_csv
from postrider.ports import free_port


def test_the_environment_alone_makes_a_mailbox(here, catcher):
    smtp = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(catcher.port), "SMTP_USE_TLS": "false",
            "SMTP_USE_SSL": "false", "DEFAULT_FROM_EMAIL": "team@sender.example", "DEFAULT_FROM_NAME": "The Team"}
    with here.serving(**smtp):
        [mailbox] = here.ask("mailbox", "list")["mailboxes"]
        assert mailbox["name"] == "default" and mailbox["from_environment"]
        assert mailbox["from"] == "team@sender.example"
        campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "none",
                                        mailbox="default")
        here.send(campaign, "--wait")
        assert "environment" in here.refuse("mailbox", "update", "default", "--cap-24h", "7", code=None)
    assert len(catcher.log()) == 2


def test_a_file_called_env_works_as_well_and_the_environment_wins(here):
    (here.directory / ".env").write_text(
        "# a comment\nexport SMTP_HOST=mail.example.org\nSMTP_USE_TLS=true\n"
        "DEFAULT_FROM_EMAIL=\"file@sender.example\"\nDEFAULT_FROM_NAME='From a file'\n")
    with here.serving(DEFAULT_FROM_EMAIL="environment@sender.example"):
        [mailbox] = here.ask("mailbox", "list")["mailboxes"]
    assert mailbox["from"] == "environment@sender.example"
    assert (mailbox["smtp_host"], mailbox["from_name"]) == ("mail.example.org", "From a file")


@pytest.mark.parametrize("name, value", [
    ("SMTP_PORT", "many"), ("LOG_LEVEL", "loud"), ("PORT", "99999"), ("MOCK_EMAIL_SENDING", "perhaps"),
    ("MAX_RECIPIENTS_PER_CAMPAIGN", "-1"), ("SECRET_KEY", "short"),
    ("DATABASE_URL", "postgresql://localhost/postrider"), ("DATABASE_URL", "nonsense")])
def test_a_wrong_setting_stops_the_start_with_one_sentence(here, name, value):
    done = here.run("serve", "--listen", f"127.0.0.1:{free_port()}", expect=None, seconds=60, **{name: value})
    assert done.code != 0
    assert done.err.strip().splitlines()[-1].startswith("postrider: ")
    assert len(done.err.strip().splitlines()) == 1, done.err
    if name != "DATABASE_URL":
        assert name in done.err
    assert value not in done.err or name != "SECRET_KEY"


def test_a_setting_without_effect_is_warned_about_once(here):
    with here.serving(REDIS_URL="redis://localhost") as server:
        pass
    assert server.output().count("REDIS_URL") == 1


def test_the_table_of_settings_is_what_the_repository_shows(here):
    assert here.run("settings", "--env-example").out == (ROOT / ".env.example").read_text()
    assert here.run("settings", "--markdown").out == (ROOT / "docs/settings.md").read_text()


def test_a_password_is_sealed_and_never_shown(here):
    here.add_mailbox(free_port(), "--user", "ana", POSTRIDER_SMTP_PASSWORD="a very secret word")
    shown = here.run("mailbox", "list").out + here.run("mailbox", "list", "--json").out
    assert "secret word" not in shown
    for file in here.database.parent.iterdir():
        if file.is_file():
            assert b"secret word" not in file.read_bytes(), file


def test_the_page_about_the_shell_is_what_the_program_says(here):
    assert here.run("help", "--markdown").out == (ROOT / "docs/shell.md").read_text()
