#pragma once
// Plain bounces: the delivery reports of programs that write them for people: qmail (and those that follow
// its format) and Exim before it knew RFC 3464. Only what is certain to be one is taken for one. For
// bounce_report.cc only. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "mail/report_fields.h"

namespace postrider {

struct PlainBounce {
  bool delayed = false;
  std::string recipient;
  std::string words;     ///< what is said of the recipient
  std::string returned;  ///< the head of the mail that came back
};

/// `head`: of the report; `text`: its plain text.
std::optional<PlainBounce> read_plain_bounce(const ReportFields& head, std::string_view text);

}  // namespace postrider
