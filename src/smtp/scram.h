#pragma once
// Scram: the client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), message by message. The password itself
// never travels, and the server proves that it knows it too. Without channel binding ("n,,"), which no mail
// server demands. User and password are taken as UTF-8 as they are: no SASLprep, so two spellings of one
// accented letter stay two passwords. Pure; base64 is the caller's.

#include <expected>
#include <string>
#include <string_view>

#include "smtp/salted_password.h"

namespace postrider {

class Scram {
 public:
  /// What a server may ask for: RFC 7677 wants 4,096 at least; more than this many only keeps us busy.
  static constexpr int least_rounds = 4'096;
  static constexpr int most_rounds = 1'000'000;

  /// `nonce`: printable ASCII without commas, never used before.
  Scram(std::string_view user, std::string_view nonce);

  std::string first_message() const { return "n,," + first_bare_; }

  struct Challenge {
    std::string salt;  ///< bytes
    int rounds = 0;
  };
  /// Reads the server's first message. The error: what is wrong with it, in words.
  std::expected<Challenge, std::string> challenged(std::string_view server_first);

  /// After challenged(): the client's last message.
  std::string final_message(const Sha256& salted_password);

  /// After final_message(): whether the server's last message proves that it knows the password.
  bool is_proven(std::string_view server_final) const;

 private:
  std::string nonce_;
  std::string first_bare_;
  std::string server_first_;
  std::string whole_nonce_;
  Sha256 server_signature_{};
};

}  // namespace postrider
