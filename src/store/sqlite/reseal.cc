#include "store/sqlite/reseal.h"

#include <fmt/format.h>

#include <vector>

#include "store/sqlite/transact.h"

namespace postrider::sqlite {
namespace {

/// The sealed texts with what their rows are found by.
struct SealedRow {
  std::string one, other, sealed;
};

std::vector<SealedRow> collect(Database& db, std::string_view sql) {
  std::vector<SealedRow> all;
  Statement rows(db, sql);
  for (rows.query(); rows.step();)
    all.push_back({std::string(rows.text(0)), std::string(rows.text(1)), std::string(rows.text(2))});
  return all;
}

}  // namespace

Result<Resealed> reseal(Writer& writer, const std::function<Result<std::string>(std::string_view)>& anew,
                        const std::map<std::string, std::string>& meta) {
  return transact(writer, [&](Database& db) -> Result<Resealed> {
    Resealed done;
    Statement password(db, "UPDATE mailbox SET password_sealed = ?2 WHERE name = ?1");
    for (const auto& mailbox :
         collect(db, "SELECT name, '', password_sealed FROM mailbox WHERE password_sealed <> ''")) {
      const auto sealed = anew(mailbox.sealed);
      if (!sealed) {
        return conflict(sealed.error().code,
                        fmt::format("Mailbox {}: {}", mailbox.one, sealed.error().message));
      }
      done.passwords += password.run(std::string_view{mailbox.one}, std::string_view{*sealed});
    }
    Statement answer(db, "UPDATE keyed_request SET body = ?3 WHERE caller = ?1 AND key = ?2");
    Statement gone(db, "DELETE FROM keyed_request WHERE caller = ? AND key = ?");
    for (const auto& kept : collect(db, "SELECT caller, key, body FROM keyed_request WHERE body <> ''")) {
      if (const auto sealed = anew(kept.sealed)) {
        done.answers +=
            answer.run(std::string_view{kept.one}, std::string_view{kept.other}, std::string_view{*sealed});
      } else {
        gone.run(std::string_view{kept.one}, std::string_view{kept.other});
      }
    }
    Statement set(db,
                  "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2");
    for (const auto& [name, value] : meta) set.run(std::string_view{name}, std::string_view{value});
    return done;
  });
}

}  // namespace postrider::sqlite
