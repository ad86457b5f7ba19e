#include "http/cloud_tasks/face.h"
#include "http/cloud_tasks/route.h"

namespace postrider {
namespace {

class HandlerByPath : public HttpHandler {
 public:
  HandlerByPath(HttpHandler& api, HttpHandler& cloud_tasks) : api_(api), cloud_tasks_(cloud_tasks) {}

  std::variant<HttpAnswer, std::unique_ptr<HttpTurn>> admit(HttpHead head) override {
    auto& handler = cloud_tasks::is_ours(head.target) ? cloud_tasks_ : api_;
    return handler.admit(std::move(head));
  }

 private:
  HttpHandler& api_;
  HttpHandler& cloud_tasks_;
};

}  // namespace

std::unique_ptr<HttpHandler> make_handler_by_path(HttpHandler& api, HttpHandler& cloud_tasks) {
  return std::make_unique<HandlerByPath>(api, cloud_tasks);
}

}  // namespace postrider
