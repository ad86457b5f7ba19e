#pragma once
// AsioLoop: the Loop seam on a boost::asio::io_context that somebody else runs, on one thread.
// `post` from any thread, all else on the loop (or before it runs).

#include <map>
#include <memory>

#include "base/loop.h"

namespace boost::asio {
class io_context;
}

namespace postrider {

class AsioLoop : public Loop {
 public:
  /// Both must outlive it; and it must outlive the last run of `context`.
  AsioLoop(boost::asio::io_context& context, const Clock& clock);
  ~AsioLoop() override;

  void post(std::function<void()> work) override;
  TimerId call_at(BootTime due, std::function<void()> work) override;
  void cancel(TimerId id) override;

 private:
  struct Timer;
  void arm(TimerId id, Timer& timer);

  boost::asio::io_context& context_;
  const Clock& clock_;
  std::map<TimerId, std::unique_ptr<Timer>> timers_;
  TimerId last_ = 0;
};

}  // namespace postrider
