#pragma once
// Capabilities: what a server offers in its answer to EHLO (RFC 5321 §4.1.1.1), as far as we use
// it. Learned anew after STARTTLS, because what was said in clear may have been changed on the
// way (RFC 3207 §4.2). Pure.

#include <cstdint>
#include <string_view>

namespace postrider {

struct Capabilities {
  bool pipelining = false;          ///< RFC 2920
  bool eight_bit_mime = false;      ///< RFC 6152
  bool smtputf8 = false;            ///< RFC 6531
  bool starttls = false;            ///< RFC 3207
  bool auth_scram_sha_256 = false;  ///< RFC 7677
  bool auth_plain = false;          ///< RFC 4616
  bool auth_login = false;          ///< never standardised, widely needed
  bool auth_xoauth2 = false;        ///< Google's and Microsoft's, by an access token
  bool auth_oauthbearer = false;    ///< RFC 7628, likewise
  bool size = false;                ///< RFC 1870
  std::uint64_t max_size = 0;       ///< 0: no limit named
};

/// `raw` is the whole positive reply; its first line names the server and is skipped.
Capabilities parse_capabilities(std::string_view raw);

}  // namespace postrider
