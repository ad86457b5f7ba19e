#include "store/sqlite/campaign_store.h"

#include <fmt/format.h>

namespace postrider::sqlite {

std::unique_ptr<CampaignStore> make_campaign_store(Writer& writer) {
  auto store = std::make_unique<SqliteCampaignStore>(writer);
  store->remove_hidden();
  return store;
}

std::unexpected<Error> no_campaign(CampaignId id) {
  return not_found("campaign_not_found",
                   fmt::format("There is no campaign {}. See `postrider campaign list`.", id.value));
}

std::unique_ptr<SqliteCampaignStore::Claim> SqliteCampaignStore::claim(CampaignId id) {
  const std::lock_guard lock(claims_mutex_);
  if (!claims_.insert(id).second) return nullptr;
  return std::make_unique<Claim>(*this, id);
}

constexpr auto kStatusOf = "SELECT status FROM campaign WHERE id = ? AND hidden = 0";

Result<CampaignStatus> SqliteCampaignStore::status_of(Database& db, CampaignId id) {
  Statement row(db, kStatusOf);
  if (!row.query(id.value).step()) return no_campaign(id);
  return static_cast<CampaignStatus>(row.integer(0));
}

}  // namespace postrider::sqlite
