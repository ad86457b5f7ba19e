"""An installation as it stands on Cloud Run, where Google's Cloud Tasks (the stand-in for it) rings for each email.

    run = new_cloud_run()                            # a RungServer: see rung_server.py
    run.tasks.trouble(...)                           # what the queue does: cloud_tasks_stand_in.py
"""

from collections import Counter, defaultdict

from . import google_tokens
from .cloud_tasks_stand_in import CloudTasksStandIn
from .rung_server import A_WHILE, RungServer, email_of

# gcloud tasks queues create … --max-attempts=3 --max-retry-duration=3600s
GUIDE = {"max_attempts": 3, "max_retry_duration": 3600, "min_backoff": 0.1}


class CloudRun(RungServer):
    """`queue`: settings other than the deployment guide's; `environment`: settings of the server."""

    def __init__(self, new_installation, google, name="cloud-run", queue=(), **more):
        self.tasks = CloudTasksStandIn(tokens=google.tokens)
        self.queue = self.tasks.new_queue(**{**GUIDE, **dict(queue)})
        here = new_installation(name)
        account = google_tokens.write_service_account(here.directory / "account.json", google.account,
                                                      google.token_uri)
        super().__init__(here, self.queue.name, self.tasks.base_url,
                         **{"GOOGLE_CREDENTIALS_JSON": account.read_text(), **more})

    def end(self):
        super().end()
        self.tasks.stop()

    def is_over(self):
        with self.tasks.lock:
            soon = self.tasks.clock.now() + A_WHILE * 1_000_000
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
