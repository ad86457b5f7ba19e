"""./run: one command shows the main job; a second one beside it says where the first is."""

import os
import re
import shutil
import subprocess
import urllib.request

import pytest

from postrider.installation import INHERITED, ROOT, binary
from postrider.process import Process
from postrider.waiting import wait_until

pytestmark = pytest.mark.release


@pytest.fixture
def checkout(tmp_path):
    """This checkout with a data directory of its own; what is built is shared."""
    place = tmp_path / "checkout"
    place.mkdir()
    for name in ("build", "src", "bench", "tools", "packages", "CMakeLists.txt", "CMakePresets.json"):
        (place / name).symlink_to(ROOT / name)
    shutil.copy2(ROOT / "run", place / "run")
    return place


@pytest.fixture
def environment():
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def run(checkout, environment, *words):
    return subprocess.run(["./run", *words], cwd=checkout, env=environment, capture_output=True, text=True,
                          timeout=300, check=False)


def test_the_demo_accounts_for_every_row_and_a_second_one_points_to_the_first(checkout, environment):
    assert binary(release=True).exists()
    assert "Nothing is running" in run(checkout, environment, "status").stdout
    demo = Process(["./run", "--yes"], directory=checkout, environment=environment, name="./run")
    try:
        demo.wait_for_line(r"40 of 40 rows accounted for; the catcher holds (\d+) messages, \1 are recorded as sent",
                           seconds=240)
        demo.wait_for_line("Five commands to a first real campaign")
        address = demo.wait_for_line(r"(http://127\.0\.0\.1:\d+)/livez")[1]
        with urllib.request.urlopen(f"{address}/livez", timeout=5) as answer:
            assert answer.status == 200

        second = run(checkout, environment)
        assert second.returncode == 0 and address in second.stdout
        assert address in run(checkout, environment, "status").stdout

        stopped = run(checkout, environment, "stop")
        assert stopped.returncode == 0 and "demo: ended" in stopped.stdout
        assert demo.wait() == 0
    finally:
        demo.kill()
    assert "Nothing is running" in run(checkout, environment, "stop").stdout


def test_serve_keeps_its_data_to_its_owner_and_reads_env(checkout, environment):
    (checkout / ".env").write_text("SMTP_HOST=mail.example.org\nDEFAULT_FROM_EMAIL=me@example.org\nSMTP_USE_TLS=true\n")
    server = Process(["./run", "serve", "--listen", "127.0.0.1:0"], directory=checkout, environment=environment,
                     name="./run serve")
    try:
        server.wait_for_line(r"serving on http://127\.0\.0\.1:\d+", seconds=240)
        assert (checkout / "data").stat().st_mode & 0o777 == 0o700
        assert (checkout / "data/postrider.db").stat().st_mode & 0o777 == 0o600
        listed = subprocess.run([checkout / "build/release/postrider", "mailbox", "list", "--json"], cwd=checkout,
                                env=environment, capture_output=True, text=True, timeout=60, check=True).stdout
        assert re.search(r'"smtp_host":\s*"mail.example.org"', listed)
        assert run(checkout, environment, "stop").returncode == 0
        wait_until(lambda: not server.is_alive(), 15, "the server ends")
        assert server.wait() == 0
    finally:
        server.kill()


def test_an_unknown_word_says_where_to_look(checkout, environment):
    done = run(checkout, environment, "dance")
    assert done.returncode == 2 and "--help" in done.stderr
