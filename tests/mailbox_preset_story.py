"""Presets: a mailbox of a large provider in one line, and what the provider wants said first."""

PASSWORD = {"POSTRIDER_SMTP_PASSWORD": "abcd efgh ijkl mnop"}


def add(here, name, *options, **more):
    return here.ask("mailbox", "add", name, "--from", "ana@example.com", *options, **PASSWORD, **more)


def test_each_preset_is_listed_and_makes_a_mailbox(here):
    presets = {preset["name"]: preset for preset in here.ask("mailbox", "presets")["presets"]}
    assert list(presets) == ["gmail", "workspace", "m365", "outlook", "zoho", "fastmail", "ses", "custom"]
    more = {"ses": ("--region", "eu-west-1", "--user", "AKIAEXAMPLE"), "custom": ("--smtp-host", "mail.example.com")}
    for name, preset in presets.items():
        made = add(here, name, "--preset", name, *more.get(name, ()))
        for setting in ("smtp_port", "tls", "sessions", "per_minute", "cap_24h", "quota_clock"):
            assert made[setting] == preset[setting], (name, setting)
        assert preset["wants"]
    shown = {row["name"]: row for row in here.ask("mailbox", "list")["mailboxes"]}
    assert shown["gmail"]["smtp_host"] == "smtp.gmail.com" and shown["gmail"]["user"] == "ana@example.com"
    assert shown["gmail"]["cap_24h"] == 400
    assert (shown["m365"]["sessions"], shown["m365"]["per_minute"]) == (3, 30)
    assert shown["workspace"]["cap_24h"] < 2000
    assert shown["ses"]["smtp_host"] == "email-smtp.eu-west-1.amazonaws.com"
    assert shown["custom"]["has_password"] is False


def test_the_provider_s_wishes_are_said_and_own_options_win(here):
    answer = here.run("mailbox", "add", "box", "--from", "ana@gmail.com", "--preset", "gmail", "--cap-24h", "80",
                      "--user", "other@gmail.com", "--sessions", "1", **PASSWORD)
    assert "app password" in answer.err and "2-Step Verification" in answer.err
    shown = here.ask("mailbox", "show", "box")
    assert (shown["cap_24h"], shown["user"], shown["sessions"]) == (80, "other@gmail.com", 1)
    page = here.run("mailbox", "show", "box").out
    assert "Gmail" in page and "rolling" in page
    assert "abcd" not in page + answer.out + answer.err


def test_what_is_missing_is_asked_for_in_one_sentence(here):
    def refused(*options):
        return here.refuse("mailbox", "add", "box", "--from", "ana@example.com", *options, code=2, **PASSWORD)

    assert "--region" in refused("--preset", "ses", "--user", "x")
    assert "--user" in refused("--preset", "ses", "--region", "eu-west-1")
    assert "--smtp-host" in refused("--preset", "custom")
    assert "--preset" in refused()
    assert "gmail" in refused("--preset", "aol")
    assert "America/Los_Angeles" in refused("--smtp-host", "mail.example.com", "--quota-clock", "midnight")


def test_the_quota_clock_is_kept(here):
    add(here, "box", "--smtp-host", "mail.example.com", "--quota-clock", "00:00 America/Los_Angeles")
    assert here.ask("mailbox", "show", "box")["quota_clock"] == "00:00 America/Los_Angeles"
    here.run("mailbox", "update", "box", "--quota-clock", "rolling")
    assert here.ask("mailbox", "show", "box")["quota_clock"] == "rolling"
