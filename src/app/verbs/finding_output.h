#pragma once
// What the doctor found, for people and programs.

#include "actions/finding.h"
#include "app/verbs/output.h"

namespace postrider {

/// The exit code: 1 when there is a fault among them.
int print_findings(Output& output, const Findings& findings, bool server_runs);

}  // namespace postrider
