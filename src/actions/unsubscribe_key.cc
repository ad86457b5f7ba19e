#include "actions/unsubscribe_key.h"

#include <sodium.h>

#include "base/check.h"

namespace postrider {
Result<UnsubscribeKey> open_unsubscribe_key(CampaignStore& store, const SecretBox& secrets) {
  std::string bytes;
  if (const auto kept = store.meta(kUnsubscribeKeyMeta)) {
    auto opened = secrets.open(*kept);
    if (!opened) return std::unexpected(opened.error());
    bytes = std::move(*opened);
  } else {
    CHECK(sodium_init() >= 0);
    bytes.resize(UnsubscribeKey::kBytes);
    randombytes_buf(bytes.data(), bytes.size());
    store.set_meta(kUnsubscribeKeyMeta, secrets.seal(bytes));
  }
  CHECK(bytes.size() == UnsubscribeKey::kBytes);
  UnsubscribeKey key(std::span<const unsigned char, UnsubscribeKey::kBytes>(
      reinterpret_cast<const unsigned char*>(bytes.data()), UnsubscribeKey::kBytes));
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

}  // namespace postrider
