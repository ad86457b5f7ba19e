#pragma once
// ApiTurn: a request that was let in, from its body to its answer: the body is read and judged, a repeated
// request with an Idempotency-Key is answered as before, else the operation does its work. For api.cc only.

#include <boost/json/object.hpp>

#include "http/handler.h"
#include "http/operation.h"
#include "http/request_record.h"

namespace postrider {

class ApiTurn : public HttpTurn {
 public:
  ApiTurn(ApiWorld& world, const Operation& operation, Caller caller, HttpHead head, RequestRecord record)
      : world_(world),
        operation_(operation),
        caller_(std::move(caller)),
        head_(std::move(head)),
        record_(std::move(record)) {}

  boost::json::object path, query;  ///< judged

  BodyLimit limit() const override { return operation_.limit; }
  HttpAnswer answer(HttpBody body) override;

 private:
  HttpAnswer work(HttpBody body);
  void see_to_alarms(TaskAlarms& alarms) const;
  void complete_later(AwaitedAnswer& late) const;
  std::optional<HttpAnswer> read_body(std::string_view bytes, boost::json::value& value) const;
  HttpAnswer answer_once(Call& call, std::string_view key, std::string_view asked);
  std::optional<HttpAnswer> answered_before(Call& call, std::string_view key, std::string_view asked);

  ApiWorld& world_;
  const Operation& operation_;
  const Caller caller_;
  const HttpHead head_;
  RequestRecord record_;
};

}  // namespace postrider
