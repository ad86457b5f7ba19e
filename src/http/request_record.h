#pragma once
// RequestRecord: what is kept of one request for those who run the server: an id that its answer, the log
// and the caller share, the operation, the status, the time it took. Never its path, its query or its body.
// It also holds what every answer to the request carries.

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
  /// Its answer carries this header, whatever it is.
  void carries(std::string name, std::string value);
  /// Counts it, logs it if that is wanted, and completes the answer's headers.
  void end(HttpAnswer& answer) const;

 private:
  ApiWorld& world_;
  std::string id_;
  std::string operation_ = "none";
  HttpHeaders headers_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace postrider
