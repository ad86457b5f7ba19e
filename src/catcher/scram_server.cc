#include "catcher/scram_server.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <optional>

#include "base/base64.h"
#include "base/result.h"

namespace postrider {
namespace {

constexpr int iterations = 4096;  // RFC 7677 §4
constexpr std::size_t hash_size = 32;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string random_bytes(std::size_t size) {
  std::string text(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(size)) != 1) {
    throw Fault("OpenSSL has no random bytes");
  }
  return text;
}

std::string hmac(std::string_view key, std::string_view text) {
  std::string digest(hash_size, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(),
       reinterpret_cast<unsigned char*>(digest.data()), &size);
  return digest;
}

std::string hash(std::string_view text) {
  std::string digest(hash_size, '\0');
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
             nullptr);
  return digest;
}

std::string salted(std::string_view password, std::string_view salt) {
  std::string key(hash_size, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes(salt),
                    static_cast<int>(salt.size()), iterations, EVP_sha256(), static_cast<int>(hash_size),
                    reinterpret_cast<unsigned char*>(key.data()));
  return key;
}

/// Takes "x=value," off the front of `text`; nothing where another attribute stands.
std::optional<std::string_view> take_attribute(std::string_view& text, char name) {
  if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
  const auto comma = text.find(',');
  const std::string_view value = text.substr(2, comma == text.npos ? comma : comma - 2);
  text = comma == text.npos ? std::string_view{} : text.substr(comma + 1);
  return value;
}

/// "=2C" and "=3D" stand for a comma and an equals sign (RFC 5802 §5.1).
std::string unescaped(std::string_view name) {
  std::string text;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const std::string_view next = name.substr(at, 3);
    if (next == "=2C" || next == "=3D") {
      text += next == "=2C" ? ',' : '=';
      at += 2;
    } else {
      text += name[at];
    }
  }
  return text;
}

}  // namespace

ScramServer::Answer ScramServer::take(std::string_view message) {
  switch (awaits_) {
    case Awaits::first:
      return take_first(message);
    case Awaits::proof:
      return take_proof(message);
    case Awaits::end:
      break;
  }
  return {message.empty() ? Answer::Kind::done : Answer::Kind::malformed, {}};
}

ScramServer::Answer ScramServer::take_first(std::string_view message) {
  // "n,," or "y,,", perhaps with whom to act as; "p=" would bind to a channel, which was not offered.
  const auto first_comma = message.find(',');
  const auto second_comma = first_comma == message.npos ? message.npos : message.find(',', first_comma + 1);
  if (second_comma == message.npos || (message[0] != 'n' && message[0] != 'y') || first_comma != 1) return {};
  gs2_header_ = message.substr(0, second_comma + 1);
  std::string_view rest = message.substr(second_comma + 1);
  first_bare_ = rest;
  const auto name = take_attribute(rest, 'n');
  const auto nonce = take_attribute(rest, 'r');
  if (!name || !nonce || nonce->empty()) return {};
  known_ = unescaped(*name) == user_;
  nonce_ = std::string(*nonce) + to_base64(random_bytes(18));
  salt_ = random_bytes(16);
  challenge_ = "r=" + nonce_ + ",s=" + to_base64(salt_) + ",i=" + std::to_string(iterations);
  awaits_ = Awaits::proof;
  return {Answer::Kind::challenge, challenge_};
}

ScramServer::Answer ScramServer::take_proof(std::string_view message) {
  const auto proof_at = message.rfind(",p=");
  std::string_view rest = message;
  const auto binding = take_attribute(rest, 'c');
  const auto nonce = take_attribute(rest, 'r');
  if (proof_at == message.npos || !binding || !nonce) return {};
  const auto proof = from_base64(message.substr(proof_at + 3));
  if (!proof || proof->size() != hash_size || *nonce != nonce_ || *binding != to_base64(gs2_header_))
    return {};

  const std::string about = first_bare_ + "," + challenge_ + "," + std::string(message.substr(0, proof_at));
  const std::string salted_password = salted(password_, salt_);
  const std::string stored_key = hash(hmac(salted_password, "Client Key"));
  std::string client_key = hmac(stored_key, about);
  for (std::size_t at = 0; at < hash_size; ++at)
    client_key[at] = static_cast<char>(client_key[at] ^ (*proof)[at]);
  const std::string claimed = hash(client_key);
  if (CRYPTO_memcmp(claimed.data(), stored_key.data(), hash_size) != 0 || !known_) {
    return {Answer::Kind::refused, {}};
  }
  awaits_ = Awaits::end;
  return {Answer::Kind::challenge, "v=" + to_base64(hmac(hmac(salted_password, "Server Key"), about))};
}

}  // namespace postrider
