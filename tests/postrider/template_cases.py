"""Templates and values at random, each in our spelling and in that of plain Liquid.

Only what both are meant to agree on is made here. What is left out, by rule (docs/templates.md,
"Where it differs from Liquid"): a field that may be empty meets `default` first; numbers stand in
columns of their own, which the peer gets as numbers; only texts that are not empty are put in order;
characters beyond the first 65,536 are not counted with `size`; `truncatewords` gets words with one
blank between them, and not exactly as many as it keeps; a quotient is rounded, and what
is rounded to decimals is not calculated with; `url_decode` reads
what `url_encode` wrote; `whole_url` is ours alone, so the peer gets what it should come to; a raw block's inner sides have no dashes; `escape` is ours in HTML and the peer's own filter there.
"""

TEXTS = ["", "", "Zoë", "anna lena", "McDonald", "ÉCLAIR", "straße", "ΑΣ ΟΔΟΣ", "иван Петров", "名前", "🙂 smile", "a & b",
         "<b>bold</b>", "it's \"so\"", "one two  three", " padded ", "line\nbreak\r\nand more", "{{ c1 }} {% if %}",
         "x,y,,z,,", "&amp; &lt;i&gt; &#39;", "50% + tax", "a/b?c=d#e", "Ǆ ǆ ŉ", "ｗｉｄｅ", "\ttab\t", "-", "The quick brown fox jumps over it"]
WORDS = ["alpha beta gamma delta", "one", "two words", "a b c d e f g h i j k l m n o p q"]
NUMBERS = ["0", "1", "2", "7", "10", "12.5", "-3", "100", "0.25", "-7.75", "1234"]
DATES = ["2026-11-24", "2026-01-01", "2024-02-29 23:59:58", "2026-11-24T09:05:03Z", "1999-12-31T00:00:00Z",
         "November 3, 2026", "1764000000"]
FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%A, %B %-d, %Y", "%a %b %e %H:%M:%S", "%I:%M %p", "%-m/%-d/%y", "%j %U %W %u %w", "%l %k|%P",
           "%^a %^B %_d %C%%", "%s", "%5Y %3d", "%L"]
LITERALS = ["", "x", "Ab c", "ß", " - ", "<i>", "\"'"[0], "}}", "{%", "日本"]

# Columns as the list spells them, as our template may, and as the peer's must.
COLUMNS = [("First Name", ["First Name", "first_name", "FIRST-NAME", "[\"First Name\"]"], "c0", TEXTS),
           ("Company", ["Company", "company", "COMPANY"], "c1", TEXTS), ("Größe", ["Größe", "GRÖßE"], "c2", TEXTS),
           ("Words", ["words"], "c3", WORDS), ("Net Amount", ["net amount", "Net_Amount"], "n0", NUMBERS),
           ("count", ["count"], "n1", NUMBERS), ("Due Date", ["due date"], "d0", DATES)]
HEADERS = [column[0] for column in COLUMNS]
PLAIN_TEXT = "Hello \n  there, { you } <br> & \"co\" 5 < 6 }{ % "


class Both:
    """A piece of a template in our spelling and the peer's."""

    def __init__(self, ours, peer=None):
        self.ours = ours
        self.peer = ours if peer is None else peer

    def __add__(self, other):
        other = other if isinstance(other, Both) else Both(other)
        return Both(self.ours + other.ours, self.peer + other.peer)

    def __radd__(self, other):
        return Both(other) + self


def joined(parts, separator=""):
    made = Both("")
    for i, part in enumerate(parts):
        made += (separator if i else "") + part if isinstance(part, Both) else Both((separator if i else "") + part)
    return made


class Case:
    """One template with the values of one recipient."""

    def __init__(self, random):
        self.random = random
        self.html = random.random() < 0.4
        self.values = [random.choice(column[3]) for column in COLUMNS]
        self.variables = []  # (name, is empty)
        self.template = self.block(0)

    def request(self):
        return {"template": self.template.ours, "kind": "html" if self.html else "text", "columns": HEADERS,
                "values": self.values}

    def peer_request(self):
        values = {}
        for (_, _, name, pool), value in zip(COLUMNS, self.values):
            number = pool is NUMBERS
            values[name] = (float(value) if "." in value else int(value)) if number else value
        return {"template": self.template.peer, "values": values}

    def is_empty(self, i):
        return not self.values[i].strip()

    def field(self, i):
        return Both(self.random.choice(COLUMNS[i][1]), COLUMNS[i][2])

    def literal(self, choices=LITERALS):
        text = self.random.choice(choices)
        quote = "'" if "\"" in text else "\"" if "'" in text else self.random.choice("'\"")
        return quote + text + quote

    def argument(self):
        """A text: written, or a field that is not empty."""
        i = self.random.randrange(4)
        return Both(self.literal()) if self.random.random() < 0.7 or self.is_empty(i) else self.field(i)

    def text_filter(self, astral):
        pick = self.random.choice
        kinds = ["upcase", "downcase", "capitalize", "strip", "lstrip", "rstrip", "strip_newlines"] * 2 + [
            "append", "prepend", "replace", "replace_first", "remove", "remove_first", "slice", "slice2", "truncate", "truncate2",
            "url_encode", "encode_decode", "split", "join"]
        if not astral:
            kinds.append("size")
        kind = pick(kinds)
        find = self.literal(["a", "e", " ", "an", "ß", ",", "two", "\n"])
        if kind in ("append", "prepend"):
            return f"{kind}: " + self.argument()
        if kind in ("replace", "replace_first"):
            return f"{kind}: {find}, " + self.argument()
        if kind in ("remove", "remove_first"):
            return f"{kind}: {find}"
        if kind == "slice":
            return f"slice: {pick([-8, -3, -1, 0, 1, 2, 5, 40])}"
        if kind == "slice2":
            return f"slice: {pick([-8, -3, -1, 0, 1, 2, 5, 40])}, {pick([0, 1, 3, 10])}"
        if kind == "truncate":
            return f"truncate: {pick([0, 2, 3, 5, 10, 50])}"
        if kind == "truncate2":
            return f"truncate: {pick([0, 2, 5, 10])}, " + self.literal(["", "…", " (more)"])
        if kind == "encode_decode":
            return "url_encode | url_decode"
        if kind == "split":
            return f"split: {self.literal([' ', ',', 'a', ', '])} | {pick(['first', 'last', 'size'])}"
        if kind == "join":
            return f"split: {self.literal([' ', ',', 'a'])} | join" + pick(["", f": {self.literal(['-', '', ' / '])}"])
        return kind

    def number_filter(self):
        pick = self.random.choice
        kind = pick(["plus", "minus", "times", "divided_by", "modulo", "round", "round1", "floor", "ceil", "abs", "at_least", "at_most"])
        if kind == "divided_by":
            return f"divided_by: {pick([2, 4, 3, -8])} | round: {pick([1, 2, 3])}"
        if kind in ("round", "floor", "ceil", "abs"):
            return kind
        if kind == "round1":
            return "round: 1"
        if kind == "modulo":
            return f"modulo: {pick([2, 3, 5])}"
        return f"{kind}: " + (self.field(5) if self.random.random() < 0.3 else Both(str(pick([0, 1, 2, 5, 10, 0.5, -4]))))

    def expression(self):
        """A value and its filters; never an empty field without a default."""
        roll = self.random.random()
        if roll < 0.2:
            chain = [self.field(self.random.choice([4, 5]))]
            for _ in range(self.random.randrange(4)):
                chain.append(self.number_filter())
                if "round: " in str(getattr(chain[-1], "ours", chain[-1])):
                    break
            if self.random.random() < 0.3:
                chain.append(self.random.choice(["append: \" EUR\"", "prepend: \"$\"", "size"] if len(chain) == 1 else ["append: \" EUR\""]))
                if chain[-1] == "size":
                    chain[-1] = "append: \"\" | size"
            return joined(chain, " | ")
        if roll < 0.3:
            return self.field(6) + f" | date: \"{self.random.choice(FORMATS)}\""
        if roll < 0.37:
            words = len(self.values[3].split())
            keep = self.random.choice([n for n in (1, 2, 3, 5, 15) if n != words])
            return self.field(3) + f" | truncatewords: {keep}" + self.random.choice(["", ", \"…\"", ", \"\""])
        if roll < 0.42:
            return self.address()
        if roll < 0.5:
            text = self.random.choice(["\"a literal\"", "'it is'", "12", "-2.5", "true"])
            return Both(text) if self.random.random() < 0.5 else Both(text + " | append: \"!\"")
        if roll < 0.6 and self.variables:
            return Both(self.random.choice(self.variables)) + " | append: \".\""
        i = self.random.randrange(4)
        chain = [self.field(i)]
        if self.is_empty(i) or self.random.random() < 0.2:
            chain.append("default: " + Both(self.literal(["there", "Ab c", "ß", "x y z"])))
        astral = self.is_empty(i) or any(ord(c) > 0xFFFF for v in self.values for c in v)
        for _ in range(self.random.randrange(4)):
            chain.append(self.text_filter(astral))
            if "size" in str(getattr(chain[-1], "ours", chain[-1])):
                break
        return joined(chain, " | ")

    def address(self):
        """What `whole_url`, which the peer does not have, makes of a text that is an address."""
        i = self.random.randrange(4)
        if self.is_empty(i) or self.random.random() < 0.3:
            return self.random.choice([
                Both("\"https://h.example/a b?c=<d>#é\" | whole_url", "\"https://h.example/a%20b?c=%3Cd%3E#é\""),
                Both("' tel:+1 (2) 3 ' | whole_url", "\"tel:+1%20(2)%203\""),
                Both("\"HTTP://h.example/100%\" | whole_url", "\"HTTP://h.example/100%\"")])
        begin = self.random.choice(["https://h.example/", "http://h.example:8080/a?q=", "mailto:", "tel:"])
        value = self.field(i)
        return Both(f"{value.ours} | url_encode | prepend: \"{begin}\" | whole_url",
                    f"{value.peer} | url_encode | replace: \"'\", \"%27\" | prepend: \"{begin}\"")

    def output(self):
        left, right = self.random.choice([("{{ ", " }}")] * 4 + [("{{", "}}"), ("{{- ", " }}"), ("{{ ", " -}}"), ("{{-\n", "\n-}}")])
        value = self.expression()
        if self.html:
            ending = self.random.choice(["", "", " | escape", " | newline_to_br", " | escape | newline_to_br"])
            peer = value.peer + (" | escape | newline_to_br" if "br" in ending else " | escape")
            value = Both(value.ours + ending, peer)
        return left + value + right

    def comparison(self):
        i = self.random.randrange(4)
        roll = self.random.random()
        if roll < 0.25:
            return self.field(i)
        if roll < 0.5:
            n = self.random.choice([4, 5])
            relation = self.random.choice(["==", "!=", "<", ">", "<=", ">="])
            right = self.field(9 - n) if self.random.random() < 0.3 else Both(self.random.choice(NUMBERS))
            return self.field(n) + f" {relation} " + right
        if roll < 0.65:
            return self.field(i) + self.random.choice([" == ", " != "]) + self.random.choice(
                [Both("blank"), Both("empty"), Both("\"\""), Both("'Zoë'"), Both("\"McDonald\""), Both("\"x y\"")])
        if roll < 0.75 and not self.is_empty(i):
            return self.field(i) + self.random.choice([" < ", " >= "]) + self.literal(["M", "a", "z", "名"])
        if roll < 0.85:
            return self.random.choice([Both("true"), Both("false"), Both("nil"), Both("\"text\"")])
        return self.field(i) + " contains " + self.literal(["a", "o", "Zo", "ß", "and", " "])

    def condition(self):
        parts = [self.comparison() for _ in range(self.random.choice([1, 1, 1, 2, 2, 3]))]
        made = parts[0]
        for part in parts[1:]:
            made = made + self.random.choice([" and ", " or "]) + part
        return made

    def tag(self, content):
        left, right = self.random.choice([("{% ", " %}")] * 5 + [("{%- ", " -%}"), ("{%", "%}"), ("{%- ", " %}"), ("{% ", " -%}")])
        return left + content + right

    def branches(self, depth):
        kind = self.random.choice(["if", "if", "unless", "case"])
        if kind == "case":
            i = self.random.choice([0, 1, 3, 4])
            pool = ["\"Zoë\"", "'McDonald'", "\"one\"", "'-'", "\"two words\"", "''"] if i < 4 else list(dict.fromkeys(NUMBERS))
            chosen = self.random.sample(pool, 3)
            made = self.tag("case " + self.field(i))
            made += self.tag(f"when {chosen[0]}") + self.block(depth + 1)
            made += self.tag(f"when {chosen[1]}{self.random.choice([',', ' or'])} {chosen[2]}") + self.block(depth + 1)
        else:
            made = self.tag(f"{kind} " + self.condition()) + self.block(depth + 1)
            while kind == "if" and self.random.random() < 0.3:
                made += self.tag("elsif " + self.condition()) + self.block(depth + 1)
        if self.random.random() < 0.5:
            made += self.tag("else") + self.block(depth + 1)
        return made + self.tag("end" + kind)

    def assign(self):
        name = f"v{len(self.variables)}"
        made = self.tag(f"assign {name} = " + self.expression())
        self.variables.append(name)
        return made

    def block(self, depth):
        known = len(self.variables)
        parts = []
        for _ in range(self.random.randrange(*((3, 9) if depth == 0 else (1, 4)))):
            roll = self.random.random()
            if roll < 0.3:
                parts.append(self.plain())
            elif roll < 0.7 or depth > 3:
                parts.append(self.output())
            elif roll < 0.86:
                parts.append(self.branches(depth))
            elif roll < 0.91:
                parts.append(self.assign())
            elif roll < 0.96:
                parts.append(self.tag("comment") + " {{ not | read }} " + self.tag("endcomment"))
            else:
                begin, end = self.random.choice(["{% raw %}", "{%- raw %}"]), self.random.choice(["{% endraw %}", "{% endraw -%}"])
                parts.append(begin + " {{ c1 }} {{ as it is | x }} " + end)
        del self.variables[known if depth else len(self.variables):]
        return joined(parts)

    def plain(self):
        text = self.random.choice([" ", "\n", "  \n\t", PLAIN_TEXT, "<p>A paragraph.</p>", "Dear ", ","])
        return Both(text.replace("<br> & \"co\" 5 < 6 ", "<br> &amp; co ") if self.html else text)
