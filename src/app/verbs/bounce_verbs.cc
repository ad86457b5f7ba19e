// bounce read

#include "actions/read_bounce.h"
#include "app/verbs/files.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object to_json(const BounceAnswer& answer) {
  const auto& report = answer.report;
  json::value email = nullptr;
  if (answer.email) {
    email = {{"id", answer.email->id.value},
             {"campaign_id", answer.email->campaign.value},
             {"email", answer.email->address},
             {"status", to_string(answer.done.status)}};
  }
  return {{"kind", to_string(report.kind)},
          {"status", text_or_null(report.status)},
          {"code", report.code == 0 ? json::value(nullptr) : json::value(report.code)},
          {"words", report.diagnostic},
          {"recipient", text_or_null(report.recipient)},
          {"message_id", text_or_null(report.message_id)},
          {"email", std::move(email)},
          {"changed", answer.done.changed},
          {"suppressed", answer.done.suppressed},
          {"emails_skipped", answer.done.cancelled},
          {"sentence", answer.sentence}};
}

VerbResult read(VerbContext& context, Output& output, const std::string& file) {
  if (file.empty()) return invalid("no_input", "Name the file of the mail, or pipe it in.");
  const auto mail = read_bytes(context.files, file, kLargestReport);
  if (!mail) return std::unexpected(mail.error());
  const auto answer = read_bounce(context.actions, *mail);
  if (!answer) return std::unexpected(answer.error());
  if (output.wants_json()) {
    output.print(to_json(*answer));
  } else {
    output.say(answer->sentence);
  }
  return 0;
}

}  // namespace

void add_bounce_verbs(VerbTable& table) {
  auto* group = table.group("bounce", "Reports that arrive later, by mail");
  auto file = std::make_shared<std::string>();
  auto* verb =
      table.verb(group, "read",
                 "Read one delivery report, complaint or mail that unsubscribes, and do what follows from it",
                 "postrider bounce read < report.eml",
                 [file](VerbContext& context, Output& output) { return read(context, output, *file); });
  verb->add_option("file,--file", *file, "The mail, whole, as it arrived (standard input)")
      ->type_name("FILE");
}

}  // namespace postrider
