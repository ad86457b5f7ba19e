// API keys: what programs show. The row is found by the hash of the key, and the key is nowhere.

#include <fmt/format.h>

#include <limits>

#include "base/text.h"
#include "store/sqlite/account_store.h"

namespace postrider::sqlite {
namespace {

constexpr auto kSelect =
    "SELECT id, name, role, scopes, prefix, created, last_used, expires, revoked FROM api_key ";

std::optional<WallTime> maybe_time(const Statement& row, int column) {
  const auto micros = row.maybe_integer(column);
  return micros ? std::optional{from_micros(*micros)} : std::nullopt;
}

ApiKey read_row(const Statement& row) {
  ApiKey key{.id = ApiKeyId{row.integer(0)}, .name = std::string{row.text(1)}};
  if (const auto role = row.maybe_integer(2)) key.role = static_cast<Role>(*role);
  for (const auto scope : split(row.text(3), ' ')) {
    if (!scope.empty()) key.scopes.emplace(scope);
  }
  key.prefix = row.text(4);
  key.created = from_micros(row.integer(5));
  key.last_used = maybe_time(row, 6);
  key.expires = maybe_time(row, 7);
  key.revoked = maybe_time(row, 8);
  return key;
}

}  // namespace

constexpr auto kInsert =
    "INSERT INTO api_key (hash, name, role, scopes, prefix, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)";

ApiKeyId SqliteAccountStore::add_key(const ApiKey& key, std::string_view hash) {
  return write([&](Database& db) {
    std::string scopes;
    for (const auto& scope : key.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
    const auto role = key.role ? std::optional<std::int64_t>{static_cast<int>(*key.role)} : std::nullopt;
    const auto expires = key.expires ? std::optional{to_micros(*key.expires)} : std::nullopt;
    Statement(db, kInsert)
        .run(hash, std::string_view{key.name}, role, std::string_view{scopes}, std::string_view{key.prefix},
             to_micros(now()), expires);
    return ApiKeyId{db.last_id()};
  });
}

std::vector<ApiKey> SqliteAccountStore::keys(ApiKeyId before, int limit) {
  return read([&](Database& db) {
    std::vector<ApiKey> page;
    Statement rows(db, std::string(kSelect) + "WHERE id < ? ORDER BY id DESC LIMIT ?");
    rows.query(before ? before.value : std::numeric_limits<std::int64_t>::max(), limit);
    while (rows.step()) page.push_back(read_row(rows));
    return page;
  });
}

Result<ApiKey> SqliteAccountStore::revoke_key(ApiKeyId id) {
  return write([&](Database& db) -> Result<ApiKey> {
    Statement(db, "UPDATE api_key SET revoked = ? WHERE id = ? AND revoked IS NULL")
        .run(to_micros(now()), id.value);
    Statement row(db, std::string(kSelect) + "WHERE id = ?");
    if (!row.query(id.value).step()) {
      return not_found("key_not_found",
                       fmt::format("There is no API key {}. See `postrider key list`.", id.value));
    }
    return read_row(row);
  });
}

std::optional<ApiKey> SqliteAccountStore::find_key(std::string_view hash, WallTime now) {
  return read([&](Database& db) -> std::optional<ApiKey> {
    Statement row(db, std::string(kSelect) + "WHERE hash = ?");
    if (!row.query(hash).step()) return std::nullopt;
    auto key = read_row(row);
    if (key.revoked || (key.expires && *key.expires <= now)) return std::nullopt;
    return key;
  });
}

void SqliteAccountStore::note_used(const ApiKey& key, WallTime now) {
  if (key.last_used && now < *key.last_used + kNoteEvery) return;
  write([&](Database& db) {
    return Statement(db, "UPDATE api_key SET last_used = ?1 WHERE id = ?2 AND ifnull(last_used, 0) < ?1")
        .run(to_micros(now), key.id.value);
  });
}

}  // namespace postrider::sqlite
