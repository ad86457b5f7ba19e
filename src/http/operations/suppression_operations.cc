// Suppressions: whom nothing may be sent to, in any campaign. And what makes them later: bounces.

#include <boost/json.hpp>
#include <sstream>

#include "actions/read_bounce.h"
#include "actions/suppression_list.h"
#include "actions/suppressions.h"
#include "http/nouns/json_values.h"
#include "http/nouns/nouns_json.h"
#include "http/operations/operations.h"
#include "http/paging.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr auto kMost = std::int64_t{1} << 53;
constexpr std::size_t kMostRejectsShown = 1'000;

HttpAnswer list(Call& call) {
  const auto limit = static_cast<int>(*call.number("limit"));
  auto page = call.actions.store.suppressions(call.asked("after").value_or(""), limit + 1);
  std::optional<std::string> next;
  if (std::ssize(page) > limit) {
    page.resize(static_cast<std::size_t>(limit));
    next = page.back().key;
  }
  json::array items;
  for (const auto& suppression : page) items.push_back(to_json(suppression));
  auto answer = json_answer(items);
  add_paging(answer, call, std::nullopt, next);
  return answer;
}

HttpAnswer add(Call& call) {
  const auto added = add_suppression(call.actions, *text_in(call.fields(), "who"),
                                     text_in(call.fields(), "reason").value_or(""));
  if (!added) return problem(added.error());
  auto out = to_json(added->suppression);
  out["emails_skipped"] = added->cancelled;
  return json_answer(out, 201);
}

HttpAnswer remove(Call& call) {
  const auto removed = remove_suppression(call.actions, call.text("key"));
  return removed ? HttpAnswer{.status = 204, .content_type = {}} : problem(removed.error());
}

HttpAnswer import(Call& call) {
  std::istringstream bytes(call.raw.bytes);
  const auto source = make_csv_source(call.raw.file ? *call.raw.file : bytes, "suppressions.csv");
  json::array rejects;
  bool more = false;
  const auto rejected = [&](const Reject& reject) {
    more = rejects.size() >= kMostRejectsShown;
    if (!more)
      rejects.push_back({{"row", reject.row}, {"address", reject.address}, {"reason", reject.reason}});
  };
  const auto read = import_suppressions(call.actions, *source, rejected);
  if (!read) return problem(read.error());
  return json_answer(json::object{{"added", read->added},
                                  {"known", read->known},
                                  {"bad", read->bad},
                                  {"emails_skipped", read->cancelled},
                                  {"rejects", std::move(rejects)},
                                  {"rejects_truncated", more}});
}

HttpAnswer bounce(Call& call) {
  std::string mail = std::move(call.raw.bytes);
  if (call.raw.file) mail.assign(std::istreambuf_iterator<char>(*call.raw.file), {});
  const auto answer = read_bounce(call.actions, mail);
  if (!answer) return problem(answer.error());
  json::value email = nullptr;
  if (answer->email) {
    email = {{"id", answer->email->id.value},
             {"campaign_id", answer->email->campaign.value},
             {"status", to_string(answer->done.status)}};
  }
  return json_answer(json::object{{"kind", to_string(answer->report.kind)},
                                  {"email", std::move(email)},
                                  {"changed", answer->done.changed},
                                  {"suppressed", answer->done.suppressed},
                                  {"emails_skipped", answer->done.cancelled},
                                  {"sentence", answer->sentence}});
}

ObjectSchema suppression_fields(std::string_view name) {
  return ObjectSchema(name)
      .needs("key", text().about("an address, or @domain"))
      .needs("kind", text())
      .needs("reason", text())
      .needs("campaign_id", whole(1, kMost).or_null())
      .needs("created_at", moment());
}

}  // namespace

Operations suppression_operations() {
  auto parameters = cursor_parameters();
  const Schema reject = ObjectSchema("SuppressionReject")
                            .needs("row", whole(0, kMost))
                            .needs("address", text())
                            .needs("reason", text());
  const Schema imported = ObjectSchema("SuppressionImport")
                              .needs("added", whole(0, kMost))
                              .needs("known", whole(0, kMost))
                              .needs("bad", whole(0, kMost))
                              .needs("emails_skipped", whole(0, kMost))
                              .needs("rejects", array_of(reject).about("the first 1,000"))
                              .needs("rejects_truncated", boolean());
  const Schema bounce_email = ObjectSchema("BouncedEmail")
                                  .needs("id", whole(1, kMost))
                                  .needs("campaign_id", whole(1, kMost))
                                  .needs("status", text());
  const Schema read =
      ObjectSchema("BounceAnswer")
          .needs("kind", text())
          .needs("email", bounce_email.or_null().about("null: about no email that is known here"))
          .needs("changed", boolean())
          .needs("suppressed", boolean())
          .needs("emails_skipped", whole(0, kMost))
          .needs("sentence", text());
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/api/suppressions",
                 .id = "listSuppressions",
                 .tag = "suppressions",
                 .access = Access::viewer,
                 .summary = "Addresses and domains that get nothing",
                 .cli = "postrider suppression list --json",
                 .query = parameters,
                 .answers = {{200, "a page of suppressions", array_of(suppression_fields("Suppression"))}},
                 .paged = true,
                 .handle = list});
  all.push_back(
      {.method = "POST",
       .path = "/api/suppressions",
       .id = "addSuppression",
       .tag = "suppressions",
       .access = Access::editor,
       .summary = "Nothing more to this address or domain, in any campaign",
       .cli = "postrider suppression add {who}",
       .body = ObjectSchema("SuppressionAdd")
                   .needs("who", text(1, 320).about("an address or a domain"))
                   .may("reason", text(0, 500).or_null()),
       .answers = {{201, "suppressed",
                    suppression_fields("AddedSuppression").needs("emails_skipped", whole(0, kMost))}},
       .keyed = true,
       .handle = add});
  all.push_back({.method = "DELETE",
                 .path = "/api/suppressions/{key}",
                 .id = "removeSuppression",
                 .tag = "suppressions",
                 .access = Access::editor,
                 .summary = "May be mailed again",
                 .cli = "postrider suppression remove {key}",
                 .answers = {{204, "removed"}},
                 .handle = remove});
  all.push_back({.method = "POST",
                 .path = "/api/suppressions/import",
                 .id = "importSuppressions",
                 .tag = "suppressions",
                 .access = Access::editor,
                 .summary = "A whole list, as CSV",
                 .cli = "postrider suppression import {file}",
                 .body_type = "text/csv",
                 .limit = {64 << 20, true},
                 .answers = {{200, "what became of the rows", imported}},
                 .keyed = true,
                 .handle = import});
  all.push_back(
      {.method = "POST",
       .path = "/api/bounces",
       .id = "readBounce",
       .tag = "suppressions",
       .access = Access::bounces,
       .summary =
           "A delivery report, a complaint or a mail that unsubscribes, as it arrived; forged and foreign ones change nothing",
       .cli = "postrider bounce read {report}",
       .body_type = "message/rfc822",
       .limit = {2 << 20, true},
       .answers = {{200, "what came of it", read}},
       .handle = bounce});
  return all;
}

}  // namespace postrider
