"""Templates mean what they mean to liquidjs: thousands of them at random, rendered by both."""

import json
import os
import random
import subprocess

from postrider.installation import ROOT, binary
from postrider.npm import installed
from postrider.template_cases import Case

SEED = int(os.environ.get("TEMPLATE_SEED", "20261129"))
CASES = 15_000


def answers(command, requests, **environment):
    done = subprocess.run(command, input="".join(json.dumps(r, ensure_ascii=False) + "\n" for r in requests).encode(),
                          capture_output=True, timeout=300, env={**os.environ, "TZ": "UTC", **environment}, check=True)
    # Only "\n" ends a line: a value may hold any other line end.
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def test_thousands_of_templates_render_as_liquidjs_renders_them():
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    cases = [Case(chance) for _ in range(CASES)]
    ours = answers([binary().parent / "render_templates"], [case.request() for case in cases])
    theirs = answers(["node", ROOT / "tests/peers/liquidjs/render.cjs"], [case.peer_request() for case in cases],
                     **installed("liquidjs"))
    assert len(ours) == len(theirs) == CASES
    different = [(case, our, their) for case, our, their in zip(cases, ours, theirs) if our != their]
    for case, our, their in different[:5]:
        print("template", json.dumps(case.template.ours, ensure_ascii=False), "\nvalues", case.values,
              "\n  ours", json.dumps(our, ensure_ascii=False), "\n  peer", json.dumps(their, ensure_ascii=False))
    assert not different, f"{len(different)} of {CASES} differ with seed {SEED}"
    # A generator that makes nothing proves nothing.
    assert len({case.template.ours for case in cases}) > 10_000
    assert sum(len(answer["text"]) for answer in ours) > CASES * 20
