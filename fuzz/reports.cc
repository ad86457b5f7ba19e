// A mail that says it is a delivery report or a complaint. Whatever it holds, what is read of it is short,
// printable and of its kind.

#include <algorithm>
#include <string>

#include "base/text.h"
#include "fuzz/targets.h"
#include "mail/bounce_report.h"

namespace postrider::fuzz {

void try_reports(std::string_view bytes) {
  const auto report = read_bounce_report(bytes);
  for (const std::string_view text :
       {std::string_view{report.status}, std::string_view{report.diagnostic},
        std::string_view{report.recipient}, std::string_view{report.original_recipient},
        std::string_view{report.message_id}, std::string_view{report.list_unsubscribe},
        std::string_view{report.to}}) {
    require(text.size() <= 1'004 && is_valid_utf8(text), "a text of a report is short and valid");
    require(
        std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }),
        "a text of a report is one line");
  }
  require(report.status.empty() || std::ranges::count(report.status, '.') == 2, "a status is three numbers");
  require(report.code == 0 || (report.code >= 400 && report.code < 600), "a code is one of a refusal");
  require(report.message_id.empty() || report.message_id.starts_with('<'), "a Message-ID stands in <>");
  const bool reports = report.kind != ReportKind::none && report.kind != ReportKind::auto_reply;
  require(reports || report.message_id.empty(), "what is no report names no mail");
  const bool asks = report.kind == ReportKind::unsubscribe;
  require(asks == !(report.token.empty() && report.answers.empty()), "who asks for no more says of what");
  require(report.token.size() <= 1'004 && is_valid_utf8(report.token), "a token's text is short and valid");
  require(report.answers.size() <= 20, "a mail answers few");
}

}  // namespace postrider::fuzz
