// How fast messages are composed: TEXT and HTML to each recipient of ROWS in turn, for SECONDS. A row
// is a name, an address, a subject and an id, apart by tabs. Writes the first message to OUTPUT and
// prints messages a second and octets each.
//
//   mime_bench TEXT HTML ROWS SECONDS OUTPUT
//
// HTML "-": a message of text alone.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "base/text.h"
#include "mail/message.h"

namespace {

using namespace postrider;

std::string read_file(const char* name) {
  std::ifstream in(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Row {
  std::string name;
  Address address;
  std::string subject;
  std::string message_id;
};

std::vector<Row> read_rows(const char* name) {
  std::vector<Row> rows;
  const std::string text = read_file(name);
  for (const auto line : split(trim(text), '\n')) {
    const auto cells = split(line, '\t');
    rows.push_back({std::string(cells.at(0)), parse_address(cells.at(1)).value(), std::string(cells.at(2)),
                    "<" + std::string(cells.at(3)) + "@example.com>"});
  }
  return rows;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("mime_bench TEXT HTML ROWS SECONDS OUTPUT\n", stderr);
    return 2;
  }
  const std::string text = read_file(arguments[1]);
  const std::string html = arguments[2] == std::string_view{"-"} ? std::string{} : read_file(arguments[2]);
  const auto rows = read_rows(arguments[3]);
  const auto composed = [&](const Row& row) {
    return compose({.from_name = "Zoë Müller",
                    .from = {"zoe", "example.com"},
                    .to_name = row.name,
                    .to = row.address,
                    .subject = row.subject,
                    .text = text,
                    .html = html,
                    .message_id = row.message_id,
                    .date = std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now())});
  };
  std::ofstream(arguments[5], std::ios::binary) << composed(rows.front()).whole();

  using Clock = std::chrono::steady_clock;
  const std::chrono::duration<double> wanted{std::strtod(arguments[4], nullptr)};
  const auto begin = Clock::now();
  std::chrono::duration<double> took{};
  std::size_t messages = 0;
  std::size_t octets = 0;
  while (took < wanted) {
    for (const auto& row : rows) octets += composed(row).size();
    messages += rows.size();
    took = Clock::now() - begin;
  }
  std::printf("%.0f %zu\n", static_cast<double>(messages) / took.count(), octets / messages);
}
