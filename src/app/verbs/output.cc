#include "app/verbs/output.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace postrider {

namespace {

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

std::string fit(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if (starts_character(text[end]) && seen++ == width - 1) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

void Table::add(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = one_line(cell);
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out, int columns) const {
  const bool named_values = headers_.empty();
  std::vector<std::size_t> widths;
  std::vector<bool> right;
  const auto measure = [&](const std::vector<std::string>& cells, std::size_t extra) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(cells[i]) + (i == 0 ? extra : 0));
    }
  };
  auto headers = headers_;
  for (auto& header : headers) {
    right.push_back(header.starts_with('>'));
    if (right.back()) header.erase(0, 1);
  }
  measure(headers, 0);
  for (const auto& row : rows_) measure(row, named_values ? 1 : 0);
  right.resize(widths.size());

  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto cell = named_values && i == 0 ? cells[i] + ":" : cells[i];
      const std::string blanks(widths[i] - display_width(cell), ' ');
      text += (i == 0 ? "" : "  ") + (right[i] ? blanks + cell : cell + blanks);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out << (columns > 0 ? fit(text, static_cast<std::size_t>(columns)) : text) << '\n';
  };
  if (!named_values) line(headers);
  for (const auto& row : rows_) line(row);
}

int exit_code(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::invalid:
      return 2;
    case Error::Kind::not_found:
    case Error::Kind::conflict:
    case Error::Kind::unavailable:
      return 1;
  }
  return 1;
}

int Output::fail(const Error& error, const std::vector<Problem>& problems) {
  if (json_) {
    boost::json::object body{{"code", error.code}, {"message", error.message}};
    if (!problems.empty()) {
      boost::json::array parts;
      for (const auto& problem : problems)
        parts.push_back({{"code", problem.code}, {"message", problem.message}});
      body["problems"] = std::move(parts);
    }
    print(boost::json::object{{"error", std::move(body)}});
  } else {
    note("postrider: " + error.message);
  }
  return exit_code(error.kind);
}

int Output::fail(const std::exception& fault) {
  if (json_) {
    print(boost::json::object{{"error", {{"code", "fault"}, {"message", fault.what()}}}});
  } else {
    note(fmt::format("postrider: {}", fault.what()));
  }
  return 3;
}

std::string show_time(const std::optional<WallTime>& t) {
  return t ? format_rfc3339(std::chrono::floor<std::chrono::seconds>(*t)) : "-";
}

boost::json::value time_json(const std::optional<WallTime>& t) {
  return t ? boost::json::value(format_rfc3339(*t)) : boost::json::value(nullptr);
}

std::string show_span(Micros d) {
  const auto seconds = std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(d).count());
  if (seconds < 60) return fmt::format("{}s", seconds);
  const auto pair = [](std::int64_t n, std::int64_t unit, std::int64_t small, char a, char b) {
    const auto rest = n % unit / small;
    return rest == 0 ? fmt::format("{}{}", n / unit, a) : fmt::format("{}{} {}{}", n / unit, a, rest, b);
  };
  if (seconds < 3600) return pair(seconds, 60, 1, 'm', 's');
  if (seconds < 86400) return pair(seconds, 3600, 60, 'h', 'm');
  return pair(seconds, 86400, 3600, 'd', 'h');
}

std::string count_of(std::int64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

}  // namespace postrider
