#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "campaign/recipients.h"

namespace postrider {
namespace {

constexpr std::array<std::string_view, 7> email_names = {
    "email", "email address", "e-mail", "mail", "email_address", "user_email", "contact_email"};

constexpr std::array<std::string_view, 12> name_names = {
    "name",      "full name",    "first name", "firstname",      "last name", "lastname",
    "full_name", "contact_name", "recipient",  "recipient_name", "user_name", "username"};

/// The leftmost header that is one of `names`; -1 when none is.
int find_column(const std::vector<std::string>& headers, std::span<const std::string_view> names) {
  const auto found = std::ranges::find_if(headers, [&](const std::string& header) {
    return std::ranges::any_of(
        names, [&](std::string_view name) { return equals_ignoring_case(trim(header), name); });
  });
  return found == headers.end() ? -1 : static_cast<int>(found - headers.begin());
}

/// The headers for a message: not all thousand of them, and no line breaks.
std::string list_headers(const std::vector<std::string>& headers) {
  constexpr std::size_t shown = 30;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(shown, headers.size()); ++i) names.push_back(one_line(headers[i], 60));
  const auto rest = headers.size() - names.size();
  return fmt::format("{}{}", fmt::join(names, ", "), rest == 0 ? "" : fmt::format(" and {} more", rest));
}

}  // namespace

Result<ColumnRoles> find_columns(const std::vector<std::string>& headers) {
  const ColumnRoles roles{.email = find_column(headers, email_names),
                          .name = find_column(headers, name_names)};
  if (roles.email >= 0) return roles;
  const bool header_is_missing =
      std::ranges::any_of(headers, [](const std::string& header) { return header.contains('@'); });
  return invalid(
      "no_email_column",
      fmt::format("No column holds the addresses: the headers are {}. Name one of them {}, or say which "
                  "it is with --email-column.{}",
                  list_headers(headers), fmt::join(email_names, ", "),
                  header_is_missing ? " The first row must hold the names of the columns." : ""));
}

std::vector<std::string> further_address_columns(const std::vector<std::string>& headers, int email) {
  std::vector<std::string> further;
  for (auto i = static_cast<std::size_t>(email + 1); i < headers.size(); ++i) {
    // "Email (2)" is a second "Email" that an import gave a name of its own.
    const auto header = headers[i].substr(0, headers[i].rfind(" ("));
    if (find_column({header}, email_names) == 0) further.push_back(headers[i]);
  }
  return further;
}

}  // namespace postrider
