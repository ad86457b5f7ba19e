"""Cells that somebody put into a list to make a mailer do what its owner did not ask for.

A seeded generator of rows, each with what must become of it: the one address it may reach, or that it
must be refused. Nothing with "evil" in it may ever be a recipient or the name of a header.
"""

import csv
import random
from collections import namedtuple

# `cells`: as in the list. `sent_to`: the one address it may reach; None: it must be refused.
Row = namedtuple("Row", "number cells sent_to")
HEADER = ("n", "email", "name", "note")

PIECES = [
    # Another header, another recipient, an early end of the headers or of the message.
    "\r\nBcc: a@evil.example", "\nBcc: a@evil.example", "\rBcc: a@evil.example", "\n\rBcc: a@evil.example",
    "\r\n Bcc: a@evil.example", "\r\n\r\n<h1>evil</h1>", "\n\n", "\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\n..\n",
    "\r\n.\r\nMAIL FROM:<a@evil.example>\r\nRCPT TO:<b@evil.example>\r\nDATA\r\nSubject: evil\r\n\r\nx\r\n.\r\n",
    "\nRSET\n", "\nQUIT\n", "\r\nContent-Type: text/html\r\n\r\n", "\r\n--=_\r\n", "\r\n--\r\n", "\nFrom evil\n", ".", "..",
    # The same for readers that decode first.
    "=?utf-8?q?=0D=0ABcc:_a@evil.example?=", "=?utf-8?b?DQpCY2M6IGFAZXZpbC5leGFtcGxl?=", "=?utf-8?q?=00?=", "=?", "?=", "=?x?",
    "%0d%0aBcc: a@evil.example", "\\r\\nBcc: a@evil.example", "&#13;&#10;Bcc: a@evil.example", "=0D=0A", "=\r\n", "=",
    "\u010d\u010aBcc: a@evil.example", "\u560d\u560aBcc: a@evil.example", "\uff0d\uff0a",
    # A display name that ends early.
    '"', '""', '\\"', "\\", "\\\\", "<", ">", "<a@evil.example>", '" <a@evil.example>, "', ", a@evil.example", "; ", ": ", ",",
    "(", ")", "(a@evil.example)", "@", "@evil.example", "[", "]", "evil: a@evil.example;",
    # A template of its own.
    "{{ name }}", "{{ email }}", "{{", "}}", "{%", "%}", "{% raw %}", "{% if x %}", "{{ '}}' }}", "{{ n | default: \"x\" }}", "${x}", "<%= x %>",
    # Characters that look like nothing, or turn, join and break lines.
    "\t", "\v", "\f", "\b", "\x01", "\x1b[31m", "\x1f", "\x7f", "\u0080", "\u0085", "\u2028", "\u2029", "\u202e", "\u200b", "\u200d", "\ufeff",
    "\u00a0", "\u3000", "e\u0301\u0301\u0301", "\U000e0041", "\ufffd", "\uffff", "\U0010ffff",
    # Ordinary text of all sorts.
    "Zoë", "Ünal", "日本語の名前", "שלום", "مرحبا", "😀", "👩\u200d👩\u200d👧", "Dr. A. B. O'Neill-Smith", "word", " ", "  ", " and ", "=1+1", "@SUM(A1)", "+1", "-1",
    # Octets that are no UTF-8 (surrogate escapes of Python).
    "\udce9", "\udcff\udcfe", "\udcc0\udc8a", "\udcc0\udc80", "\udced\udca0\udc80", "\udcf4\udc90\udc80\udc80", "\udc80", "\udce2\udc80",
]

# Local part and domain around a number that makes the row's address its own.
ACCEPTED = [
    ("p{}@example.org", "p{}@example.org"), ("p{}@example.org", "p{}@example.org"), ("p{}@example.org", "p{}@example.org"),
    (" \t p{}@Example.ORG\r\n", "p{}@example.org"), ("\u00a0p{}@example.org\u200b", "p{}@example.org"), ("\ufeffp{}@example.org", "p{}@example.org"),
    ("p{}%evil.example@example.org", "p{}%evil.example@example.org"), ("evil.example!p{}@example.org", "evil.example!p{}@example.org"),
    ("p{}=evil.example@example.org", "p{}=evil.example@example.org"), ("p{}+`id`$HOME|x@example.org", "p{}+`id`$HOME|x@example.org"),
    ("p{}'--@example.org", "p{}'--@example.org"), ("{{name}}p{}@example.org", "{{name}}p{}@example.org"),
    ("p{}@bücher.example", "p{}@xn--bcher-kva.example"), ("p{}@例え.テスト", "p{}@xn--r8jz45g.xn--zckzah"), ("用户{}@example.org", "用户{}@example.org"),
    ("p{}@example。org", "p{}@example.org"),
    # No UTF-8, so read as Windows-1252.
    ("p{}\udce9@example.org", "p{}é@example.org"), ("p{}@ex\udce9mple.org", "p{}@xn--exmple-cva.org"), ("p{}\udcc0\udc80@example.org", "p{}À€@example.org"),
]
REFUSED = [
    "", " ", "p{}", "@", "p{}@", "@example.org", "p{}@example", "p{}@example.org\r\nBcc: a@evil.example", "p{}@example.org\nRCPT TO:<a@evil.example>",
    "p{}@example.org>\r\nRCPT TO:<a@evil.example", "a@evil.example\r\np{}@example.org", "p{}\r@example.org", "p{}\n@example.org", "p{}@example.org\0", "p{}\0@example.org",
    "p{}@example.org,a@evil.example", "p{}@example.org; a@evil.example", "p{}@example.org a@evil.example", "p{}@evil.example@example.org",
    "p{}@@example.org", '"p{}@evil.example"@example.org', '"p{} "@example.org', "p{}(a@evil.example)@example.org", "(x)p{}@example.org", "p{}@example.org(x)",
    "<p{}@example.org>", "Evil <p{}@example.org>", "a@evil.example <p{}@example.org>", "@evil.example:p{}@example.org", "p{}@[127.0.0.1]", "p{}@127.0.0.1",
    "=?utf-8?q?p{}=40evil.example=3E?=@example.org", "=?x?q?p{}=40evil.example=3e=00?=foo@example.org", "p{}@=?utf-8?q?evil.example?=",
    "p{}\uff20evil.example@example.org", "p{}\uff20example.org", "p{}@example.org\u202e", "p\u202e{}@example.org", "p\u200b{}@example.org", "p{}@exa\u00admple.org",
    "p{}@example.org\u2028Bcc:a@evil.example", "p{}\u0085@example.org",
    ".p{}@example.org", "p{}.@example.org", "p..{}@example.org", "p{}@example..org", "p{}@-example.org", "p{}@exam_ple.org", "p{}@xn--999999999.org",
    "p{}\\@evil.example@example.org", "p{} SIZE=1@example.org", "p{}@example.org SIZE=1", "p{}@example.org> BODY=8BITMIME", "mailto:p{}@example.org",
    "{}" + "p" * 64 + "@example.org", "p{}@" + "d" * 64 + ".org", "p{}@" + ("d" * 63 + ".") * 4 + "org",
]


def cell(rng, number):
    """One hostile cell; never blank, so that no default takes its place."""
    if rng.random() < 0.002:
        text = "".join(rng.choice(PIECES) * rng.randrange(1, 300) for _ in range(4))
        return f"{number}{text}"[:20_000]
    pieces = [rng.choice(PIECES) for _ in range(rng.randrange(1, 7))]
    pieces.insert(rng.randrange(len(pieces) + 1), str(number))
    return rng.choice(("", " ")).join(pieces)


def hostile_rows(seed, accepted, refused):
    """`accepted` rows that reach somebody and `refused` ones that must not, in an order of chance."""
    rng = random.Random(seed)
    fates = [True] * accepted + [False] * refused
    rng.shuffle(fates)
    rows = []
    for number, fine in enumerate(fates, 1):
        name, note = cell(rng, number), cell(rng, number)
        if fine:
            given, sent_to = (text.replace("{}", str(number)) for text in rng.choice(ACCEPTED))
        elif rng.random() < 0.1:
            given, sent_to, name = f"p{number}@example.org", None, name + "\0" + name
        else:
            given, sent_to = rng.choice(REFUSED).replace("{}", str(number)), None
        rows.append(Row(number, (str(number), given, name, note), sent_to))
    return rows


def write_hostile_csv(path, rows):
    """Every cell in quotes, octets as they are; the mark at the start says that it is UTF-8."""
    with open(path, "w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        file.write("\ufeff")
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(HEADER)
        writer.writerows(row.cells for row in rows)
    return path


def value_of(text):
    """What a list's cell means: UTF-8, or Windows-1252 where it is not, without blanks around it."""
    octets = text.encode("utf-8", "surrogateescape")
    try:
        decoded = octets.decode("utf-8")
    except UnicodeDecodeError:
        decoded = "".join(_windows_1252(octet) for octet in octets)
    return decoded.strip(" \t\r\n")


def _windows_1252(octet):
    try:
        return bytes([octet]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(octet)
