#pragma once
// SheetWriter: writes back to sheets while the server runs, on a thread of its own: Google may take its time.
// start() and stop() are the main thread's.

#include <functional>

#include "actions/write_back.h"
#include "app/round_loop.h"

namespace postrider {

class SheetWriter {
 public:
  /// `actions` is called on the thread.
  SheetWriter(std::function<ActionContext()> actions, Log& log)
      : actions_(std::move(actions)), loop_("sheets", [this] { look(); }, log) {}

  void start() { loop_.start(); }
  bool stop(std::chrono::milliseconds patience) { return loop_.stop(patience); }
  void round_now(std::chrono::milliseconds patience) { loop_.round_now(patience); }

 private:
  void look() {
    auto actions = actions_();
    write_back_.look(actions);
  }

  const std::function<ActionContext()> actions_;
  WriteBack write_back_;
  RoundLoop loop_;
};

}  // namespace postrider
