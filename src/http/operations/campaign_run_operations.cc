// What happens in a campaign's life: send, stop, pause, resume, retry, duplicate.

#include <fmt/format.h>

#include <boost/json.hpp>

#include "actions/duplicate_campaign.h"
#include "actions/pause_campaign.h"
#include "actions/retry_campaign.h"
#include "actions/start_campaign.h"
#include "actions/stop_campaign.h"
#include "http/nouns/campaign_json.h"
#include "http/nouns/json_values.h"
#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

HttpAnswer wrong(const std::vector<FieldError>& errors) {
  return problem(422, errors.size() == 1 ? errors.front().code : "invalid_fields", errors);
}

/// What a body says of the start; a time that has passed is said with all else that is in the way.
std::expected<StartOptions, HttpAnswer> read_start(const Call& call, const Campaign& campaign) {
  const auto& body = call.fields();
  std::vector<FieldError> errors;
  StartOptions options;
  const auto own_zone = campaign.window.value_or(campaign.form.window).zone;
  const auto zone = text_in(body, "timezone").value_or(own_zone);
  options.at = start_time(body, zone, errors);
  if (!options.at && errors.empty() && flag_in(body, "send_immediately") == false) {
    errors.push_back(
        {"/scheduled_at", "missing", "\"send_immediately\" is false, so say when: \"scheduled_at\"."});
  }
  const auto tester = text_in(body, "test_to").value_or("");
  if (flag_in(body, "test_mode").value_or(false)) {
    options.test_to = tester.empty() ? "catcher" : tester;
  } else if (!tester.empty()) {
    errors.push_back({"/test_to", "no_test_mode", "\"test_to\" goes with \"test_mode\": true."});
  }
  options.skip_unresolved = flag_in(body, "skip_unresolved").value_or(false);
  options.no_write_back = !flag_in(body, "write_back").value_or(true);
  if (!errors.empty()) return std::unexpected(wrong(errors));
  return options;
}

HttpAnswer send(Call& call) {
  const CampaignId id{call.id()};
  const auto before = call.actions.store.campaign(id);
  if (!before) return problem(before.error());
  const auto options = read_start(call, *before);
  if (!options) return options.error();
  const auto answer = start_campaign(call.actions, id, *options);
  if (!answer) return problem(answer.error());
  if (!answer->started()) {
    std::vector<FieldError> errors;
    for (const auto& found : answer->problems) {
      errors.push_back({found.code == "time_passed" ? "/scheduled_at" : "", found.code, found.message});
    }
    return problem(422, "not_startable", errors);
  }
  const auto campaign = call.actions.store.campaign(id);
  if (!campaign) return problem(campaign.error());
  return success(
      call, answer->at ? "Campaign scheduled successfully" : "Campaign started successfully",
      json::object{{"campaign_id", id.value},
                   {"status", to_string(campaign->status)},
                   {"test_mode", campaign->test.has_value()},
                   {"send_immediately", !answer->at},
                   {"scheduled_at", time_value(answer->at)},
                   {"test_to", campaign->test ? json::value(to_string(*campaign->test)) : json::value()},
                   {"recipients", campaign->counts.total()},
                   {"warnings", json::value_from(answer->warnings)}});
}

HttpAnswer stop(Call& call) {
  const CampaignId id{call.id()};
  const auto stopped = stop_campaign(call.actions, id);
  if (!stopped) return problem(stopped.error(), 400);
  const auto campaign = call.actions.store.campaign(id);
  if (!campaign) return problem(campaign.error());
  return success(
      call, "Campaign stopped",
      json::object{
          {"campaign_id", id.value},
          {"status", to_string(campaign->status)},
          {"stopped_at", format_rfc3339(campaign->completed_at.value_or(call.world.clock().wall_now()))},
          {"in_flight", stopped->in_flight},
          {"skipped", stopped->skipped}});
}

HttpAnswer state(Call& call, std::string_view message, json::object data) {
  const auto campaign = call.actions.store.campaign(CampaignId{call.id()});
  if (!campaign) return problem(campaign.error());
  data["campaign_id"] = campaign->id.value;
  data["status"] = to_string(campaign->status);
  return success(call, message, std::move(data));
}

HttpAnswer pause(Call& call) {
  const auto paused = pause_campaign(call.actions, CampaignId{call.id()});
  return paused ? state(call, "Campaign paused", {}) : problem(paused.error());
}

HttpAnswer resume(Call& call) {
  const auto resumed = resume_campaign(call.actions, CampaignId{call.id()});
  return resumed ? state(call, "Campaign resumed", {}) : problem(resumed.error());
}

HttpAnswer retry(Call& call) {
  const auto retried = retry_campaign(call.actions, CampaignId{call.id()});
  if (!retried) return problem(retried.error());
  return state(call, "Failed emails go out again", {{"retried", *retried}});
}

HttpAnswer duplicate(Call& call) {
  const auto& body = call.fields();
  const auto copy = duplicate_campaign(call.actions, CampaignId{call.id()}, body.at("only").as_string(),
                                       text_in(body, "name").value_or(""));
  if (!copy) return problem(copy.error());
  const auto campaign = call.actions.store.campaign(*copy);
  if (!campaign) return problem(campaign.error());
  auto answer = json_answer(campaign_json(call.actions, *campaign), 201);
  answer.set("Location", "/api/campaigns/" + std::to_string(copy->value));
  return answer;
}

Schema campaign_id_schema() {
  return whole(1, std::int64_t{1} << 53);
}

Schema count_schema() {
  return whole(0, std::int64_t{1} << 53);
}

Schema campaign_status_schema() {
  return one_of({"draft", "scheduled", "sending", "paused", "completed", "failed", "cancelled"});
}

Operation send_operation() {
  return {
      .method = "POST",
      .path = "/api/campaigns/{id}/send",
      .id = "sendCampaign",
      .tag = "campaigns",
      .access = Access::editor,
      .summary = "Start a campaign: now, or at a time; for its list, or for a tester only",
      .cli = "postrider campaign send {id}",
      .body = ObjectSchema("SendRequest")
                  .may("send_immediately", boolean().about("false needs `scheduled_at`"))
                  .may("test_mode", boolean().about("true: nobody of the list gets anything"))
                  .may("scheduled_at",
                       text(0, 40).or_null().about(
                           "RFC 3339, or a local time of `timezone`; not given: the draft's own, else now"))
                  .may("timezone", text(1, 50).about("an IANA name; not given: the campaign's"))
                  .may("test_to", text(0, 320).or_null().about("an address; not given: the catcher"))
                  .may("write_back", boolean().about("false: nothing is written to the sheet of its list"))
                  .may("skip_unresolved",
                       boolean().about("leave recipients out whose fields the message needs are empty")),
      .body_optional = true,
      .answers = {{200, "started or scheduled",
                   success_schema("SendAnswer", ObjectSchema()
                                                    .needs("campaign_id", campaign_id_schema())
                                                    .needs("status", campaign_status_schema())
                                                    .needs("test_mode", boolean())
                                                    .needs("send_immediately", boolean())
                                                    .needs("scheduled_at", moment().or_null())
                                                    .needs("test_to", text().or_null())
                                                    .needs("recipients", count_schema())
                                                    .needs("warnings", array_of(text())))}},
      .keyed = true,
      .handle = send};
}

Operation stop_operation() {
  return {.method = "POST",
          .path = "/api/campaigns/{id}/stop",
          .id = "stopCampaign",
          .tag = "campaigns",
          .access = Access::editor,
          .summary = "Stop a campaign for good; what is not sent becomes skipped",
          .cli = "postrider campaign stop {id}",
          .answers = {{200, "stopped",
                       success_schema("StopAnswer",
                                      ObjectSchema()
                                          .needs("campaign_id", campaign_id_schema())
                                          .needs("status", campaign_status_schema())
                                          .needs("stopped_at", moment())
                                          .needs("in_flight", count_schema().about("past their gate already"))
                                          .needs("skipped", count_schema()))}},
          .conflict = 400,
          .handle = stop};
}

Operation plain(std::string word, std::string id, std::string summary, Schema answer,
                HttpAnswer (*handle)(Call&)) {
  return {.method = "POST",
          .path = "/api/campaigns/{id}/" + word,
          .id = std::move(id),
          .tag = "campaigns",
          .access = Access::editor,
          .summary = std::move(summary),
          .cli = "postrider campaign " + word + " {id}",
          .answers = {{200, "done", std::move(answer)}},
          .keyed = true,
          .handle = handle};
}

}  // namespace

Operations campaign_run_operations() {
  const Schema standing =
      ObjectSchema().needs("campaign_id", campaign_id_schema()).needs("status", campaign_status_schema());
  Operations all;
  all.push_back(send_operation());
  all.push_back(stop_operation());
  all.push_back(plain("pause", "pauseCampaign", "Let nothing more out until it is resumed",
                      success_schema("CampaignStanding", standing), pause));
  all.push_back(plain("resume", "resumeCampaign", "Let a paused campaign go on",
                      success_schema("CampaignStanding", standing), resume));
  all.push_back(plain(
      "retry", "retryCampaign", "Send the failed emails of an ended campaign again",
      success_schema("RetryAnswer", ObjectSchema().with(standing).needs("retried", count_schema())), retry));
  all.push_back({.method = "POST",
                 .path = "/api/campaigns/{id}/duplicate",
                 .id = "duplicateCampaign",
                 .tag = "campaigns",
                 .access = Access::editor,
                 .summary = "A new draft with the same settings and all or some of its recipients",
                 .cli = "postrider campaign duplicate {id} --only all",
                 .body = ObjectSchema("DuplicateRequest")
                             .may("only", one_of({"all", "unsent", "failed"})
                                              .standard("all")
                                              .about("unsent: neither sent nor uncertain"))
                             .may("name", text(1, 255).or_null().about("not given: \"… (copy)\"")),
                 .body_optional = true,
                 .answers = {{201, "the draft", campaign_schema()}},
                 .keyed = true,
                 .handle = duplicate});
  return all;
}

}  // namespace postrider
