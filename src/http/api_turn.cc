#include "http/api_turn.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/token.h"
#include "http/json_body.h"
#include "store/task_store.h"

namespace postrider {

namespace json = boost::json;

HttpAnswer ApiTurn::answer(HttpBody body) {
  HttpAnswer answer;
  const auto log = [this](std::string_view event, const std::exception& fault) {
    world_.log().write(LogLevel::error, event,
                       {{"operation", operation_.id}, {"why", fault.what()}, {"request", record_.id()}});
  };
  try {
    answer = work(std::move(body));
  } catch (const StoreFault& fault) {
    log("http_store_fault", fault);
    answer =
        problem(503, "storage", "The database cannot do this now. Nothing was changed; try again later.");
  } catch (const std::exception& fault) {
    log("http_fault", fault);
    answer = problem(500, "internal", "Something went wrong on our side; the log says what.");
  }
  if (answer.late) {
    complete_later(*answer.late);
    return answer;
  }
  if (auto* alarms = world_.alarms()) see_to_alarms(*alarms);
  record_.end(answer);
  return answer;
}

/// What a request made due is rung for. Where the queue does not answer, the state is on disk all the same,
/// and the next request or tick sets it right.
void ApiTurn::see_to_alarms(TaskAlarms& alarms) const {
  try {
    if (const auto set = alarms.after_request(); !set) {
      world_.log().write(LogLevel::warning, "alarms_not_set",
                         {{"operation", operation_.id}, {"why", set.error().message}});
    }
  } catch (const std::exception& fault) {
    world_.log().write(LogLevel::error, "http_fault", {{"operation", operation_.id}, {"why", fault.what()}});
  }
}

/// The turn may be over by the time the answer comes: it takes along what it needs.
void ApiTurn::complete_later(AwaitedAnswer& late) const {
  const auto record = std::make_shared<const RequestRecord>(record_);
  late.wait = [wait = std::move(late.wait), record](auto go_on) {
    wait([record, go_on = std::move(go_on)](std::optional<HttpAnswer> answer) {
      if (answer) record->end(*answer);
      go_on(std::move(answer));
    });
  };
  late.answer = [answer = std::move(late.answer), record, &log = world_.log()] {
    HttpAnswer complete;
    try {
      complete = answer();
    } catch (const std::exception& fault) {
      log.write(LogLevel::error, "http_fault", {{"why", fault.what()}, {"request", record->id()}});
      complete = problem(503, "storage", "The database cannot do this now. Try again later.");
    }
    record->end(complete);
    return complete;
  };
}

HttpAnswer ApiTurn::work(HttpBody body) {
  auto actions = world_.actions(caller_.known() ? caller_.name : "nobody");
  Call call{.world = world_,
            .actions = actions,
            .caller = caller_,
            .head = head_,
            .path = std::move(path),
            .query = std::move(query),
            .body = nullptr,
            .raw = {}};
  const auto key = operation_.keyed ? head_.header("Idempotency-Key") : std::string_view();
  std::string asked;
  if (!key.empty()) {
    // A long body lies in a file: what counts is that it is the same one.
    const auto long_body = body.file ? stream_hash(*body.file) : std::string();
    asked = token_hash(fmt::format("{} {}\n{}{}", head_.method, head_.target, body.bytes, long_body));
  }
  if (!operation_.body.empty()) {
    if (auto bad = read_body(body.bytes, call.body)) return std::move(*bad);
  } else if (!operation_.body_type.empty()) {
    call.raw = std::move(body);
  } else if (!body.bytes.empty() || body.file) {
    return problem(400, "unexpected_body", "This request takes no body.");
  }
  return key.empty() ? operation_.handle(call) : answer_once(call, key, asked);
}

std::optional<HttpAnswer> ApiTurn::read_body(std::string_view bytes, json::value& value) const {
  if (bytes.empty() && operation_.body_optional) {
    value = json::object{};
  } else if (bytes.empty()) {
    return problem(400, "no_body", "This request needs a JSON body.");
  } else {
    auto read = read_json(bytes);
    if (!read) return problem(400, "bad_json", read.error());
    value = std::move(*read);
  }
  const auto errors = judge(operation_.body, value);
  if (errors.empty()) return std::nullopt;
  return problem(422, errors.size() == 1 ? errors.front().code : "invalid_fields", errors);
}

/// What a request with this key came to; nothing: it is for us to do, now.
std::optional<HttpAnswer> ApiTurn::answered_before(Call& call, std::string_view key, std::string_view asked) {
  const auto begun = world_.requests().begin(caller_.name, key, asked, world_.clock().wall_now());
  if (const auto* kept = std::get_if<KeptAnswer>(&begun)) {
    const auto body = call.actions.secrets.open(kept->body);
    if (!body) {
      return problem(409, "outcome_unknown",
                     "What this Idempotency-Key came to was sealed with a key that is not ours any more.");
    }
    HttpAnswer answer{.status = kept->status, .content_type = kept->content_type, .body = *body};
    if (!kept->location.empty()) answer.set("Location", kept->location);
    answer.set("Idempotent-Replayed", "true");
    return answer;
  }
  switch (std::get<KeyState>(begun)) {
    case KeyState::fresh:
      return std::nullopt;
    case KeyState::running:
      return problem(409, "key_in_use",
                     "A request with this Idempotency-Key is at work. Ask again in a moment.");
    case KeyState::other:
      return problem(422, "key_reused", "This Idempotency-Key was used for another request. Take a new one.");
    case KeyState::unknown:
      return problem(
          409, "outcome_unknown",
          "The server ended while it was at work on a request with this Idempotency-Key. Look whether "
          "it was done, and take a new key if it was not.");
  }
  return std::nullopt;
}

/// Answers may hold what is shown once (a new key, a link), so what is kept of them is sealed.
HttpAnswer ApiTurn::answer_once(Call& call, std::string_view key, std::string_view asked) {
  if (auto before = answered_before(call, key, asked)) return std::move(*before);
  auto& requests = world_.requests();
  HttpAnswer answer;
  try {
    answer = operation_.handle(call);
  } catch (...) {
    requests.forget(caller_.name, key);
    throw;
  }
  if (answer.status >= 500) {
    requests.forget(caller_.name, key);
    return answer;
  }
  KeptAnswer kept{.status = answer.status,
                  .content_type = answer.content_type,
                  .location = {},
                  .body = call.actions.secrets.seal(answer.body)};
  for (const auto& [name, value] : answer.headers) {
    if (name == "Location") kept.location = value;
  }
  requests.keep(caller_.name, key, kept);
  return answer;
}

}  // namespace postrider
