#pragma once
// Where in a campaign's list its sent emails stand: a bit for each ordinal, 64 to a row. The list of sent
// emails goes by it, so that it need not walk past a million that were not sent; an index of the emails
// would cost a write for each of them, this costs one for each transaction, whose emails are neighbours.
// Campaigns from before this table have none (sent_blocks_after in meta). Store room only.

#include <cstdint>
#include <vector>

#include "base/id.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

struct SentBlock {
  static constexpr std::int64_t kEmails = 64;

  static std::int64_t of(std::int64_t ordinal) { return ordinal / kEmails; }
  static std::uint64_t bit(std::int64_t ordinal) { return std::uint64_t{1} << (ordinal % kEmails); }
};

inline constexpr auto kAddSent =
    "INSERT INTO sent_block (campaign_id, block, bits) VALUES (?1, ?2, ?3) "
    "ON CONFLICT (campaign_id, block) DO UPDATE SET bits = bits | ?3";

/// Alone, for what happens seldom: a person's decision, a report that came late.
void mark_sent(Database& db, CampaignId campaign, std::int64_t ordinal, bool sent);

/// Whether all sent emails of the campaign are in its blocks.
bool knows_sent(Database& db, CampaignId campaign);

/// Looks at sent emails with ordinals beyond `low` and below `high`, in either order, until `look` says
/// that it has enough.
template <class Look>
void for_each_sent(Database& db, CampaignId campaign, std::int64_t low, std::int64_t high, bool newest_first,
                   const Look& look) {
  Statement blocks(db, newest_first
                           ? "SELECT block, bits FROM sent_block WHERE campaign_id = ?1 AND block >= ?2 AND "
                             "block <= ?3 ORDER BY block DESC"
                           : "SELECT block, bits FROM sent_block WHERE campaign_id = ?1 AND block >= ?2 AND "
                             "block <= ?3 ORDER BY block");
  blocks.query(campaign.value, SentBlock::of(low + 1), SentBlock::of(high - 1));
  while (blocks.step()) {
    const auto first = blocks.integer(0) * SentBlock::kEmails;
    const auto bits = static_cast<std::uint64_t>(blocks.integer(1));
    for (std::int64_t i = 0; i < SentBlock::kEmails; ++i) {
      const auto ordinal = first + (newest_first ? SentBlock::kEmails - 1 - i : i);
      if ((bits & SentBlock::bit(ordinal)) == 0 || ordinal <= low || ordinal >= high) continue;
      if (!look(ordinal)) return;
    }
  }
}

}  // namespace postrider::sqlite
