#pragma once
// Server: everything that runs while `postrider serve` runs, wired together: database, crew,
// sessions, HTTP, control socket. server.cc is read from top to bottom and decides nothing. The loop
// has a thread of its own; open(), start(), run_verb(), wait() and the end are the main thread's.

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/listen_address.h"
#include "http/world.h"
#include "store/account_store.h"
#include "store/campaign_store.h"

namespace postrider {

struct ServerOptions {
  Settings settings;
  std::string database_file;
  ListenAddress listen;
  std::vector<SettingShown> shown = {};       ///< the settings, for the API
  std::vector<SettingWarning> warnings = {};  ///< settings without effect, for the doctor
  bool next_free_port = false;                ///< a taken port gives the next free one
};

class Server {
 public:
  virtual ~Server() = default;

  /// Takes the port and the database, and wires the rooms. Nothing runs yet. An error says all a
  /// person needs: another server on this file, a taken port, a wrong key.
  static Result<std::unique_ptr<Server>> open(ServerOptions options, SystemClock& clock, Log& log);

  /// Begins to send, to answer, and to watch for SIGTERM and SIGINT.
  virtual void start() = 0;
  virtual ListenAddress address() const = 0;
  virtual CampaignStore& store() = 0;
  virtual AccountStore& accounts() = 0;

  /// Runs a verb in this process, as the control socket does for others. False from its pause
  /// once the server ends.
  virtual int run_verb(const std::vector<std::string>& argv, std::ostream& out, std::ostream& err,
                       bool terminal, int columns) = 0;
  /// Waits until the server was told to end, by signal or by stop(). Any number of times.
  virtual void wait_for_end() = 0;
  /// True when it was told to end.
  virtual bool ending() const = 0;
  /// Tells it to end. Any thread.
  virtual void stop() = 0;
  /// Ends it: claims nothing more, lets emails past their gate finish for up to 8 s, hangs up the
  /// others before their dot, and returns within 10 s. What cannot be ended by then is left as a
  /// crash would leave it, which the next start mends: the process ends here with `exit_code`.
  virtual void finish(int exit_code) = 0;
};

}  // namespace postrider
