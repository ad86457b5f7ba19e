#include "smtp/token_wait.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <optional>
#include <utility>

namespace postrider {
namespace asio = boost::asio;

struct TokenWait::State {
  using Work = asio::executor_work_guard<asio::io_context::executor_type>;

  explicit State(asio::io_context& on) : loop(&on) {}

  /// On whatever thread the token came.
  static void arrive(const std::shared_ptr<State>& state, Token token) {
    const std::lock_guard lock(state->mutex);
    if (state->loop == nullptr) return;
    state->token = std::move(token);
    if (state->waiter) asio::post(*state->loop, [state] { wake(state); });
  }
  static void wake(const std::shared_ptr<State>& state) {
    std::coroutine_handle<> waiter;
    {
      const std::lock_guard lock(state->mutex);
      waiter = std::exchange(state->waiter, {});
    }
    if (waiter) waiter.resume();
  }
  void abandon() {
    const std::lock_guard lock(mutex);
    loop = nullptr;
    waiter = {};
    work.reset();
  }

  std::mutex mutex;
  asio::io_context* loop;    ///< null: nobody waits any more
  std::optional<Work> work;  ///< only while it waits: a loop whose last work ends before it runs never runs
  std::optional<Token> token;
  std::coroutine_handle<> waiter;
};

TokenWait::TokenWait(asio::io_context& loop, AccessTokens& tokens, std::vector<TokenWait*>& waiting)
    : tokens_(tokens), waiting_(waiting), state_(std::make_shared<State>(loop)) {
  waiting_.push_back(this);
}

TokenWait::~TokenWait() {
  std::erase(waiting_, this);
  state_->abandon();
}

bool TokenWait::await_ready() {
  tokens_.token([state = state_](Token token) { State::arrive(state, std::move(token)); });
  const std::lock_guard lock(state_->mutex);
  return state_->token.has_value();
}

bool TokenWait::await_suspend(std::coroutine_handle<> waiter) {
  const std::lock_guard lock(state_->mutex);
  if (state_->token) return false;
  state_->waiter = waiter;
  state_->work.emplace(state_->loop->get_executor());
  return true;
}

TokenWait::Token TokenWait::await_resume() {
  const std::lock_guard lock(state_->mutex);
  return std::move(*state_->token);
}

void TokenWait::close() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->token = std::unexpected(Trouble{
        Trouble::Kind::stopped, Stage::connect, {}, "Sending was stopped before an access token came."});
    state_->loop = nullptr;
  }
  State::wake(state_);
}

}  // namespace postrider
