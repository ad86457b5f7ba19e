#include "app/server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <future>
#include <iostream>

#include "app/alarm_desk.h"
#include "app/asio_loop.h"
#include "app/control_server.h"
#include "app/installation.h"
#include "app/limited_sheets.h"
#include "app/look_around.h"
#include "app/mailbox_tokens.h"
#include "app/open_alarms.h"
#include "app/open_google.h"
#include "app/own_queues.h"
#include "app/owner_alerts.h"
#include "app/remote_shell.h"
#include "app/send_one.h"
#include "app/server_parts.h"
#include "app/server_status.h"
#include "app/sheet_writer.h"
#include "app/task_runs.h"
#include "app/try_mail_server.h"
#include "app/verbs/verbs.h"
#include "base/background.h"
#include "catcher/catching_sessions.h"
#include "delivery/email_handler.h"
#include "dispatch/crew.h"
#include "dispatch/ledger.h"
#include "http/api.h"
#include "http/server.h"
#include "smtp/mock_sessions.h"
#include "smtp/session_pool.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr auto kFinishEmails = 8s;  // those past their gate
constexpr auto kHangUp = 1s;        // then the others, which hang up before their dot
constexpr auto kFinishVerbs = 500ms;
constexpr auto kFinishPushes = 2s;

class WiredServer final : public Server, private ApiWorld {
 public:
  WiredServer(ServerOptions options, std::unique_ptr<boost::asio::io_context> context,
              std::unique_ptr<HttpServer> http, ListenAddress address,
              std::unique_ptr<Installation> installation, std::unique_ptr<WebClient> web, AlarmQueue alarms,
              SystemClock& clock, Log& log)
      : options_(std::move(options)),
        clock_(clock),
        log_(log),
        installation_(std::move(installation)),
        web_(std::move(web)),
        alarm_queue_(std::move(alarms)),
        store_(installation_->store->campaigns()),
        tasks_(installation_->store->tasks()),
        context_(std::move(context)),
        work_(context_->get_executor()),
        address_(std::move(address)),
        http_(std::move(http)),
        api_(make_api(*this, api_operations(options_.settings.api))),
        loop_(*context_, clock_),
        mailbox_tokens_(store_, installation_->secrets, clock_, log_),
        mock_(make_mock_sessions()),
        wire_(options_.settings.mock
                  ? make_mock_sessions()
                  : make_smtp_sessions(*context_, clock_, smtp_options(options_.settings))),
        background_(loop_),
        caught_(make_catching_sessions(loop_, background_, clock_, catch_directory_)),
        ledger_(loop_, clock_, tasks_, log_),
        emails_(store_, *wire_, *mock_, *caught_, installation_->secrets, tokens_of_, installation_->links,
                background_, clock_),
        crew_(loop_, clock_, ledger_, join(), emails_, log_, {.only_rung = alarm_queue_.alarms != nullptr}),
        runs_(loop_, crew_, ledger_),
        control_(control_socket_beside(options_.database_file), log_,
                 [this](ControlCall& call) { return run_call(call); }),
        google_(open_google(options_.settings.google, web_.get(), clock_)),
        sheet_writer_([this] { return action_context("local:server"); }, log_),
        shell_(options_.database_file + ".shell", [this](ControlCall& call) { return run_call(call); }),
        alerts_(installation_->store->alerts(), options_.settings, *web_,
                {.actions = [this] { return action_context("local:server"); },
                 .storage_trouble = [this] { return storage_trouble(ledger_, store_); }},
                log_),
        queues_(options_.settings, *installation_->store, installation_->secrets,
                link_base(options_.settings, address_.text()), *this, clock_, log_),
        by_path_(make_handler_by_path(*api_, queues_.face())),
        signals_(*context_, SIGTERM, SIGINT) {
    if (google_.sheets) limited_sheets_.emplace(*google_.sheets);
    if (alarm_queue_.alarms) {
      desk_ = std::make_unique<AlarmDesk>(
          options_.settings.cloud_tasks, *alarm_queue_.alarms, installation_name(store_),
          AlarmDeskParts{*installation_->store, loop_, crew_, clock_, log_, *web_, sheet_writer_, alerts_,
                         [this] { return action_context("local:tick"); }});
    }
    tasks_.on_ring([this] {
      crew_.ring();
      loop_.post([this] { emails_.forget_mailboxes(); });
    });
    ledger_.on_lost([this](std::string why) { lost(why); });
    queues_.on_lost([this](std::string why) { lost(why); });
  }

  ~WiredServer() override { finish(0); }

  void start() override {
    started_ = clock_.wall_now();
    control_.start();
    shell_.start();
    http_->start(options_.settings.api.only_tasks ? *api_ : *by_path_);
    crew_.start();
    ledger_.start();
    alerts_.start();
    sheet_writer_.start();
    queues_.start();
    wait_for_signal();
    thread_ = std::thread([this] { run_loop(); });
  }

  ListenAddress address() const override { return address_; }
  CampaignStore& store() override { return store_; }
  AccountStore& accounts() override { return installation_->store->accounts(); }
  bool ending() const override { return ending_; }
  void wait_for_end() override { told_.wait(); }

  void stop() override {
    if (ending_.exchange(true)) return;
    control_.hush();
    shell_.hush();
    runs_.end();
    tell_.set_value();
  }

  int run_verb(const std::vector<std::string>& argv, std::ostream& out, std::ostream& err, bool terminal,
               int columns) override {
    auto actions = action_context("local:server");
    LocalFiles files(".");
    VerbContext context{.actions = actions,
                        .out = out,
                        .err = err,
                        .files = files,
                        .terminal = terminal,
                        .columns = columns,
                        .password = {},
                        .pause = {},
                        .server_runs = true};
    context.pause = [this](Micros time) { return told_.wait_for(time) != std::future_status::ready; };
    return run_store_verb(argv, context);
  }

  void finish(int exit_code) override {
    if (finished_) return;
    finished_ = true;
    stop();
    const bool answered = http_->stop(kFinishVerbs);
    const bool pushed = queues_.stop(kFinishPushes);
    if (thread_.joinable()) {
      std::promise<void> quiet;
      auto is_quiet = quiet.get_future();
      loop_.post([this, &quiet] { crew_.stop([&quiet] { quiet.set_value(); }); });
      if (is_quiet.wait_for(kFinishEmails) != std::future_status::ready) {
        loop_.post([this] { wire_->close_all(); });
        if (is_quiet.wait_for(kHangUp) != std::future_status::ready) leave(exit_code);
      }
      loop_.post([this] {
        wire_->close_all();
        signals_.cancel();
        work_.reset();
      });
      if (loop_ended_.get_future().wait_for(300ms) != std::future_status::ready) context_->stop();
      thread_.join();
      ledger_.stop();
    }
    if (!alerts_.stop(kFinishVerbs) || !sheet_writer_.stop(kFinishVerbs) || !control_.stop(kFinishVerbs) ||
        !shell_.stop(kFinishVerbs) || !pushed || !(answered || http_->stop(0ms)))
      leave(exit_code);
    tasks_.on_ring([] {});
  }

 private:
  /// Before the crew takes over what an earlier process held: that wants alarms, too.
  CrewId join() {
    if (alarm_queue_.alarms) installation_->store->alarms().begin();
    return tasks_.join();
  }

  void run_loop() {
    ::pthread_setname_np(::pthread_self(), "loop");
    context_->run();
    loop_ended_.set_value();
  }

  /// The first signal ends the server in order, the second at once.
  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code stopped, int) {
      if (stopped) return;
      if (ending_) leave(0);
      log_.write(LogLevel::info, "ending", {{"running", std::to_string(crew_.running())}});
      stop();
      wait_for_signal();
    });
  }

  [[noreturn]] void lost(const std::string& why) {
    log_.write(LogLevel::error, "database_lost", {{"why", why}});
    std::cerr << "postrider: the database failed (" << why
              << "). What is on disk is no longer known to this process, so it ends; start it again.\n";
    leave(3);
  }

  // What the API asks of us, on its own threads.
  ActionContext actions(std::string who) override {
    auto context = action_context(std::move(who));
    if (limited_sheets_) context.sheets = &*limited_sheets_;
    return context;
  }
  const ApiRules& rules() const override { return options_.settings.api; }
  RequestStore& requests() override { return installation_->store->requests(); }
  const Clock& clock() const override { return clock_; }
  Log& log() override { return log_; }
  bool logs_requests() const override { return options_.settings.log_requests; }
  Metrics& metrics() override { return *metrics_; }
  std::vector<SettingShown> settings() const override { return options_.shown; }
  std::string process() const override { return process_; }
  std::string version() const override { return POSTRIDER_VERSION; }
  std::string environment() const override { return options_.settings.environment; }
  std::string database_kind() const override { return "sqlite"; }
  std::string database_url() const override { return "sqlite:///" + options_.database_file; }
  TaskRun run_task(EmailId id) override { return desk_ ? desk_->ring_and_wait(id) : runs_.run(id); }
  TaskAlarms* alarms() override { return desk_.get(); }
  IdTokenSigner* id_tokens() override { return &queues_.signer(); }
  HttpAnswer shell(const Caller& caller, HttpBody body) override {
    return shell_.answer(caller, std::move(body));
  }
  ServerHealth health() override {
    ServerHealth health{
        .ready = true, .why = {}, .database = ledger_.trouble(), .mock = options_.settings.mock};
    const auto state = store_.state();
    if (health.database.empty()) health.database = state.trouble;
    if (ending_) health.why = "It is ending.";
    if (!health.database.empty()) health.why = "Nothing can be written: " + health.database;
    health.ready = health.why.empty();
    return health;
  }

  ActionContext action_context(std::string who) {
    return {.store = store_,
            .accounts = installation_->store->accounts(),
            .templates = installation_->store->templates(),
            .sheet_store = installation_->store->sheets(),
            .clock = clock_,
            .secrets = installation_->secrets,
            .links = installation_->links,
            .who = std::move(who),
            .recipient_limit = options_.settings.recipient_limit,
            .mock = options_.settings.mock,
            .session_life = options_.settings.session_life,
            .try_mail_server =
                [this](const MailServer& server, const std::string& sender) {
                  return try_mail_server(server, sender, clock_, smtp_options(options_.settings));
                },
            .send_one =
                [this](const MailServer& server, const Envelope& envelope, MessageView message) {
                  return send_one(server, envelope, message, clock_, smtp_options(options_.settings));
                },
            .sheets = google_.sheets.get(),
            .sheets_trouble = google_.trouble,
            .catch_directory = catch_directory_,
            .cloud_queue = options_.settings.cloud_tasks.queue,
            .link_base = link_base(options_.settings, address_.text()),
            .look_around =
                [this] {
                  auto around = look_around(options_.settings, options_.warnings, options_.database_file);
                  around.server_runs = true;
                  around.listen = address_.text();
                  around.listens_beyond = !address_.is_loopback();
                  look_at_public_url(options_.settings, *web_, process_, around);
                  look_at_alarms(options_.settings, *web_, clock_, around);
                  return around;
                },
            .tokens_of = tokens_of_};
  }

  int run_call(ControlCall& call) {
    if (!call.request.argv.empty() && call.request.argv.front() == "status") return status(call);
    auto actions = action_context(call.who);
    VerbContext context{.actions = actions,
                        .out = call.out,
                        .err = call.err,
                        .files = call.files,
                        .terminal = call.request.terminal,
                        .columns = call.request.columns,
                        .password = call.request.password,
                        .client_secret = call.request.client_secret,
                        .refresh_token = call.request.refresh_token,
                        .pause = call.pause,
                        .server_runs = true};
    const int code = run_store_verb(call.request.argv, context);
    if (desk_) see_to_alarms();
    return code;
  }

  void see_to_alarms() {
    if (const auto set = desk_->after_request(); !set)
      log_.write(LogLevel::warning, "alarms_not_set", {{"why", set.error().message}});
  }

  int status(ControlCall& call) {
    tell_status({.address = address_.text(),
                 .started = started_,
                 .database = options_.database_file,
                 .mock = options_.settings.mock,
                 .trouble = ledger_.trouble(),
                 .quarantined_at = store_.state().quarantined_at},
                std::ranges::find(call.request.argv, "--json") != call.request.argv.end(), call.out);
    return 0;
  }

  // In the order in which they need each other; they end in the opposite one.
  const ServerOptions options_;
  const std::string catch_directory_ = catch_log_beside(options_.database_file);
  const std::string process_ = SecretBox::generate().substr(0, 32);
  SystemClock& clock_;
  Log& log_;
  std::unique_ptr<Installation> installation_;
  std::unique_ptr<WebClient> web_;
  AlarmQueue alarm_queue_;
  CampaignStore& store_;
  TaskStore& tasks_;
  std::unique_ptr<boost::asio::io_context> context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  ListenAddress address_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<HttpHandler> api_;
  std::unique_ptr<Metrics> metrics_ = make_metrics();
  AsioLoop loop_;
  MailboxTokens mailbox_tokens_;
  const TokensOf tokens_of_ = [this](const Mailbox& mailbox) { return mailbox_tokens_.of(mailbox); };
  std::unique_ptr<Sessions> mock_, wire_;
  Background background_;
  std::unique_ptr<Sessions> caught_;
  Ledger ledger_;
  EmailHandler emails_;
  Crew crew_;
  TaskRuns runs_;
  ControlServer control_;
  Google google_;
  std::optional<LimitedSheets> limited_sheets_;
  SheetWriter sheet_writer_;
  RemoteShell shell_;
  OwnerAlerts alerts_;
  std::unique_ptr<AlarmDesk> desk_;  // null: nothing elsewhere rings for us
  OwnQueues queues_;
  std::unique_ptr<HttpHandler> by_path_;
  boost::asio::signal_set signals_;
  std::thread thread_;
  std::promise<void> tell_, loop_ended_;
  std::shared_future<void> told_{tell_.get_future()};
  std::atomic<bool> ending_{false};
  bool finished_ = false;
  WallTime started_{};
};

}  // namespace

Result<std::unique_ptr<Server>> Server::open(ServerOptions options, SystemClock& clock, Log& log) {
  auto context = std::make_unique<boost::asio::io_context>(1);
  auto http = make_http_server(log);
  const auto address = take_port(*http, options.listen, options.next_free_port);
  // A second server on the same file should hear of the first one rather than of the taken port,
  // and the lock's text should name the port that was really taken.
  auto installation = open_installation(
      options.database_file, options.settings,
      fmt::format("serving on http://{}", (address ? *address : options.listen).text()), clock, 10s);
  if (!installation) return std::unexpected(installation.error());
  if (!address) return std::unexpected(address.error());
  auto& open = **installation;
  const auto adopted = adopt_environment(open.store->campaigns(), options.settings, open.secrets, clock);
  if (!adopted) return std::unexpected(adopted.error());
  auto web = make_web_client();
  auto alarms = open_alarms(options.settings, *web, clock);
  if (!alarms) return std::unexpected(alarms.error());
  return std::make_unique<WiredServer>(std::move(options), std::move(context), std::move(http), *address,
                                       std::move(*installation), std::move(web), std::move(*alarms), clock,
                                       log);
}

}  // namespace postrider
