#include "mail/reply.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"
#include "mail/reply_rules.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestText = 1'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "5.7.x" fits "5.7.1" and "5.7.515"; digits fit only themselves.
bool fits_enhanced(std::string_view pattern, std::string_view enhanced) {
  if (pattern == "-") return enhanced.empty();
  const auto wanted = split(pattern, '.');
  const auto given = split(enhanced, '.');
  return std::ranges::equal(wanted, given, [](auto want, auto have) { return want == "x" || want == have; });
}

/// "5xx" fits 550.
bool fits_code(std::string_view pattern, int code) {
  const std::string digits = std::to_string(code);
  return std::ranges::equal(pattern, digits,
                            [](char want, char have) { return want == 'x' || want == have; });
}

template <class Fits>
bool any_of_list(std::string_view list, char separator, Fits fits) {
  return list.empty() || std::ranges::any_of(split(list, separator), fits);
}

bool fits(const ReplyRule& rule, Stage stage, const Reply& reply, std::string_view text) {
  if ((rule.stages & at(stage)) == 0) return false;
  return any_of_list(rule.codes, ' ', [&](auto pattern) { return fits_code(pattern, reply.code); }) &&
         any_of_list(rule.enhanced, ' ',
                     [&](auto pattern) { return fits_enhanced(pattern, reply.enhanced); }) &&
         any_of_list(rule.words, '|', [&](auto words) { return text.find(words) != text.npos; });
}

/// The length of an enhanced code (RFC 3463 §2) at the start of `text`, 0 if there is none.
std::size_t enhanced_length(std::string_view text) {
  if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.') return 0;
  std::size_t at = 2;
  const auto digits = [&] {
    const auto start = at;
    while (at < text.size() && at - start < 3 && is_digit(text[at])) ++at;
    return at > start;
  };
  if (!digits() || at >= text.size() || text[at++] != '.' || !digits()) return 0;
  const bool ends =
      at == text.size() || text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n';
  return ends ? at : 0;
}

}  // namespace

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::connect:
      return "connect";
    case Stage::greeting:
      return "greeting";
    case Stage::ehlo:
      return "ehlo";
    case Stage::starttls:
      return "starttls";
    case Stage::auth:
      return "auth";
    case Stage::mail:
      return "mail";
    case Stage::rcpt:
      return "rcpt";
    case Stage::data:
      return "data";
    case Stage::body:
      return "body";
    case Stage::dot:
      return "dot";
  }
  return "connect";
}

Meaning interpret(const Trouble& trouble) {
  if (trouble.kind == Trouble::Kind::reply) {
    const std::string text = lower_ascii(trouble.reply.text);
    const auto rules = reply_rules();
    const auto rule = std::ranges::find_if(
        rules, [&](const ReplyRule& row) { return fits(row, trouble.stage, trouble.reply, text); });
    CHECK(rule != rules.end());
    return {.disposition = rule->disposition,
            .blame = rule->blame,
            .suppress = rule->suppress,
            .soft = rule->soft,
            .slow_domain = rule->slow_domain,
            .mailbox = rule->mailbox,
            .reason = std::string(rule->reason)};
  }
  const auto rules = break_rules();
  const auto rule = std::ranges::find_if(rules, [&](const BreakRule& row) {
    return row.kind == trouble.kind && (row.stages & at(trouble.stage)) != 0;
  });
  CHECK(rule != rules.end());
  return {.disposition = rule->disposition,
          .blame = rule->blame,
          .mailbox = rule->mailbox,
          .reason = std::string(rule->reason)};
}

Reply make_reply(int code, std::string_view text) {
  text = trim(text);
  Reply reply{.code = code};
  const auto length = enhanced_length(text);
  reply.enhanced = text.substr(0, length);
  reply.text = one_line(trim(text.substr(length)), kLongestText);
  return reply;
}

}  // namespace postrider
