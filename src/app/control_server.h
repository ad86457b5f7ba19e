#pragma once
// ControlServer: runs the verbs that arrive on the Unix socket, each on a thread of its own, with
// the server's live store. Only the owner of the server and root are let in (SO_PEERCRED). Verbs
// block, so none of this touches the loop. start() and stop() by one thread.

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>

#include "app/control_frames.h"
#include "app/control_socket.h"
#include "app/verbs/files.h"
#include "base/log.h"
#include "base/time.h"

namespace postrider {

/// One verb of one caller, as the handler sees it.
struct ControlCall {
  const ControlRequest& request;
  std::string who;     ///< "local:ana", for the audit log
  CallerFiles& files;  ///< see VerbContext::files
  std::ostream& out;
  std::ostream& err;
  std::function<bool(Micros)> pause;  ///< see VerbContext::pause
};

class ControlServer {
 public:
  static constexpr int kMostCalls = 16;  ///< at a time; more are told to try again

  /// `run` answers the exit code; it is called on many threads at once and must not throw.
  ControlServer(std::string path, Log& log, std::function<int(ControlCall&)> run);
  ~ControlServer();

  void start();
  /// Takes no more calls and tells the running ones to end. Any thread, does not wait.
  void hush();
  /// hush(), then waits for the running calls, at most so long. False: some still run.
  bool stop(Micros patience);

 private:
  struct Caller;
  void accept_calls();
  bool is_full();
  void turn_away(UnixSocket& socket);
  void serve(Caller& caller);
  void reap(bool all);

  std::string path_;
  Log& log_;
  std::function<int(ControlCall&)> run_;
  UnixSocket listener_;
  int ending_ = -1;  // an eventfd that becomes readable when the server ends
  std::thread acceptor_;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::list<Caller> callers_;
};

}  // namespace postrider
