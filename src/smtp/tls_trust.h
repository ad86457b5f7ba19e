#pragma once
// TlsTrust: whom we believe to be the mail server. By default its certificate must come from one of
// the system's authorities, be in date and bear the host's name (RFC 6125, RFC 8314 §4.1). A mailbox may
// name further authorities, or a pin: then the server's key is compared and nothing else, which is what
// a self-signed certificate needs. TLS 1.2 or newer, always. Not thread safe; no I/O of its own.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "smtp/entry_step.h"

typedef struct ssl_st SSL;

namespace boost::asio::ssl {
class context;
}

namespace postrider {

/// Trusts the system's authorities and, if named, those in a PEM file and those in `ca_pem`, PEM text.
/// Throws Fault when the file cannot be read. nullptr: `ca_pem` holds no certificate that can be read.
std::shared_ptr<boost::asio::ssl::context> make_tls_client_context(const std::string& ca_file,
                                                                   const std::string& ca_pem = {});

/// The contexts of a pool, one for each set of further authorities. Reading the system's takes a while:
/// that is done when a set is first needed, and once.
class TlsContexts {
 public:
  explicit TlsContexts(std::string ca_file) : ca_file_(std::move(ca_file)) {}
  /// As make_tls_client_context().
  std::shared_ptr<boost::asio::ssl::context> with(const std::string& ca_pem);

 private:
  std::string ca_file_;
  std::map<std::string, std::shared_ptr<boost::asio::ssl::context>> kept_;
};

/// Before the handshake: what `ssl` must demand of the other end.
void demand(SSL* ssl, const std::string& host, const std::string& pin);

/// After the handshake, whether it succeeded or not: why the other end is not to be trusted, in words for
/// people. Nothing: no fault was found with its certificate.
std::optional<std::string> distrust(SSL* ssl, const std::string& host, const std::string& pin);

/// Nothing: the other end showed no certificate.
std::optional<TlsPeer> peer_of(SSL* ssl);

}  // namespace postrider
