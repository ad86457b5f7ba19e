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

struct AsioLoop::Nap {
  explicit Nap(boost::asio::io_context& context) : timer(context) {}
  boost::asio::steady_timer timer;
};

AsioLoop::AsioLoop(boost::asio::io_context& context, const Clock& clock)
    : context_(context), clock_(clock), nap_(std::make_unique<Nap>(context)) {}
AsioLoop::~AsioLoop() = default;

void AsioLoop::post(std::function<void()> work) {
  boost::asio::post(context_, std::move(work));
}

Loop::TimerId AsioLoop::call_at(BootTime due, std::function<void()> work) {
  const auto id = ++last_;
  const auto added = calls_.emplace(std::pair{due, id}, std::move(work)).first;
  due_.emplace(id, due);
  if (added == calls_.begin()) sleep();
  return id;
}

void AsioLoop::cancel(TimerId id) {
  const auto found = due_.find(id);
  if (found == due_.end()) return;
  calls_.erase({found->second, id});
  due_.erase(found);
  if (calls_.empty()) nap_->timer.cancel();  // so that the context may run out of work
}

void AsioLoop::sleep() {
  if (calls_.empty()) return;
  const Micros left = calls_.begin()->first.first - clock_.boot_now();
  nap_->timer.expires_after(std::clamp(left, Micros{0}, kLongestNap));
  nap_->timer.async_wait([this](boost::system::error_code stopped) {
    if (!stopped) call_what_is_due();
  });
}

void AsioLoop::call_what_is_due() {
  const BootTime now = clock_.boot_now();
  // What these calls ask for comes in the next round, so that posted work is not kept waiting.
  const auto last = last_;
  for (auto next = calls_.begin(); next != calls_.end() && next->first.first <= now;) {
    if (next->first.second > last) {
      ++next;
      continue;
    }
    const auto call = calls_.extract(next);
    due_.erase(call.key().second);
    call.mapped()();
    next = calls_.begin();  // the call may have cancelled others
  }
  sleep();
}

}  // namespace postrider
