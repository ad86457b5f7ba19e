"""Lists as people really have them: encodings, separators, odd headers, bad rows."""

import csv
import subprocess

import pytest

from postrider.lists import people, write_csv

ROWS = [("jürgen@example.org", "Jürgen Größe", "Æther; & \"Söhne\""), ("ana@example.org", "Ana", "Ñandú, S.A.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_a_list_is_read_whatever_its_encoding_and_separator(here, encoding, delimiter):
    rows = [("juergen@example.org", *ROWS[0][1:]), ROWS[1]]
    listed = write_csv(here.directory / "list.csv", rows, ("E-Mail", "Full Name", "Firma"),
                       delimiter=delimiter, encoding=encoding)
    created = here.ask("campaign", "create", "--name", "N", "--subject", "S", "--message", "M", "--csv", listed)
    assert created["recipients"] == 2
    emails = here.ask("campaign", "emails", created["id"])["emails"]
    assert [(e["email"], e["name"], e["fields"]["Firma"]) for e in emails] == rows


def test_every_row_that_is_left_out_is_named_with_its_reason(here):
    here.run("suppression", "add", "gone@example.org", "--reason", "asked by phone")
    here.run("suppression", "add", "closed.example")
    rows = [
        ("ana@example.org", "Ana", ""),
        ("ANA@Example.ORG", "Ana again", ""),
        ("no-at-sign", "Bad", ""),
        ("two@at@example.org", "Bad", ""),
        ("gone@example.org", "Gone", ""),
        ("who@closed.example", "Closed", ""),
        ("bob@example.org", "Bob", ""),
    ]
    listed = write_csv(here.directory / "list.csv", rows)
    rejects_file = here.directory / "left-out.csv"
    created = here.ask("campaign", "create", "--name", "N", "--subject", "S", "--message", "M", "--csv", listed,
                       "--rejects", rejects_file)
    assert created["recipients"] + created["rejected"] == len(rows)
    assert (created["duplicates"], created["bad"], created["suppressed"]) == (1, 2, 2)
    with open(rejects_file, encoding="utf-8") as file:
        reasons = {int(row["row"]): row["reason"] for row in csv.DictReader(file)}
    assert set(reasons) == {3, 4, 5, 6, 7}
    assert "duplicate of row 2" in reasons[3]
    assert "bad address" in reasons[4] and "bad address" in reasons[5]
    assert "asked by phone" in reasons[6] and "suppressed" in reasons[7]


def test_rows_with_a_blank_address_are_not_dropped_silently(here):
    listed = write_csv(here.directory / "list.csv", [("", "No address", "X"), *people(2)])
    created = here.ask("campaign", "create", "--name", "N", "--subject", "S", "--message", "M", "--csv", listed)
    assert created["recipients"] == 2
    assert created["rejected"] == 1


def test_quoted_cells_may_hold_separators_quotes_and_line_ends(here):
    listed = here.directory / "list.csv"
    listed.write_bytes(b'email,name,note\r\nana@example.org,"Ana ""A"", B","one\r\ntwo"\r\n\r\nbob@example.org,Bob,\r\n')
    created = here.ask("campaign", "create", "--name", "N", "--subject", "S", "--message", "M", "--csv", listed)
    first, second = here.ask("campaign", "emails", created["id"])["emails"]
    assert first["name"] == 'Ana "A", B'
    assert first["fields"]["note"].splitlines() == ["one", "two"]
    assert second["email"] == "bob@example.org"


def test_a_list_without_an_address_column_is_refused_with_the_columns_it_has(here):
    listed = write_csv(here.directory / "list.csv", people(2), ("who", "name", "company"))
    sentence = here.refuse("campaign", "create", "--name", "N", "--subject", "S", "--message", "M",
                           "--csv", listed, code=2)
    assert "email" in sentence and "who" in sentence
    assert here.ask("campaign", "list")["campaigns"] == []
    created = here.ask("campaign", "create", "--name", "N", "--subject", "S", "--message", "M", "--csv", listed,
                       "--email-column", "who")
    assert created["recipients"] == 2


def test_a_list_longer_than_the_limit_is_refused_whole(here):
    listed = write_csv(here.directory / "list.csv", people(11))
    sentence = here.refuse("campaign", "create", "--name", "N", "--subject", "S", "--message", "M", "--csv", listed,
                           code=None, MAX_RECIPIENTS_PER_CAMPAIGN="10")
    assert "10" in sentence
    assert here.ask("campaign", "list")["campaigns"] == []


@pytest.mark.release
def test_a_long_list_is_streamed(new_installation):
    """A hundred thousand rows fit into far less memory than the list itself would take."""
    here = new_installation("long", release=True)
    listed = here.directory / "list.csv"
    filler = "x" * 200
    with open(listed, "w", encoding="utf-8") as file:
        file.write("email,name,company\n")
        file.writelines(f"p{n}@example.org,Person {n},{filler}\n" for n in range(100_000))
    done = subprocess.run(
        ["/usr/bin/python3", "-c",
         "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL);"
         "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
         here.binary, "campaign", "create", "--name", "N", "--subject", "S", "--message", "M", "--csv", listed],
        cwd=here.directory, env=here.environment, capture_output=True, text=True, timeout=120, check=True)
    code, kilobytes = map(int, done.stdout.split())
    assert code == 0, done.stderr
    assert kilobytes < 100_000, f"{kilobytes} kB resident at the most"
