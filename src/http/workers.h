#pragma once
// Workers: the threads on which requests are answered, and the bridge to them for the connections'
// coroutines: `co_await workers.run(work)` goes on where the coroutine runs. For this room only (it
// shows Asio). Thread safe.

#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace postrider {

class Workers {
 public:
  Workers(int threads, int waiting) : pool_(static_cast<std::size_t>(threads)), most_(threads + waiting) {}

  /// As many work and wait already as may: the next caller is told to come again.
  bool full() const { return inside_ >= most_; }

  /// Runs `work` on a worker. It must not throw.
  template <class Work>
  boost::asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
    using Answer = std::invoke_result_t<Work&>;
    auto executor = co_await boost::asio::this_coro::executor;
    auto start = [this, executor](auto done, Work job) {
      // The promise to the coroutine cannot be copied and Asio's queue wants what can: hence shared.
      auto waiting = std::make_shared<decltype(done)>(std::move(done));
      ++inside_;
      boost::asio::post(pool_, [this, waiting, executor, job = std::move(job)]() mutable {
        auto answer = std::make_shared<Answer>(job());
        boost::asio::post(executor, [waiting, answer] { (*waiting)(std::move(*answer)); });
        const std::lock_guard lock(mutex_);
        if (--inside_ == 0 && awaited_ == 0) quiet_.notify_all();
      });
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Answer)>(
        std::move(start), boost::asio::use_awaitable, std::move(work));
  }

  /// Waits until `begin` calls its argument, on whatever thread, and holds no worker meanwhile.
  boost::asio::awaitable<void> wait_for(std::function<void(std::function<void()>)> begin) {
    auto executor = co_await boost::asio::this_coro::executor;
    auto start = [this, executor, begin = std::move(begin)](auto done) {
      auto waiting = std::make_shared<decltype(done)>(std::move(done));
      ++awaited_;
      begin([this, waiting, executor] {
        boost::asio::post(executor, [waiting] { (*waiting)(); });
        const std::lock_guard lock(mutex_);
        if (--awaited_ == 0 && inside_ == 0) quiet_.notify_all();
      });
    };
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        std::move(start), boost::asio::use_awaitable);
  }

  /// Waits until nothing is at work; false: something still is.
  bool wait_until_quiet(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return quiet_.wait_for(lock, patience, [this] { return inside_ == 0 && awaited_ == 0; });
  }
  void join() { pool_.join(); }

 private:
  boost::asio::thread_pool pool_;
  const int most_;
  std::atomic<int> inside_{0};   // working or waiting for a worker
  std::atomic<int> awaited_{0};  // answers that come later
  std::mutex mutex_;
  std::condition_variable quiet_;
};

}  // namespace postrider
