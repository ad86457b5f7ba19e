#pragma once
// MessageReader: one JSON object read as a protocol buffer's message, the way Google's services read it
// (protobuf.dev/programming-guides/json): fields in camelCase or snake_case, enums by name or number, whole
// numbers also as text, bytes in either alphabet of base64, null as if it were not there. What is wrong is
// gathered, so that a caller hears all of it at once, in Google's words. Pure.

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "http/cloud_tasks/rpc_status.h"

namespace postrider::cloud_tasks {

/// What is wrong with a request's fields: google.rpc.BadRequest.
class Violations {
 public:
  /// `field`: its path in snake_case; empty: the request itself.
  void add(std::string field, std::string description);
  bool empty() const { return all_.empty(); }
  RpcError error() const;

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

/// The names of an enum's values, from 0 up.
struct EnumNames {
  std::string_view type;  ///< "google.cloud.tasks.v2.HttpMethod"
  std::vector<std::string_view> names;
};

/// "maxAttempts" of "max_attempts" or of itself, and back.
std::string camel_case(std::string_view name);
std::string snake_case(std::string_view name);

class MessageReader {
 public:
  /// `path`: where the message stands in its request, "task.http_request"; empty: it is the request.
  /// `from` and `violations` outlive it.
  MessageReader(const boost::json::object& from, std::string path, Violations& violations)
      : from_(&from), path_(std::move(path)), violations_(&violations) {}

  // A field by its camelCase name; nothing: it is not there, or wrong.
  std::optional<std::string> text(std::string_view name);
  std::optional<int> int32(std::string_view name);
  std::optional<double> number(std::string_view name);
  std::optional<std::string> bytes(std::string_view name);
  std::optional<Micros> duration(std::string_view name);
  std::optional<WallTime> timestamp(std::string_view name);
  std::optional<int> value_of(std::string_view name, const EnumNames& values);
  std::optional<std::vector<std::string>> texts(std::string_view name);
  /// A map from text to text, in the order it was written.
  std::optional<std::vector<std::pair<std::string, std::string>>> map(std::string_view name);
  std::optional<MessageReader> message(std::string_view name, std::string_view type);
  /// Whether it is there; what it holds is not looked at.
  bool has(std::string_view name) { return find(name) != nullptr; }

  /// `name` is the second given of those of which a message has one.
  void report_second(std::string_view oneof, std::string_view name);

  /// At the end: what was not asked for is no field of this message.
  void finish();
  /// The same for query parameters, of which those that every service of Google has are passed over.
  void finish_query();

 private:
  const boost::json::value* find(std::string_view name);
  std::string path_of(std::string_view name) const;
  void wrong(std::string_view name, std::string_view type, std::string_view instead);
  void wrong_value(std::string_view name, std::string_view type, const boost::json::value& instead);
  std::vector<std::string> unknown() const;

  const boost::json::object* from_;
  std::string path_;
  Violations* violations_;
  std::vector<std::string_view> known_;
};

}  // namespace postrider::cloud_tasks
