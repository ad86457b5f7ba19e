"""Addresses the catcher treats in a special way: the local part says how (see `postrider catch --help`)."""

DEFERRED_ONCE = "defer-1@example.org"
DEFERRED_ALWAYS = "defer-99@example.org"
# 5.1.1: nobody has this address.
UNKNOWN_USER = "refuse@example.org"
# A refusal that says nothing about the address itself.
REFUSED = "reply-550-5.7.1@example.org"
# Accepted, and the line is lost before the answer.
LINE_LOST = "drop-dot@example.org"


def many(address, count):
    """The same treatment for several people: refuse+1@…, refuse+2@…"""
    local, domain = address.split("@")
    return [f"{local}+{n}@{domain}" for n in range(1, count + 1)]
