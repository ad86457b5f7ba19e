#include "app/asio_loop.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace postrider {
namespace {

/// Asio's steady clock stands still while the machine is suspended, ours does not. So a long wait
/// is looked at again from time to time and is never later than this after a suspend.
constexpr Micros kLongestNap = std::chrono::seconds{30};

}  // namespace

struct AsioLoop::Timer {
  Timer(boost::asio::io_context& context, BootTime when, std::function<void()> what)
      : nap(context), due(when), work(std::move(what)) {}
  boost::asio::steady_timer nap;
  BootTime due;
  std::function<void()> work;
};

AsioLoop::AsioLoop(boost::asio::io_context& context, const Clock& clock) : context_(context), clock_(clock) {}
AsioLoop::~AsioLoop() = default;

void AsioLoop::post(std::function<void()> work) {
  boost::asio::post(context_, std::move(work));
}

Loop::TimerId AsioLoop::call_at(BootTime due, std::function<void()> work) {
  const auto id = ++last_;
  auto& timer = *timers_.emplace(id, std::make_unique<Timer>(context_, due, std::move(work))).first->second;
  arm(id, timer);
  return id;
}

void AsioLoop::arm(TimerId id, Timer& timer) {
  const Micros left = timer.due - clock_.boot_now();
  timer.nap.expires_after(std::clamp(left, Micros{0}, kLongestNap));
  timer.nap.async_wait([this, id](boost::system::error_code stopped) {
    // By id and not by reference: a cancelled timer is gone before its handler runs.
    const auto found = timers_.find(id);
    if (stopped || found == timers_.end()) return;
    if (found->second->due > clock_.boot_now()) return arm(id, *found->second);
    const auto work = std::move(found->second->work);
    timers_.erase(found);
    work();
  });
}

void AsioLoop::cancel(TimerId id) {
  timers_.erase(id);
}

}  // namespace postrider
