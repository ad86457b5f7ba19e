"""An installation as it stands on Cloud Run: Cloud Tasks (the stand-in for it) rings for each email, and a proxy wakes
the server for each request and stops it after.

    run = new_cloud_run()
    campaign = run.here.create_campaign(...)         # verbs before there is a server, or where it does not freeze
    with run.serving() as api:                       # an owner's; goes through the proxy
        api.post(f"/api/campaigns/{campaign}/send")
        run.wait_until_over()
        run.proxy.release()                          # verbs reach the server from here on
"""

import contextlib
import json
import sqlite3
from collections import Counter, defaultdict

from . import google_tokens
from .api import Api
from .cloud_tasks_stand_in import CloudTasksStandIn
from .freezing_proxy import FreezingProxy
from .waiting import wait_until

# gcloud tasks queues create … --max-attempts=3 --max-retry-duration=3600s
GUIDE = {"max_attempts": 3, "max_retry_duration": 3600, "min_backoff": 0.1}
A_WHILE = 60_000_000  # microseconds
RINGER = "postrider-tasks@story-project.iam.gserviceaccount.com"


def email_of(body):
    """The email that an alarm rings for; None: it is the tick."""
    return json.loads(body).get("email_send_id")


class CloudRun:
    """`queue`: settings other than the deployment guide's; `environment`: settings of the server."""

    def __init__(self, new_installation, google, name="cloud-run", freezes=True, asleep=0.0, queue=(), **environment):
        self.tasks = CloudTasksStandIn(tokens=google.tokens)
        self.queue = self.tasks.new_queue(**{**GUIDE, **dict(queue)})
        self.proxy = FreezingProxy(freezes, asleep, restart=lambda: self.start(*self._options))
        self.here = new_installation(name)
        account = google_tokens.write_service_account(self.here.directory / "account.json", google.account,
                                                      google.token_uri)
        _, project, _, location, _, queue_id = self.queue.name.split("/")
        self.settings = {
            "TASK_QUEUE": "cloud-tasks", "GOOGLE_CLOUD_PROJECT": project, "CLOUD_TASKS_LOCATION": location,
            "CLOUD_TASKS_QUEUE": queue_id, "CLOUD_TASKS_BASE_URL": self.tasks.base_url,
            "CLOUD_RUN_SERVICE_URL": self.proxy.url, "TASKS_OIDC_ISSUER": self.tasks.base_url,
            "TASKS_OIDC_EMAIL": RINGER, "GOOGLE_CREDENTIALS_JSON": account.read_text()}
        self.here.environment.update(self.settings | environment)
        self._options = ()

    def end(self):
        self.proxy.close()
        self.tasks.stop()

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

    # ---- what the queue holds and did ----

    def wait_until_over(self, seconds=240):
        """Until no email has an alarm, and the tick none for the next while. Whoever is rung for sets the next alarm
        before the answer, so after the last one nothing is to come."""
        wait_until(self._is_over, seconds, "nobody is rung for any more", every=0.2)

    def _is_over(self):
        with self.tasks.lock:
            soon = self.tasks.clock.now() + A_WHILE
            return not self.queue.in_flight and all(
                task.schedule > soon and email_of(task.body) is None for task in self.queue.tasks.values())

    def alarms(self):
        """Email → names of its alarms that are set; None: the tick's."""
        found = defaultdict(list)
        with self.tasks.lock:
            for task in self.queue.tasks.values():
                found[email_of(task.body)].append(task.id)
        return found

    def rings(self):
        """Email → the requests that were made for it; None: ticks."""
        found = defaultdict(list)
        for dispatch in self.tasks.dispatches:
            found[email_of(dispatch.body)].append(dispatch)
        return found

    def refusals(self):
        """Email → how many answers to its rings were no 2xx, or never came."""
        return Counter(email for email, made in self.rings().items() for one in made
                       if one.ended is not None and not 200 <= (one.status or 0) <= 299)

    # ---- what the database says, whether the server runs or not ----

    def planned(self):
        """The emails that wait to be sent."""
        with contextlib.closing(sqlite3.connect(f"file:{self.here.database}?mode=ro", uri=True)) as database:
            return {email for email, in database.execute("SELECT id FROM email WHERE status = 0")}
