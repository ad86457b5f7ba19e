#include "app/demo.h"

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <sstream>
#include <thread>

#include "app/demo_home.h"
#include "app/demo_list.h"
#include "app/demo_outcome.h"
#include "app/server.h"
#include "catcher/catcher.h"

namespace postrider {
namespace {

/// A catcher on a loop and a thread of its own, as if it were another machine.
class DemoCatcher {
 public:
  DemoCatcher(const Clock& clock, const std::string& directory)
      : catcher_(clock, {.address = "127.0.0.1", .port = 0, .directory = directory}) {
    catcher_.start(loop_);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~DemoCatcher() {
    boost::asio::post(loop_, [this] {
      catcher_.stop();
      loop_.stop();
    });
    thread_.join();
  }
  DemoCatcher(const DemoCatcher&) = delete;
  DemoCatcher& operator=(const DemoCatcher&) = delete;

  std::uint16_t port() const { return catcher_.port(); }
  std::int64_t messages() const { return catcher_.counters().messages; }

 private:
  boost::asio::io_context loop_{1};
  Catcher catcher_;
  std::thread thread_;
};

/// How the user calls this program: as a path from where they are, when that is short.
std::string program_name() {
  std::error_code bad;
  const auto whole = std::filesystem::read_symlink("/proc/self/exe", bad);
  if (bad) return "postrider";
  const auto near = std::filesystem::proximate(whole, bad).string();
  if (bad || near.starts_with("..")) return whole.string();
  return near.find('/') == near.npos ? "./" + near : near;
}

/// The steps of the demo are the verbs a user would type; each is shown before it is done.
class Steps {
 public:
  Steps(Server& server, std::ostream& out, std::ostream& err) : server_(server), out_(out), err_(err) {}

  /// Shows `shown`, does `argv`, and answers what it said as JSON. Nothing when it failed.
  std::optional<boost::json::object> take(const std::string& shown, std::vector<std::string> argv) {
    out_ << "$ postrider " << shown << std::endl;
    argv.emplace_back("--json");
    std::ostringstream said, talk;
    if (const int code = server_.run_verb(argv, said, talk, false, 0); code != 0) {
      err_ << said.str() << talk.str();
      return std::nullopt;
    }
    boost::json::error_code bad;
    auto answer = boost::json::parse(said.str(), bad);
    return bad || !answer.is_object() ? boost::json::object{} : std::move(answer.as_object());
  }

  int watch(const std::string& id, bool terminal, int columns) {
    out_ << "$ postrider campaign watch " << id << std::endl;
    return server_.run_verb({"campaign", "watch", id}, out_, err_, terminal, columns);
  }

 private:
  Server& server_;
  std::ostream& out_;
  std::ostream& err_;
};

void tell_where_to_look(const Server& server, const DemoHome& home, std::ostream& out) {
  const auto program = program_name();
  out << fmt::format(
      "\nThe server stays. Where to look:\n"
      "  http://{}/livez\n"
      "  {} --database sqlite:///{} campaign emails 1\n"
      "  {} catch list --directory {}\n"
      "  database: {}{}\n"
      "\nFive commands to a first real campaign:\n"
      "  {} serve\n"
      "  {} mailbox add --name me --from you@example.com --smtp-host smtp.example.com --user "
      "you@example.com\n"
      "  {} mailbox test me\n"
      "  {} campaign create --name First --subject 'Hello {{{{ name | default: \"there\" }}}}' "
      "--message-file message.txt --csv list.csv --mailbox me\n"
      "  {} campaign send 1 --wait\n"
      "\nEnd the demo with Ctrl-C (or SIGTERM).\n",
      server.address().text(), program, home.database(), program, home.catcher(), home.database(),
      home.temporary() ? " (temporary: --directory DIR keeps it)" : "", program, program, program, program,
      program);
  out.flush();
}

/// False: something failed, and was said.
bool run_campaign(Server& server, const DemoHome& home, const DemoCatcher& catcher,
                  const DemoOptions& options, std::ostream& out, std::ostream& err) {
  Steps steps(server, out, err);
  const auto port = std::to_string(catcher.port());
  const std::string queue = "email-campaign-queue";
  // A deferred address is tried again in seconds instead of the five minutes of real life.
  const bool ready =
      steps.take(
          fmt::format("mailbox add --name demo --from ana@example.org --smtp-host 127.0.0.1 --smtp-port {} "
                      "--tls none --cap-24h 0",
                      port),
          {"mailbox", "add", "--name", "demo", "--from", "ana@example.org", "--from-name", "Ana",
           "--smtp-host", "127.0.0.1", "--smtp-port", port, "--tls", "none", "--cap-24h", "0"}) &&
      steps.take("queue update " + queue + " --min-backoff 2s",
                 {"queue", "update", queue, "--min-backoff", "2s"});
  if (!ready) return false;
  const auto created = steps.take(
      "campaign create --name Demo --csv list.csv --message-file message.txt --mailbox demo --pace "
      "60ms-120ms",
      {"campaign", "create", "--name", "Demo", "--subject", std::string(demo_subject()), "--message-file",
       home.message(), "--csv", home.list(), "--mailbox", "demo", "--pace", "60ms-120ms"});
  if (!created || !created->contains("id")) return false;
  const auto id = boost::json::serialize(created->at("id"));
  if (!steps.take("campaign send " + id, {"campaign", "send", id})) return false;
  if (steps.watch(id, options.terminal, options.columns) != 0 || server.ending()) return false;

  const auto outcome = tell_outcome(server.store(), CampaignId{std::stoll(id)}, home.list() + ".rejected.csv",
                                    options.terminal ? options.columns : 0, out);
  const bool same = catcher.messages() == outcome.sent;
  out << fmt::format(
             "\n{} of {} rows accounted for; the catcher holds {} messages, {} are recorded as sent.\n",
             outcome.rows, kDemoRows, catcher.messages(), outcome.sent)
      << std::flush;
  return outcome.accounted && same;
}

}  // namespace

Result<int> run_demo(const DemoOptions& options, std::ostream& out, std::ostream& err) {
  SystemClock clock;
  const auto log = make_stderr_log(LogLevel::warning);
  auto home = DemoHome::make(options.directory);
  if (!home) return std::unexpected(home.error());
  home->write_example();
  const DemoCatcher catcher(clock, home->catcher());
  auto opened = Server::open(
      {.settings = {}, .database_file = home->database(), .listen = options.listen, .next_free_port = true},
      clock, *log);
  if (!opened) return std::unexpected(opened.error());
  auto& server = **opened;
  server.start();
  home->announce("http://" + server.address().text());
  out << fmt::format("Postrider demo: {} rows of a list become email. No real mail leaves this machine.\n\n",
                     kDemoRows)
      << std::flush;
  const int code = run_campaign(server, *home, catcher, options, out, err) ? 0 : 1;
  if (!options.once && !server.ending()) {
    tell_where_to_look(server, *home, out);
    server.wait_for_end();
  }
  server.finish(code);
  return options.once ? code : 0;
}

}  // namespace postrider
