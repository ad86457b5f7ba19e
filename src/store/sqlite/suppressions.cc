// Suppressions: whom we must not mail. The gate looks here in the transaction of every intent, so
// adding one takes effect at its commit, in every campaign; an address's open emails end with it.

#include <fmt/format.h>

#include "store/sqlite/campaign_store.h"
#include "store/sqlite/open_emails.h"

namespace postrider::sqlite {
namespace {

constexpr std::string_view kSelect = "SELECT key, reason, created, kind, campaign_id FROM suppression ";

Suppression read_row(const Statement& row) {
  return {.key = std::string{row.text(0)},
          .reason = std::string{row.text(1)},
          .created = from_micros(row.integer(2)),
          .kind = static_cast<SuppressionKind>(row.integer(3)),
          .campaign = CampaignId{row.maybe_integer(4).value_or(0)}};
}

}  // namespace

Result<SuppressAnswer> SqliteCampaignStore::suppress(std::span<const Suppression> suppressions) {
  return write([&](Database&) -> Result<SuppressAnswer> {
    SuppressAnswer answer;
    OpenEmails open(writer_);
    for (const auto& one : suppressions) open.suppress(one, answer);
    open.settle();
    return answer;
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
    Statement rows(db, std::string(kSelect) + "WHERE key > ? ORDER BY key LIMIT ?");
    rows.query(after_key, limit);
    while (rows.step()) page.push_back(read_row(rows));
    return page;
  });
}

std::optional<Suppression> SqliteCampaignStore::find_suppression(const Address& address) {
  return read([&](Database& db) -> std::optional<Suppression> {
    Statement row(db, std::string(kSelect) + "WHERE key = ?");
    for (const auto& key : {address.key(), "@" + address.domain}) {
      if (row.query(std::string_view{key}).step()) return read_row(row);
    }
    return std::nullopt;
  });
}

}  // namespace postrider::sqlite
