#pragma once
// Report fields: the "Name: value" lines of a delivery-status or feedback-report part, or of a mail's head,
// in groups divided by blank lines (RFC 3464 §2.1). Only for bounce_report.cc and what helps it. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postrider {

/// One group, in order; lines that continue another are joined to it.
class ReportFields {
 public:
  void add(std::string_view name, std::string_view value);
  void go_on(std::string_view more);
  bool empty() const { return fields_.empty(); }
  /// The first of that name, trimmed; empty: none.
  std::string_view value(std::string_view name) const;
  /// All of that name.
  std::vector<std::string_view> values(std::string_view name) const;
  /// The same without the type before it: "rfc822; ana@example.com" is "ana@example.com".
  std::string_view typed_value(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// At most 50 groups of 200 fields each; a line that is no field is left out.
std::vector<ReportFields> read_report_groups(std::string_view text);
/// The head of a mail: all up to the first blank line.
ReportFields read_head(std::string_view text);

/// "5.1.1" out of "5.1.1 (bad address)"; empty where there is none at the start.
std::string_view enhanced_at_start(std::string_view text);
/// The first enhanced code of class 4 or 5 anywhere in it.
std::string_view enhanced_in(std::string_view text);
/// The first SMTP code of class 4 or 5 that stands as a word of its own; 0: none.
int smtp_code_in(std::string_view text);

}  // namespace postrider
