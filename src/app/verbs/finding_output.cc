#include "app/verbs/finding_output.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "http/nouns/nouns_json.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestLine = 1000;

std::string_view heading(Severity severity) {
  switch (severity) {
    case Severity::fault:
      return "FAULT  ";
    case Severity::warning:
      return "warning";
    case Severity::fine:
      return "fine   ";
  }
  std::unreachable();
}

void print(Output& output, const Finding& finding) {
  if (finding.severity == Severity::fine) {
    output.say(one_line(fmt::format("{}  {}: {}{}{}", heading(finding.severity), finding.area, finding.cause,
                                    finding.evidence.empty() ? "" : " ", finding.evidence),
                        kLongestLine));
    return;
  }
  output.say(one_line(fmt::format("{}  {}: {}", heading(finding.severity), finding.area, finding.cause),
                      kLongestLine));
  if (!finding.evidence.empty()) output.say("         seen: " + one_line(finding.evidence, kLongestLine));
  if (!finding.next.empty()) output.say("         next: " + one_line(finding.next, kLongestLine));
}

}  // namespace

int print_findings(Output& output, const Findings& findings, bool server_runs) {
  const auto faults = std::ranges::count(findings, Severity::fault, &Finding::severity);
  const auto warnings = std::ranges::count(findings, Severity::warning, &Finding::severity);
  const int code = faults > 0 ? 1 : 0;
  if (output.wants_json()) {
    boost::json::array all;
    for (const auto& finding : findings) all.push_back(to_json(finding));
    output.print(boost::json::object{{"findings", std::move(all)}, {"server_runs", server_runs}});
    return code;
  }
  for (const auto& finding : findings) print(output, finding);
  output.say(
      fmt::format("{}, {}. {}", count_of(faults, "fault"), count_of(warnings, "warning"),
                  server_runs ? "A server runs on this database." : "No server runs on this database."));
  return code;
}

}  // namespace postrider
