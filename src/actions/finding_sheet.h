#pragma once
// FindingSheet: where a look of the doctor writes down what it sees. Inside this room only.

#include <string>
#include <utility>

#include "actions/finding.h"

namespace postrider {

class FindingSheet {
 public:
  explicit FindingSheet(Findings& all) : all_(all) {}
  void add(std::string area, Severity severity, std::string cause, std::string evidence, std::string next) {
    all_.push_back({std::move(area), severity, std::move(cause), std::move(evidence), std::move(next)});
  }
  void fault(std::string area, std::string cause, std::string evidence, std::string next) {
    add(std::move(area), Severity::fault, std::move(cause), std::move(evidence), std::move(next));
  }
  void warning(std::string area, std::string cause, std::string evidence, std::string next) {
    add(std::move(area), Severity::warning, std::move(cause), std::move(evidence), std::move(next));
  }
  void fine(std::string area, std::string cause, std::string evidence) {
    add(std::move(area), Severity::fine, std::move(cause), std::move(evidence), "");
  }

 private:
  Findings& all_;
};

}  // namespace postrider
