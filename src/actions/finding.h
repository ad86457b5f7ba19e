#pragma once
// Finding: one thing the doctor saw: what is the matter, what shows it, and the command to type next.
// Faults keep mail from leaving (or will, at the next start) or its links from working; warnings are worth a
// look. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postrider {

enum class Severity { fault, warning, fine };

constexpr std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::fault:
      return "fault";
    case Severity::warning:
      return "warning";
    case Severity::fine:
      return "fine";
  }
  std::unreachable();
}

struct Finding {
  std::string
      area;  ///< "settings", "server", "database", "disk", "key", "clock", "mailbox", "queue", "campaign"
  Severity severity = Severity::fine;
  std::string cause;     ///< one sentence
  std::string evidence;  ///< what was seen
  std::string next;      ///< the command to type; empty when there is nothing to do
};

using Findings = std::vector<Finding>;

}  // namespace postrider
