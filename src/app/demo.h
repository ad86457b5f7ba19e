#pragma once
// Demo: the main job with nothing but this program. A fresh database, a catcher instead of a mail
// server, an example list; the campaign goes out before the user's eyes and every recipient is
// accounted for; then the server stays. No real mail leaves this machine. Main thread.

#include <ostream>
#include <string>

#include "base/result.h"
#include "http/listen_address.h"

namespace postrider {

struct DemoOptions {
  std::string directory;  ///< where it keeps its things; empty: a temporary one, removed at the end
  ListenAddress listen;   ///< the next free port if this one is taken
  bool once = false;      ///< ends after the outcome
  bool terminal = false;  ///< the bar may redraw
  int columns = 80;
};

/// 0 when every recipient is accounted for.
Result<int> run_demo(const DemoOptions& options, std::ostream& out, std::ostream& err);

}  // namespace postrider
