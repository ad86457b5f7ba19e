#pragma once
// RequestStore: what requests with an Idempotency-Key came to, so that a caller who heard no answer can ask
// again without doing anything twice (draft-ietf-httpapi-idempotency-key-header). A key belongs to its
// caller and is kept for a day. The key is taken before the work is done and the answer kept after it; if
// the process dies in between, nobody knows whether the work was done, and the key says so from then on.
// One call = one transaction. Blocking. Broken surroundings are a StoreFault. Thread safe.

#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace postrider {

inline constexpr Micros kRequestMemory = std::chrono::hours{24};

/// An answer as it was given.
struct KeptAnswer {
  int status = 0;
  std::string content_type;
  std::string location;  ///< empty: none
  std::string body;
};

enum class KeyState {
  fresh,    ///< taken by this call: do the work, then keep() or forget()
  running,  ///< another request with it is at work
  other,    ///< it was used for another request
  unknown   ///< a process died at work on it
};

class RequestStore {
 public:
  virtual ~RequestStore() = default;
  /// `request`: a hash of what is asked.
  virtual std::variant<KeyState, KeptAnswer> begin(std::string_view caller, std::string_view key,
                                                   std::string_view request, WallTime now) = 0;
  virtual void keep(std::string_view caller, std::string_view key, const KeptAnswer& answer) = 0;
  /// Nothing was done: the key is free again.
  virtual void forget(std::string_view caller, std::string_view key) = 0;
};

}  // namespace postrider
