#include "store/sqlite/request_store.h"

#include "store/sqlite/transact.h"

namespace postrider::sqlite {
namespace {

enum class State { running, done, unknown };

constexpr auto kFind =
    "SELECT request, state, status, content_type, location, body FROM keyed_request WHERE caller = ? AND key = ?";
constexpr auto kTake =
    "INSERT INTO keyed_request (caller, key, request, created, state, status, content_type, location, body) "
    "VALUES (?, ?, ?, ?, 0, 0, '', '', '')";
constexpr auto kKeep =
    "UPDATE keyed_request SET state = 1, status = ?3, content_type = ?4, location = ?5, body = ?6 WHERE caller = ?1 "
    "AND key = ?2";

class SqliteRequestStore final : public RequestStore {
 public:
  explicit SqliteRequestStore(Writer& writer) : writer_(writer) {
    transact(writer_, [](Database& db) {
      return Statement(db, "UPDATE keyed_request SET state = 2 WHERE state = 0").run();
    });
  }

  std::variant<KeyState, KeptAnswer> begin(std::string_view caller, std::string_view key,
                                           std::string_view request, WallTime now) override {
    return transact(writer_, [&](Database& db) -> std::variant<KeyState, KeptAnswer> {
      Statement(db, "DELETE FROM keyed_request WHERE created < ?").run(to_micros(now - kRequestMemory));
      Statement row(db, kFind);
      if (!row.query(caller, key).step()) {
        Statement(db, kTake).run(caller, key, request, to_micros(now));
        return KeyState::fresh;
      }
      if (row.text(0) != request) return KeyState::other;
      switch (static_cast<State>(row.integer(1))) {
        case State::running:
          return KeyState::running;
        case State::unknown:
          return KeyState::unknown;
        case State::done:
          break;
      }
      return KeptAnswer{.status = static_cast<int>(row.integer(2)),
                        .content_type = std::string(row.text(3)),
                        .location = std::string(row.text(4)),
                        .body = std::string(row.text(5))};
    });
  }

  void keep(std::string_view caller, std::string_view key, const KeptAnswer& answer) override {
    transact(writer_, [&](Database& db) {
      return Statement(db, kKeep).run(caller, key, answer.status, std::string_view{answer.content_type},
                                      std::string_view{answer.location}, std::string_view{answer.body});
    });
  }

  void forget(std::string_view caller, std::string_view key) override {
    transact(writer_, [&](Database& db) {
      return Statement(db, "DELETE FROM keyed_request WHERE caller = ? AND key = ?").run(caller, key);
    });
  }

 private:
  Writer& writer_;
};

}  // namespace

std::unique_ptr<RequestStore> make_request_store(Writer& writer) {
  return std::make_unique<SqliteRequestStore>(writer);
}

}  // namespace postrider::sqlite
