"""Lists of recipients, as CSV files."""

import csv


def write_csv(path, rows, header=("email", "name", "company"), delimiter=",", encoding="utf-8"):
    with open(path, "w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def people(count, prefix="person", domain="example.org"):
    """`count` ordinary recipients, each with an address of its own."""
    return [(f"{prefix}{n}@{domain}", f"Person {n}", f"Company {n}") for n in range(1, count + 1)]


def addresses(rows):
    return [row[0] for row in rows]
