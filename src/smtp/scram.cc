#include "smtp/scram.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/base64.h"
#include "base/text.h"

namespace postrider {
namespace {

/// "," and "=" have a meaning in the messages (RFC 5802 §5.1).
std::string escape(std::string_view user) {
  std::string name;
  for (const char c : user) {
    if (c == ',') {
      name += "=2C";
    } else if (c == '=') {
      name += "=3D";
    } else {
      name += c;
    }
  }
  return name;
}

/// The value of "r=…" where that is what stands there.
std::optional<std::string_view> value_of(std::string_view attribute, char name) {
  if (attribute.size() < 2 || attribute[0] != name || attribute[1] != '=') return std::nullopt;
  return attribute.substr(2);
}

}  // namespace

Scram::Scram(std::string_view user, std::string_view nonce)
    : nonce_(nonce), first_bare_("n=" + escape(user) + ",r=" + nonce_) {}

std::expected<Scram::Challenge, std::string> Scram::challenged(std::string_view server_first) {
  const auto attributes = split(server_first, ',');
  if (!attributes.empty() && attributes[0].starts_with("m=")) {
    return std::unexpected("it demands an extension that we do not know");
  }
  const auto nonce = attributes.size() < 3 ? std::nullopt : value_of(attributes[0], 'r');
  const auto salt = attributes.size() < 3 ? std::nullopt : value_of(attributes[1], 's');
  const auto rounds = attributes.size() < 3 ? std::nullopt : value_of(attributes[2], 'i');
  if (!nonce || !salt || !rounds) return std::unexpected("it is not what SCRAM prescribes");
  // An answer to another's question would be replayed to us otherwise.
  if (!nonce->starts_with(nonce_) || nonce->size() == nonce_.size()) {
    return std::unexpected("it does not answer our question");
  }
  Challenge challenge;
  const auto bytes = from_base64(*salt);
  if (!bytes || bytes->empty()) return std::unexpected("its salt cannot be read");
  challenge.salt = *bytes;
  const auto [end, error] =
      std::from_chars(rounds->data(), rounds->data() + rounds->size(), challenge.rounds);
  if (error != std::errc{} || end != rounds->data() + rounds->size() || challenge.rounds < least_rounds ||
      challenge.rounds > most_rounds) {
    return std::unexpected("its number of rounds is not between 4,096 and 1,000,000");
  }
  server_first_ = server_first;
  whole_nonce_ = *nonce;
  return challenge;
}

std::string Scram::final_message(const Sha256& salted_password) {
  const std::string without_proof = "c=biws,r=" + whole_nonce_;  // "biws" is "n,,"
  const std::string all = first_bare_ + "," + server_first_ + "," + without_proof;
  const Sha256 client_key = hmac_sha256(bytes_of(salted_password), "Client Key");
  const Sha256 client_signature = hmac_sha256(bytes_of(sha256(bytes_of(client_key))), all);
  Sha256 proof = client_key;
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] ^= client_signature[i];
  server_signature_ = hmac_sha256(bytes_of(hmac_sha256(bytes_of(salted_password), "Server Key")), all);
  return without_proof + ",p=" + to_base64(bytes_of(proof));
}

bool Scram::is_proven(std::string_view server_final) const {
  const auto attributes = split(server_final, ',');
  const auto verifier = attributes.empty() ? std::nullopt : value_of(attributes[0], 'v');
  const auto signature = verifier ? from_base64(*verifier) : std::nullopt;
  return signature && signature->size() == server_signature_.size() &&
         CRYPTO_memcmp(signature->data(), server_signature_.data(), signature->size()) == 0;
}

}  // namespace postrider
