"""The tests there are, by the names that documents call them by.

A unit test is named as gtest prints it (Suite.Name), a story as file and function (x_story.py::test_name); one case
of a story may follow in brackets (test_name[a-case]), its blanks and apostrophes as pytest's ids have them.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNIT = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)|\bRC_GTEST(?:_FIXTURE)?_PROP\(\s*(\w+),\s*(\w+),")
NAMED = re.compile(r"`(\w+\.\w+|\w+_story\.py::\w+(?:\[[^\]`]+\])?)`")


def known_tests():
    tests = set()
    for path in (ROOT / "src").rglob("*_test.*"):
        for found in UNIT.findall(path.read_text(encoding="utf-8")):
            tests.add(".".join(part for part in found if part))
    for path in (ROOT / "tests").glob("*_story.py"):
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            tests.add(f"{path.name}::{name}")
    return tests


def exists(name, tests):
    """Whether there is such a test, and its case if one is named."""
    test, _, case = name.rstrip("]").partition("[")
    if test not in tests:
        return False
    if not case:
        return True
    text = (ROOT / "tests" / test.partition("::")[0]).read_text(encoding="utf-8").replace("'", "")
    return re.search('"' + re.escape(case).replace(r"\-", "[- ]") + '"', text) is not None
