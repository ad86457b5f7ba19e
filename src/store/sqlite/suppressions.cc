// Suppressions: whom we must not mail. The gate looks here in the transaction of every intent, so
// adding one takes effect at its commit, in every campaign.

#include <fmt/format.h>

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {
namespace {

Suppression read_row(const Statement& row) {
  return {std::string{row.text(0)}, std::string{row.text(1)}, from_micros(row.integer(2))};
}

}  // namespace

// The first reason stays: it says since when and why the address is not mailed.
constexpr auto kAdd =
    "INSERT INTO suppression (key, reason, created) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING";

Result<void> SqliteCampaignStore::suppress(const Suppression& suppression) {
  return write([&](Database& db) -> Result<void> {
    const auto created = suppression.created == WallTime{} ? now() : suppression.created;
    Statement(db, kAdd).run(std::string_view{suppression.key}, std::string_view{suppression.reason},
                            to_micros(created));
    return {};
  });
}

Result<void> SqliteCampaignStore::unsuppress(std::string_view key) {
  return write([&](Database& db) -> Result<void> {
    if (Statement(db, "DELETE FROM suppression WHERE key = ?").run(key) == 0) {
      return not_found("suppression_not_found",
                       fmt::format("{} is not suppressed. See `postrider suppression list`.", key));
    }
    return {};
  });
}

std::vector<Suppression> SqliteCampaignStore::suppressions(std::string_view after_key, int limit) {
  return read([&](Database& db) {
    std::vector<Suppression> page;
    Statement rows(db, "SELECT key, reason, created FROM suppression WHERE key > ? ORDER BY key LIMIT ?");
    rows.query(after_key, limit);
    while (rows.step()) page.push_back(read_row(rows));
    return page;
  });
}

std::optional<Suppression> SqliteCampaignStore::find_suppression(const Address& address) {
  return read([&](Database& db) -> std::optional<Suppression> {
    Statement row(db, "SELECT key, reason, created FROM suppression WHERE key = ?");
    for (const auto& key : {address.key(), "@" + address.domain}) {
      if (row.query(std::string_view{key}).step()) return read_row(row);
    }
    return std::nullopt;
  });
}

}  // namespace postrider::sqlite
