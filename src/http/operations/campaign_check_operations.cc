// A look before it goes: plan, check, preview, test.

#include <boost/json.hpp>

#include "actions/check_in_full.h"
#include "actions/plan_campaign.h"
#include "actions/test_campaign.h"
#include "actions/write_email.h"
#include "base/text.h"
#include "campaign/local_time.h"
#include "http/nouns/campaign_look_json.h"
#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr std::string_view kMessageType = "message/rfc822";

HttpAnswer plan(Call& call) {
  const CampaignId id{call.id()};
  PlanOptions options{.at = {}, .first = static_cast<int>(call.number("emails").value_or(0))};
  if (const auto at = call.asked("at")) {
    const auto campaign = call.actions.store.campaign(id);
    if (!campaign) return problem(campaign.error());
    const auto time = parse_moment(*at, campaign->window.value_or(campaign->form.window).zone);
    if (!time) return problem(400, "bad_parameter", {{"?at", time.error().code, time.error().message}});
    options.at = *time;
  }
  const auto answer = plan_campaign(call.actions, id, options);
  return answer ? json_answer(plan_json(id, *answer)) : problem(answer.error());
}

HttpAnswer check(Call& call) {
  const CampaignId id{call.id()};
  const auto answer = check_in_full(call.actions, id);
  return answer ? json_answer(check_json("campaign_id", id, *answer)) : problem(answer.error());
}

/// Whether the caller names the message's own type and gives it a weight (RFC 9110 §12.5.1).
bool wants_message(const HttpHead& head) {
  for (const auto range : split(head.header("Accept"), ',')) {
    const auto end = range.find(';');
    if (!equals_ignoring_case(trim(range.substr(0, end)), kMessageType)) continue;
    return lower_ascii(range).find("q=0") == std::string::npos;
  }
  return false;
}

HttpAnswer preview(Call& call) {
  const CampaignId id{call.id()};
  const auto written = write_email(call.actions, id, call.asked("recipient").value_or(""));
  if (!written) return problem(written.error());
  if (!wants_message(call.head)) return json_answer(preview_json(id, *written));
  HttpAnswer answer{.content_type = std::string(kMessageType)};
  answer.body = written->message.whole();
  return answer;
}

HttpAnswer test(Call& call) {
  const CampaignId id{call.id()};
  const auto& body = call.fields();
  CampaignTest wanted{.to = std::string(body.at("to").as_string()), .as = {}};
  if (const auto* as = body.if_contains("as"); as && as->is_string())
    wanted.as = std::string(as->as_string());
  const auto answer = test_campaign(call.actions, id, wanted);
  if (!answer) return problem(answer.error());
  return success(call, "Sent to " + answer->to,
                 json::object{{"campaign_id", id.value},
                              {"to", answer->to},
                              {"written_for", answer->written_for},
                              {"mailbox", answer->mailbox},
                              {"message_id", answer->message_id},
                              {"code", answer->reply.code},
                              {"enhanced", answer->reply.enhanced},
                              {"server_text", answer->reply.text}});
}

}  // namespace

Operations campaign_check_operations() {
  Operations all;
  all.push_back(
      {.method = "GET",
       .path = "/api/campaigns/{id}/plan",
       .id = "planCampaign",
       .tag = "campaigns",
       .access = Access::viewer,
       .summary = "When its emails would leave; changes nothing",
       .cli = "postrider campaign plan {id} --json",
       .query = {{"at", text(1, 40),
                  "as if started then: RFC 3339, or a local time of the campaign's zone; not given: now"},
                 {"emails", whole(0, 10'000).standard(0), "due times of so many first emails"}},
       .answers = {{200, "the plan", plan_schema()}},
       .handle = plan});
  all.push_back({.method = "GET",
                 .path = "/api/campaigns/{id}/check",
                 .id = "checkCampaign",
                 .tag = "campaigns",
                 .access = Access::viewer,
                 .summary = "Everything that blocks it or is worth a look; sends nothing",
                 .cli = "postrider campaign check {id} --json",
                 .answers = {{200, "what was found", check_schema()}},
                 .handle = check});
  all.push_back(
      {.method = "GET",
       .path = "/api/campaigns/{id}/preview",
       .id = "previewCampaign",
       .tag = "campaigns",
       .access = Access::viewer,
       .summary = "One of its emails as it would leave; the whole message to who accepts message/rfc822",
       .cli = "postrider campaign preview {id} --json",
       .query = {{"recipient", text(1, 320),
                  "a number in the list, or an address of it; not given: the first"}},
       .answers = {{200, "the email", preview_schema()},
                   {409, "it cannot be written for this recipient", problem_schema(),
                    "application/problem+json"}},
       .handle = preview});
  all.push_back(
      {.method = "POST",
       .path = "/api/campaigns/{id}/test",
       .id = "testCampaign",
       .tag = "campaigns",
       .access = Access::editor,
       .summary = "Send one of its emails to yourself, now",
       .cli = "postrider campaign test {id} --to me@example.com",
       .body =
           ObjectSchema("TestRequest")
               .needs("to", text(3, 320).about("your address"))
               .may("as", text(1, 320).or_null().about(
                              "written for this recipient: a number or an address; not given: the first")),
       .answers = {{200, "the server took it", success_schema("TestAnswer", test_answer_schema())}},
       .keyed = true,
       .handle = test});
  return all;
}

}  // namespace postrider
