// The doctor: what keeps mail from leaving, and what to do about it.

#include <boost/json.hpp>

#include "actions/doctor.h"
#include "http/nouns/nouns_json.h"
#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

HttpAnswer examine_all(Call& call) {
  const auto asked = call.number("campaign_id");
  const auto findings = examine(call.actions, call.actions.look_around(),
                                asked ? std::optional{CampaignId{*asked}} : std::nullopt);
  if (!findings) return problem(findings.error());
  boost::json::array all;
  for (const auto& finding : *findings) all.push_back(to_json(finding));
  return json_answer(boost::json::object{{"findings", std::move(all)}, {"server_runs", true}});
}

Schema findings_schema() {
  const Schema finding = ObjectSchema("DoctorFinding")
                             .needs("area", text().about("settings, server, database, mailbox …"))
                             .needs("severity", one_of({"fault", "warning", "fine"}))
                             .needs("cause", text())
                             .needs("evidence", text().about("what was seen"))
                             .needs("next", text().about("the command to type; empty: nothing to do"));
  return ObjectSchema("Findings").needs("findings", array_of(finding)).needs("server_runs", boolean());
}

}  // namespace

Operations doctor_operations() {
  Operations all;
  all.push_back(
      {.method = "GET",
       .path = "/api/doctor",
       .id = "examine",
       .tag = "health",
       .access = Access::owner,
       .summary = "What keeps mail from leaving, faults first; tries each mail server, sends nothing",
       .cli = "postrider doctor --json",
       .query = {{"campaign_id", whole(1, std::int64_t{1} << 53),
                  "only what this campaign needs: its queue, its mailboxes"}},
       .answers = {{200, "all that was found", findings_schema()},
                   {404, "no such campaign", problem_schema(), "application/problem+json"}},
       .handle = examine_all});
  return all;
}

}  // namespace postrider
