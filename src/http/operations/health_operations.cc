// Whether it is there, and how it is. Open, but what is beneath is told with a credential only.

#include <boost/json.hpp>

#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

HttpAnswer livez(Call& call) {
  HttpAnswer answer;
  answer.body = "ok\n";
  answer.set(std::string(kProcessHeader), call.world.process());
  return answer;
}

HttpAnswer readyz(Call& call) {
  const auto health = call.world.health();
  if (health.ready) return livez(call);
  return problem(503, "not_ready", health.why);
}

HttpAnswer health(Call& call) {
  const auto state = call.world.health();
  json::object out{{"status", state.ready ? "healthy" : "unhealthy"},
                   {"timestamp", format_rfc3339(call.world.clock().wall_now())}};
  if (call.caller.known()) {
    out["version"] = call.world.version();
    out["environment"] = call.world.environment();
    out["database"] = {{"status", state.database.empty() ? "healthy" : "unhealthy"},
                       {"type", call.world.database_kind()},
                       {"trouble", state.database}};
    if (!state.ready) out["why"] = state.why;
  }
  return json_answer(out, state.ready ? 200 : 503);
}

Schema health_schema() {
  return ObjectSchema("HealthCheck")
      .needs("status", one_of({"healthy", "unhealthy"}))
      .needs("timestamp", moment())
      .may("version", text())
      .may("environment", text())
      .may("database", ObjectSchema().needs("status", text()).needs("type", text()).needs("trouble", text()))
      .may("why", text());
}

}  // namespace

Operations health_operations() {
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/livez",
                 .id = "livez",
                 .tag = "health",
                 .access = Access::open,
                 .summary = "Whether the process runs",
                 .no_cli = "the command line runs in the process it would ask about",
                 .answers = {{200, "it runs", {}, "text/plain"}},
                 .unmetered = true,
                 .handle = livez});
  all.push_back({.method = "GET",
                 .path = "/readyz",
                 .id = "readyz",
                 .tag = "health",
                 .access = Access::open,
                 .summary = "Whether it can do its work, and why not",
                 .cli = "postrider status",
                 .answers = {{200, "it can", {}, "text/plain"}},
                 .unmetered = true,
                 .handle = readyz});
  all.push_back({.method = "GET",
                 .path = "/metrics",
                 .id = "getMetrics",
                 .tag = "health",
                 .access = Access::metrics,
                 .summary = "Figures for Prometheus",
                 .no_cli = "postrider status and the lists say the same to people",
                 .answers = {{200, "text format 0.0.4", {}, "text/plain"}},
                 .handle = [](Call& call) {
                   return HttpAnswer{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                     .body = call.world.metrics().text(call.world)};
                 }});
  for (const auto* method : {"GET", "POST"}) {
    all.push_back({.method = method,
                   .path = "/api/health",
                   .id = method == std::string("GET") ? "getHealth" : "postHealth",
                   .tag = "health",
                   .access = Access::open,
                   .summary = "How it is; what is beneath only with a credential",
                   .cli = "postrider status --json",
                   .answers = {{200, "healthy", health_schema()}, {503, "unhealthy", health_schema()}},
                   .unmetered = true,
                   .handle = health});
  }
  return all;
}

}  // namespace postrider
