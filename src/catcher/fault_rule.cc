#include "catcher/fault_rule.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace postrider {
namespace {

using Action = FaultRule::Action;
using Count = FaultRule::Count;

constexpr int max_milliseconds = 60'000;

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < 1 || value > 1'000'000'000) return std::nullopt;
  return value;
}

/// Takes the first word off `text`.
std::string_view next_word(std::string_view& text) {
  text = trim(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text = trim(text.substr(word.size()));
  return word;
}

std::optional<Count> counted(std::string_view word) {
  if (word == "session" || word == "sessions") return Count::session;
  if (word == "mail" || word == "mails") return Count::mail;
  return std::nullopt;
}

/// "mail 3", "session 1-2", "every 5 mails".
bool read_when(std::string_view text, FaultRule& rule) {
  const std::string_view first = next_word(text);
  const std::string_view second = next_word(text);
  if (first == "every") {
    const auto number = number_of(second);
    const auto count = counted(text);
    if (!number || !count) return false;
    rule.every = *number;
    rule.count = *count;
    return true;
  }
  const auto dash = second.find('-');
  const auto count = counted(first);
  const auto from = number_of(second.substr(0, dash));
  const auto to = dash == second.npos ? from : number_of(second.substr(dash + 1));
  if (!count || !from || !to || *to < *from || !text.empty()) return false;
  rule.count = *count;
  rule.first = *from;
  rule.last = *to;
  return true;
}

std::optional<Stage> stage_of(std::string_view word) {
  for (int number = static_cast<int>(Stage::connect); number <= static_cast<int>(Stage::dot); ++number) {
    const auto stage = static_cast<Stage>(number);
    if (to_string(stage) == word) return stage;
  }
  return std::nullopt;
}

/// A colon may also stand in a reply's text, behind a stage; of the stages only mail begins a WHEN.
bool is_when(std::string_view text) {
  const std::string_view first = next_word(text);
  next_word(text);
  return !stage_of(first) || (first == "mail" && text.empty());
}

bool read_action(std::string_view text, FaultRule& rule) {
  const std::string_view whole = text;
  const std::string_view word = next_word(text);
  if (const auto code = number_of(word); code && word.size() == 3 && *code >= 200 && *code < 600) {
    rule.action = Action::reply;
    rule.reply = std::string(whole);
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    return std::ranges::all_of(whole, printable) && whole.size() <= 500;
  }
  if (word == "delay") {
    const auto time = number_of(text);
    rule.action = Action::delay;
    rule.milliseconds = static_cast<int>(std::min<std::int64_t>(time.value_or(0), max_milliseconds));
    return time.has_value();
  }
  if (word == "close")
    rule.action = Action::close;
  else if (word == "silence")
    rule.action = Action::silence;
  else if (word == "garbage")
    rule.action = Action::garbage;
  else if (word == "extra")
    rule.action = Action::extra;
  else
    return false;
  return text.empty();
}

}  // namespace

Result<FaultRule> parse_fault_rule(std::string_view text) {
  const auto wrong = [&](std::string_view what) {
    return invalid("bad_fault",
                   "The fault \"" + one_line(text, 100) + "\" cannot be read: " + std::string(what));
  };
  FaultRule rule;
  std::string_view rest = trim(text);
  const auto colon = rest.find(':');
  if (colon != rest.npos && is_when(rest.substr(0, colon))) {
    if (!read_when(rest.substr(0, colon), rule)) {
      return wrong("before the colon stands \"session N\", \"mail N\", \"mail N-M\" or \"every N mails\".");
    }
    rest = trim(rest.substr(colon + 1));
  }
  const auto stage = stage_of(next_word(rest));
  if (!stage) {
    return wrong("its stage must be connect, greeting, ehlo, starttls, auth, mail, rcpt, data, body or dot.");
  }
  rule.stage = *stage;
  if (!read_action(rest, rule)) {
    return wrong(
        "behind the stage stands a reply (\"421 4.7.0 Later\"), close, delay N, silence, garbage or extra.");
  }
  if (rule.action == Action::extra && rule.stage != Stage::starttls)
    return wrong("extra belongs to starttls.");
  const bool speaks = rule.action == Action::reply || rule.action == Action::garbage;
  if (rule.stage == Stage::connect && speaks) return wrong("at connect nothing can be said; use greeting.");
  if (rule.count == Count::mail && rule.stage < Stage::mail) {
    return wrong("this stage comes before any mail: count sessions.");
  }
  return rule;
}

const FaultRule* find_fault(const std::vector<FaultRule>& rules, Stage stage, std::int64_t session,
                            std::int64_t mail) {
  const auto fits = [&](const FaultRule& rule) {
    if (rule.stage != stage) return false;
    if (rule.count == Count::always) return true;
    const std::int64_t number = rule.count == Count::session ? session : mail;
    return rule.every > 0 ? number > 0 && number % rule.every == 0
                          : rule.first <= number && number <= rule.last;
  };
  const auto found = std::ranges::find_if(rules, fits);
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace postrider
