#pragma once
// One HTTP request and its answer as plain values, free of the library that reads and writes them.
// Pure.

#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace postrider {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// A request without its body, as it stood on the wire.
struct HttpHead {
  std::string method;
  std::string target;   ///< path, perhaps with "?query"
  HttpHeaders headers;  ///< in their order, names as written
  std::string caller;   ///< the IP address of the peer, or of whom a trusted proxy names
  std::string scheme;   ///< "https" or "http" if a trusted proxy says it; else nobody knows

  /// The first header of this name in any letter case; empty if there is none.
  std::string_view header(std::string_view name) const;
  int count(std::string_view name) const;
};

/// What came after the head: in memory, or, where the route takes long ones, in a file that has no
/// name any more and goes with this object.
struct HttpBody {
  std::string bytes;
  std::unique_ptr<std::istream> file;  ///< null: `bytes`
};

struct AwaitedAnswer;

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  HttpHeaders headers = {};  ///< beyond content type, length and those every answer has
  /// A body of unknown length: called on a worker, after `body` was written, until it answers false;
  /// each time it puts the next piece into its argument (perhaps nothing). It may throw: then the answer
  /// breaks off, and its caller sees that it did.
  std::function<bool(std::string& piece)> more = nullptr;
  /// Not zero: `more` is asked this often (server-sent events) rather than as fast as the caller reads.
  Micros every{0};
  bool close = false;                             ///< hang up after it
  std::shared_ptr<AwaitedAnswer> late = nullptr;  ///< instead of all else

  void set(std::string name, std::string value) { headers.emplace_back(std::move(name), std::move(value)); }
};

/// An answer that comes later and holds no worker meanwhile.
struct AwaitedAnswer {
  /// Called on a worker; calls its argument once, from any thread: with the answer, or with nothing where
  /// making it may block.
  std::function<void(std::function<void(std::optional<HttpAnswer>)>)> wait;
  std::function<HttpAnswer()> answer;  ///< then called on a worker
};

/// What a request may bring, decided when only its head is known.
struct BodyLimit {
  std::uint64_t bytes = 0;
  bool to_file = false;
};

}  // namespace postrider
