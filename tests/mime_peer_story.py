"""100,000 messages of all scripts and all kinds of trouble, made from a fixed seed, are read by GMime
and by Python's email: every header, part and byte is what was put in, and nothing else is there."""
import collections
import email
import email.policy
import os
import pathlib
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor

POSTRIDER = pathlib.Path(os.environ.get("POSTRIDER", pathlib.Path(__file__).parent.parent / "build/check/postrider"))
PROGRAM = POSTRIDER.parent / "any_messages"
FIRST = 1
MESSAGES = 100_000
PROCESSES = 2
STRUCTURE = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"]


def records(stream):
    """Lists of (name, octets)."""
    while count := stream.readline():
        fields = []
        for _ in range(int(count)):
            name, length = stream.readline().rsplit(b" ", 1)
            fields.append((name.decode(), stream.read(int(length))))
        yield fields


def parse(raw, utf8):
    """The structure; headers are read by read_headers, once each: reading them is what takes the time,
    and under the default policy the parser itself would read some of them five times over."""
    # RFC 6532: headers of a message with an address beyond ASCII are UTF-8, which the bytes parser
    # does not take.
    if utf8:
        return email.message_from_string(raw.decode(), policy=email.policy.compat32)
    return email.message_from_bytes(raw, policy=email.policy.compat32)


def read_headers(part):
    return {name: email.policy.default.header_fetch_parse(name, value) for name, value in part.raw_items()}


def without_blanks(name):
    """Python's email puts a blank between neighbouring encoded words of a display name and makes one
    of several (GMime, which compares exactly, does not)."""
    return "".join(name.split())


def check(fields):
    """Compares one message with what was put in."""
    first = dict(fields)
    message = parse(first["message"], first["utf8"] == b"yes")
    headers = read_headers(message)
    expected_names = []
    for name, value in fields:
        kind, _, header = name.partition(":")
        if kind == "name":
            addresses = headers[header].addresses
            found = addresses[0].display_name
            assert len(addresses) == 1, (header, addresses)
            assert without_blanks(found) == without_blanks(value.decode()), (header, found, value.decode())
        elif kind == "address":
            expected_names.append(header)
            found = headers[header].addresses[0].addr_spec
            assert found == value.decode(), (header, found, value.decode())
        elif kind == "date":
            expected_names.append("Date")
            assert int(headers["Date"].datetime.timestamp()) == int(value), (headers["Date"], value)
        elif kind == "header":
            expected_names.append(header)
            assert headers[header] == value.decode(), (header, headers[header], value.decode())
    names = [name for name in message.keys() if name not in STRUCTURE]
    assert names == expected_names, (names, expected_names)
    assert headers["MIME-Version"] == "1.0"
    check_parts(message, headers, fields, first)


def check_parts(message, headers, fields, first):
    files = [value for name, value in fields if name.startswith("file")]
    expected = ["multipart/mixed"] if files else []
    expected += ["multipart/alternative", "text/plain", "text/html"] if "html" in first else ["text/plain"]
    expected += [files[i].decode() for i in range(1, len(files), 3)]
    parts = [(part, headers if part is message else read_headers(part)) for part in message.walk()]
    assert [headers["Content-Type"].content_type for _, headers in parts] == expected
    leaves = [(part, headers) for part, headers in parts if headers["Content-Type"].maintype != "multipart"]
    text = leaves[0][0].get_payload(decode=True)
    if "html" in first:
        html, html_headers = leaves[1]
        assert html.get_payload(decode=True) == first["html"]
        assert html_headers["Content-Type"].params["charset"] == "utf-8"
    if "html" in first and not first["text"].strip(b" \t\r\n"):
        assert text.strip(), "the text beside the HTML is empty"
    else:
        assert text == first["text"], (text, first["text"])
    assert leaves[0][1]["Content-Type"].params["charset"] == "utf-8"
    for i in range(0, len(files), 3):
        part, part_headers = leaves[(2 if "html" in first else 1) + i // 3]
        disposition = part_headers["Content-Disposition"]
        assert disposition.content_disposition == "attachment"
        assert disposition.params["filename"] == files[i].decode(), (disposition.params, files[i])
        assert part.get_payload(decode=True) == files[i + 2]


def check_range(first, count):
    """Counts of what was seen, or the words about the first difference."""
    seen = collections.Counter()
    command = [PROGRAM, str(first), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        for number, fields in enumerate(records(program.stdout), first):
            try:
                check(fields)
            except Exception as error:
                program.kill()
                return seen, f"message {number}: {type(error).__name__}: {error}"
            names = {name for name, _ in fields}
            seen.update(["messages", *(kind for kind in ("html", "file", "address:Reply-To") if kind in names)])
            seen.update(["utf8"] if dict(fields)["utf8"] == b"yes" else [])
        words = program.stderr.read().decode(errors="replace")
    return seen, words if program.returncode else ""


def test_every_reader_finds_in_100_000_messages_what_was_put_in():
    share = MESSAGES // PROCESSES
    started = time.monotonic()
    with ProcessPoolExecutor(PROCESSES) as pool:
        results = list(pool.map(check_range, range(FIRST, FIRST + MESSAGES, share), [share] * PROCESSES))
    for _, trouble in results:
        assert not trouble, trouble
    seen = sum((seen for seen, _ in results), collections.Counter())
    print(f"from number {FIRST}: {dict(seen)} in {time.monotonic() - started:.0f} s", file=sys.stderr)
    assert seen["messages"] == MESSAGES
    assert min(seen["html"], seen["file"], seen["address:Reply-To"]) > MESSAGES / 20
    assert seen["utf8"] > 100
