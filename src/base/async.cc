#include "base/async.h"

namespace postrider {
namespace {

struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};

Detached run(Async<void> work) {
  co_await work;
}

}  // namespace

void spawn(Async<void> work) {
  run(std::move(work));
}

}  // namespace postrider
