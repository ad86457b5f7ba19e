"""A server as it stands on Cloud Run: a Cloud Tasks queue rings for each email, and a proxy wakes the server for each
request and stops it after. Who plays the queue: cloud_run.py, alarm_pair.py.

    campaign = run.new_campaign(...)                 # verbs before there is a server, or where it does not freeze
    with run.serving() as api:                       # an owner's; goes through the proxy
        api.post(f"/api/campaigns/{campaign}/send")
        run.wait_until_over()
        run.proxy.release()                          # verbs reach the server from here on
"""

import contextlib
import json
import sqlite3

from .api import Api
from .freezing_proxy import FreezingProxy
from .lists import write_csv
from .waiting import wait_until

A_WHILE = 60  # seconds
RINGER = "postrider-tasks@story-project.iam.gserviceaccount.com"


def email_of(body):
    """The email that an alarm rings for; None: it is the tick."""
    return json.loads(body).get("email_send_id")


def start(api, campaign, **more):
    return api.post(f"/api/campaigns/{campaign}/send", more or {"send_immediately": True})["data"]


def show(api, campaign):
    return api.get(f"/api/campaigns/{campaign}")


class RungServer:
    """`queue`: its whole name; `at`: the server that it is on, who also signs what it shows; `environment`: settings
    of the server that is rung for."""

    def __init__(self, here, queue, at, freezes=True, asleep=0.0, **environment):
        self.here = here
        self.proxy = FreezingProxy(freezes, asleep, restart=lambda: self.start(*self._options))
        _, project, _, location, _, queue_id = queue.split("/")
        self.here.environment.update({
            "TASK_QUEUE": "cloud-tasks", "GOOGLE_CLOUD_PROJECT": project, "CLOUD_TASKS_LOCATION": location,
            "CLOUD_TASKS_QUEUE": queue_id, "CLOUD_TASKS_BASE_URL": at, "CLOUD_RUN_SERVICE_URL": self.proxy.url,
            "TASKS_OIDC_ISSUER": at, "TASKS_OIDC_EMAIL": RINGER, **environment})
        self._options = ()

    def end(self):
        self.proxy.close()

    # ---- the server ----

    def start(self, *options):
        self._options = options
        return self.here.start_server(*options)

    @contextlib.contextmanager
    def serving(self, *options):
        """From its start to its end in order. All answers of the API are held to its description."""
        key = self.here.ask("key", "create", "--name", "story", "--role", "owner")["key"]
        self.proxy.stand_before(self.start(*options))
        yield Api(self.proxy.port, key)
        self.finish()

    def finish(self):
        self.proxy.release()
        server = self.here.servers[-1]
        code = server.terminate()
        assert code == 0, f"serve ended with {code}:\n{server.output()}"

    def new_campaign(self, port, rows, *options, pace="none", mailbox=("--sessions", "10")):
        """A draft to these people, whose mailbox is on this port."""
        self.here.add_mailbox(port, *mailbox)
        return self.here.create_campaign(write_csv(self.here.directory / "list.csv", rows), "--pace", pace, *options)

    # ---- what the queue holds and did ----

    def wait_until_over(self, seconds=240):
        """Until no email has an alarm, and the tick none for the next while. Whoever is rung for sets the next alarm
        before the answer, so after the last one nothing is to come."""
        wait_until(self.is_over, seconds, "nobody is rung for any more", every=0.2)

    def is_over(self):
        raise NotImplementedError

    # ---- what the database says, whether the server runs or not ----

    def planned(self):
        """The emails that wait to be sent."""
        with contextlib.closing(sqlite3.connect(f"file:{self.here.database}?mode=ro", uri=True)) as database:
            return {email for email, in database.execute("SELECT id FROM email WHERE status = 0")}
