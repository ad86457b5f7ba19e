// Campaigns as nouns: create, read, change, delete. Lists of them are in campaign_list_operations.cc, what
// happens in their life in campaign_run_operations.cc.

#include <boost/json.hpp>

#include "actions/create_campaign.h"
#include "actions/delete_campaign.h"
#include "actions/update_campaign.h"
#include "http/nouns/campaign_json.h"
#include "http/operations/operations.h"
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
  Operations all;
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
