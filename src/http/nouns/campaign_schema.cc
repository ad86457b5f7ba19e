// What a campaign looks like in the API: the schemas of campaign_json.h.

#include <boost/json.hpp>

#include "http/nouns/campaign_json.h"

namespace postrider {
namespace {

constexpr auto kMost = std::int64_t{1} << 53;

Schema status_schema() {
  return one_of({"draft", "scheduled", "sending", "paused", "completed", "failed", "cancelled"});
}

Schema brake_schema() {
  return Schema(ObjectSchema("Brake").needs("refusals", whole(1, 200)).needs("percent", whole(1, 100)))
      .or_null()
      .about("pause at so many hard refusals and so much of the last 200; null: off");
}

Schema start_schema() {
  return text(0, 40).or_null().about(
      "when to start: RFC 3339, or the local time 2026-11-24T09:00 of `timezone`; null: at once");
}

/// The fields that create and update share; `fresh`: with the defaults of a new campaign.
ObjectSchema settings(std::string_view name, bool fresh) {
  const auto or_default = [fresh](const Schema& schema, boost::json::value value) {
    return fresh ? schema.standard(std::move(value)) : schema;
  };
  ObjectSchema object(name);
  const auto main = [&](std::string_view field, const Schema& schema) {
    if (fresh) {
      object.needs(field, schema);
    } else {
      object.may(field, schema);
    }
  };
  main("name", text(1, 255).example("Spring news"));
  main("subject", text(1, 500).example("A question, {{ first name }}"));
  main("message", text(1, 1 << 20).example("Dear {{ first name | default: \"friend\" }}, …"));
  object.may("description", text(0, 10'000).or_null())
      .may("google_sheet_id", text(1, 500).or_null().about("its id, or its address in the browser"))
      .may("google_sheet_range",
           or_default(text(1, 300), "A:Z").about("its first row holds the headers: Leads!A3:F"))
      .may("google_sheet_status_column",
           text(1, 100).about(
               "header of the column that shows what became of each email, made at the start; not "
               "given: Email Status"))
      .may("write_back", boolean().about("false: nothing is written to the sheet"))
      .may("only_unmarked", boolean().about("rows of the sheet that have a status are left out"))
      .may("send_immediately", or_default(boolean(), true).about("false needs `scheduled_at`"))
      .may("scheduled_at", start_schema())
      .may("use_delay", or_default(boolean(), false).about("a random gap between two emails"))
      .may("delay_min_minutes", or_default(whole(1, 60), 4))
      .may("delay_max_minutes", or_default(whole(1, 60), 7))
      .may("pace",
           text(1, 40).about("the gap more exactly: none, 30s-90s, 4m-7m; in place of the three before"))
      .may("respect_business_hours", or_default(boolean(), false))
      .may("business_hours_start", or_default(whole(0, 23), 7))
      .may("business_hours_end", or_default(whole(1, 24), 17).about("less than the start: a night window"))
      .may("business_days_only", or_default(boolean(), true))
      .may("timezone", or_default(text(1, 50), "UTC").about("an IANA name"))
      .may("mailboxes",
           array_of(text(1, 64), 50).about("names; not given: the mailbox \"default\", or the only one"))
      .may("queue", text(1, 100))
      .may("kind", or_default(one_of({"personal", "newsletter"}), "personal")
                       .about("a newsletter needs a way to leave and a postal address"))
      .may("list_unsubscribe", or_default(boolean(), true).about("the header fields of that name"))
      .may("format", or_default(one_of({"text", "html", "markdown"}), "text"))
      .may("text",
           text(0, 1 << 20).or_null().about("the text part beside HTML or Markdown; not given: made from it"))
      .may("from_name", text(0, 255).or_null())
      .may("reply_to", text(0, 320).or_null())
      .may("headers", array_of(text(1, 2'000), 50).about("\"X-Name: value\", all of them"))
      .may("attachments", array_of(ObjectSchema("NewAttachment")
                                       .needs("name", text(1, 255))
                                       .may("media_type", text(1, 255))
                                       .needs("content", text(0, 14 << 20).about("base64")),
                                   100)
                              .about("all of them; 10 MB together"))
      .may("max_tries", whole(1, 10).or_null())
      .may("max_age", text(1, 40).or_null().about("such as 2d"))
      .may("on_uncertain", or_default(one_of({"hold", "resend", "assume_sent"}), "hold"))
      .may("skip_unresolved", or_default(boolean(), false))
      .may("brake", brake_schema());
  return object;
}

}  // namespace

Schema campaign_create_schema() {
  return settings("CampaignCreate", true)
      .read_only({"id", "status", "total_recipients", "emails_sent", "emails_failed", "emails_pending",
                  "created_at", "updated_at", "started_at", "completed_at", "error_message", "error_count",
                  "success_rate", "failure_rate", "is_active", "is_completed"});
}

Schema campaign_update_schema() {
  return settings("CampaignUpdate", false)
      .read_only({"id", "status", "total_recipients", "emails_sent", "emails_failed", "emails_pending",
                  "created_at", "updated_at", "started_at", "completed_at", "error_message", "error_count",
                  "success_rate", "failure_rate", "is_active", "is_completed"});
}

Schema campaign_summary_schema() {
  return ObjectSchema("CampaignSummary")
      .needs("id", whole(1, kMost))
      .needs("name", text())
      .needs("status", status_schema())
      .needs("total_recipients", whole(0, kMost))
      .needs("emails_sent", whole(0, kMost))
      .needs("emails_failed", whole(0, kMost))
      .needs("emails_pending", whole(0, kMost))
      .needs("emails_bounced", whole(0, kMost))
      .needs("emails_skipped", whole(0, kMost))
      .needs("emails_uncertain", whole(0, kMost))
      .needs("success_rate", number(0, 100).about("percent of what was tried"))
      .needs("created_at", moment())
      .needs("scheduled_at", moment().or_null())
      .needs("completed_at", moment().or_null());
}

Schema campaign_schema() {
  const Schema file = ObjectSchema("Attachment")
                          .needs("name", text())
                          .needs("media_type", text())
                          .needs("size", whole(0, kMost));
  const Schema used =
      ObjectSchema("TemplateUse").needs("id", whole(1, kMost)).needs("version", whole(1, kMost));
  const Schema column = ObjectSchema("Column").needs("header", text()).needs("empty", whole(0, kMost));
  const Schema notice =
      ObjectSchema("Notice").needs("code", text()).needs("message", text()).needs("since", moment());
  const Schema waiting = ObjectSchema("Waiting").needs("what", text()).needs("until", moment().or_null());
  const Schema left_out = ObjectSchema("LeftOut")
                              .needs("bad", whole(0, kMost))
                              .needs("duplicate", whole(0, kMost))
                              .needs("suppressed", whole(0, kMost));
  return ObjectSchema("CampaignResponse")
      .with(campaign_summary_schema())
      .needs("description", text().or_null())
      .needs("subject", text())
      .needs("message", text(0, 1 << 20))
      .needs("google_sheet_id", text().or_null())
      .needs("google_sheet_range", text())
      .needs("google_sheet_status_column", text().or_null().about("of a list that was read from a sheet"))
      .needs("write_back", boolean())
      .needs("notices", array_of(notice).about("what is in the way though mail goes on"))
      .needs("send_immediately", boolean())
      .needs("use_delay", boolean())
      .needs("delay_min_minutes", whole(1, 1440))
      .needs("delay_max_minutes", whole(1, 1440))
      .needs("respect_business_hours", boolean())
      .needs("business_hours_start", whole(0, 23))
      .needs("business_hours_end", whole(1, 24))
      .needs("business_days_only", boolean())
      .needs("timezone", text())
      .needs("updated_at", moment())
      .needs("started_at", moment().or_null())
      .needs("error_message", text().or_null())
      .needs("error_count", whole(0, kMost))
      .needs("failure_rate", number(0, 100))
      .needs("is_active", boolean())
      .needs("is_completed", boolean())
      .needs("waiting", waiting.or_null())
      .needs("pace", text())
      .needs("mailboxes", array_of(text()))
      .needs("queue", text())
      .needs("kind", one_of({"personal", "newsletter"}))
      .needs("list_unsubscribe", boolean())
      .needs("template", used.or_null().about("what it was filled from"))
      .needs("format", one_of({"text", "html", "markdown"}))
      .needs("text", text(0, 1 << 20).or_null())
      .needs("from_name", text().or_null())
      .needs("reply_to", text().or_null())
      .needs("headers", array_of(text()))
      .needs("attachments", array_of(file))
      .needs("max_tries", whole(1, 10).or_null())
      .needs("max_age", text().or_null())
      .needs("on_uncertain", one_of({"hold", "resend", "assume_sent"}))
      .needs("skip_unresolved", boolean())
      .needs("brake", brake_schema())
      .needs("test_to", text().or_null().about("test mode: catcher, or the tester's address"))
      .needs("source", text().or_null())
      .needs("left_out", left_out)
      .needs("columns", array_of(column));
}

}  // namespace postrider
