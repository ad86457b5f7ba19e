// Campaigns as nouns: create, list, read, change, delete. What happens in their life is in
// campaign_run_operations.cc.

#include <boost/json.hpp>

#include "actions/create_campaign.h"
#include "actions/delete_campaign.h"
#include "actions/update_campaign.h"
#include "base/text.h"
#include "http/nouns/campaign_json.h"
#include "http/operations/operations.h"
#include "http/paging.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

std::optional<HttpAnswer> refused(const std::vector<FieldError>& errors) {
  if (errors.empty()) return std::nullopt;
  return problem(422, errors.size() == 1 ? errors.front().code : "invalid_fields", errors);
}

HttpAnswer show(Call& call, CampaignId id, int status = 200) {
  const auto campaign = call.actions.store.campaign(id);
  if (!campaign) return problem(campaign.error());
  return json_answer(campaign_json(call.actions, *campaign), status);
}

HttpAnswer create(Call& call) {
  std::vector<FieldError> errors;
  const auto change = campaign_change(call.fields(), Campaign{}, errors);
  if (auto bad = refused(errors)) return std::move(*bad);
  const auto id = create_draft(call.actions, change);
  if (!id) return problem(id.error());
  auto answer = show(call, *id, 201);
  answer.set("Location", "/api/campaigns/" + std::to_string(id->value));
  return answer;
}

HttpAnswer list(Call& call) {
  std::optional<CampaignStatus> status;
  if (const auto text = call.asked("status_filter")) {
    status = parse_campaign_status(lower_ascii(*text));
    if (!status) {
      return problem(
          400, "bad_parameter",
          {{"?status_filter", "unknown_value",
            "\"status_filter\" must be one of: draft, scheduled, sending, paused, completed, failed, cancelled."}});
    }
  }
  const auto before = read_cursor(call);
  if (!before) return bad_cursor();
  const auto limit = static_cast<int>(call.number("limit").value_or(50));
  const auto skip = static_cast<int>(call.number("skip").value_or(0));
  auto page = call.actions.store.campaigns(status, CampaignId{*before}, skip + limit + 1);
  if (skip > 0) page.erase(page.begin(), page.begin() + std::min<std::ptrdiff_t>(skip, std::ssize(page)));
  const auto next = cut_page(page, limit, [](const Campaign& campaign) { return campaign.id.value; });
  json::array items;
  for (const auto& campaign : page) items.push_back(campaign_summary_json(campaign));
  auto answer = json_answer(items);
  add_paging(answer, call, std::nullopt, next);
  return answer;
}

HttpAnswer read(Call& call) {
  return show(call, CampaignId{call.id()});
}

HttpAnswer change(Call& call) {
  const CampaignId id{call.id()};
  const auto before = call.actions.store.campaign(id);
  if (!before) return problem(before.error());
  std::vector<FieldError> errors;
  const auto wanted = campaign_change(call.fields(), *before, errors);
  if (auto bad = refused(errors)) return std::move(*bad);
  const auto done = update_campaign(call.actions, id, wanted);
  if (!done) return problem(done.error(), 400);
  return show(call, id);
}

HttpAnswer remove(Call& call) {
  const CampaignId id{call.id()};
  const auto done = delete_campaign(call.actions, id);
  if (!done) return problem(done.error(), 400);
  return success(call, "Campaign deleted", json::object{{"campaign_id", id.value}});
}

}  // namespace

Operations campaign_operations() {
  auto list_parameters = skip_parameters();
  list_parameters.push_back({"status_filter", text(1, 20), "only campaigns in this state"});
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/api/campaigns",
                 .id = "listCampaigns",
                 .tag = "campaigns",
                 .access = Access::viewer,
                 .summary = "Campaigns, newest first",
                 .cli = "postrider campaign list --json",
                 .query = list_parameters,
                 .answers = {{200, "a page of campaigns", array_of(campaign_summary_schema())}},
                 .paged = true,
                 .handle = list});
  all.push_back(
      {.method = "POST",
       .path = "/api/campaigns",
       .id = "createCampaign",
       .tag = "campaigns",
       .access = Access::editor,
       .summary = "A new draft",
       .cli =
           "postrider campaign create --name {name} --subject {subject} --message {message} --csv list.csv --mailbox office",
       .body = campaign_create_schema(),
       .limit = {20 << 20, false},
       .answers = {{201, "the draft", campaign_schema()}},
       .keyed = true,
       .handle = create});
  all.push_back({.method = "GET",
                 .path = "/api/campaigns/{id}",
                 .id = "getCampaign",
                 .tag = "campaigns",
                 .access = Access::viewer,
                 .summary = "One campaign",
                 .cli = "postrider campaign show {id} --json",
                 .answers = {{200, "the campaign", campaign_schema()}},
                 .handle = read});
  all.push_back({.method = "PUT",
                 .path = "/api/campaigns/{id}",
                 .id = "updateCampaign",
                 .tag = "campaigns",
                 .access = Access::editor,
                 .summary = "Change a draft or scheduled campaign; what is not given stays",
                 .cli = "postrider campaign update {id} --name {name}",
                 .body = campaign_update_schema(),
                 .limit = {20 << 20, false},
                 .answers = {{200, "the campaign", campaign_schema()}},
                 .conflict = 400,
                 .handle = change});
  all.push_back({.method = "DELETE",
                 .path = "/api/campaigns/{id}",
                 .id = "deleteCampaign",
                 .tag = "campaigns",
                 .access = Access::editor,
                 .summary = "Delete a campaign with its emails; not while it sends",
                 .cli = "postrider campaign delete {id}",
                 .answers = {{200, "deleted",
                              success_schema("CampaignDeleted",
                                             ObjectSchema().needs("campaign_id", whole(1, INT64_MAX)))}},
                 .conflict = 400,
                 .handle = remove});
  return all;
}

}  // namespace postrider
