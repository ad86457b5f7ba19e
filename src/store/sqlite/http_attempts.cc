#include "store/sqlite/http_attempts.h"

#include <algorithm>

#include "base/check.h"
#include "store/sqlite/http_key.h"

namespace postrider::sqlite {
namespace {

constexpr auto kLeftBehind =
    "UPDATE http_task SET due = min(abs(coalesce(due, created)), ?3), dispatches = ?2, responses = "
    "coalesce(responses, 0), executions = coalesce(executions, 0), first_dispatch = coalesce(first_dispatch, ?4), "
    "last_schedule = abs(coalesce(due, created)), last_dispatch = ?4, last_response = NULL, last_status = ?5 "
    "WHERE key = ?1 AND coalesce(dispatches, 0) < ?2";

// A claim's tasks are written as numbers of seven bits to an octet, lowest first, the last without the eighth
// bit: for each task, in the order of their keys, how far its key is from the one before, and its attempt.

void put_number(std::string& text, std::uint64_t value) {
  constexpr std::uint64_t more = 0x80;
  for (; value >= more; value >>= 7U) text += static_cast<char>(value | more);
  text += static_cast<char>(value);
}

std::uint64_t take_number(std::string_view& text) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; !text.empty() && shift < 64; shift += 7) {
    const auto octet = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    value |= std::uint64_t{octet & 0x7FU} << shift;
    if (octet < 0x80) break;
  }
  return value;
}

std::string pack(std::vector<std::pair<std::int64_t, int>> tasks) {
  std::ranges::sort(tasks);
  std::string text;
  std::int64_t before = 0;
  for (const auto& [key, attempt] : tasks) {
    put_number(text, static_cast<std::uint64_t>(key - before));
    put_number(text, static_cast<std::uint64_t>(attempt));
    before = key;
  }
  return text;
}

}  // namespace

HttpAttempts::HttpAttempts(Database& db)
    : db_(db),
      add_(db, "INSERT INTO http_claim (id, dispatched, tasks) VALUES (?, ?, ?)"),
      drop_(db, "DELETE FROM http_claim WHERE id = ?") {
  Statement last(db, "SELECT max(id) FROM http_claim");
  if (last.step()) last_claim_ = last.integer(0);
}

HttpAttemptUnderWay* HttpAttempts::find(std::int64_t key, int attempt) {
  if (const auto found = newest_.find(key); found != newest_.end() && found->second.attempt == attempt)
    return &found->second;
  const auto overtaken = overtaken_.find({key, attempt});
  return overtaken == overtaken_.end() ? nullptr : &overtaken->second;
}

std::optional<HttpAttemptUnderWay> HttpAttempts::end(std::int64_t key, int attempt) {
  const std::lock_guard lock(mutex_);
  auto* found = find(key, attempt);
  if (found == nullptr || found->ended) return std::nullopt;
  found->ended = true;
  ended_.emplace_back(key, attempt);
  return *found;
}

void HttpAttempts::write(WallTime now) {
  for (const auto& [key, attempt] : ended_) {
    const auto claim = find(key, attempt)->claim;
    if (--left_.at(claim) == 0) drop_.run(claim);
  }
  if (begun_.empty()) return;
  const auto claim = last_claim_ + 1;
  std::vector<std::pair<std::int64_t, int>> tasks;
  tasks.reserve(begun_.size());
  for (auto& attempt : begun_) {
    attempt.claim = claim;
    tasks.emplace_back(attempt.key, attempt.attempt);
  }
  const auto text = pack(std::move(tasks));
  add_.run(claim, to_micros(now), std::string_view{text});
}

void HttpAttempts::committed() {
  if (ended_.empty() && begun_.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, attempt] : ended_) {
    const auto claim = left_.find(find(key, attempt)->claim);
    if (claim != left_.end() && claim->second == 0) left_.erase(claim);
    if (overtaken_.erase({key, attempt}) == 0) newest_.erase(key);
  }
  ended_.clear();
  if (begun_.empty()) return;
  left_[++last_claim_] = static_cast<int>(begun_.size());
  for (auto& attempt : begun_) put(std::move(attempt));
  begun_.clear();
}

void HttpAttempts::rolled_back() {
  const std::lock_guard lock(mutex_);
  begun_.clear();
  for (const auto& [key, attempt] : ended_) find(key, attempt)->ended = false;
  ended_.clear();
  left_.clear();  // write() may have come half way
  for (const auto& [key, attempt] : newest_) ++left_[attempt.claim];
  for (const auto& [fence, attempt] : overtaken_) ++left_[attempt.claim];
}

/// The newer of two attempts at a task is the one that counts.
void HttpAttempts::put(HttpAttemptUnderWay attempt) {
  const auto key = attempt.key;
  const auto [place, added] = newest_.try_emplace(key, std::move(attempt));
  if (added) return;
  if (place->second.attempt < attempt.attempt) std::swap(place->second, attempt);
  attempt.overtaken = true;
  const std::pair fence{key, attempt.attempt};
  overtaken_.emplace(fence, std::move(attempt));
}

void HttpAttempts::take_over(WallTime now) {
  const std::lock_guard lock(mutex_);
  CHECK(newest_.empty() && overtaken_.empty());
  Statement claims(db_, "SELECT dispatched, tasks FROM http_claim ORDER BY id");
  Statement left_behind(db_, kLeftBehind);
  for (claims.query(); claims.step();) {
    auto tasks = claims.text(1);
    for (std::int64_t key = 0; !tasks.empty();) {
      key += static_cast<std::int64_t>(take_number(tasks));
      const auto attempt = static_cast<std::int64_t>(take_number(tasks));
      left_behind.run(key, attempt, to_micros(now), claims.integer(0), kNoResponse);
    }
  }
  claims.reset();
  Statement(db_, "DELETE FROM http_claim").run();
}

std::optional<HttpAttemptUnderWay> HttpAttempts::newest(std::int64_t key) const {
  const std::lock_guard lock(mutex_);
  const auto found = newest_.find(key);
  if (found == newest_.end()) return std::nullopt;
  return found->second;
}

std::unordered_map<std::int64_t, HttpAttemptUnderWay> HttpAttempts::newest_of(std::int64_t queue) const {
  const std::lock_guard lock(mutex_);
  std::unordered_map<std::int64_t, HttpAttemptUnderWay> all;
  for (const auto& [key, attempt] : newest_) {
    if (HttpKey::of(key).queue == queue) all.emplace(key, attempt);
  }
  return all;
}

std::unordered_map<std::int64_t, int> HttpAttempts::by_queue() const {
  const std::lock_guard lock(mutex_);
  std::unordered_map<std::int64_t, int> counts;
  for (const auto& [key, attempt] : newest_) ++counts[HttpKey::of(key).queue];
  for (const auto& [fence, attempt] : overtaken_) ++counts[HttpKey::of(fence.first).queue];
  return counts;
}

}  // namespace postrider::sqlite
