#include "http/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <sstream>
#include <utility>

#include "http/world.h"

namespace postrider {
namespace {

const prometheus::Histogram::BucketBoundaries kBuckets = {0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10};

class PrometheusMetrics final : public Metrics {
 public:
  void count_request(const std::string& operation, int status, std::chrono::nanoseconds took) override {
    const auto [count, seconds] = series_of(operation, status);
    count->Increment();
    seconds->Observe(std::chrono::duration<double>(took).count());
  }

  std::string text(ApiWorld& world) override {
    const std::lock_guard lock(reading_);
    read_state(world);
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, registry_.Collect());
    return out.str();
  }

 private:
  using Gauges = prometheus::Family<prometheus::Gauge>;
  struct Series {
    prometheus::Counter* requests = nullptr;
    prometheus::Histogram* seconds = nullptr;
  };

  /// Looking a series up by its labels costs more than counting.
  Series series_of(const std::string& operation, int status) {
    const std::lock_guard lock(counting_);
    auto& series = known_[{operation, status}];
    if (series.requests == nullptr) {
      series = {&requests_.Add({{"operation", operation}, {"status", std::to_string(status)}}),
                &seconds_.Add({{"operation", operation}}, kBuckets)};
    }
    return series;
  }

  void read_state(ApiWorld& world) {
    const auto health = world.health();
    build_.Add({{"version", world.version()}}).Set(1);
    ready_.Add({}).Set(health.ready ? 1 : 0);
    auto context = world.actions("metrics");
    for (const auto& queue : context.store.queues()) {
      tasks_.Add({{"queue", queue.settings.name}}).Set(static_cast<double>(queue.tasks));
      paused_queues_.Add({{"queue", queue.settings.name}}).Set(queue.paused ? 1 : 0);
    }
    const auto now = context.clock.wall_now();
    for (const auto& mailbox : context.store.mailboxes()) {
      const prometheus::Labels label{{"mailbox", mailbox.name}};
      working_.Add(label).Set(mailbox.status == MailboxStatus::active ? 1 : 0);
      sent_24h_.Add(label).Set(static_cast<double>(context.store.sent_last_24h(mailbox.id, now)));
      cap_24h_.Add(label).Set(mailbox.cap_24h);
    }
  }

  Gauges& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
  }

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_ = prometheus::BuildCounter()
                                                           .Name("postrider_http_requests_total")
                                                           .Help("Requests answered.")
                                                           .Register(registry_);
  prometheus::Family<prometheus::Histogram>& seconds_ = prometheus::BuildHistogram()
                                                            .Name("postrider_http_request_seconds")
                                                            .Help("From a request's head to its answer.")
                                                            .Register(registry_);
  Gauges& build_ = gauge("postrider_build_info", "The version that runs.");
  Gauges& ready_ = gauge("postrider_ready", "1: it can do its work.");
  Gauges& tasks_ = gauge("postrider_queue_tasks", "Tasks that wait or run in a queue.");
  Gauges& paused_queues_ = gauge("postrider_queue_paused", "1: the queue is paused.");
  Gauges& working_ = gauge("postrider_mailbox_active", "0: the mailbox is paused or stopped.");
  Gauges& sent_24h_ =
      gauge("postrider_mailbox_sent_24h", "Emails sent in the last 24 hours, where there is a cap.");
  Gauges& cap_24h_ = gauge("postrider_mailbox_cap_24h", "The most in any 24 hours; 0: no cap.");
  std::mutex reading_, counting_;
  std::map<std::pair<std::string, int>, Series> known_;
};

}  // namespace

std::unique_ptr<Metrics> make_metrics() {
  return std::make_unique<PrometheusMetrics>();
}

}  // namespace postrider
