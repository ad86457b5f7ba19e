"""A proxy before a server that runs only while it is asked something, as an instance on Cloud Run does.

    with FreezingProxy() as proxy:                  # its url is known before there is a server
        proxy.stand_before(here.start_server())     # stopped (SIGSTOP) from here on
        ... requests to proxy.url: each continues the server, which is stopped again once none is under way ...
        proxy.release()                             # runs from here on, so that verbs and signals reach it

Requests go on one by one, whole, each on a connection of its own. `asleep`: the least share of the time that the
server is to be stopped; requests wait for that, and then go on together, as they do while an instance starts.
What comes while there is no server is answered 503, and so is what a dying server leaves unanswered. Signals go to
the process of the server that it stands before and to nobody else; it is never the one that ends it in order.
"""

import asyncio
import random
import signal
import threading
import time

from .waiting import wait_until

PATIENCE = 30  # seconds for a caller to say what it wants, and to take its answer
LONGEST_ANSWER = 120
LONGEST_SLEEP = 20  # that requests wait for the server's share of sleep
LONGEST_BODY = 64 << 20
UNAVAILABLE = (b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 20\r\n"
               b"Connection: close\r\n\r\nNo instance answers.")


class Passing:
    """A request on its way through. `status`: None until it is answered; `seconds`: from its arrival to that."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.agent = headers.get("user-agent", "")
        self.began = time.monotonic()
        self.awake_at = None  # when the server was there for it
        self.seconds = self.status = None
        self.met_a_kill = False  # it was with the server when that was killed

    def __repr__(self):
        return f"{self.method} {self.path} {self.body[:100]!r} of {self.agent!r} → {self.status} in {self.seconds} s"


class FreezingProxy:
    """Runs in a thread of its own. `requests`: all that came, in the order of their arrival. `restart`: makes the next
    server after a kill; called on another thread."""

    def __init__(self, freezes=True, asleep=0.0, restart=None):
        self.freezes, self.asleep, self.restart = freezes, asleep, restart
        self.requests, self.kills, self.most_under_way = [], 0, 0
        self._server = None
        self._under_way, self._waiting, self._turn = set(), set(), None
        self._begun = time.monotonic()
        self._stopped, self._stopped_since = 0.0, None
        self._waking, self._enough = None, asyncio.Event()
        self._planned, self._countdown = [], 0
        self._trouble = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = self._in_loop(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20, backlog=1024))
        self._listener = listening
        self.port = listening.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.close()
        if self._trouble and kind is None:
            raise self._trouble[0]

    def close(self):
        """The server runs and is asked nothing more."""
        if not self._thread.is_alive():
            return
        self._in_loop(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    # ---- what a story does ----

    def stand_before(self, server):
        """Requests go to this one (a Process with a port) from now on."""
        self._in_loop(self._put(server))

    def release(self):
        """The server runs from now on, asked or not, and is killed no more."""
        self._in_loop(self._let_run())

    def kill(self):
        """Kills the server (SIGKILL), and has it started anew. Does not wait for that; any thread."""
        self._loop.call_soon_threadsafe(self._kill)

    def kill_at_random(self, times, requests, seed, within=0.05):
        """Kills it so many times, each after a number of requests from the range `requests`, and a moment of at most
        `within` seconds."""
        dice = random.Random(seed)
        self._in_loop(self._plan([(dice.randint(*requests), dice.uniform(0, within)) for _ in range(times)]))

    def begin(self):
        """The time is counted from here."""
        self._in_loop(self._count_anew())

    def stopped_share(self):
        """Of the time since `begin`; while there is no server it counts as running."""
        async def share():
            return self._share()
        return self._in_loop(share())

    def of_others(self, agent="Google-Cloud-Tasks", since=0):
        """Requests that somebody else made than this agent."""
        return [request for request in self.requests[since:] if request.agent != agent]

    def wait_for_kills(self, count, seconds=120):
        """Until the server has been killed so often, and stands again."""
        wait_until(lambda: self._trouble or self.kills >= count and self._server is not None, seconds,
                   f"{count} kills, not {self.kills}")
        if self._trouble:
            raise self._trouble[0]

    # ---- the server's process; all of this on the loop ----

    async def _put(self, server):
        self._server = server
        if not self._under_way:
            self._stop()

    def _signal(self, number):
        self._server.popen.send_signal(number)  # nothing, if that process is over

    def _stop(self):
        if self.freezes and self._server is not None and self._stopped_since is None:
            self._signal(signal.SIGSTOP)
            self._stopped_since = time.monotonic()
            if self._waiting:
                self._wake()

    def _count_sleep(self):
        """It runs, or is dead."""
        if self._stopped_since is not None:
            self._stopped += time.monotonic() - self._stopped_since
            self._stopped_since = None

    async def _wait_for_turn(self, request):
        """Until it runs. While it owes sleep it ends first what is under way, and sleeps."""
        owes = self._under_way and self.freezes and self._share() < self.asleep
        if self._server is not None and (self._stopped_since is not None or owes):
            self._waiting.add(request)
            if self._stopped_since is not None:
                self._wake()
            if self._turn is None:
                self._turn = self._loop.create_future()
            await asyncio.shield(self._turn)
        self._under_way.add(request)

    def _wake(self):
        if self._waking is None:
            self._waking = self._loop.create_task(self._sleep_and_go_on())

    async def _sleep_and_go_on(self):
        try:
            owed = (self.asleep * (time.monotonic() - self._begun) - self._asleep_for()) / (1 - self.asleep)
            self._enough.clear()
            try:
                async with asyncio.timeout(min(max(owed, 0), LONGEST_SLEEP)):
                    await self._enough.wait()
            except TimeoutError:
                pass
            if self._waiting:  # else it was killed, and they have been told
                self._go_on()
        finally:
            self._waking = None

    def _go_on(self):
        """It runs, if it is there; and all that wait go to it together."""
        if self._stopped_since is not None:
            self._signal(signal.SIGCONT)
            self._count_sleep()
        self._enough.set()
        self._under_way |= self._waiting
        self._waiting.clear()
        turn, self._turn = self._turn, None
        if turn is not None and not turn.done():
            turn.set_result(None)

    def _asleep_for(self):
        now = time.monotonic()
        return self._stopped + (now - self._stopped_since if self._stopped_since is not None else 0)

    def _share(self):
        return self._asleep_for() / max(time.monotonic() - self._begun, 1e-9)

    async def _count_anew(self):
        self._begun, self._stopped = time.monotonic(), 0.0
        if self._stopped_since is not None:
            self._stopped_since = self._begun

    async def _let_run(self):
        self.freezes, self.asleep, self._planned = False, 0.0, []
        self._go_on()

    async def _end(self):
        self._listener.close()
        await self._let_run()
        self._server = None
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    # ---- killing ----

    async def _plan(self, planned):
        self._planned, self._countdown = planned, planned[0][0]

    def _count_down(self):
        self._countdown -= 1
        if self._planned and self._countdown == 0:
            self._loop.call_later(self._planned.pop(0)[1], self._kill)

    def _kill(self):
        if self._server is None:
            return
        dead, self._server = self._server, None
        dead.popen.kill()
        self.kills += 1
        self._count_sleep()
        for request in self._under_way:
            request.met_a_kill = request.awake_at is not None
        self._go_on()  # nobody is left to wait for
        self._loop.create_task(self._replace(dead))

    async def _replace(self, dead):
        def replacement():
            dead.kill()  # which waits for its end
            return self.restart()
        try:
            server = await self._loop.run_in_executor(None, replacement)
            if self._planned:
                self._countdown = self._planned[0][0]
            await self._put(server)
        except Exception as trouble:
            self._trouble.append(trouble)

    # ---- requests ----

    async def _serve(self, reader, writer):
        try:
            async with asyncio.timeout(PATIENCE):
                request = await _read_request(reader)
            self.requests.append(request)
            answer = await self._pass_on(request)
            request.status = int(answer[9:12])
            request.seconds = time.monotonic() - request.began
            writer.write(answer)
            async with asyncio.timeout(PATIENCE):
                await writer.drain()
        except (OSError, EOFError, ValueError, TimeoutError, asyncio.LimitOverrunError):
            pass  # whoever asked does not speak HTTP, or is gone
        finally:
            writer.close()

    async def _pass_on(self, request):
        await self._wait_for_turn(request)
        self.most_under_way = max(self.most_under_way, len(self._under_way))
        try:
            request.awake_at = time.monotonic()
            async with asyncio.timeout(LONGEST_ANSWER):
                return await self._ask(request)
        except (OSError, EOFError, ValueError, TimeoutError):
            return UNAVAILABLE
        finally:
            self._under_way.remove(request)
            if not self._under_way:
                self._stop()

    async def _ask(self, request):
        if self._server is None:
            return UNAVAILABLE
        reader, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        try:
            writer.write(request.head + request.body)
            self._count_down()
            await writer.drain()
            answer = await reader.read(-1)
        finally:
            writer.close()
        return _whole(answer, request.method)

    # ---- from other threads ----

    def _in_loop(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)


async def _read_request(reader):
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
    method, path, version = first.split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(first)
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(line)
        headers[name.lower()] = value.strip()
    body = b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = await _read_chunks(reader)
    elif size := int(headers.get("content-length", "0")):
        if size > LONGEST_BODY:
            raise ValueError(size)
        body = await reader.readexactly(size)
    request = Passing(method, path, headers, body)
    ours = ("connection:", "keep-alive:", "content-length:", "transfer-encoding:")
    kept = [line for line in lines if not line.lower().startswith(ours)]
    if body or method in ("POST", "PUT", "PATCH"):
        kept.append(f"Content-Length: {len(body)}")
    request.head = "\r\n".join([first, *kept, "Connection: close", "", ""]).encode("latin-1")
    return request


async def _read_chunks(reader):
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        if len(body) + size > LONGEST_BODY:
            raise ValueError(size)
        body += (await reader.readexactly(size + 2))[:-2]
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return body


def _whole(answer, method):
    """The answer, unless the line broke before its end."""
    head, end, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    size = next((int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")), None)
    chunked = any(line.startswith(b"transfer-encoding:") for line in lines)
    if not end or not head.startswith(b"HTTP/1.1 ") or (chunked and not body.endswith(b"0\r\n\r\n")):
        raise EOFError
    if size is not None and method != "HEAD" and len(body) != size:
        raise EOFError
    return answer
