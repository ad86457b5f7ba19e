#include "mail/report_fields.h"

#include <algorithm>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::size_t kMostGroups = 50;
constexpr std::size_t kMostFields = 200;
constexpr std::size_t kLongestValue = 8'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
}

/// The next line without its end; `text` goes on after it.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// False: the line is blank, so that the group ends here.
bool take_field(std::string_view line, ReportFields& group) {
  if (trim(line).empty()) return false;
  if (line.front() == ' ' || line.front() == '\t') {
    group.go_on(trim(line));
  } else if (const auto colon = line.find(':'); colon != line.npos) {
    group.add(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return true;
}

std::size_t digits_at(std::string_view text, std::size_t at, std::size_t most) {
  std::size_t n = 0;
  while (n < most && at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

}  // namespace

void ReportFields::add(std::string_view name, std::string_view value) {
  if (fields_.size() < kMostFields) {
    fields_.emplace_back(lower_ascii(name), std::string(value.substr(0, kLongestValue)));
  }
}

void ReportFields::go_on(std::string_view more) {
  if (fields_.empty()) return;
  auto& value = fields_.back().second;
  if (value.size() + more.size() >= kLongestValue) return;
  if (!value.empty()) value += ' ';
  value += more;
}

std::string_view ReportFields::value(std::string_view name) const {
  for (const auto& [known, value] : fields_) {
    if (equals_ignoring_case(known, name)) return trim(value);
  }
  return {};
}

std::vector<std::string_view> ReportFields::values(std::string_view name) const {
  std::vector<std::string_view> all;
  for (const auto& [known, value] : fields_) {
    if (equals_ignoring_case(known, name)) all.push_back(trim(value));
  }
  return all;
}

std::string_view ReportFields::typed_value(std::string_view name) const {
  const auto whole = value(name);
  const auto semicolon = whole.find(';');
  return semicolon == whole.npos ? whole : trim(whole.substr(semicolon + 1));
}

std::vector<ReportFields> read_report_groups(std::string_view text) {
  std::vector<ReportFields> groups;
  ReportFields group;
  while (!text.empty() && groups.size() < kMostGroups) {
    if (take_field(take_line(text), group) || group.empty()) continue;
    groups.push_back(std::move(group));
    group = {};
  }
  if (!group.empty() && groups.size() < kMostGroups) groups.push_back(std::move(group));
  return groups;
}

ReportFields read_head(std::string_view text) {
  ReportFields head;
  while (!text.empty() && take_field(take_line(text), head)) {
  }
  return head;
}

std::string_view enhanced_at_start(std::string_view text) {
  if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.') return {};
  const auto subject = digits_at(text, 2, 3);
  if (subject == 0 || 2 + subject >= text.size() || text[2 + subject] != '.') return {};
  const auto detail = digits_at(text, 3 + subject, 3);
  if (detail == 0 || digits_at(text, 3 + subject + detail, 1) > 0) return {};
  return text.substr(0, 3 + subject + detail);
}

std::string_view enhanced_in(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    // "550-5.7.26" goes on with an enhanced code.
    const bool within = at > 0 && text[at - 1] != '-' && is_word(text[at - 1]);
    if ((text[at] != '4' && text[at] != '5') || within) continue;
    const auto found = enhanced_at_start(text.substr(at));
    if (found.empty()) continue;
    const auto after = at + found.size();
    const bool goes_on = after + 1 < text.size() && text[after] == '.' && is_digit(text[after + 1]);
    if (!goes_on) return found;  // else an IP address
  }
  return {};
}

int smtp_code_in(std::string_view text) {
  for (std::size_t at = 0; at + 3 <= text.size(); ++at) {
    if ((text[at] != '4' && text[at] != '5') || (at > 0 && is_word(text[at - 1]))) continue;
    if (digits_at(text, at, 3) != 3 || text[at + 1] > '5') continue;
    const bool ends =
        at + 3 == text.size() || text[at + 3] == ' ' || text[at + 3] == '-' || text[at + 3] == ':';
    if (ends) return (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
  }
  return 0;
}

}  // namespace postrider
