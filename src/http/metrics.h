#pragma once
// Metrics: what GET /metrics tells Prometheus (text format 0.0.4). Requests are counted as they are answered;
// everything else is read from the store when it is asked for. Thread safe.

#include <chrono>
#include <memory>
#include <string>

namespace postrider {

class ApiWorld;

class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual void count_request(const std::string& operation, int status, std::chrono::nanoseconds took) = 0;
  virtual std::string text(ApiWorld& world) = 0;
};

std::unique_ptr<Metrics> make_metrics();

}  // namespace postrider
