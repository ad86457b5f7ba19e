#pragma once
// ScramServer: the catcher's side of AUTH SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel
// binding. It knows the password in clear, as test servers do; a real one keeps only keys made of
// it. One exchange each; no sockets. Not thread safe.

#include <string>
#include <string_view>

namespace postrider {

class ScramServer {
 public:
  ScramServer(std::string user, std::string password)
      : user_(std::move(user)), password_(std::move(password)) {}

  struct Answer {
    enum class Kind { challenge, refused, malformed, done };
    Kind kind = Kind::malformed;
    std::string text;  ///< of a challenge, before base64
  };
  /// What the client said, after base64: its first message, its proof, and an empty last one.
  Answer take(std::string_view message);

 private:
  Answer take_first(std::string_view message);
  Answer take_proof(std::string_view message);

  enum class Awaits { first, proof, end };
  const std::string user_, password_;
  Awaits awaits_ = Awaits::first;
  std::string gs2_header_, nonce_, first_bare_, challenge_, salt_;
  bool known_ = false;  ///< the user's name is right; told only with the proof
};

}  // namespace postrider
