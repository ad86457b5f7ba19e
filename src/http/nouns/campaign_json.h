#pragma once
// Campaigns as the API spells them: the origin's fields with their names and meanings, and ours beside
// them. Rates are percentages of what was tried, from 0 to 100.

#include <boost/json/object.hpp>

#include "actions/campaign_settings.h"
#include "http/schema.h"

namespace postrider {

Schema campaign_create_schema();
Schema campaign_update_schema();
Schema campaign_schema();
Schema campaign_summary_schema();

boost::json::object campaign_json(ActionContext& context, const Campaign& campaign);
boost::json::object campaign_summary_json(const Campaign& campaign);

/// sent of what was tried, in percent with two decimals.
boost::json::value success_percent(const Counts& counts);

/// The change that a judged body asks for at `now`, on top of `before` (a new campaign: its defaults). What
/// only this form of a campaign can get wrong is in `errors`; the rest is merge_campaign's.
CampaignChange campaign_change(const boost::json::object& body, const Campaign& before, WallTime now,
                               std::vector<FieldError>& errors);

/// `scheduled_at` of a body in the campaign's zone; nothing: not there, or null.
std::optional<WallTime> start_time(const boost::json::object& body, std::string_view zone,
                                   std::vector<FieldError>& errors);

}  // namespace postrider
