#pragma once
// TokenWait: awaited on the loop, an access token that comes on whatever thread. The loop does not run out of
// work meanwhile. It may be destroyed while it waits: who is late finds nobody. Loop only.

#include <boost/asio/io_context.hpp>
#include <coroutine>
#include <memory>
#include <vector>

#include "mail/session.h"

namespace postrider {

class TokenWait {
 public:
  using Token = std::expected<std::string, Trouble>;

  /// Stands in `waiting` while it lives.
  TokenWait(boost::asio::io_context& loop, AccessTokens& tokens, std::vector<TokenWait*>& waiting);
  TokenWait(const TokenWait&) = delete;
  ~TokenWait();

  bool await_ready();
  bool await_suspend(std::coroutine_handle<> waiter);
  Token await_resume();

  /// Ends the wait now, with Trouble of kind stopped.
  void close();

 private:
  struct State;
  AccessTokens& tokens_;
  std::vector<TokenWait*>& waiting_;
  std::shared_ptr<State> state_;
};

}  // namespace postrider
