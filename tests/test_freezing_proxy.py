"""The freezing proxy by itself, before a small server that says who it is."""

import http.client
import os
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from postrider.freezing_proxy import FreezingProxy
from postrider.process import Process
from postrider.waiting import wait_until

# Answers with its process id and what it was sent; a path that is a number of seconds takes that long.
SERVER = r"""
import os, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.strip("/")
        if path == "die":
            os._exit(1)
        time.sleep(float(path) if path else 0)
        text = f"{os.getpid()} {self.command} ".encode() + body
        self.send_response(200)
        if self.command == "PUT":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(text), text))
            return
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    do_GET = do_POST = do_PUT = answer
    def log_message(self, *_):
        pass
class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
server = Server(("127.0.0.1", 0), Handler)
print("port", server.server_address[1], flush=True)
server.serve_forever()
"""


@pytest.fixture
def new_server(tmp_path):
    made = []

    def make():
        server = Process([sys.executable, "-c", SERVER], directory=tmp_path, environment=dict(os.environ))
        made.append(server)
        server.port = int(server.wait_for_line(r"port (\d+)").group(1))
        return server

    yield make
    for server in made:
        server.kill()


def state(server):
    """The state of a process as Linux names it: "T" is stopped."""
    return re.search(r"\) (\w)", Path(f"/proc/{server.pid}/stat").read_text()).group(1)


def ask(proxy, path="/", method="GET", body=None, **headers):
    line = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
    try:
        line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()},
                     encode_chunked="Transfer_Encoding" in headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def test_the_server_runs_while_it_is_asked_and_no_longer(new_server):
    with FreezingProxy() as proxy:
        assert ask(proxy)[0] == 503  # nobody is there
        server = new_server()
        proxy.stand_before(server)
        wait_until(lambda: state(server) == "T", 20, "it is stopped")
        for method, body in (("GET", b""), ("POST", b"x" * 300_000), ("PUT", b"piece")):
            assert ask(proxy, method=method, body=body) == (200, f"{server.pid} {method} {body.decode()}")
            wait_until(lambda: state(server) == "T", 20, "it is stopped again")
        in_chunks = ask(proxy, method="POST", body=iter([b"ab", b"cd"]), Transfer_Encoding="chunked")
        assert in_chunks == (200, f"{server.pid} POST abcd")
        # Many at once: it is stopped when the last one is over.
        with ThreadPoolExecutor(20) as together:
            longest = together.submit(ask, proxy, "/1")
            assert {one.result()[0] for one in [together.submit(ask, proxy, "/0.1") for _ in range(19)]} == {200}
            assert state(server) != "T" or longest.done()
            assert longest.result()[0] == 200
        wait_until(lambda: state(server) == "T", 20, "it is stopped again")
        assert proxy.most_under_way == 20
        assert 0 < proxy.stopped_share() < 1
        proxy.release()
        assert state(server) != "T"
        assert ask(proxy)[0] == 200
        assert state(server) != "T"
    assert server.is_alive() and state(server) != "T"


def test_what_came_is_noted_with_who_asked(new_server):
    with FreezingProxy() as proxy:
        proxy.stand_before(new_server())
        ask(proxy, "/0", "POST", b"ring", User_Agent="Google-Cloud-Tasks")
        ask(proxy, "/0", User_Agent="somebody")
        rung, asked = proxy.requests
        assert (rung.method, rung.path, rung.body, rung.status) == ("POST", "/0", b"ring", 200)
        assert 0 < rung.seconds < 60
        assert proxy.of_others() == [asked] and proxy.of_others(since=2) == []


def test_it_sleeps_at_least_its_share(new_server):
    with FreezingProxy(asleep=0.8) as proxy:
        proxy.stand_before(new_server())
        proxy.begin()
        for _ in range(10):
            assert ask(proxy, "/0.05")[0] == 200
        assert proxy.stopped_share() >= 0.75  # the last request's time is still owed


def test_it_is_killed_and_started_anew_and_goes_on(new_server):
    with FreezingProxy(restart=new_server) as proxy:
        proxy.stand_before(new_server())
        proxy.kill_at_random(3, (5, 10), seed=1)
        answers, ended = [], threading.Event()

        def ask_on():
            while not ended.is_set():
                answers.append(ask(proxy, "/0.02"))

        with ThreadPoolExecutor(4) as askers:
            for _ in range(4):
                askers.submit(ask_on)
            try:
                proxy.wait_for_kills(3)
            finally:
                ended.set()
        assert {status for status, _ in answers} == {200, 503}
        assert 3 <= len({text.split()[0] for status, text in answers if status == 200}) <= 4
        met = [request for request in proxy.requests if request.met_a_kill]
        assert met and all(request.status in (200, 503) for request in met)  # some had their answer on the way
        assert ask(proxy)[0] == 200


def test_a_broken_answer_is_none(new_server):
    with FreezingProxy() as proxy:
        server = new_server()
        proxy.stand_before(server)
        assert ask(proxy, "/die")[0] == 503
        server.wait()
        assert ask(proxy)[0] == 503


def test_a_restart_that_fails_fails_the_story(new_server):
    def never():
        raise RuntimeError("it does not start")

    with pytest.raises(RuntimeError):
        with FreezingProxy(restart=never) as proxy:
            proxy.stand_before(new_server())
            proxy.kill()
            proxy.wait_for_kills(1)
