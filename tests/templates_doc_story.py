"""Every example of docs/templates.md gives what the page says."""

import json
import re
import subprocess

from postrider.installation import ROOT, binary

PAGE = ROOT / "docs/templates.md"
NOW = "2026-11-24T09:30:00Z"
BLOCK = re.compile(r"^```(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def recipient(page):
    """The columns and values of the page's table."""
    header, _, values = re.search(r"^\| First Name.*\n\|-.*\n\| Zoë.*$", page, re.MULTILINE).group().split("\n")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in (header, values)]


def examples(page):
    """(kind, template, result) of each."""
    template = None
    for name, content in BLOCK.findall(page):
        if name in ("example", "html-example"):
            for line in content.splitlines():
                yield ("html" if name.startswith("html") else "text", *line.split(" → "))
        elif name == "liquid":
            template = content
        elif name == "result":
            yield "text", template, content


def test_every_example_gives_what_the_page_says():
    page = PAGE.read_text(encoding="utf-8")
    columns, values = recipient(page)
    wanted = list(examples(page))
    assert len(wanted) > 50
    requests = "".join(json.dumps({"template": template, "kind": kind, "columns": columns, "values": values, "now": NOW}) + "\n"
                       for kind, template, _ in wanted)
    done = subprocess.run([binary().parent / "render_templates"], input=requests, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    got = [answer["text"] if "text" in answer else f"error: {answer['error']}" for answer in answers]
    different = [(template, result, said) for (_, template, result), said in zip(wanted, got) if result != said]
    assert not different
