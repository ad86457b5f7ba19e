#include "mail/header_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/characters.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestValue = 900;  // one line of it is still under 998 octets

struct Reserved {
  std::string_view name;  ///< lower case; with "*" at its end all that begin so
  std::string_view why;
};

constexpr std::string_view kOwn = "Postrider writes it itself, once for each email";
constexpr std::string_view kFrom = "it comes from the mailbox; see --from-name and `mailbox update`";
constexpr std::string_view kOneRecipient = "every email goes to one recipient of the list, and nobody else";
constexpr std::string_view kContent = "it says how the content is written, and Postrider writes the content";
constexpr std::string_view kRoute = "only mail servers on the way may write it";
constexpr std::string_view kSignature = "it is a signature or a proof, which only a mail server can make";
constexpr std::string_view kUnsubscribe = "Postrider's own unsubscribe links write it";
constexpr std::string_view kReceipt =
    "it asks every recipient's program for a receipt or sends bounces elsewhere";
constexpr std::string_view kThread = "the message answers none, and pretending so is deceptive";

constexpr std::array kReserved{
    Reserved{"from", kFrom},
    Reserved{"sender", kFrom},
    Reserved{"reply-to", "use --reply-to"},
    Reserved{"subject", "use --subject"},
    Reserved{"to", kOneRecipient},
    Reserved{"cc", kOneRecipient},
    Reserved{"bcc", kOneRecipient},
    Reserved{"apparently-to", kOneRecipient},
    Reserved{"envelope-to", kOneRecipient},
    Reserved{"x-envelope-to", kOneRecipient},
    Reserved{"date", kOwn},
    Reserved{"message-id", kOwn},
    Reserved{"x-postrider*", "names that begin so are Postrider's own"},
    Reserved{"mime-version", kContent},
    Reserved{"content-*", kContent},
    Reserved{"in-reply-to", kThread},
    Reserved{"references", kThread},
    Reserved{"received*", kRoute},
    Reserved{"return-path", kRoute},
    Reserved{"delivered-to", kRoute},
    Reserved{"x-original-to", kRoute},
    Reserved{"resent-*", kRoute},
    Reserved{"authentication-results*", kSignature},
    Reserved{"dkim-*", kSignature},
    Reserved{"domainkey-*", kSignature},
    Reserved{"x-google-dkim-*", kSignature},
    Reserved{"arc-*", kSignature},
    Reserved{"list-unsubscribe*", kUnsubscribe},
    Reserved{"disposition-notification-*", kReceipt},
    Reserved{"return-receipt-*", kReceipt},
    Reserved{"x-confirm-reading-to", kReceipt},
    Reserved{"errors-to", kReceipt},
    Reserved{"x-errors-to", kReceipt},
};

/// Free to use besides X-…; those marked take any text, the others have a grammar of their own.
struct Free {
  std::string_view name;
  bool any_text = false;
};
constexpr std::array kFree{
    Free{"List-Id"},        Free{"List-Help"},        Free{"List-Owner"},         Free{"List-Archive"},
    Free{"List-Post"},      Free{"List-Subscribe"},   Free{"Feedback-ID"},        Free{"CFBL-Address"},
    Free{"Precedence"},     Free{"CFBL-Feedback-ID"}, Free{"Auto-Submitted"},     Free{"Importance"},
    Free{"Priority"},       Free{"Sensitivity"},      Free{"Organization", true}, Free{"Comments", true},
    Free{"Keywords", true},
};

std::unexpected<Error> bad_header(std::string message) {
  return invalid("bad_header", std::move(message));
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return equals_ignoring_case(text.substr(0, start.size()), start);
}

bool covers(const Reserved& reserved, std::string_view name) {
  if (!reserved.name.ends_with('*')) return equals_ignoring_case(name, reserved.name);
  return starts_with_ignoring_case(name, reserved.name.substr(0, reserved.name.size() - 1));
}

bool is_free(std::string_view name) {
  return starts_with_ignoring_case(name, "x-") || std::ranges::any_of(kFree, [name](const Free& free) {
           return equals_ignoring_case(name, free.name);
         });
}

Result<void> check_name(std::string_view name) {
  if (name.empty()) return bad_header("A header is written \"X-Name: value\"; this one has no name.");
  if (name.size() > kLongestName)
    return bad_header(fmt::format("The header's name is longer than {} characters.", kLongestName));
  if (!std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '-'; }) ||
      name.front() == '-' || name.back() == '-') {
    return bad_header(
        fmt::format("\"{}\" is no header name: use letters, digits and hyphens.", one_line(name, 80)));
  }
  for (const Reserved& reserved : kReserved) {
    if (covers(reserved, name))
      return bad_header(fmt::format("The header {} cannot be set: {}.", name, reserved.why));
  }
  if (!is_free(name)) {
    std::string names;
    for (const Free& free : kFree) names += fmt::format(", {}", free.name);
    return bad_header(fmt::format(
        "The header {} is not known. Use a name that begins with X-, or one of: {}.", name, names.substr(2)));
  }
  return {};
}

}  // namespace

Result<HeaderField> parse_header_field(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == text.npos)
    return bad_header("A header is written \"X-Name: value\", with a colon after its name.");
  const auto name = text.substr(0, colon);
  if (auto checked = check_name(name); !checked) return std::unexpected(std::move(checked).error());
  const auto raw = text.substr(colon + 1);
  if (!is_valid_utf8(raw))
    return bad_header(fmt::format("The value of the header {} is not valid UTF-8.", name));
  if (std::ranges::any_of(
          raw, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; })) {
    return bad_header(
        fmt::format("The value of the header {} holds a line break or control character.", name));
  }
  const auto value = trim(raw);
  if (value.empty()) return bad_header(fmt::format("The header {} has no value.", name));
  if (value.size() > kLongestValue) {
    return bad_header(
        fmt::format("The value of the header {} is longer than {} characters.", name, kLongestValue));
  }
  // Within {{ }} the name of a column may be of any script. A List-Id may have a name before its id.
  if (is_structured_field(name) && !equals_ignoring_case(name, "List-Id") && !is_ascii(value) &&
      value.find("{{") == value.npos) {
    return bad_header(fmt::format("The header {} takes plain ASCII only.", name));
  }
  return HeaderField{std::string(name), std::string(value)};
}

Result<void> check_header_fields(std::span<const HeaderField> fields) {
  if (fields.size() > kMostHeaderFields)
    return bad_header(
        fmt::format("There are {} headers; at most {} are allowed.", fields.size(), kMostHeaderFields));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (equals_ignoring_case(fields[i].name, fields[j].name))
        return bad_header(fmt::format("The header {} is given twice.", fields[i].name));
    }
  }
  return {};
}

bool is_structured_field(std::string_view name) {
  if (starts_with_ignoring_case(name, "x-")) return false;
  return !std::ranges::any_of(
      kFree, [name](const Free& free) { return free.any_text && equals_ignoring_case(name, free.name); });
}

}  // namespace postrider
