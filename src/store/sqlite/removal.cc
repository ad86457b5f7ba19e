// Removing a campaign: hidden from everybody in one small transaction, then taken away in bounded
// pieces so that sending goes on beside it. What a crash leaves goes at the next open.

#include <fmt/format.h>

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {
namespace {

constexpr int kPiece = 5'000;  // rows a transaction takes away; some 20 ms

}  // namespace

constexpr auto kHeld =
    "SELECT count(*) FROM lane l JOIN task t ON t.lane_id = l.id AND t.state > 0 WHERE l.campaign_id = ?";

Result<void> SqliteCampaignStore::delete_campaign(CampaignId id) {
  const auto claimed = claim(id);
  if (!claimed) {
    return conflict("campaign_busy",
                    fmt::format("Campaign {}'s list is being read or copied. Try again later.", id.value));
  }
  auto hidden = write([&](Database& db) -> Result<void> {
    const auto status = status_of(db, id);
    if (!status) return std::unexpected(status.error());
    if (*status == CampaignStatus::sending || *status == CampaignStatus::scheduled) {
      return conflict("campaign_not_deletable",
                      fmt::format("Campaign {} is {}. Stop it first.", id.value, to_string(*status)));
    }
    Statement held(db, kHeld);
    held.query(id.value).step();
    if (held.integer(0) > 0) {
      return conflict("campaign_not_deletable",
                      fmt::format("{} emails of campaign {} are on their way. Try again in a "
                                  "moment.",
                                  held.integer(0), id.value));
    }
    writer_.drop_waiting_tasks(id);
    Statement(db, "DELETE FROM lane WHERE campaign_id = ?").run(id.value);
    Statement(db, "UPDATE campaign SET hidden = 1 WHERE id = ?").run(id.value);
    return {};
  });
  if (hidden) remove_rows(id);
  return hidden;
}

constexpr auto kAttempts =
    "DELETE FROM attempt WHERE email_id IN "
    "(SELECT id FROM email WHERE campaign_id = ?1 ORDER BY ordinal LIMIT ?2)";
constexpr auto kEmails =
    "DELETE FROM email WHERE id IN (SELECT id FROM email WHERE campaign_id = ?1 ORDER BY ordinal LIMIT ?2)";
constexpr auto kRecipients =
    "DELETE FROM recipient WHERE id IN (SELECT id FROM recipient WHERE campaign_id = ?1 ORDER BY ordinal "
    "LIMIT ?2)";

constexpr auto kKeys =
    "DELETE FROM recipient_key WHERE campaign_id = ?1 AND address_key IN "
    "(SELECT address_key FROM recipient_key WHERE campaign_id = ?1 ORDER BY address_key LIMIT ?2)";

void SqliteCampaignStore::remove_recipients(CampaignId id) {
  for (const auto* sql : {kKeys, kRecipients}) {
    while (transact([&](Database& db) { return Statement(db, sql).run(id.value, kPiece); }) == kPiece) {
    }
  }
}

void SqliteCampaignStore::remove_rows(CampaignId id) {
  const auto piece_of_emails = [&](Database& db) {
    Statement(db, kAttempts).run(id.value, kPiece);
    return Statement(db, kEmails).run(id.value, kPiece);
  };
  while (transact(piece_of_emails) == kPiece) {
  }
  remove_recipients(id);
  transact([&](Database& db) {
    for (const auto* sql :
         {"DELETE FROM tally WHERE campaign_id = ?", "DELETE FROM series WHERE campaign_id = ?",
          "DELETE FROM brake WHERE campaign_id = ?", "DELETE FROM sent_block WHERE campaign_id = ?",
          "DELETE FROM campaign_mailbox WHERE campaign_id = ?",
          "DELETE FROM campaign_content WHERE campaign_id = ?",
          "DELETE FROM attachment WHERE campaign_id = ?", "DELETE FROM test_mode WHERE campaign_id = ?"}) {
      Statement(db, sql).run(id.value);
    }
    return Statement(db, "DELETE FROM campaign WHERE id = ?").run(id.value);
  });
}

void SqliteCampaignStore::remove_hidden() {
  const auto hidden = read([](Database& db) {
    std::vector<CampaignId> ids;
    Statement rows(db, "SELECT id FROM campaign WHERE hidden = 1");
    while (rows.step()) ids.push_back(CampaignId{rows.integer(0)});
    return ids;
  });
  for (const auto id : hidden) remove_rows(id);
}

}  // namespace postrider::sqlite
