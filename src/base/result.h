#pragma once
// Result<T>: an outcome the caller is expected to handle. `Error` says what went wrong and
// what to do about it, in a sentence a user can read; `code` is stable and meant for programs.
// Broken surroundings (disk, database) are exceptions of type Fault, caught at the top of a
// loop only. Our own bugs are CHECKs.

#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace postrider {

struct Error {
  enum class Kind {
    invalid,     ///< the input is wrong: change it
    not_found,   ///< no such thing
    conflict,    ///< not now: the state does not allow it
    unavailable  ///< something outside does not answer: try again later
  };
  Kind kind = Kind::invalid;
  std::string code;     ///< e.g. "campaign_not_found"
  std::string message;  ///< one or more sentences; says what to do
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> invalid(std::string code, std::string message) {
  return std::unexpected(Error{Error::Kind::invalid, std::move(code), std::move(message)});
}
inline std::unexpected<Error> not_found(std::string code, std::string message) {
  return std::unexpected(Error{Error::Kind::not_found, std::move(code), std::move(message)});
}
inline std::unexpected<Error> conflict(std::string code, std::string message) {
  return std::unexpected(Error{Error::Kind::conflict, std::move(code), std::move(message)});
}
inline std::unexpected<Error> unavailable(std::string code, std::string message) {
  return std::unexpected(Error{Error::Kind::unavailable, std::move(code), std::move(message)});
}

/// Our surroundings broke (database, disk, system call). Never an expected outcome.
class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace postrider
