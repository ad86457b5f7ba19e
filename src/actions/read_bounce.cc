#include "actions/read_bounce.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "mail/message_id.h"
#include "mail/reply.h"

namespace postrider {
namespace {

/// The keys of the addresses the report says it is about.
std::vector<std::string> named_in(const BounceReport& report) {
  std::vector<std::string> keys;
  for (const auto& text : {report.original_recipient, report.recipient}) {
    if (const auto address = parse_address(text)) keys.push_back(address->key());
  }
  return keys;
}

/// Where to look for the email. A report that names nobody still returns a head, whose To or unsubscribe
/// link says whose it was; what is found there is believed as little as the rest.
std::vector<std::string> places_to_look(ActionContext& context, const BounceReport& report) {
  auto keys = named_in(report);
  if (!keys.empty()) return keys;
  if (!report.recipient.empty() || !report.original_recipient.empty()) return {};
  if (const auto address = parse_address(report.to)) keys.push_back(address->key());
  if (const auto left = context.links.read(report.list_unsubscribe)) keys.push_back(left->address_key);
  return keys;
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<BounceAnswer::Email> find_email(ActionContext& context, const BounceReport& report) {
  if (report.message_id.empty()) return std::nullopt;
  const MessageIdKey ids(context.secrets.subkey("message-id"));
  for (const auto& key : places_to_look(context, report)) {
    for (const auto& sent : context.store.emails_to(key)) {
      const auto id =
          ids.message_id(sent.campaign.value, sent.recipient.value, kMessageGeneration, sent.sent_as);
      if (same(id, report.message_id)) return BounceAnswer::Email{sent.id, sent.campaign, key};
    }
  }
  return std::nullopt;
}

LateReport late_report(const BounceReport& report, EmailId email) {
  LateReport late{.email = email, .code = report.code, .enhanced = report.status, .words = report.diagnostic};
  if (report.kind == ReportKind::complaint) {
    late.complaint = true;
    late.reason = fmt::format("complained of as spam ({})", report.diagnostic);
    return late;
  }
  // As if its server had said so at once: the same table decides.
  const int code = report.code != 0 ? report.code : report.status.starts_with('4') ? 450 : 550;
  const auto meaning = interpret({.kind = Trouble::Kind::reply,
                                  .stage = Stage::rcpt,
                                  .reply = {code, report.status, report.diagnostic}});
  late.suppress = meaning.suppress;
  late.soft = meaning.soft;
  late.reason =
      fmt::format("came back: {}", meaning.blame == Blame::mailbox || meaning.suppress || meaning.soft
                                       ? meaning.reason
                                       : "it was not delivered.");
  return late;
}

std::string not_acted_on(const BounceReport& report) {
  switch (report.kind) {
    case ReportKind::failed:
    case ReportKind::complaint:
      return "It is about no email of this installation (its Message-ID or its recipient is not ours): nothing "
             "is changed.";
    case ReportKind::delayed:
      return "A delay: the server that has the email is still trying. Nothing is changed.";
    case ReportKind::other:
      return "A report of another kind: nothing is changed.";
    case ReportKind::auto_reply:
      return "An automatic answer: nothing is changed.";
    case ReportKind::none:
      return "This is no delivery report and no complaint: nothing is changed.";
  }
  return {};
}

std::string acted_on(const BounceAnswer& answer) {
  const auto& email = *answer.email;
  if (!answer.done.changed) {
    return fmt::format("Email {} to {} is {} already: nothing is changed.", email.id.value, email.address,
                       to_string(answer.done.status));
  }
  auto text = answer.report.kind == ReportKind::complaint
                  ? fmt::format("{} complained of email {} of campaign {}", email.address, email.id.value,
                                email.campaign.value)
                  : fmt::format("Email {} of campaign {} to {} came back: it is bounced", email.id.value,
                                email.campaign.value, email.address);
  if (answer.done.suppressed) text += "; the address is suppressed";
  if (answer.done.cancelled > 0) text += fmt::format(", {} waiting skipped", answer.done.cancelled);
  return text + ".";
}

}  // namespace

Result<BounceAnswer> read_bounce(ActionContext& context, std::string_view mail) {
  if (mail.size() > kLargestReport) {
    return invalid("report_too_large", fmt::format("A report has at most {} MB.", kLargestReport >> 20));
  }
  BounceAnswer answer{.report = read_bounce_report(mail)};
  const bool acts = answer.report.kind == ReportKind::failed || answer.report.kind == ReportKind::complaint;
  if (acts) answer.email = find_email(context, answer.report);
  if (!answer.email) {
    answer.sentence = not_acted_on(answer.report);
    return answer;
  }
  const auto done = context.store.report_late(late_report(answer.report, answer.email->id));
  if (!done) return std::unexpected(done.error());
  answer.done = *done;
  answer.sentence = acted_on(answer);
  if (answer.done.changed) context.store.audit(context.who, "read a report: " + answer.sentence);
  return answer;
}

}  // namespace postrider
