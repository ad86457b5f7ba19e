#include "http/request_record.h"

#include <algorithm>
#include <atomic>
#include <random>

#include <fmt/format.h>

namespace postrider {
namespace {

constexpr std::size_t kLongestId = 64;

bool is_harmless(std::string_view id) {
  return !id.empty() && id.size() <= kLongestId && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

/// Not a secret: only different from all others.
std::string make_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return fmt::format("{:016x}", random());
}

}  // namespace

RequestRecord::RequestRecord(ApiWorld& world, const HttpHead& head) : world_(world) {
  const auto given = head.header("X-Request-Id");
  id_ = is_harmless(given) ? std::string(given) : make_id();
}

void RequestRecord::carries(std::string name, std::string value) {
  headers_.emplace_back(std::move(name), std::move(value));
}

void RequestRecord::end(HttpAnswer& answer) const {
  const auto took = std::chrono::steady_clock::now() - began_;
  answer.set("X-Request-Id", id_);
  for (const auto& [name, value] : headers_) {
    // An answer may depend on more than one header of its request, and says so in one list.
    const auto own = std::ranges::find(answer.headers, name, &HttpHeaders::value_type::first);
    if (own != answer.headers.end() && name == "Vary") {
      own->second += ", " + value;
    } else if (own == answer.headers.end()) {
      answer.set(name, value);
    }
  }
  world_.metrics().count_request(operation_, answer.status, took);
  if (!world_.logs_requests()) return;
  world_.log().write(LogLevel::info, "request",
                     {{"request", id_},
                      {"operation", operation_},
                      {"status", std::to_string(answer.status)},
                      {"micros", std::to_string(std::chrono::duration_cast<Micros>(took).count())}});
}

}  // namespace postrider
