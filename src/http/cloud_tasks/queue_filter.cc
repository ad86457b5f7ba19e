#include "http/cloud_tasks/queue_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace postrider::cloud_tasks {
namespace {

constexpr std::size_t kLongestFilter = 1'000;
// Two signs before one, so that the longer is found first.
constexpr std::array<std::string_view, 7> kComparators = {"!=", "<=", ">=", "=", ":", "<", ">"};

std::string_view state_name(HttpQueueState state) {
  switch (state) {
    case HttpQueueState::running:
      return "RUNNING";
    case HttpQueueState::paused:
      return "PAUSED";
    case HttpQueueState::disabled:
      return "DISABLED";
  }
  return "";
}

std::unexpected<RpcError> refused(std::string_view filter, std::string_view why) {
  return invalid_argument(fmt::format("Invalid filter '{}': {}", one_line(filter, 200), why));
}

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

/// The words of a filter, with comparators as words of their own; nothing: a quote is not closed.
std::optional<std::vector<std::string>> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = trim(text)).empty()) {
    const auto comparator =
        std::ranges::find_if(kComparators, [&](std::string_view sign) { return text.starts_with(sign); });
    std::size_t length = 0;
    if (comparator != kComparators.end()) {
      length = comparator->size();
    } else if (text.front() == '"') {
      length = text.find('"', 1);
      if (length == text.npos) return std::nullopt;
      words.emplace_back(text.substr(1, length - 1));
      text.remove_prefix(length + 1);
      continue;
    } else {
      // What follows a comparator may hold further signs: "projects/example.com:p".
      const bool value =
          !words.empty() && std::ranges::find(kComparators, words.back()) != kComparators.end();
      while (length < text.size() && !is_space(text[length]) &&
             (value || std::string_view("!<>=:").find(text[length]) == std::string_view::npos))
        ++length;
      length = std::max<std::size_t>(length, 1);
    }
    words.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

}  // namespace

RpcResult<QueueFilter> QueueFilter::parse(std::string_view text) {
  QueueFilter filter;
  if (text.size() > kLongestFilter) return refused(text, "it is longer than 1000 characters.");
  const auto words = words_of(text);
  if (!words) return refused(text, "a quote is not closed.");
  for (std::size_t at = 0; at < words->size(); at += 4) {
    if (words->size() < at + 3) return refused(text, "a term is written: field, comparator, value.");
    const auto& field = (*words)[at];
    const auto& comparator = (*words)[at + 1];
    if (std::ranges::find(kComparators, comparator) == kComparators.end())
      return refused(text, "comparators are = != < <= > >= and :");
    if (field != "state" && field != "name")
      return refused(text, "queues are filtered by `state` and `name` here.");
    const bool of_state = field == "state";
    if (of_state && comparator != "=" && comparator != "!=" && comparator != ":")
      return refused(text, "a state is compared by = != and :");
    filter.terms_.push_back({of_state, comparator, (*words)[at + 2]});
    const bool last = at + 3 == words->size();
    if (!last && (*words)[at + 3] != "AND") return refused(text, "terms are joined by AND.");
    if (!last && at + 4 == words->size()) return refused(text, "a term is missing behind AND.");
  }
  return filter;
}

bool QueueFilter::holds(const Term& term, const HttpQueue& queue) {
  const std::string shown = term.of_state ? std::string(state_name(queue.state)) : queue.name.text();
  if (term.comparator == "=") return shown == term.value;
  if (term.comparator == "!=") return shown != term.value;
  if (term.comparator == ":") return shown.find(term.value) != shown.npos;
  if (term.comparator == "<") return shown < term.value;
  if (term.comparator == "<=") return shown <= term.value;
  if (term.comparator == ">") return shown > term.value;
  return shown >= term.value;
}

bool QueueFilter::passes(const HttpQueue& queue) const {
  return std::ranges::all_of(terms_, [&](const Term& term) { return holds(term, queue); });
}

}  // namespace postrider::cloud_tasks
