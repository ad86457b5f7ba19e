"""A list made by somebody hostile: a hundred thousand names and subjects, and addresses to match.

Each row is either refused with a reason or reaches exactly the one address it names, with exactly the
headers a message has, and with its values as text. The mail server is the stories' own; it shares no
code with Postrider.
"""

import base64
import binascii
import csv
import email
import email.policy
import email.utils
import html.parser
import quopri
import re
from concurrent.futures import ProcessPoolExecutor

import pytest

from postrider.hostile import hostile_rows, value_of, write_hostile_csv
from postrider.judging_server import JudgingServer

SEED = 20261129
SUBJECT = "News for {{ name }}: {{ note }} ({{ n }})"
MESSAGE = "Dear {{ name }},\n{{ note }}\n.\n..\nFrom here\n{{ name }}{{ note }}\nEND {{ n }}\n"

HEADERS = [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"List-Unsubscribe", b"MIME-Version",
           b"Content-Type", b"Content-Transfer-Encoding"]
ENCODED_WORD = re.compile(rb"=\?utf-8\?([qb])\?([!->@-~]*)\?=", re.IGNORECASE)


@pytest.fixture
def recorder():
    recorder = JudgingServer().start()
    yield recorder
    recorder.stop()


def as_header(text):
    """What a header makes of a text: controls become blanks, and blanks around it are dropped."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", text).strip(" ")


def as_line(value):
    """What a template of one line makes of a value: line ends of any sort and controls become blanks."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", value)


def as_body(text):
    """What a text part makes of a value: line ends of any sort are line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_words(value):
    """RFC 2047, strictly: either no encoded word at all or nothing else, each whole UTF-8 by itself."""
    if b"=?" not in value:
        return value.decode("ascii")
    decoded = ""
    for word in value.split(b" "):
        parts = ENCODED_WORD.fullmatch(word)
        assert parts and len(word) <= 75, f"no encoded word: {word!r}"
        if parts[1] in b"qQ":
            octets = quopri.decodestring(parts[2], header=True)
        else:
            octets = base64.b64decode(parts[2], validate=True)
        decoded += octets.decode("utf-8")
    return decoded


def headers_of(head):
    """[(name, value)], unfolded."""
    fields = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t"):
            assert fields and line.strip(), f"a folded line without text: {line!r}"
            fields[-1][1] += line
        else:
            name, colon, value = line.partition(b": ")
            assert colon and re.fullmatch(rb"[A-Za-z-]+", name), f"no header: {line!r}"
            fields.append([name, value])
    return [(name, value) for name, value in fields]


def decode_body(encoding, body):
    if encoding == b"quoted-printable":
        return quopri.decodestring(body)
    if encoding == b"base64":
        return base64.b64decode(body.replace(b"\r\n", b""), validate=True)
    assert encoding == b"7bit", encoding
    return body


def judge(row, delivery):
    """Everything about one message; an AssertionError says what is wrong with it."""
    assert delivery.recipient == row.sent_to
    message = re.sub(rb"(^|\r\n)\.", rb"\1", delivery.wire)
    head, _, body = message.partition(b"\r\n\r\n")
    fields = headers_of(head)
    assert [name for name, _ in fields] == HEADERS
    field = dict(fields)
    # A reader that is none of ours finds the same headers, and nothing to complain of.
    parsed = email.message_from_bytes(message)
    assert [name.encode() for name in parsed.keys()] == HEADERS and not parsed.defects
    number, _, name, note = map(value_of, row.cells)

    assert decode_words(field[b"Subject"]) == as_header(f"News for {as_line(name)}: {as_line(note)} ({number})")
    display, _, address = field[b"To"].rpartition(b" ")
    assert address == b"<" + row.sent_to.encode() + b">"
    if display.startswith(b'"'):
        assert re.fullmatch(rb'"(?:[^"\\\r\n]|\\.)*"', display), display
        display = re.sub(rb"\\(.)", rb"\1", display[1:-1])
    else:
        assert b"=?" in display or re.fullmatch(rb"[A-Za-z0-9 '_-]+", display), display
    assert decode_words(display) == as_header(name)
    # It sees one recipient as well.
    assert [spec for _, spec in email.utils.getaddresses([field[b"To"].decode()])] == [row.sent_to]

    assert field[b"From"] == b"ana@sender.example" and delivery.sender == "ana@sender.example"
    assert re.fullmatch(rb"<[a-z2-7]{26}@sender\.example>", field[b"Message-ID"])
    text = decode_body(field[b"Content-Transfer-Encoding"], body).decode("utf-8")
    wanted = f"Dear {name},\n{note}\n.\n..\nFrom here\n{name}{note}\nEND {number}\n"
    assert text.replace("\r\n", "\n") == as_body(wanted)
    return field[b"Message-ID"]


def judge_all(pairs):
    """(Message-IDs, complaints) of some messages; in a process of its own."""
    ids, complaints = [], []
    for row, delivery in pairs:
        try:
            ids.append(judge(row, delivery))
        except (AssertionError, UnicodeError, binascii.Error) as wrong:
            complaints.append(f"row {row}: {wrong!r}\n{delivery.wire[:600]!r}")
    return ids, complaints


@pytest.mark.release
def test_a_hostile_list_of_a_hundred_thousand_reaches_exactly_whom_it_names(new_installation, recorder):
    rows = hostile_rows(SEED, accepted=100_000, refused=10_000)
    here = new_installation("hostile", release=True)
    listed = write_hostile_csv(here.directory / "list.csv", rows)
    here.add_mailbox(recorder.port, "--sessions", "20")
    message = here.directory / "message.txt"
    message.write_text(MESSAGE, encoding="utf-8")
    created = here.ask("campaign", "create", "--name", "Hostile", "--subject", SUBJECT, "--message-file", message,
                       "--csv", listed, "--mailbox", "box", "--pace", "none")

    assert (created["recipients"], created["rejected"]) == (100_000, 10_000)
    with open(created["rejects_file"], encoding="utf-8", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [int(reject["row"]) for reject in rejects] == [row.number + 1 for row in rows if row.sent_to is None]
    for reject in rejects:
        assert reject["reason"].isprintable() and reject["reason"], reject
        assert reject["email"][:1] not in ("=", "+", "-", "@", "\t", "\r"), "a spreadsheet would run it"

    with here.serving():
        here.send(created["id"], "--wait", seconds=300)
    assert here.counts(created["id"]) == {"total": 100_000, "sent": 100_000, "failed": 0, "bounced": 0,
                                          "skipped": 0, "uncertain": 0, "pending": 0}
    recorder.stop()
    assert recorder.faults == []
    delivered = {delivery.recipient: delivery for delivery in recorder.deliveries}
    assert len(recorder.deliveries) == len(delivered) == 100_000, "each recipient once"

    pairs = [(row, delivered.pop(row.sent_to)) for row in rows if row.sent_to]
    assert not delivered, f"nobody asked for {sorted(delivered)[:10]}"
    with ProcessPoolExecutor(2) as pool:
        judged = list(pool.map(judge_all, (pairs[i:i + 5_000] for i in range(0, len(pairs), 5_000))))
    complaints = [complaint for _, some in judged for complaint in some]
    assert not complaints, f"{len(complaints)} of them, seed {SEED}: {complaints[:3]}"
    assert len({one for ids, _ in judged for one in ids}) == 100_000


HTML = ('<html><body><h1 title="{{ name }}">Dear {{ name }}</h1>\n'
        "<p title='{{ note }}'>{{ note }}</p>\n"
        '<a href="https://example.com/{{ note }}?q={{ name }}#{{ n }}">{{ name }}</a>\n'
        '<textarea>{{ note }}</textarea>END {{ n }}</body></html>\n')
HTML_HEADERS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "X-Note",
                "MIME-Version", "Content-Type"]
VISIBLE = re.compile(r"[^\s\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]+")


class Document(html.parser.HTMLParser):
    """What stands in an HTML text: its elements with their attributes, and the text of each."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.words = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words += data


def visible(text):
    """The text without blanks and controls, which readers treat each in their own way."""
    return "".join(VISIBLE.findall(text))


def judge_html(row, delivery):
    message = email.message_from_bytes(re.sub(rb"(^|\r\n)\.", rb"\1", delivery.wire), policy=email.policy.compat32)
    assert message.keys() == HTML_HEADERS and not message.defects
    number, _, name, note = map(value_of, row.cells)
    head = dict(headers_of(re.sub(rb"(^|\r\n)\.", rb"\1", delivery.wire).partition(b"\r\n\r\n")[0]))
    assert decode_words(head[b"X-Note"]) == as_header(f"for {as_line(note)}")

    text, page = message.get_payload()
    assert [part.get_content_type() for part in (text, page)] == ["text/plain", "text/html"]
    plain = text.get_payload(decode=True).decode("utf-8")
    assert f"END {number}" in plain and visible(name) in visible(plain)
    document = Document(page.get_payload(decode=True).decode("utf-8"))
    assert [tag for tag, _ in document.elements] == ["html", "body", "h1", "p", "a", "textarea"]
    found = [attributes for _, attributes in document.elements[2:]]
    assert [sorted(attributes) for attributes in found] == [["title"], ["title"], ["href"], []]
    assert visible(found[0]["title"]) == visible(name) and visible(found[1]["title"]) == visible(note)
    assert found[2]["href"].startswith("https://example.com/") and found[2]["href"].endswith(f"#{number}")
    assert re.fullmatch(r"[!-~]+", found[2]["href"]), "a link is plain ASCII without blanks"
    assert visible(document.words) == visible(f"Dear {name}{note}{name}{note}END {number}")


def test_hostile_values_stay_text_in_html_links_and_headers(here, recorder):
    rows = hostile_rows(SEED + 1, accepted=2_000, refused=0)
    here.add_mailbox(recorder.port, "--sessions", "10")
    page = here.directory / "message.html"
    page.write_text(HTML, encoding="utf-8")
    created = here.ask("campaign", "create", "--name", "Hostile", "--subject", SUBJECT, "--message-file", page,
                       "--reply-to", "desk@sender.example", "--header", "X-Note: for {{ note }}",
                       "--csv", write_hostile_csv(here.directory / "list.csv", rows), "--mailbox", "box",
                       "--pace", "none")
    with here.serving():
        here.send(created["id"], "--wait", seconds=300)
    assert here.counts(created["id"])["sent"] == 2_000
    recorder.stop()
    assert recorder.faults == []
    delivered = {delivery.recipient: delivery for delivery in recorder.deliveries}
    assert len(recorder.deliveries) == len(delivered) == 2_000
    for row in rows:
        try:
            judge_html(row, delivered[row.sent_to])
        except (AssertionError, UnicodeError, binascii.Error) as wrong:
            raise AssertionError(f"seed {SEED + 1}, {row}: {delivered[row.sent_to].wire[:3000]!r}") from wrong
