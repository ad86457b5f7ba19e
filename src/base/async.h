#pragma once
// Async<T>: a lazy coroutine with one awaiter. It starts when awaited, runs on whatever thread
// resumes it, and resumes its awaiter by symmetric transfer. Destroying it before it finished
// destroys its frame (and whatever it awaits must cope: see Loop and the smtp room).
//
// Named Async and not Task because in this product a task is the durable promise in the store.
// House rule 31: co_await named things only; build arguments first, then std::move them in.

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace postrider {

template <class T>
class [[nodiscard]] Async;

namespace async_detail {

struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
    auto next = done.promise().continuation;
    return next ? next : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::exception_ptr error;
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }
};

}  // namespace async_detail

template <class T>
class [[nodiscard]] Async {
 public:
  struct promise_type : async_detail::PromiseBase {
    std::optional<T> value;
    Async get_return_object() { return Async{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    template <class U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
  };

  Async(Async&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Async& operator=(Async&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Async() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    frame_.promise().continuation = awaiter;
    return frame_;
  }
  T await_resume() {
    if (frame_.promise().error) std::rethrow_exception(frame_.promise().error);
    return std::move(*frame_.promise().value);
  }

 private:
  explicit Async(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

template <>
class [[nodiscard]] Async<void> {
 public:
  struct promise_type : async_detail::PromiseBase {
    Async get_return_object() { return Async{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    void return_void() noexcept {}
  };

  Async(Async&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Async& operator=(Async&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Async() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    frame_.promise().continuation = awaiter;
    return frame_;
  }
  void await_resume() {
    if (frame_.promise().error) std::rethrow_exception(frame_.promise().error);
  }

 private:
  explicit Async(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

/// Starts `work` now and lets it run to its end by itself; its frame frees itself. An exception
/// that leaves it is a bug and ends the process (std::terminate).
void spawn(Async<void> work);

}  // namespace postrider
