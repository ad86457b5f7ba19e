"""The first start hands out a link to create the owner; programs get keys that are shown once."""

import re
import sqlite3

LINK = r"^http://127\.0\.0\.1:\d+/setup#(pr_setup_[A-Za-z0-9_-]{43})$"


def everything_stored(here):
    """All bytes of the database's files."""
    return b"".join(file.read_bytes() for file in here.database.parent.glob("postrider.db*") if file.is_file())


def test_a_server_without_accounts_prints_a_link_at_each_start(here):
    with here.serving() as server:
        first = server.wait_for_line(LINK).group(1)
        assert sum(first in line for line in server.lines) == 1
    with here.serving() as server:
        second = server.wait_for_line(LINK).group(1)
        asked = here.ask("account", "link")
    assert len({first, second, asked["link"].partition("#")[2]}) == 3
    assert asked["role"] == "owner"
    # Only the last one is kept, and of that only its hash.
    with sqlite3.connect(here.database) as db:
        assert db.execute("SELECT count(*) FROM invitation").fetchone() == (1,)
    for token in (first, second, asked["link"].partition("#")[2]):
        assert token.encode() not in everything_stored(here)


def test_a_server_with_an_account_prints_none(here):
    here.run("account", "list")
    with sqlite3.connect(here.database) as db:
        db.execute("INSERT INTO account (name, name_key, role, password_hash, created) VALUES ('ana', 'ana', 2, 'x', 1)")
    db.close()
    with here.serving() as server:
        assert here.ask("account", "list")["accounts"][0]["name"] == "ana"
    assert "/setup#" not in server.output()
    assert "already" in here.refuse("account", "link", code=1)
    assert "last owner" in here.refuse("account", "remove", "ana", code=1)


def test_a_key_is_shown_once_and_kept_as_its_hash(here):
    with here.serving():
        made = here.ask("key", "create", "--name", "ci", "--role", "editor", "--scope", "metrics", "--scope", "tasks",
                        "--expires", "90")
    assert re.fullmatch(r"pr_key_[A-Za-z0-9_-]{43}", made["key"])
    assert (made["name"], made["role"], made["scopes"]) == ("ci", "editor", ["metrics", "tasks"])
    plain = here.run("key", "create", "--name", "plain", "--role", "viewer")
    assert re.fullmatch(r"pr_key_[A-Za-z0-9_-]{43}\n", plain.out)
    stored = everything_stored(here)
    for key in (made["key"], plain.out.strip()):
        assert key.encode() not in stored
        assert key not in here.run("key", "list").out
    listed = here.ask("key", "list")["keys"]
    assert [key["name"] for key in listed] == ["plain", "ci"]
    assert made["key"].startswith(listed[1]["starts_with"])
    here.run("key", "revoke", made["id"])
    assert here.ask("key", "list")["keys"][1]["revoked"]
    here.refuse("key", "create", "--name", "none", code=2)
    here.refuse("key", "create", "--name", "x", "--scope", "everything", code=2)


def test_a_password_comes_from_standard_input_or_the_environment_and_never_from_the_command_line(here):
    refusal = here.refuse("account", "set-password", "ana", code=2)
    assert "--password-stdin" in refusal
    for given in ({"typed": "correct horse battery\n"},
                  {"POSTRIDER_ACCOUNT_PASSWORD": "correct horse battery"}):
        options = ("--password-stdin",) if "typed" in given else ()
        assert "no account ana" in here.refuse("account", "set-password", "ana", *options, code=1, **given)
