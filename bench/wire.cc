// How fast the wire alone is: sends N mails of 5 KB over S sessions through the pool into a mail
// server on 127.0.0.1, with no store behind it. Compare with Postfix's own
//   smtp-source -s 50 -l 5120 -m 50000 -d -c 127.0.0.1:PORT
// into the same
//   smtp-sink -u nobody 127.0.0.1:PORT 1000
//
//   smtp_wire_bench PORT [MAILS] [SESSIONS]

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "smtp/session_pool.h"

namespace {

using namespace postrider;

struct Run {
  Sessions& sessions;
  MailServer server;
  std::string message;
  long left;
  long delivered = 0;
  long failed = 0;
  int running = 0;
};

Async<void> send_all(Run& run) {
  ++run.running;
  const Envelope envelope{{"sender", "example.com"}, {"recipient", "example.net"}, run.message.size()};
  while (run.left-- > 0) {
    auto opening = run.sessions.open(MailboxId{1}, run.server);
    auto session = co_await opening;
    if (!session) {
      std::fprintf(stderr, "%s\n", session.error().text.c_str());
      ++run.failed;
      break;
    }
    auto offering = (*session)->offer(envelope);
    auto refused = co_await offering;
    if (refused) {
      ++run.failed;
      continue;
    }
    auto committing = (*session)->commit(run.message);
    auto reply = co_await committing;
    if (reply && reply->positive()) {
      ++run.delivered;
    } else {
      ++run.failed;
    }
  }
  if (--run.running == 0) run.sessions.close_all();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: smtp_wire_bench PORT [MAILS] [SESSIONS]\n");
    return 64;
  }
  const long mails = argc > 2 ? std::atol(argv[2]) : 50'000;
  const int count = argc > 3 ? std::atoi(argv[3]) : 50;

  boost::asio::io_context loop(1);
  const SystemClock clock;
  const auto sessions = make_smtp_sessions(loop, clock);
  Run run{*sessions,
          {.host = "127.0.0.1",
           .port = static_cast<std::uint16_t>(std::atoi(argv[1])),
           .tls = Tls::none,
           .max_sessions = count},
          "From: sender@example.com\r\nTo: recipient@example.net\r\nSubject: benchmark\r\n\r\n",
          mails};
  while (run.message.size() < 5120)
    run.message += "A line of an ordinary message, neither long nor short, over and over.\r\n";

  const auto start = std::chrono::steady_clock::now();
  // Two for each session: the envelope of one travels ahead while the other is under way.
  for (int i = 0; i < 2 * count; ++i) spawn(send_all(run));
  loop.run();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%ld delivered, %ld failed, %.2f s, %.0f mails/s\n", run.delivered, run.failed, took.count(),
              static_cast<double>(run.delivered) / took.count());
  return run.failed == 0 && run.delivered == mails ? 0 : 1;
}
