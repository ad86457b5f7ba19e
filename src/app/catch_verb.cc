// catch: the catcher alone, a mail server that delivers nothing; and a look at what it caught.

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <ostream>

#include "app/message_view.h"
#include "app/program.h"
#include "app/terminal.h"
#include "app/verbs/files.h"
#include "app/verbs/output.h"
#include "catcher/catcher.h"
#include "http/listen_address.h"

namespace postrider {
namespace {

struct CatchOptions {
  std::string listen = "127.0.0.1:2525";
  std::string directory = "data/catcher";
  bool no_sync = false;
  bool no_pipelining = false;
  std::int64_t n = 0;
  bool raw = false, html = false;
};

std::string directory_of(const Program& program, const CatchOptions& options) {
  return resolve(program.directory, options.directory).string();
}

Result<int> run_catcher(const Program& program, const CatchOptions& options) {
  const auto where = parse_listen_address(options.listen);
  if (!where) return std::unexpected(where.error());
  std::signal(SIGPIPE, SIG_IGN);
  const SystemClock clock;
  boost::asio::io_context loop;
  Catcher catcher(clock, {.address = where->address,
                          .port = where->port,
                          .directory = directory_of(program, options),
                          .sync = !options.no_sync,
                          .pipelining = !options.no_pipelining});
  catcher.start(loop);
  boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int) {
    catcher.stop();
    loop.stop();
  });
  program.out << fmt::format("postrider: catching on {}, mail is kept in {}",
                             ListenAddress{where->address, catcher.port()}.text(),
                             directory_of(program, options))
              << std::endl;
  loop.run();
  program.out << fmt::format("postrider: ended, {} caught", count_of(catcher.counters().messages, "message"))
              << std::endl;
  return 0;
}

boost::json::object to_json(const CaughtEmail& email) {
  return {{"n", email.n},
          {"at", format_rfc3339(email.at)},
          {"from", email.from},
          {"to", boost::json::array(email.to.begin(), email.to.end())},
          {"subject", decode_header(email.subject)},
          {"message_id", email.message_id},
          {"size", email.size}};
}

Result<int> list(const Program& program, const CatchOptions& options) {
  const auto caught = list_caught(directory_of(program, options));
  if (!caught) return std::unexpected(caught.error());
  Output output(program.out, program.err, program.json, stdout_is_terminal() ? terminal_columns() : 0);
  boost::json::array rows;
  Table table({">N", "AT", "TO", "SUBJECT", ">SIZE"});
  for (const auto& email : *caught) {
    if (program.json) {
      rows.push_back(to_json(email));
      continue;
    }
    std::string to;
    for (const auto& one : email.to) to += (to.empty() ? "" : ", ") + one;
    table.add({std::to_string(email.n), show_time(email.at), to, decode_header(email.subject),
               std::to_string(email.size)});
  }
  if (program.json) {
    output.print(boost::json::object{{"messages", std::move(rows)}});
  } else if (table.empty()) {
    output.say(fmt::format("Nothing was caught in {} yet.", directory_of(program, options)));
  } else {
    output.print(table);
  }
  return 0;
}

Result<int> show(const Program& program, const CatchOptions& options) {
  const auto raw = read_caught(directory_of(program, options), options.n);
  if (!raw) return std::unexpected(raw.error());
  if (options.raw) {
    program.out << *raw;
    return 0;
  }
  const auto view = view_message(*raw);
  if (!view) return std::unexpected(view.error());
  if (program.json) {
    Output(program.out, program.err, true, 0)
        .print(boost::json::object{{"n", options.n},
                                   {"headers", view->headers},
                                   {"text", view->text ? boost::json::value(*view->text) : nullptr},
                                   {"html", view->html ? boost::json::value(*view->html) : nullptr}});
    return 0;
  }
  if (options.html && view->html) {
    program.out << *view->html;
    return 0;
  }
  if (options.html) program.err << "postrider: this message has no HTML part; here is its text.\n";
  if (!options.html) program.out << view->headers << "\n";
  program.out << view->text.value_or(view->html.value_or(""));
  return 0;
}

}  // namespace

void add_catch_verbs(Program& program, CLI::App& app) {
  auto options = std::make_shared<CatchOptions>();
  auto* verb =
      app.add_subcommand("catch", "Run a mail server that delivers nothing, or look at what it caught");
  verb->fallthrough();
  verb->add_option("--listen", options->listen, "Where mail arrives (127.0.0.1:2525)")
      ->type_name("ADDR:PORT");
  verb->add_option("--directory", options->directory, "Where it is kept (data/catcher)")->type_name("DIR");
  verb->add_flag("--no-sync", options->no_sync,
                 "Say 250 before the message is on disk: fast, and only for measuring");
  verb->add_flag("--no-pipelining", options->no_pipelining, "Do not offer PIPELINING");
  verb->footer(
      "A recipient's address can ask for a fault: reply-550-5.1.1@…, defer-1@…, slow-500@…, drop-data@…,\n"
      "dot-554-5.7.1@…, drop-dot@…, lost-dot@…; a name may follow a +, as in defer-2+ana@example.com.\n\n"
      "Examples:\n  postrider catch --listen 127.0.0.1:2525 --directory data/catcher\n  postrider catch "
      "list\n"
      "  postrider catch show 1 --raw");
  verb->callback([&program, options] {
    program.choose([&program, options] { return run_catcher(program, *options); });
  });

  auto* listing = verb->add_subcommand("list", "List what was caught");
  listing->footer("Example:\n  postrider catch list --directory data/catcher");
  listing->callback(
      [&program, options] { program.choose([&program, options] { return list(program, *options); }); });

  auto* showing = verb->add_subcommand("show", "Show one message");
  showing->footer("Example:\n  postrider catch show 1 --raw");
  showing->add_option("n", options->n, "Its number in the list")->type_name("N")->required();
  auto* raw = showing->add_flag("--raw", options->raw, "As it came over the line");
  showing->add_flag("--html", options->html, "Its HTML part")->excludes(raw);
  showing->callback(
      [&program, options] { program.choose([&program, options] { return show(program, *options); }); });
}

}  // namespace postrider
