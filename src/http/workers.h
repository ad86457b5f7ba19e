#pragma once
// Workers: the threads on which requests are answered, and the bridge to them for the connections'
// coroutines: `co_await workers.run(work)` goes on where the coroutine runs. For this room only (it
// shows Asio). Thread safe.

#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "http/handler.h"
#include "http/worker_pool.h"

namespace postrider {

class Workers {
 public:
  using Turn = std::variant<HttpAnswer, std::unique_ptr<HttpTurn>>;

  Workers(int threads, int waiting) : pool_(threads), most_(threads + waiting) {}

  /// As many work and wait already as may: the next caller is told to come again.
  bool full() const { return inside_ >= most_; }

  /// Runs `work` on a worker. It must not throw.
  template <class Work>
  boost::asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
    auto executor = co_await boost::asio::this_coro::executor;
    co_return co_await finished<std::invoke_result_t<Work&>>(
        [this, executor](auto done, Work job) {
          give([done = std::move(done), executor, job = std::move(job)]() mutable {
            post(executor, std::move(done), job());
          });
        },
        std::move(work));
  }

  /// The same for what answers a request. An answer that comes later is waited for without a worker, and
  /// comes as what it was in the end.
  template <class Work>
  boost::asio::awaitable<Turn> answer(Work work) {
    auto executor = co_await boost::asio::this_coro::executor;
    co_return co_await finished<Turn>(
        [this, executor](auto done, Work job) {
          give([this, done = std::move(done), executor, job = std::move(job)]() mutable {
            finish(std::move(done), executor, job());
          });
        },
        std::move(work));
  }

  /// Waits until nothing is at work; false: something still is.
  bool wait_until_quiet(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return quiet_.wait_for(lock, patience, [this] { return inside_ == 0 && awaited_ == 0; });
  }
  void join() { pool_.join(); }

 private:
  template <class Answer, class Start, class Work>
  static auto finished(Start start, Work work) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Answer)>(
        std::move(start), boost::asio::use_awaitable, std::move(work));
  }

  void give(WorkerPool::Job job) {
    ++inside_;
    pool_.post([this, job = std::move(job)]() mutable {
      job();
      end_one(inside_);
    });
  }

  template <class Done, class Executor>
  void finish(Done done, const Executor& executor, Turn turn) {
    auto* answer = std::get_if<HttpAnswer>(&turn);
    if (answer == nullptr || !answer->late) return post(executor, std::move(done), std::move(turn));
    // What is called back may be copied, the promise to the coroutine cannot: hence shared.
    const auto waiting = std::make_shared<Done>(std::move(done));
    ++awaited_;
    answer->late->wait([this, waiting, executor, late = answer->late](std::optional<HttpAnswer> known) {
      if (known) {
        finish(std::move(*waiting), executor, std::move(*known));
      } else {
        give([this, waiting, executor, late] { finish(std::move(*waiting), executor, late->answer()); });
      }
      end_one(awaited_);
    });
  }

  template <class Executor, class Done, class Answer>
  static void post(const Executor& executor, Done done, Answer answer) {
    boost::asio::post(executor, [done = std::move(done), answer = std::move(answer)]() mutable {
      std::move(done)(std::move(answer));
    });
  }

  void end_one(std::atomic<int>& count) {
    const std::lock_guard lock(mutex_);
    --count;
    if (inside_ == 0 && awaited_ == 0) quiet_.notify_all();
  }

  WorkerPool pool_;
  const int most_;
  std::atomic<int> inside_{0};   // working or waiting for a worker
  std::atomic<int> awaited_{0};  // answers that come later
  std::mutex mutex_;
  std::condition_variable quiet_;
};

}  // namespace postrider
