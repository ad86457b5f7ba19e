#include "smtp/session_limit.h"

#include <algorithm>

namespace postrider {

int SessionLimit::allowed(int most, BootTime now) const {
  most = std::max(1, most);
  if (!limit_) return most;
  const auto steps = std::max<std::int64_t>((now - lowered_) / step, 0);
  return static_cast<int>(std::min<std::int64_t>(*limit_ + steps, most));
}

void SessionLimit::lower(int let_in, BootTime now) {
  limit_ = std::max(1, let_in);
  lowered_ = now;
}

bool is_crowded(const Trouble& trouble) {
  switch (trouble.kind) {
    case Trouble::Kind::reply: {
      const auto action = interpret(trouble).mailbox;
      // "421 4.7.0" while logging in means distrust: fewer sessions do not help, only time does.
      const bool closing = trouble.reply.code == 421 && trouble.stage != Stage::auth &&
                           !trouble.reply.enhanced.starts_with("4.7.");
      return action == MailboxAction::slow_down || closing;
    }
    case Trouble::Kind::closed:
      return trouble.stage == Stage::greeting;
    case Trouble::Kind::port_closed:
      return true;
    case Trouble::Kind::dns:
    case Trouble::Kind::no_host:
    case Trouble::Kind::connect:
    case Trouble::Kind::timeout:
    case Trouble::Kind::garbage:
    case Trouble::Kind::tls_required:
    case Trouble::Kind::tls_cert:
    case Trouble::Kind::tls_failed:
    case Trouble::Kind::no_auth:
    case Trouble::Kind::server_proof:
    case Trouble::Kind::no_token:
    case Trouble::Kind::token_refused:
    case Trouble::Kind::consent:
    case Trouble::Kind::injection:
    case Trouble::Kind::too_big:
    case Trouble::Kind::needs_utf8:
    case Trouble::Kind::stopped:
      return false;
  }
  return false;
}

}  // namespace postrider
