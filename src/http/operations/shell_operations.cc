// The shell from another machine: the verbs of the command line, run here for a caller over there.

#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

constexpr std::uint64_t kMostBytes = 300 << 20;  // a list as long as may be, and its attachments

}  // namespace

Operations shell_operations() {
  Operations all;
  all.push_back({.method = "POST",
                 .path = "/api/shell",
                 .id = "runShell",
                 .tag = "shell",
                 .access = Access::viewer,
                 .summary =
                     "Run a verb of the command line: `postrider --server URL` speaks this; each verb asks "
                     "for the role of the operation that does the same",
                 .no_cli = "It is the shell.",
                 .body_type = "application/vnd.postrider.shell",
                 .limit = {kMostBytes, true},
                 .answers = {{200, "what the verb says", {}, "application/vnd.postrider.shell"}},
                 .handle = [](Call& call) { return call.world.shell(call.caller, std::move(call.raw)); }});
  return all;
}

}  // namespace postrider
