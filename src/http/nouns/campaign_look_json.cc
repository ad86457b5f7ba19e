#include "http/nouns/campaign_look_json.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "http/nouns/json_values.h"

namespace postrider {

namespace json = boost::json;

namespace {

constexpr auto kMost = std::int64_t{1} << 53;
constexpr std::size_t kLong = 32 << 20;

json::value number_or_null(std::int64_t number) {
  return number == 0 ? json::value(nullptr) : json::value(number);
}

Schema count() {
  return whole(0, kMost);
}

Schema words() {
  return text(0, kLong).or_null();
}

}  // namespace

Schema plan_schema() {
  const Schema day = ObjectSchema("PlannedDay").needs("date", text()).needs("emails", count());
  const Schema email = ObjectSchema("PlannedEmail")
                           .needs("number", count())
                           .needs("due_at", moment())
                           .needs("mailbox", text());
  return ObjectSchema("Plan")
      .needs("campaign_id", count())
      .needs("emails", count())
      .needs("first_due_at", moment().or_null())
      .needs("last_due_at", moment().or_null())
      .needs("zone", text().about("of the days"))
      .needs("days", array_of(day))
      .needs("first_emails", array_of(email))
      .needs("beyond_2036", count().about("emails that would be due later than can be planned"))
      .needs("notes", array_of(text()));
}

json::object plan_json(CampaignId id, const PlanAnswer& plan) {
  json::array days, first;
  for (const auto& day : plan.days) days.push_back({{"date", day.date}, {"emails", day.emails}});
  for (const auto& email : plan.first_emails) {
    first.push_back(
        {{"number", email.number}, {"due_at", format_rfc3339(email.due)}, {"mailbox", email.mailbox}});
  }
  return {{"campaign_id", id.value},
          {"emails", plan.emails},
          {"first_due_at", time_value(plan.first)},
          {"last_due_at", time_value(plan.last)},
          {"zone", plan.zone},
          {"days", std::move(days)},
          {"first_emails", std::move(first)},
          {"beyond_2036", plan.beyond},
          {"notes", json::value_from(plan.notes)}};
}

Schema check_schema() {
  const Schema found = ObjectSchema("Finding").needs("code", text()).needs("message", text());
  const Schema by_row = ObjectSchema("RowFinding")
                            .needs("code", text())
                            .needs("message", text())
                            .needs("count", count())
                            .needs("rows", array_of(count()).about("the first of them"));
  return ObjectSchema("Check")
      .needs("campaign_id", count())
      .needs("ready", boolean().about("nothing keeps it from being sent"))
      .needs("problems", array_of(found))
      .needs("warnings", array_of(text()))
      .needs("by_row", array_of(by_row).about("emails that cannot be written"))
      .needs("recipients", count())
      .needs("checked", count().about("rows looked at"))
      .needs("largest_email", count().or_null().about("bytes"))
      .needs("largest_row", count().or_null())
      .needs("first_due_at", moment().or_null())
      .needs("last_due_at", moment().or_null());
}

json::object check_json(std::string_view id_name, CampaignId id, const FullCheck& check) {
  json::array problems, rows;
  for (const auto& problem : check.problems)
    problems.push_back({{"code", problem.code}, {"message", problem.message}});
  for (const auto& finding : check.by_row) {
    rows.push_back({{"code", finding.code},
                    {"message", finding.message},
                    {"count", finding.count},
                    {"rows", json::value_from(finding.rows)}});
  }
  return {{id_name, id.value},
          {"ready", check.problems.empty()},
          {"problems", std::move(problems)},
          {"warnings", json::value_from(check.warnings)},
          {"by_row", std::move(rows)},
          {"recipients", check.recipients},
          {"checked", check.checked},
          {"largest_email", number_or_null(static_cast<std::int64_t>(check.largest))},
          {"largest_row", number_or_null(check.largest_row)},
          {"first_due_at", time_value(check.first_due)},
          {"last_due_at", time_value(check.last_due)}};
}

Schema preview_schema() {
  const Schema header = ObjectSchema("Header").needs("name", text()).needs("value", text());
  return ObjectSchema("Preview")
      .needs("campaign_id", count())
      .needs("ordinal", count())
      .needs("row", count())
      .needs("email", text())
      .needs("mailbox", text())
      .needs("from", text())
      .needs("from_name", words())
      .needs("to", text())
      .needs("to_name", words())
      .needs("reply_to", words())
      .needs("subject", text())
      .needs("headers", array_of(header))
      .needs("text", text(0, kLong))
      .needs("html", words())
      .needs("message_id", text())
      .needs("size", count().about("bytes of the whole message"));
}

json::object preview_json(CampaignId id, const WrittenEmail& written) {
  const auto& parts = written.parts;
  json::array headers;
  for (const auto& header : parts.headers)
    headers.push_back({{"name", header.name}, {"value", header.value}});
  return {{"campaign_id", id.value},
          {"ordinal", written.email.ordinal},
          {"row", written.email.source_row},
          {"email", written.email.address},
          {"mailbox", written.mailbox.name},
          {"from", parts.from.text()},
          {"from_name", text_or_null(parts.from_name)},
          {"to", parts.to.text()},
          {"to_name", text_or_null(parts.to_name)},
          {"reply_to", parts.reply_to ? json::value(parts.reply_to->text()) : json::value(nullptr)},
          {"subject", parts.subject},
          {"headers", std::move(headers)},
          {"text", parts.text},
          {"html", text_or_null(parts.html)},
          {"message_id", parts.message_id},
          {"size", written.message.size()}};
}

Schema test_answer_schema() {
  return ObjectSchema()
      .needs("campaign_id", count())
      .needs("to", text())
      .needs("written_for", text())
      .needs("mailbox", text())
      .needs("message_id", text())
      .needs("code", count())
      .needs("enhanced", text())
      .needs("server_text", text());
}

}  // namespace postrider
