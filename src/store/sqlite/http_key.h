#pragma once
// HttpKey: the key of an HTTP task's row. It holds the queue, whether the task was due when it was created
// (immediate), and its number within the queue. So the rows of a queue lie together, in the order of their
// creation, and without any index a queue's list, the tasks before a purge, those whose time to live has
// ended and the next ones to be given out are each one range of keys.
//
// HttpIds: the ids of tasks that their callers did not name. An id is its key, enciphered: it looks like a
// random number, as the service's ids do, and is looked up without an index. Thread safe. Store room only.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postrider::sqlite {

struct HttpKey {
  std::int64_t queue = 0;
  bool immediate = false;
  std::int64_t number = 0;

  static constexpr int kNumberBits = 42;
  static constexpr std::int64_t kLastNumber = (std::int64_t{1} << kNumberBits) - 1;
  static constexpr std::int64_t kLastQueue = (std::int64_t{1} << (62 - kNumberBits)) - 1;

  constexpr std::int64_t value() const {
    return (((queue << 1) + (immediate ? 1 : 0)) << kNumberBits) + number;
  }
  static constexpr HttpKey of(std::int64_t value) {
    return {.queue = value >> (kNumberBits + 1),
            .immediate = ((value >> kNumberBits) & 1) != 0,
            .number = value & kLastNumber};
  }
};

class HttpIds {
 public:
  /// The installation's own: 32 hex digits.
  explicit HttpIds(std::string_view secret);
  std::string id_of(std::int64_t key) const;
  /// The key that has this id, whether or not there is such a task.
  std::optional<HttpKey> key_of(std::string_view id) const;

 private:
  std::uint32_t scramble(std::uint32_t half, int round) const;
  std::array<unsigned char, 16> secret_{};
};

}  // namespace postrider::sqlite
