#pragma once
// RemoteClient: a verb's caller whose server is on another machine (POST /api/shell). What the verb reads is
// sent along, what it writes comes back; nothing else of either machine is touched.

#include <iosfwd>

#include "app/control_frames.h"
#include "app/settings.h"
#include "base/result.h"

namespace postrider {

/// Names in `request` what the command line reads and writes, as this machine has it.
void name_files(ControlRequest& request);

/// The verb's exit code; an error when it could not be asked for, was refused, or broke off. The key file
/// must be its owner's alone, and the URL https (http only on this machine).
Result<int> call_remote(const RemoteServer& server, ControlRequest request, std::ostream& out,
                        std::ostream& err);

}  // namespace postrider
