"""Exim, as it comes from Debian, with TLS and a login."""

import pytest

from postrider.exim import Exim
from postrider.interop import add_mailbox, check_campaign, secured, send_campaign


@pytest.fixture
def exim():
    server = Exim()
    try:
        yield server.start()
    finally:
        server.stop()


def test_exim_gets_each_email_once_and_right(here, exim):
    add_mailbox(here, exim, *secured(exim))
    tried = here.ask("mailbox", "test", "box")
    assert tried["works"], tried
    campaign, listed = send_campaign(here)
    check_campaign(here, exim, campaign, listed)
