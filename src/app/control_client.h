#pragma once
// ControlClient: the caller's half of the Unix socket.

#include <optional>
#include <ostream>
#include <string>

#include "app/control_frames.h"
#include "base/result.h"

namespace postrider {

/// Has the server on this socket run the verb and copies what it says. Nothing when no server
/// answers there; else the verb's exit code, or an error when the server went away before the end.
std::optional<Result<int>> call_server(const std::string& socket, const ControlRequest& request,
                                       std::ostream& out, std::ostream& err);

}  // namespace postrider
