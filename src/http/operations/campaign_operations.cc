// Campaigns as nouns: create, read, change, delete. Lists of them are in campaign_list_operations.cc, what
// happens in their life in campaign_run_operations.cc.

#include <boost/json.hpp>

#include "actions/create_campaign.h"
#include "actions/delete_campaign.h"
#include "actions/sheet_list.h"
#include "actions/update_campaign.h"
#include "http/nouns/campaign_json.h"
#include "http/nouns/json_values.h"
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

/// A sheet that a campaign is made of cannot be read: 400, as in the system that this API is compatible with.
HttpAnswer sheet_refused(const Error& error) {
  if (error.code == "invalid_campaign" || error.code == "too_many_recipients") return problem(error);
  return problem(error.kind == Error::Kind::unavailable ? 503 : 400, error.code, error.message);
}

/// Nothing: the body names no sheet, or sheets are not configured and it is only kept.
std::optional<SheetRequest> sheet_in(const Call& call, const CampaignForm& form) {
  const auto sheet = text_in(call.fields(), "google_sheet_id");
  if (!sheet || sheet->empty() || call.actions.sheets == nullptr) return std::nullopt;
  return SheetRequest{
      .sheet = *sheet,
      .range = form.sheet_range,
      .status_header = text_in(call.fields(), "google_sheet_status_column").value_or(kStatusHeader),
      .write_back = flag_in(call.fields(), "write_back").value_or(true),
      .only_unmarked = flag_in(call.fields(), "only_unmarked").value_or(false)};
}

Result<CampaignId> make(Call& call, const CampaignChange& change) {
  const auto sheet = sheet_in(call, change.form.value_or(CampaignForm{}));
  if (!sheet) return create_draft(call.actions, change);
  const auto created = create_from_sheet(call.actions, change, *sheet, [](const Reject&) {});
  if (!created) return std::unexpected(created.error());
  return created->id;
}

HttpAnswer create(Call& call) {
  std::vector<FieldError> errors;
  const auto change = campaign_change(call.fields(), Campaign{}, call.world.clock().wall_now(), errors);
  if (auto bad = refused(errors)) return std::move(*bad);
  const auto id = make(call, change);
  if (!id) return call.actions.sheets != nullptr ? sheet_refused(id.error()) : problem(id.error());
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
  const auto wanted = campaign_change(call.fields(), *before, call.world.clock().wall_now(), errors);
  if (auto bad = refused(errors)) return std::move(*bad);
  // A draft whose sheet or range is named is read anew; first of all whether it can be.
  auto sheet = sheet_in(call, wanted.form.value_or(before->form));
  if (!sheet && text_in(call.fields(), "google_sheet_range") && call.actions.sheets != nullptr) {
    sheet = sheet_of(call.actions, *before);
    if (sheet) sheet->range = *text_in(call.fields(), "google_sheet_range");
  }
  if (sheet && before->status == CampaignStatus::draft) {
    const auto readable = preview_sheet(call.actions, *sheet, 0);
    if (!readable) return sheet_refused(readable.error());
  }
  const auto done = update_campaign(call.actions, id, wanted);
  if (!done) return problem(done.error(), 400);
  if (sheet && before->status == CampaignStatus::draft) {
    const auto read_again = read_sheet_list(call.actions, id, *sheet, [](const Reject&) {});
    if (!read_again) return sheet_refused(read_again.error());
  }
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
