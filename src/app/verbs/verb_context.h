#pragma once
// VerbContext: what a store verb works with. The same verb runs in the client's own process when
// no server runs, and inside the server when one does; only this differs.

#include <functional>
#include <ostream>
#include <string>

#include "actions/context.h"
#include "app/verbs/files.h"

namespace postrider {

struct VerbContext {
  ActionContext& actions;
  std::ostream& out;      ///< the result; JSON with --json
  std::ostream& err;      ///< progress, warnings, errors
  CallerFiles& files;     ///< what the names of files in its command line lead to
  bool terminal = false;  ///< the caller's stdout is a terminal: bars may redraw
  int columns = 80;       ///< its width
  std::string password;   ///< taken by the client process from environment or prompt; never argv
  std::string client_secret = {}, refresh_token = {};  ///< of OAuth, taken likewise
  /// Waits that long. False: the caller has gone away or the server ends, so the verb stops.
  std::function<bool(Micros)> pause;
  bool server_runs = false;  ///< false: nothing is sending while this verb runs
};

}  // namespace postrider
