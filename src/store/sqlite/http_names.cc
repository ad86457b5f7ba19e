#include "store/sqlite/http_names.h"

namespace postrider::sqlite {
namespace {

constexpr std::int64_t kAtOnce = 4000;  // names; some milliseconds

constexpr auto kEndAll =
    "INSERT INTO http_task_tombstone (ended, queue_id, id, key) SELECT ?3, queue_id, id, key FROM http_task WHERE key "
    "BETWEEN ?1 AND ?2 AND id IS NOT NULL";
constexpr auto kRemove =
    "DELETE FROM http_task_name WHERE queue_id = ?1 AND id IN (SELECT id FROM http_task_name WHERE queue_id = ?1 "
    "ORDER BY id LIMIT ?2)";
constexpr auto kFirst =
    "SELECT place, ended, queue_id, id, key FROM http_task_tombstone ORDER BY place LIMIT ?";

}  // namespace

HttpNames::HttpNames(Database& db, Micros window)
    : db_(db),
      window_(window),
      take_(db, "INSERT OR IGNORE INTO http_task_name (queue_id, id, key) VALUES (?, ?, ?)"),
      end_(db, "INSERT INTO http_task_tombstone (ended, queue_id, id, key) VALUES (?, ?, ?, ?)"),
      free_(db, "DELETE FROM http_task_name WHERE queue_id = ? AND id = ? AND key = ?") {}

void HttpNames::load() {
  Statement first(db_, kFirst);
  first_ended_.reset();
  if (first.query(1).step()) first_ended_ = from_micros(first.integer(1));
}

bool HttpNames::take(std::int64_t queue, std::string_view id, std::int64_t key) {
  return take_.run(queue, id, key) == 1;
}

void HttpNames::end(std::int64_t queue, std::string_view id, std::int64_t key, WallTime now) {
  end_.run(to_micros(now), queue, id, key);
  if (!first_ended_) first_ended_ = now;
}

void HttpNames::end_all(std::int64_t first, std::int64_t last, WallTime now) {
  if (Statement(db_, kEndAll).run(first, last, to_micros(now)) > 0 && !first_ended_) first_ended_ = now;
}

int HttpNames::remove(std::int64_t queue, std::int64_t most) {
  return Statement(db_, kRemove).run(queue, most);
}

void HttpNames::forget(WallTime now) {
  if (!first_ended_ || *first_ended_ + window_ > now) return;
  first_ended_.reset();
  std::optional<std::int64_t> last;
  Statement ended(db_, kFirst);
  for (ended.query(kAtOnce); ended.step();) {
    first_ended_ = from_micros(ended.integer(1));
    if (*first_ended_ + window_ > now) break;
    last = ended.integer(0);
    free_.run(ended.integer(2), ended.text(3), ended.integer(4));
    first_ended_.reset();
  }
  ended.reset();
  if (last) Statement(db_, "DELETE FROM http_task_tombstone WHERE place <= ?").run(*last);
  if (!first_ended_) load();
}

}  // namespace postrider::sqlite
