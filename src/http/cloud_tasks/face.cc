#include "http/cloud_tasks/face.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "actions/sign_in.h"
#include "base/text.h"
#include "campaign/loopback.h"
#include "http/cloud_tasks/method.h"
#include "http/cloud_tasks/route.h"
#include "http/json_body.h"
#include "http/rate_limit.h"
#include "http/recognise.h"
#include "http/request_record.h"
#include "store/task_store.h"

namespace postrider {
namespace {

using namespace cloud_tasks;
namespace json = boost::json;

/// A task of 1 MiB, in base64, with its headers.
constexpr std::uint64_t kMostBody = (3 << 19) + (1 << 16);

std::unexpected<RpcError> unauthenticated(std::string_view what, std::string_view reason) {
  RpcError error{
      RpcCode::unauthenticated,
      fmt::format("{} Expected OAuth 2 access token, login cookie or other valid authentication "
                  "credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
                  what)};
  error.details.push_back(error_info(reason));
  return std::unexpected(std::move(error));
}

HttpAnswer refusal(const RpcError& error) {
  auto answer = to_answer(error);
  if (error.code == RpcCode::unauthenticated) answer.set("WWW-Authenticate", "Bearer realm=\"postrider\"");
  return answer;
}

/// "$alt=json;enum-encoding=int", in any of the encodings that clients choose.
bool asks_for_numbers(const json::object& query) {
  for (const auto* name : {"$alt", "alt"}) {
    const auto* value = query.if_contains(name);
    if (value == nullptr) continue;
    for (const auto piece : split(value->get_string(), ';')) {
      if (trim(piece) == "enum-encoding=int") return true;
    }
  }
  return false;
}

class Turn : public HttpTurn {
 public:
  Turn(ApiWorld& api, CloudTasksWorld& world, Route route, Caller caller, RequestRecord record)
      : api_(api),
        world_(world),
        route_(std::move(route)),
        caller_(std::move(caller)),
        record_(std::move(record)) {}

  BodyLimit limit() const override { return {kMostBody, false}; }

  HttpAnswer answer(HttpBody body) override {
    auto answer = work(body.bytes);
    record_.end(answer);
    return answer;
  }

 private:
  HttpAnswer work(std::string_view bytes) {
    const auto log = [this](std::string_view event, const std::exception& fault) {
      api_.log().write(LogLevel::error, event,
                       {{"operation", std::string(route_.method->name)},
                        {"why", fault.what()},
                        {"request", record_.id()}});
    };
    try {
      const auto answered = call(bytes);
      if (!answered) return refusal(answered.error());
      return {.status = 200,
              .content_type = "application/json; charset=UTF-8",
              .body = json::serialize(*answered)};
    } catch (const StoreFault& fault) {
      log("http_store_fault", fault);
      return refusal(
          {RpcCode::unavailable, "The database cannot do this now. Nothing was changed; try again later."});
    } catch (const std::exception& fault) {
      log("http_fault", fault);
      return refusal({RpcCode::internal, "Something went wrong on our side; the log says what."});
    }
  }

  Answered call(std::string_view bytes) {
    auto actions = api_.actions(caller_.name);
    Request request{.api = api_,
                    .world = world_,
                    .actions = actions,
                    .caller = caller_,
                    .names = std::move(route_.names),
                    .query = std::move(route_.query),
                    .body = {},
                    .enums_as_numbers = false,
                    .campaigns = nullptr};
    request.enums_as_numbers = asks_for_numbers(request.query);
    if (takes_body() && !trim(bytes).empty()) {
      auto read = read_json(bytes);
      if (!read) return invalid_argument("Invalid JSON payload received. " + read.error());
      // Node's library writes a queue of which nothing is left as an empty text.
      const bool nothing = read->is_string() && read->get_string().empty();
      if (!nothing && !read->is_object())
        return invalid_argument("Invalid JSON payload received. The body is no JSON object.");
      if (!nothing) request.body = std::move(read->get_object());
    }
    const auto& names = request.names;
    if (names.size() >= 2 && names[0] == world_.campaign_project() && names[1] == world_.campaign_location())
      request.campaigns = world_.campaign_queues(actions);
    return route_.method->answer(request);
  }

  /// gcloud gives even what it asks by GET a body's headers.
  bool takes_body() const { return route_.method->http == "POST" || route_.method->http == "PATCH"; }

  ApiWorld& api_;
  CloudTasksWorld& world_;
  Route route_;
  const Caller caller_;
  RequestRecord record_;
};

class Face : public HttpHandler {
 public:
  Face(ApiWorld& api, CloudTasksWorld& world) : api_(api), world_(world) {}

  std::variant<HttpAnswer, std::unique_ptr<HttpTurn>> admit(HttpHead head) override {
    RequestRecord record(api_, head);
    api_.rules().proxies.name_caller(head);
    for (auto& [name, value] : api_.rules().origins.headers(head)) record.carries(name, value);
    if (auto preflight = api_.rules().origins.preflight(head)) {
      record.end(*preflight);
      return std::move(*preflight);
    }
    auto turn = judge(head, record);
    if (turn) return std::move(*turn);
    auto answer = refusal(turn.error());
    record.end(answer);
    return answer;
  }

 private:
  using Admitted = RpcResult<std::unique_ptr<HttpTurn>>;

  Admitted judge(const HttpHead& head, RequestRecord& record) {
    try {
      return judge_head(head, record);
    } catch (const std::exception& fault) {
      api_.log().write(LogLevel::error, "http_fault",
                       {{"operation", "admit"}, {"why", fault.what()}, {"request", record.id()}});
      return rpc_error(RpcCode::unavailable, "The database cannot be read now. Try again later.");
    }
  }

  Admitted judge_head(const HttpHead& head, RequestRecord& record) {
    auto caller = caller_of(head);
    if (!caller || !caller->known()) {
      if (auto refused = over_limit(throttle_key_of_address(head.caller), record))
        return std::unexpected(std::move(*refused));
      if (!caller) return std::unexpected(std::move(caller.error()));
      return unauthenticated("Request is missing required authentication credential.", "CREDENTIALS_MISSING");
    }
    if (auto refused = over_limit(caller->name, record)) return std::unexpected(std::move(*refused));

    auto route = find_route(head.method, head.target);
    if (!route) return invalid_argument("The request's path or query is not written as RFC 3986 has it.");
    if (route->is_grpc) {
      return unimplemented(
          "gRPC is not available here. Use REST: `fallback: 'rest'` in Node, `transport='rest'` in Python.");
    }
    if (route->method == nullptr) return rpc_error(RpcCode::not_found, "Method not found.");
    const auto& method = *route->method;
    record.is(fmt::format("cloudtasks.{}", method.name));
    if (!method.permission.empty() && !may_call(*caller, Access::tasks)) {
      return rpc_error(RpcCode::permission_denied,
                       fmt::format("The principal (user or service account) lacks IAM permission \"{}\" for "
                                   "the resource \"{}\" (or the resource may not exist).",
                                   method.permission, route->resource));
    }
    if (announced(head) > kMostBody)
      return invalid_argument(fmt::format("Request payload size exceeds the limit: {} bytes.", kMostBody));
    return std::make_unique<Turn>(api_, world_, std::move(*route), std::move(*caller), record);
  }

  /// Only a key counts: a browser sends its cookie along whoever wrote the page.
  RpcResult<Caller> caller_of(const HttpHead& head) {
    if (head.header("Authorization").empty()) return Caller{};
    if (world_.is_emulator() && head.header("Authorization") == "Bearer owner" && is_loopback(head.caller)) {
      Caller caller;
      caller.kind = Caller::Kind::key;
      caller.name = "emulator";
      caller.scopes = {"tasks"};
      return caller;
    }
    auto context = api_.actions("nobody");
    auto caller = recognise(context, head);
    if (!caller) {
      return unauthenticated("Request had invalid authentication credentials.",
                             "ACCESS_TOKEN_TYPE_UNSUPPORTED");
    }
    return std::move(*caller);
  }

  /// Counts the request against its caller's minute.
  std::optional<RpcError> over_limit(const std::string& who, RequestRecord& record) {
    const int most = api_.rules().requests_per_minute;
    if (most == 0) return std::nullopt;
    const auto standing = limit_.count(who, most, api_.clock().boot_now());
    if (standing.allowed) return std::nullopt;
    record.carries("Retry-After", std::to_string(standing.seconds_to));
    return RpcError{RpcCode::resource_exhausted,
                    fmt::format("This server takes {} requests a minute from each caller. Wait {} s.", most,
                                standing.seconds_to)};
  }

  /// How long the body is, as its head says.
  static std::uint64_t announced(const HttpHead& head) {
    const auto text = head.header("Content-Length");
    std::uint64_t length = 0;
    std::from_chars(text.data(), text.data() + text.size(), length);
    return length;
  }

  ApiWorld& api_;
  CloudTasksWorld& world_;
  RateLimit limit_;
};

}  // namespace

std::unique_ptr<HttpHandler> make_cloud_tasks_face(ApiWorld& api, CloudTasksWorld& world) {
  return std::make_unique<Face>(api, world);
}

}  // namespace postrider
