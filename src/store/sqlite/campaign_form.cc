// What a campaign's owner filled in that has no effect now.

#include "store/sqlite/campaign_rows.h"
#include "store/sqlite/window_text.h"

namespace postrider::sqlite {
namespace {

constexpr auto kStore =
    "INSERT OR REPLACE INTO campaign_form (campaign_id, pace_min, pace_max, window, sheet_id, sheet_range, start_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";

}  // namespace

CampaignForm read_form(Database& db, CampaignId id) {
  CampaignForm form;
  Statement row(db,
                "SELECT pace_min, pace_max, window, sheet_id, sheet_range, start_at FROM campaign_form "
                "WHERE campaign_id = ?");
  if (!row.query(id.value).step()) return form;
  form.pace = {Micros{row.integer(0)}, Micros{row.integer(1)}};
  form.window = window_from_text(row.text(2)).value_or(Window{});
  form.sheet_id = row.text(3);
  form.sheet_range = row.text(4);
  if (const auto start = row.maybe_integer(5)) form.start_at = from_micros(*start);
  return form;
}

void store_form(Database& db, CampaignId id, const CampaignForm& form) {
  const std::string window = window_to_text(form.window);
  const auto start = form.start_at ? std::optional{to_micros(*form.start_at)} : std::nullopt;
  Statement(db, kStore)
      .run(id.value, form.pace.min.count(), form.pace.max.count(), std::string_view{window},
           std::string_view{form.sheet_id}, std::string_view{form.sheet_range}, start);
}

}  // namespace postrider::sqlite
