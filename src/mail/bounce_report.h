#pragma once
// Bounce reports: mail that says what became of other mail. Delivery reports (RFC 3464, also those of
// Exim and qmail that are plain text), complaints (ARF, RFC 5965), mail that asks for no more, and automatic
// answers, told apart and read. What is read here is what a stranger wrote: nothing of it is believed until
// its Message-ID proves to be ours (actions/read_bounce.h). Pure; thread safe.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postrider {

enum class ReportKind {
  failed,       ///< not delivered, and not tried again
  delayed,      ///< not delivered yet
  other,        ///< a delivery report of another kind: delivered, relayed, expanded
  complaint,    ///< the recipient called it spam
  unsubscribe,  ///< to the address of List-Unsubscribe, or an answer that says nothing but "stop"
  auto_reply,   ///< out of office and the like
  none          ///< no report
};
std::string_view to_string(ReportKind kind);

struct BounceReport {
  ReportKind kind = ReportKind::none;
  std::string status;      ///< "5.1.1" (RFC 3463); empty: none given
  int code = 0;            ///< SMTP code in the diagnostic; 0: none given
  std::string diagnostic;  ///< the words of the server that refused it: one line, at most 1,000 octets
  std::string recipient;   ///< for whom it was not delivered, as the report has it; empty: not named
  std::string original_recipient;  ///< the address that was written to, where the report tells it apart
  std::string message_id;          ///< of the mail that came back, "<…@…>"; empty: none
  std::string list_unsubscribe;    ///< of the same
  std::string to;                  ///< address in its To
  std::string token;               ///< unsubscribe: what its subject names, as unsubscribe_token_in reads it
  std::vector<std::string>
      answers;  ///< unsubscribe without a token: the mails it answers; `recipient` wrote it
};

inline constexpr std::size_t kLargestReport = std::size_t{16} << 20;

/// Never fails: what is no report, larger than kLargestReport, or nested beyond reason, is `none`.
BounceReport read_bounce_report(std::string_view mail);

}  // namespace postrider
