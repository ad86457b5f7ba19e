"""Two Postriders: one is the queue, the other runs on it.

    pair = new_pair()                                # a RungServer: see rung_server.py
    campaign = pair.new_campaign(...)
    with pair.serving() as api:
        api.post(f"/api/campaigns/{campaign}/send")
        pair.queue.kill_and_restart()
        pair.wait_until_over()
        assert pair.queue.alarms() == ...

The server that is rung for believes what the other signs, by the keys that it publishes, and nothing else.
"""

import base64
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone

from .cloud_tasks import PARENT, Tasks
from .ports import free_port
from .rung_server import A_WHILE, RINGER, RungServer, email_of
from .times import moment

# gcloud tasks queues create … --max-attempts=3 --max-retry-duration=3600s
GUIDE = {"maxAttempts": 3, "maxRetryDuration": "3600s", "minBackoff": "0.1s"}
STRANGER = "stranger@other-project.iam.gserviceaccount.com"


class QueueServer:
    """A Postrider with a queue for another, at the same address after a kill. Only tasks of that other's key show
    RINGER's tokens."""

    def __init__(self, here, rates):
        self.here, self.port = here, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = self.new_key("sender")
        self.start()
        self.name = self.tasks.new_queue(rates=rates, **GUIDE)

    def new_key(self, name):
        return self.here.ask("key", "create", "--name", name, "--scope", "tasks")["key"]

    def start(self):
        server = self.here.start_server(port=self.port, POSTRIDER_ALLOW_PRIVATE_TARGETS="127.0.0.1",
                                        TASKS_SERVICE_ACCOUNTS=f"{RINGER}=sender,{STRANGER}")
        self.tasks = Tasks(self.here, server, self.key)

    def kill_and_restart(self):
        self.tasks.server.kill()
        self.start()

    def finish(self):
        code = self.tasks.server.terminate()
        assert code == 0, f"the queue ended with {code}:\n{self.tasks.server.output()}"

    def purge(self):
        self.tasks.ask("POST", f"{self.name}:purge", {})

    def pause(self):
        self.tasks.ask("POST", f"{self.name}:pause", {})

    def resume(self):
        self.tasks.ask("POST", f"{self.name}:resume", {})

    def alarms(self):
        """Email → the tasks that are to ring for it, or do this moment; None: the tick's."""
        found = defaultdict(list)
        for task in self.tasks.list(self.name, view="FULL"):
            found[email_of(base64.b64decode(task["httpRequest"]["body"]))].append(task)
        return found


class AlarmPair(RungServer):
    """`rates`: of the queue, as its API has them; `beside`: the pair whose queue it is, where two share one; `more`:
    see RungServer."""

    def __init__(self, new_installation, rates, beside=None, **more):
        self.queue = beside.queue if beside else QueueServer(new_installation("queue"), rates)
        self._ends_queue = beside is None
        here = new_installation("second" if beside else "sender")
        token = here.directory / "token"
        token.write_text(self.queue.key + "\n")
        super().__init__(here, self.queue.name, self.queue.url,
                         **{"CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(token), **more})

    def finish(self, of_both=True):
        """`of_both`: the queue as well."""
        super().finish()
        if of_both and self._ends_queue:
            self.queue.finish()

    def is_over(self):
        soon = datetime.now(timezone.utc) + timedelta(seconds=A_WHILE)
        alarms = self.queue.alarms()
        return set(alarms) <= {None} and all(moment(tick["scheduleTime"]) > soon for tick in alarms[None])

    def rings(self):
        """Email → the requests that were made for it; None: ticks."""
        found = defaultdict(list)
        for request in self.proxy.requests:
            if request.agent == "Google-Cloud-Tasks":
                found[email_of(request.body)].append(request)
        return found

    def refusals(self):
        """Email → how many answers to its rings were no 2xx."""
        return Counter(email for email, made in self.rings().items() for one in made
                       if one.status is not None and not 200 <= one.status <= 299)
