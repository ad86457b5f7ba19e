#pragma once
// What can be known of a campaign before it goes, as the API spells it: plan, check, preview.

#include <boost/json/object.hpp>

#include "actions/check_in_full.h"
#include "actions/plan_campaign.h"
#include "actions/write_email.h"
#include "http/schema.h"

namespace postrider {

Schema plan_schema();
Schema check_schema();
Schema preview_schema();
Schema test_answer_schema();

boost::json::object plan_json(CampaignId id, const PlanAnswer& plan);
/// `id_name`: what the shell and the API call the campaign's id here.
boost::json::object check_json(std::string_view id_name, CampaignId id, const FullCheck& check);
boost::json::object preview_json(CampaignId id, const WrittenEmail& email);

}  // namespace postrider
