"""Moments as Postrider writes them (RFC 3339 in UTC)."""

from datetime import datetime


def moment(text):
    # Python 3.11 reads "Z", and fractions of three or six digits only.
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{(fraction + '000000')[:6]}+00:00")


def seconds_between(earlier, later):
    return (moment(later) - moment(earlier)).total_seconds()
