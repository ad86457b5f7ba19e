#pragma once
// AlertPosts: of each alert one signed POST to an address of the operator's, beside the mail and without
// regard to it. deliver() is one round, called again and again by app. Tried again later until the receiver
// takes it (2xx), says that it wants it no more (410), or a day is over. At least once: a crash between the
// receiver's answer and our note of it posts once more, with the same id. Not thread safe: one thread
// delivers.

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actions/alert_message.h"
#include "actions/context.h"
#include "base/log.h"
#include "store/alert_store.h"

namespace postrider {

struct AlertPostSettings {
  std::string to;   ///< what may be shown of ALERT_URL; empty: nothing is posted
  std::string key;  ///< of ALERT_SECRET, as webhook_key gives it
};

/// What goes over the wire.
struct AlertPost {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  ///< JSON
};

class AlertPosts {
 public:
  /// Posts, waits for the answer (a bounded time), and says its HTTP status, or why there was none.
  using Wire = std::function<Result<int>(const AlertPost&)>;

  AlertPosts(AlertStore& store, AlertPostSettings settings, Wire wire, Log& log)
      : store_(store), settings_(std::move(settings)), wire_(std::move(wire)), log_(log) {}

  /// `trouble`: why nothing can be written now; empty: it can. Of that, no row can be kept: it is posted as
  /// well as memory allows.
  void deliver(ActionContext& context, const std::string& trouble);

 private:
  /// The one alert that is in no row.
  struct Storage {
    WallTime made{}, not_before{};
    int tries = 0;
    bool over = false;
  };

  void deliver_one(ActionContext& context, const Alert& alert);
  void give_up(const Alert& alert, const std::string& why);
  void tell_of_storage(ActionContext& context, const std::string& trouble);
  /// True: taken. False: not wanted any more. An error: not now.
  Result<bool> post(ActionContext& context, const AlertMessage& message, const std::string& id,
                    WallTime made);

  AlertStore& store_;
  const AlertPostSettings settings_;
  const Wire wire_;
  Log& log_;
  std::optional<Storage> storage_;
};

/// How long after a failed try the next one comes: 5, 10, 20 … seconds, an hour at most.
Micros alert_post_backoff(int tries);

}  // namespace postrider
