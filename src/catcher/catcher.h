#pragma once
// Catcher: a small SMTP server that delivers nothing: it writes down what it accepts (see
// catch_log.h) and fails on demand (see scripted_fault.h, where every script is listed). It
// stands in for a mail server in the demo, in test mode and in the stories, and its synced log is
// the witness of what was really sent. Never meant for the open internet.
//
// Runs on the given loop, which must be run by one thread; counters() may be called from any.

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "catcher/catch_log.h"
#include "catcher/fault_rule.h"

namespace boost::asio {
class io_context;
}

namespace postrider {

struct CatcherOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one
  std::string directory;   ///< of the log
  bool sync = true;        ///< false: accepted before it is on disk; for measuring only

  /// What it offers.
  bool pipelining = true;
  bool eight_bit_mime = true;
  bool smtputf8 = true;
  enum class Security { none, starttls, implicit };
  Security security = Security::none;
  std::string certificate_pem;  ///< needed unless none
  std::string key_pem;

  /// With a user, AUTH is needed before MAIL and only this one is let in; without, AUTH is offered
  /// and any name and password are right (but not by SCRAM, which needs a password to compare).
  std::string user;
  std::string password;
  std::string login_mechanisms = "PLAIN LOGIN";  ///< as offered; empty: no AUTH

  std::size_t max_message = 50'000'000;
  std::size_t max_recipients = 100;  ///< of one message
  int max_sessions = 1000;
  int max_mails_per_session = 0;  ///< then "421" at MAIL; 0: no limit
  Micros idle_limit = std::chrono::minutes{5};

  std::vector<FaultRule> faults;         ///< of the server as a whole; the first that fits counts
  bool data_without_recipients = false;  ///< 354 although every RCPT was refused (RFC 2920 allows it)
};

struct CatcherCounters {
  std::int64_t sessions = 0;  ///< ever
  std::int64_t open = 0;      ///< now
  std::int64_t messages = 0;  ///< accepted and logged
};

class Catcher {
 public:
  /// `clock` must outlive it. Opens the log: throws Fault when it cannot be written.
  Catcher(const Clock& clock, CatcherOptions options);
  ~Catcher();

  /// Listens. Throws Fault when the address is taken or the certificate cannot be read. `loop`
  /// must outlive the catcher.
  void start(boost::asio::io_context& loop);
  std::uint16_t port() const;
  /// Listens no more and closes all sessions. On the loop.
  void stop();
  CatcherCounters counters() const;

 private:
  class Server;
  std::shared_ptr<Server> server_;
};

}  // namespace postrider
