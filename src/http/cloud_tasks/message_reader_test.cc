#include "http/cloud_tasks/message_reader.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

const EnumNames kMethods{"google.cloud.tasks.v2.HttpMethod", {"HTTP_METHOD_UNSPECIFIED", "POST", "GET"}};

/// Reads one message and gathers what was wrong with it.
class Reading {
 public:
  explicit Reading(std::string_view text, std::string path = {})
      : object_(json::parse(json::string_view(text.data(), text.size())).as_object()),
        reader(object_, std::move(path), violations_) {}
  std::string wrong() { return violations_.empty() ? "" : violations_.error().message; }
  RpcError error() { return violations_.error(); }

 private:
  json::object object_;
  Violations violations_;

 public:
  MessageReader reader;
};

TEST(CloudTasksJson, TakesNamesInCamelAndSnakeCase) {
  EXPECT_EQ(Reading(R"({"maxAttempts":3})").reader.int32("maxAttempts"), 3);
  EXPECT_EQ(Reading(R"({"max_attempts":3})").reader.int32("maxAttempts"), 3);
  Reading both(R"({"maxAttempts":3,"max_attempts":4})");
  both.reader.int32("maxAttempts");
  EXPECT_NE(both.wrong().find("both spellings"), std::string::npos);
  EXPECT_EQ(camel_case("rate_limits.max_dispatches_per_second"), "rateLimits.maxDispatchesPerSecond");
  EXPECT_EQ(camel_case("rateLimits"), "rateLimits");
  EXPECT_EQ(camel_case("_odd__name_"), "Odd_Name_");
  EXPECT_EQ(snake_case("maxDispatchesPerSecond"), "max_dispatches_per_second");
}

TEST(CloudTasksJson, TakesEnumsByNameAndNumber) {
  for (const auto* text : {R"({"m":"GET"})", R"({"m":2})", R"({"m":"2"})", R"({"m":2.0})"})
    EXPECT_EQ(Reading(text).reader.value_of("m", kMethods), 2) << text;
  for (const auto* text : {R"({"m":"get"})", R"({"m":3})", R"({"m":-1})", R"({"m":1.5})", R"({"m":{}})"}) {
    Reading reading(text);
    EXPECT_EQ(reading.reader.value_of("m", kMethods), std::nullopt) << text;
    EXPECT_TRUE(reading.wrong().starts_with(
        "Invalid value at 'm' (type.googleapis.com/google.cloud.tasks.v2.HttpMethod), "))
        << reading.wrong();
  }
}

TEST(CloudTasksJson, TakesWholeNumbersAsNumbersAndText) {
  for (const auto* text : {R"({"n":-5})", R"({"n":"-5"})", R"({"n":-5.0})", R"({"n":-5e0})"})
    EXPECT_EQ(Reading(text).reader.int32("n"), -5) << text;
  for (const auto* text :
       {R"({"n":1.5})", R"({"n":"x"})", R"({"n":"5 "})", R"({"n":""})", R"({"n":2147483648})",
        R"({"n":18446744073709551615})", R"({"n":1e300})", R"({"n":true})", R"({"n":[]})"}) {
    Reading reading(text);
    EXPECT_EQ(reading.reader.int32("n"), std::nullopt) << text;
    EXPECT_TRUE(reading.wrong().starts_with("Invalid value at 'n' (TYPE_INT32), ")) << reading.wrong();
  }
}

TEST(CloudTasksJson, TakesFractionsAsNumbersAndText) {
  for (const auto* text : {R"({"n":0.5})", R"({"n":"0.5"})", R"({"n":5e-1})"})
    EXPECT_EQ(Reading(text).reader.number("n"), 0.5) << text;
  EXPECT_EQ(Reading(R"({"n":7})").reader.number("n"), 7);
  for (const auto* text : {R"({"n":"NaN"})", R"({"n":"half"})", R"({"n":false})"}) {
    Reading reading(text);
    EXPECT_EQ(reading.reader.number("n"), std::nullopt) << text;
    EXPECT_FALSE(reading.wrong().empty()) << text;
  }
}

TEST(CloudTasksJson, TakesBytesInBothAlphabetsWithOrWithoutPadding) {
  for (const auto* text :
       {R"({"b":"+/+/aQ=="})", R"({"b":"-_-_aQ=="})", R"({"b":"+/+/aQ"})", R"({"b":"-_-_aQ"})"})
    EXPECT_EQ(Reading(text).reader.bytes("b"), "\xfb\xff\xbfi") << text;
  EXPECT_EQ(Reading(R"({"b":""})").reader.bytes("b"), "");
  for (const auto* text : {R"({"b":"a"})", R"({"b":"a b="})", R"({"b":"!!!!"})", R"({"b":5})"}) {
    Reading reading(text);
    EXPECT_EQ(reading.reader.bytes("b"), std::nullopt) << text;
    EXPECT_TRUE(reading.wrong().starts_with("Invalid value at 'b' (TYPE_BYTES), ")) << reading.wrong();
  }
}

TEST(CloudTasksJson, SaysWhatIsWrongWithDurationsAndTimestamps) {
  Reading minutes(R"({"dispatchDeadline":"10m"})", "task");
  EXPECT_EQ(minutes.reader.duration("dispatchDeadline"), std::nullopt);
  EXPECT_EQ(minutes.wrong(),
            "Invalid value at 'task.dispatch_deadline' (type.googleapis.com/google.protobuf.Duration), Field "
            "'dispatchDeadline', Illegal duration format; duration must end with 's'");
  Reading soon(R"({"scheduleTime":"soon"})", "task");
  EXPECT_EQ(soon.reader.timestamp("scheduleTime"), std::nullopt);
  EXPECT_EQ(soon.wrong(),
            "Invalid value at 'task.schedule_time' (type.googleapis.com/google.protobuf.Timestamp), Field "
            "'scheduleTime', Invalid time format: soon");
}

TEST(CloudTasksJson, TakesNullAsAbsent) {
  Reading reading(R"({"name":null,"count":null,"retryConfig":null,"unknown_field":null})");
  EXPECT_EQ(reading.reader.text("name"), std::nullopt);
  EXPECT_EQ(reading.reader.int32("count"), std::nullopt);
  EXPECT_FALSE(reading.reader.message("retryConfig", "x").has_value());
  EXPECT_FALSE(reading.reader.has("name"));
  EXPECT_EQ(reading.wrong(), "");
}

TEST(CloudTasksJson, RefusesUnknownFieldsInGooglesWords) {
  Reading reading(R"({"task":{"x":1,"httpRequest":{"y":1}},"z":1})");
  auto task = reading.reader.message("task", "google.cloud.tasks.v2.Task");
  auto request = task->message("httpRequest", "google.cloud.tasks.v2.HttpRequest");
  request->finish();
  task->finish();
  reading.reader.finish();
  const auto error = reading.error();
  EXPECT_EQ(error.code, RpcCode::invalid_argument);
  EXPECT_EQ(error.message,
            "Invalid JSON payload received. Unknown name \"y\" at 'task.http_request': Cannot find field.\n"
            "Invalid JSON payload received. Unknown name \"x\" at 'task': Cannot find field.\n"
            "Invalid JSON payload received. Unknown name \"z\": Cannot find field.");
  const auto& detail = error.details.at(0).as_object();
  EXPECT_EQ(detail.at("@type"), "type.googleapis.com/google.rpc.BadRequest");
  const auto& violations = detail.at("fieldViolations").as_array();
  ASSERT_EQ(violations.size(), 3u);
  EXPECT_EQ(violations.at(1).as_object().at("field"), "task");
  EXPECT_FALSE(violations.at(2).as_object().contains("field"));
}

TEST(CloudTasksJson, RefusesUnknownQueryParametersButNotThoseOfEveryService) {
  Reading system(
      R"({"alt":"json","$alt":"json;enum-encoding=int","prettyPrint":"false","$prettyPrint":"0","fields":"*",
          "key":"k","access_token":"t","quotaUser":"u","uploadType":"u","$.xgafv":"2","callback":"f"})");
  system.reader.finish_query();
  EXPECT_EQ(system.wrong(), "");
  Reading other(R"({"pageSize":"5","page_limit":"5"})");
  EXPECT_EQ(other.reader.int32("pageSize"), 5);
  other.reader.finish_query();
  EXPECT_EQ(other.wrong(),
            "Invalid JSON payload received. Unknown name \"page_limit\": Cannot bind query parameter. Field "
            "'page_limit' could not be found in request message.");
}

TEST(CloudTasksJson, RefusesOtherTypes) {
  Reading reading(R"({"name":5,"task":"t","headers":{"a":1},"permissions":["a",2]})");
  EXPECT_EQ(reading.reader.text("name"), std::nullopt);
  EXPECT_FALSE(reading.reader.message("task", "google.cloud.tasks.v2.Task").has_value());
  reading.reader.map("headers");
  reading.reader.texts("permissions");
  EXPECT_EQ(reading.wrong(),
            "Invalid value at 'name' (TYPE_STRING), 5\n"
            "Invalid value at 'task' (type.googleapis.com/google.cloud.tasks.v2.Task), \"t\"\n"
            "Invalid value at 'headers' (TYPE_STRING), 1\n"
            "Invalid value at 'permissions' (TYPE_STRING), 2");
}

}  // namespace
}  // namespace postrider::cloud_tasks
