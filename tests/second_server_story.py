"""One server a database: a second one refuses and names the owner."""

import urllib.request

from postrider.ports import free_port


def test_a_second_server_refuses_and_names_the_owner(here):
    with here.serving() as first:
        second = here.run("serve", "--listen", f"127.0.0.1:{free_port()}", expect=None, seconds=60)
        assert second.code != 0
        assert str(first.pid) in second.err
        assert len(second.err.strip().splitlines()) == 1, second.err
        assert first.is_alive()
        here.run("mailbox", "list")


def test_after_a_kill_the_next_server_starts_at_once(here):
    server = here.start_server()
    server.kill()
    with here.serving():
        here.run("mailbox", "list")


def test_a_taken_port_stops_the_start_with_one_sentence(here, new_installation):
    with here.serving() as first:
        other = new_installation("other")
        refused = other.run("serve", "--listen", f"127.0.0.1:{first.port}", expect=None, seconds=60)
        assert refused.code != 0
        assert str(first.port) in refused.err and "--listen" in refused.err


def test_serve_answers_livez(here):
    with here.serving() as server:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/livez", timeout=5) as answer:
            assert answer.status == 200
