#pragma once
// OwnerAlerts: tells the owner in both ways, a thread each, so that neither waits for the other: by mail and
// by POST. start() and stop() are the main thread's.

#include <functional>
#include <string>

#include "actions/alert_posts.h"
#include "actions/alerts.h"
#include "app/round_loop.h"
#include "app/settings.h"
#include "web/web_client.h"

namespace postrider {

/// What it needs of the server; called on both threads.
struct AlertWorld {
  std::function<ActionContext()> actions;
  std::function<std::string()> storage_trouble;  ///< why nothing can be written now; empty: it can
};

class OwnerAlerts {
 public:
  /// All of them must outlive it.
  OwnerAlerts(AlertStore& store, const Settings& settings, WebClient& web, AlertWorld world, Log& log);

  void start();
  /// False: a server still has one of them wait after `patience` each. See RoundLoop::stop.
  bool stop(std::chrono::milliseconds patience);
  void round_now(std::chrono::milliseconds patience);

 private:
  const AlertWorld world_;
  Alerts mails_;
  AlertPosts posts_;
  RoundLoop mail_loop_, post_loop_;
};

}  // namespace postrider
