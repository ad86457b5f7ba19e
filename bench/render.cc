// How fast templates render: compiles TEMPLATE once and renders it for each row of ROWS in turn, for SECONDS.
// Prints the rendering of the first row to OUTPUT and renderings a second to standard output. ROWS holds one
// recipient a line, cells apart by tabs; its first line are the headers.
//
//   render_bench KIND TEMPLATE ROWS SECONDS OUTPUT

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "base/text.h"
#include "mail/template.h"

namespace {

using namespace postrider;

std::string read_file(const char* name) {
  std::ifstream in(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  for (const auto cell : split(line, '\t')) cells.emplace_back(cell);
  return cells;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("render_bench KIND TEMPLATE ROWS SECONDS OUTPUT\n", stderr);
    return 2;
  }
  std::vector<std::vector<std::string>> rows;
  const std::string text = read_file(arguments[3]);
  for (const auto line : split(trim(text), '\n')) rows.push_back(cells_of(line));
  const auto kind = std::string_view(arguments[1]) == "html" ? TemplateKind::html : TemplateKind::text;
  const auto made = Template::compile(read_file(arguments[2]), rows.front(), {.kind = kind});
  if (!made) {
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    return 1;
  }
  rows.erase(rows.begin());
  std::ofstream(arguments[5], std::ios::binary) << made->render({.values = rows.front()}).value();

  using Clock = std::chrono::steady_clock;
  const std::chrono::duration<double> wanted{std::strtod(arguments[4], nullptr)};
  const auto begin = Clock::now();
  std::chrono::duration<double> took{};
  std::size_t renderings = 0;
  std::size_t octets = 0;
  while (took < wanted) {
    for (const auto& row : rows) octets += made->render({.values = row}).value().size();
    renderings += rows.size();
    took = Clock::now() - begin;
  }
  std::printf("%.0f %zu\n", static_cast<double>(renderings) / took.count(), octets / renderings);
}
