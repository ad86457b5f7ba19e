// What emails look like in the API: the schemas of email_json.h.

#include <boost/json.hpp>

#include "http/nouns/email_json.h"

namespace postrider {
namespace {

constexpr auto kMost = std::int64_t{1} << 53;
constexpr std::size_t kLong = 2 << 20;

Schema status_schema() {
  return one_of({"pending", "sent", "failed", "bounced", "skipped", "uncertain"});
}

/// Of an email: null while its campaign's plan has not reached it.
Schema email_id_schema() {
  return Schema({{"type", boost::json::array{"integer", "null"}}, {"minimum", 1}, {"maximum", kMost}})
      .about("null while its campaign's plan has not reached it");
}

Schema words() {
  return text(0, kLong).or_null();
}

/// What EmailSendResponse and recipients share.
ObjectSchema common(std::string_view name) {
  ObjectSchema object(name);
  object.needs("id", email_id_schema())
      .needs("campaign_id", whole(1, kMost))
      .needs("ordinal", whole(1, kMost).about("its place in the list, from 1"))
      .needs("status", status_schema())
      .needs("send_attempts", whole(0, kMost))
      .needs("max_send_attempts", whole(1, kMost))
      .needs("planned_at", moment().or_null())
      .needs("sent_at", moment().or_null());
  return object;
}

void add_send(ObjectSchema& object) {
  object.needs("recipient_email", text())
      .needs("recipient_name", words())
      .needs("personalized_subject", words())
      .needs("personalized_message", words())
      .needs("personalization_error", words().about("why there is no personalized text"))
      .needs("created_at", moment())
      .needs("updated_at", moment())
      .needs("error_message", words())
      .needs("smtp_response", words().about("the server's last reply"))
      .needs("sheet_row_number", whole(0, kMost).about("its row in the sheet or file; the header is row 1"))
      .needs("marked_as_sent_in_sheet", boolean());
}

void add_standing(ObjectSchema& object) {
  object.needs("fields", map_of(text(0, kLong)).about("the columns of its row"))
      .needs("mailbox", words())
      .needs("finished_at", moment().or_null())
      .needs("message_id", words())
      .needs("code", whole(0, 999).or_null())
      .needs("enhanced", words())
      .needs("server_text", words())
      .needs("reason", words());
}

}  // namespace

Schema email_send_schema() {
  auto object = common("EmailSendResponse");
  add_send(object);
  return object;
}

Schema recipient_schema() {
  auto object = common("Recipient");
  object.needs("row", whole(0, kMost)).needs("email", text()).needs("name", words());
  add_standing(object);
  return object;
}

Schema email_history_schema() {
  const Schema attempt =
      ObjectSchema("Attempt")
          .needs("number", whole(1, kMost))
          .needs("mailbox", words())
          .needs("started_at", moment())
          .needs("ended_at", moment())
          .needs("charged", boolean().about("whether it counts as a try of the recipient's"))
          .needs("disposition", one_of({"delivered", "deferred", "refused", "unknown"}))
          .needs("stage", text())
          .needs("code", whole(0, 999).or_null())
          .needs("enhanced", words())
          .needs("server_text", words())
          .needs("reason", words());
  auto object = common("EmailHistory");
  add_send(object);
  add_standing(object);
  object.needs("attempts", array_of(attempt));
  return object;
}

Schema uncertain_schema() {
  return ObjectSchema("UncertainEmail")
      .needs("id", whole(1, kMost))
      .needs("campaign_id", whole(1, kMost))
      .needs("row", whole(0, kMost))
      .needs("email", text())
      .needs("name", words())
      .needs("mailbox", words())
      .needs("send_attempts", whole(0, kMost))
      .needs("message_id", words())
      .needs("finished_at", moment().or_null())
      .needs("reason", words());
}

}  // namespace postrider
