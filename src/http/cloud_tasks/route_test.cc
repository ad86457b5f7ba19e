#include "http/cloud_tasks/route.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <set>

namespace postrider::cloud_tasks {
namespace {

struct Row {
  const char* http;
  const char* target;
  const char* method;  ///< empty: there is none
  std::vector<std::string> names;
};

class CloudTasksRoutes : public testing::TestWithParam<Row> {};

TEST_P(CloudTasksRoutes, Lead) {
  const auto& row = GetParam();
  const auto route = find_route(row.http, row.target);
  ASSERT_TRUE(route.has_value());
  EXPECT_EQ(route->method == nullptr ? "" : route->method->name, row.method);
  if (route->method != nullptr) EXPECT_EQ(route->names, row.names);
}

INSTANTIATE_TEST_SUITE_P(
    , CloudTasksRoutes,
    testing::Values(
        Row{"GET", "/v2/projects/p/locations", "ListLocations", {"p"}},
        Row{"GET", "/v1/projects/p/locations?$alt=json%3Benum-encoding=int", "ListLocations", {"p"}},
        Row{"GET", "/v1/projects/p/locations/l", "GetLocation", {"p", "l"}},
        Row{"GET", "/v2/projects/p/locations/l/cmekConfig", "GetCmekConfig", {"p", "l"}},
        Row{"PATCH", "/v2/projects/p/locations/l/cmekConfig", "UpdateCmekConfig", {"p", "l"}},
        Row{"GET", "/v2/projects/p/locations/l/queues?pageSize=1", "ListQueues", {"p", "l"}},
        Row{"POST", "/v2/projects/p/locations/l/queues", "CreateQueue", {"p", "l"}},
        Row{"GET", "/v2/projects/p/locations/l/queues/q", "GetQueue", {"p", "l", "q"}},
        Row{"PATCH", "/v2/projects/p/locations/l/queues/q", "UpdateQueue", {"p", "l", "q"}},
        Row{"DELETE", "/v2/projects/p/locations/l/queues/q", "DeleteQueue", {"p", "l", "q"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q:purge", "PurgeQueue", {"p", "l", "q"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q:pause", "PauseQueue", {"p", "l", "q"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q:resume", "ResumeQueue", {"p", "l", "q"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q:getIamPolicy", "GetIamPolicy", {"p", "l", "q"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q:setIamPolicy", "SetIamPolicy", {"p", "l", "q"}},
        Row{"POST",
            "/v2/projects/p/locations/l/queues/q:testIamPermissions",
            "TestIamPermissions",
            {"p", "l", "q"}},
        Row{"GET", "/v2/projects/p/locations/l/queues/q/tasks", "ListTasks", {"p", "l", "q"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q/tasks", "CreateTask", {"p", "l", "q"}},
        Row{"GET", "/v2/projects/p/locations/l/queues/q/tasks/t", "GetTask", {"p", "l", "q", "t"}},
        Row{"DELETE", "/v2/projects/p/locations/l/queues/q/tasks/t", "DeleteTask", {"p", "l", "q", "t"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q/tasks/t:run", "RunTask", {"p", "l", "q", "t"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q/tasks/t:buffer", "BufferTask", {"p", "l", "q", "t"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q/tasks:buffer", "BufferTask", {"p", "l", "q"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q/tasks/:buffer", "BufferTask", {"p", "l", "q", ""}},
        // As firebase-admin asks an emulator.
        Row{"POST", "/projects/p/locations/l/queues/q/tasks", "CreateTask", {"p", "l", "q"}},
        Row{"DELETE", "/projects/p/locations/l/queues/q/tasks/t", "DeleteTask", {"p", "l", "q", "t"}},
        Row{"GET", "/projects/p/locations/l/queues/q/tasks/t", "", {}},
        // Projects of a domain hold a colon, which some clients encode.
        Row{"GET",
            "/v2/projects/example.com:p/locations/l/queues/q",
            "GetQueue",
            {"example.com:p", "l", "q"}},
        Row{"POST",
            "/v2/projects/example.com%3Ap/locations/l/queues/q:pause",
            "PauseQueue",
            {"example.com:p", "l", "q"}},
        Row{"GET", "/v1/projects/example.com:p/locations", "ListLocations", {"example.com:p"}},
        // The last colon of the last segment, before anything is decoded.
        Row{"POST", "/v2/projects/p/locations/l/queues/q:x:pause", "PauseQueue", {"p", "l", "q:x"}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q%3Apause", "", {}},
        Row{"GET", "/v2/projects/p/locations/l/queues/q/tasks/a%2Fb", "GetTask", {"p", "l", "q", "a/b"}},
        // What is not there.
        Row{"PUT", "/v2/projects/p/locations/l/queues/q", "", {}},
        Row{"GET", "/v2/projects/p/locations/l/queues/q:pause", "", {}},
        Row{"POST", "/v2/projects/p/locations/l/queues/q:explode", "", {}},
        Row{"GET", "/v1/projects/p/locations/l/queues", "", {}}, Row{"GET", "/v2/projects/p", "", {}},
        Row{"GET", "/v2/", "", {}}, Row{"GET", "/v2beta3/projects/p/locations", "", {}}),
    [](const auto& row) { return fmt::format("row{:02}", row.index); });

TEST(CloudTasksRoutesAsWell, DecodeTheQuery) {
  const auto node =
      find_route("GET",
                 "/v2/projects/p/locations/l/queues?filter=state%3A%20PAUSED&pageToken=TOK%2B/%3D2"
                 "&$alt=json%3Benum-encoding=int");
  EXPECT_EQ(node->query.at("filter"), "state: PAUSED");
  EXPECT_EQ(node->query.at("pageToken"), "TOK+/=2");
  EXPECT_EQ(node->query.at("$alt"), "json;enum-encoding=int");
  const auto python = find_route(
      "GET", "/v2/projects/p/locations/l/queues?filter=state%3A+PAUSED&%24alt=json%3Benum-encoding%3Dint");
  EXPECT_EQ(python->query.at("filter"), "state: PAUSED");
  EXPECT_EQ(python->query.at("$alt"), "json;enum-encoding=int");
  EXPECT_FALSE(find_route("GET", "/v2/projects/%zz/locations"));
}

TEST(CloudTasksRoutesAsWell, NameTheResourceOfAPermission) {
  const auto resource = [](const char* http, const std::string& target) {
    return find_route(http, target)->resource;
  };
  EXPECT_EQ(resource("POST", "/v2/projects/p/locations/l/queues"), "projects/p/locations/l");
  EXPECT_EQ(resource("POST", "/v2/projects/p/locations/l/queues/q:pause"), "projects/p/locations/l/queues/q");
  EXPECT_EQ(resource("POST", "/projects/p/locations/l/queues/q/tasks"), "projects/p/locations/l/queues/q");
}

TEST(CloudTasksRoutesAsWell, AreToldFromTheApis) {
  for (const auto* ours : {"/v2/projects/p/locations", "/v1/projects/p/locations", "/projects/p/locations/l",
                           "/v2/x?y=/api", "/google.cloud.tasks.v2.CloudTasks/CreateTask"})
    EXPECT_TRUE(is_ours(ours)) << ours;
  for (const auto* others : {"/api/queues", "/", "", "/v1/other", "/projects", "/api/v2/projects", "/?a=/v2/",
                             "/u/token", "v2/projects/"})
    EXPECT_FALSE(is_ours(others)) << others;
}

TEST(CloudTasksRoutesAsWell, HaveOneRowForEachMethodAndPath) {
  std::set<std::string> seen;
  for (const auto& method : methods())
    EXPECT_TRUE(seen.insert(fmt::format("{} {}:{}", method.http, method.path, method.verb)).second)
        << method.name;
}

}  // namespace
}  // namespace postrider::cloud_tasks
