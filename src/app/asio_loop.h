#pragma once
// AsioLoop: the Loop seam on a boost::asio::io_context that somebody else runs, on one thread.
// `post` from any thread, all else on the loop (or before it runs). The context runs out of work
// once nothing is posted and no call is due any more.

#include <map>
#include <memory>
#include <unordered_map>

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
  struct Nap;
  void sleep();
  void call_what_is_due();

  boost::asio::io_context& context_;
  const Clock& clock_;
  std::map<std::pair<BootTime, TimerId>, std::function<void()>> calls_;
  std::unordered_map<TimerId, BootTime> due_;  ///< of each in calls_
  TimerId last_ = 0;
  std::unique_ptr<Nap> nap_;  ///< until the first of calls_
};

}  // namespace postrider
