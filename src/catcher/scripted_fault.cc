#include "catcher/scripted_fault.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace postrider {
namespace {

using Kind = ScriptedFault::Kind;

constexpr int max_milliseconds = 60'000;

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < 0) return std::nullopt;
  return value;
}

/// "550" or "550-5.1.1"; a refusal only, or the script would be no fault.
std::optional<std::string> reply_of(std::string_view text) {
  const auto dash = text.find('-');
  const auto code = number_of(text.substr(0, dash));
  if (!code || *code < 400 || *code > 599) return std::nullopt;
  std::string reply = std::to_string(*code);
  if (dash != text.npos) {
    const std::string_view enhanced = text.substr(dash + 1);
    const bool shaped = enhanced.size() >= 5 && std::ranges::count(enhanced, '.') == 2 &&
                        enhanced.find_first_not_of("0123456789.") == enhanced.npos;
    if (!shaped) return std::nullopt;
    reply.append(" ").append(enhanced);
  }
  return reply + " Scripted by the recipient's address";
}

}  // namespace

ScriptedFault parse_scripted_fault(std::string_view address) {
  const std::string lower = lower_ascii(address.substr(0, address.find_first_of("+@")));
  const std::string_view script = lower;
  const auto after = [&](std::string_view prefix) { return script.substr(prefix.size()); };

  if (script == "drop-rcpt") return {Kind::drop_rcpt};
  if (script == "drop-data") return {Kind::drop_data};
  if (script == "drop-dot") return {Kind::drop_dot};
  if (script == "lost-dot") return {Kind::lost_dot};
  if (script.starts_with("refuse")) return {Kind::reply, 0, "550 5.1.1 No such user here"};
  if (script.starts_with("reply-")) {
    if (auto reply = reply_of(after("reply-"))) return {Kind::reply, 0, std::move(*reply)};
  }
  if (script.starts_with("dot-")) {
    if (auto reply = reply_of(after("dot-"))) return {Kind::dot, 0, std::move(*reply)};
  }
  if (script.starts_with("defer-")) {
    if (auto times = number_of(after("defer-"))) return {Kind::defer, *times};
  }
  if (script.starts_with("slow-")) {
    if (auto time = number_of(after("slow-"))) return {Kind::slow, std::min(*time, max_milliseconds)};
  }
  if (script.starts_with("late-")) {
    if (auto time = number_of(after("late-"))) return {Kind::late, std::min(*time, max_milliseconds)};
  }
  return {};
}

}  // namespace postrider
