#pragma once
// RequestRecord: what is kept of one request for those who run the server: an id that its answer, the log
// and the caller share, the operation, the status, the time it took. Never its path, its query or its body.

#include <chrono>
#include <string>

#include "http/message.h"
#include "http/world.h"

namespace postrider {

class RequestRecord {
 public:
  /// The caller's own X-Request-Id is taken if it is harmless, else one is made.
  RequestRecord(ApiWorld& world, const HttpHead& head);

  const std::string& id() const { return id_; }
  void is(std::string operation) { operation_ = std::move(operation); }
  /// Counts it, logs it if that is wanted, and names its id in the answer.
  void end(HttpAnswer& answer) const;

 private:
  ApiWorld& world_;
  std::string id_;
  std::string operation_ = "none";
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace postrider
