"""What the doctor finds, held against what every finding must be."""

import shlex
import shutil


def is_command(here, line):
    """True for a command that this machine knows; ours are asked for their help."""
    program, *words = shlex.split(line)
    if program != "postrider":
        return program == "gcloud" or shutil.which(program) is not None  # Google's own is seldom here
    return here.run(*words, "--help", expect=None).code == 0


def examine(here, *options, **more):
    findings = here.ask("doctor", *options, expect=None, **more)["findings"]
    order = ["fault", "warning", "fine"]
    assert [one["severity"] for one in findings] == sorted((one["severity"] for one in findings), key=order.index)
    for one in findings:
        assert one["cause"]
        assert one["severity"] == "fine" or is_command(here, one["next"]), one
    return findings


def named(here, area, words, *options, severity="fault", evidence="", next_command="", **more):
    """The one finding of this area and severity that says these words."""
    findings = examine(here, *options, **more)
    fits = [one for one in findings if one["area"] == area and one["severity"] == severity and words in one["cause"]]
    assert len(fits) == 1, (words, findings)
    assert evidence in fits[0]["evidence"] and fits[0]["evidence"], fits[0]
    assert next_command in fits[0]["next"], fits[0]
    code = 1 if any(one["severity"] == "fault" for one in findings) else 0
    said = here.run("doctor", *options, expect=code, **more)
    assert words in said.out and fits[0]["next"] in said.out
    return fits[0]
