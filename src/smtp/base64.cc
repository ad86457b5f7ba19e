#include "smtp/base64.h"

#include <openssl/evp.h>

namespace postrider {

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a NUL
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  unsigned buffer = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto value = i >= text.size() - padding ? 0 : alphabet.find(text[i]);
    if (value == alphabet.npos) return std::nullopt;
    buffer = (buffer << 6) | static_cast<unsigned>(value);
    if (i % 4 != 3) continue;
    bytes += static_cast<char>(buffer >> 16 & 0xFF);
    bytes += static_cast<char>(buffer >> 8 & 0xFF);
    bytes += static_cast<char>(buffer & 0xFF);
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace postrider
