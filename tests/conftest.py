"""What the stories start with: an installation, a catcher, a sink, a Google and its queues. Each ends with its story."""

import pytest

from postrider.catcher import Catcher
from postrider.cloud_tasks_stand_in import CloudTasksStandIn
from postrider.cloud_tasks import serving_tasks
from postrider.cloud_tasks_peers import KINDS, TasksClient
from postrider.cloud_run import CloudRun
from postrider.google_stand_in import GoogleStandIn
from postrider.installation import Installation, binary
from postrider.sink import Sink


@pytest.fixture(scope="session", autouse=True)
def _there_is_a_binary():
    if not binary().exists():
        pytest.exit(f"{binary()} does not exist: build it first (./check does)", returncode=2)


@pytest.fixture
def new_installation(tmp_path):
    """Makes installations, each in a directory of its own, and ends their servers."""
    made = []

    def make(name="here", **more):
        made.append(Installation(tmp_path / name, **more))
        return made[-1]

    yield make
    for installation in made:
        installation.stop_all()


@pytest.fixture
def here(new_installation):
    """The installation most stories need only one of."""
    return new_installation()


@pytest.fixture
def new_catcher(new_installation, tmp_path):
    made = []

    def make(*options, name="catcher"):
        made.append(Catcher(new_installation(f"{name}-home"), tmp_path / name, *options))
        return made[-1].start()

    yield make
    for catcher in made:
        catcher.kill()


@pytest.fixture
def catcher(new_catcher):
    return new_catcher()


@pytest.fixture
def new_sink(tmp_path):
    made = []

    def make():
        made.append(Sink(tmp_path))
        return made[-1]

    yield make
    for sink in made:
        sink.stop()


@pytest.fixture
def sink(new_sink):
    return new_sink()


@pytest.fixture
def google():
    """A stand-in for Google: Sheets, tokens and the metadata server."""
    with GoogleStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def google_queue(google):
    """A stand-in for Google's Cloud Tasks, which believes the access tokens of `google`."""
    with CloudTasksStandIn(tokens=google.tokens) as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def cloud_tasks(tmp_path_factory):
    """A server for all stories of a file that only speak Cloud Tasks with it, as far ahead as Google's."""
    here = Installation(tmp_path_factory.mktemp("cloud-tasks") / "here")
    try:
        with serving_tasks(here, CLOUD_TASKS_HORIZON="720h") as tasks:
            yield tasks
    finally:
        here.stop_all()


@pytest.fixture(scope="module", params=KINDS)
def client(request, cloud_tasks):
    """Each of Google's clients in turn, at the server `cloud_tasks`."""
    with TasksClient(request.param, cloud_tasks.port, cloud_tasks.key) as made:
        yield made


@pytest.fixture
def new_cloud_run(new_installation, google):
    """Makes installations that a stand-in for Cloud Tasks rings for, through a proxy that wakes them for it."""
    made = []

    def make(**more):
        made.append(CloudRun(new_installation, google, **more))
        return made[-1]

    yield make
    for run in made:
        run.end()
