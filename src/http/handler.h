#pragma once
// HttpHandler: the seam between the wire (server.h) and what is answered (api.h). Both verbs are called
// on worker threads, many at once, may block on the store, and must not throw.

#include <memory>
#include <variant>

#include "http/message.h"

namespace postrider {

/// A request that was let in: what its body may be, and what answers it.
class HttpTurn {
 public:
  virtual ~HttpTurn() = default;
  virtual BodyLimit limit() const = 0;
  virtual HttpAnswer answer(HttpBody body) = 0;
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// Judges the head alone, so that nobody uploads a file to be told to sign in. An answer ends the
  /// request; its body, if any, is not read.
  virtual std::variant<HttpAnswer, std::unique_ptr<HttpTurn>> admit(HttpHead head) = 0;
};

}  // namespace postrider
