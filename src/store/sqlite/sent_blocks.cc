#include "store/sqlite/sent_blocks.h"

namespace postrider::sqlite {

void mark_sent(Database& db, CampaignId campaign, std::int64_t ordinal, bool sent) {
  const auto block = SentBlock::of(ordinal);
  const auto bit = static_cast<std::int64_t>(SentBlock::bit(ordinal));
  if (sent) {
    Statement(db, kAddSent).run(campaign.value, block, bit);
  } else {
    Statement(db, "UPDATE sent_block SET bits = bits & ~?3 WHERE campaign_id = ?1 AND block = ?2")
        .run(campaign.value, block, bit);
  }
}

bool knows_sent(Database& db, CampaignId campaign) {
  Statement row(db, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'sent_blocks_after'");
  return row.query().step() && campaign.value > row.integer(0);
}

}  // namespace postrider::sqlite
