// catch: the catcher alone, a mail server that delivers nothing; and a look at what it caught.

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <fstream>
#include <ostream>

#include "app/message_view.h"
#include "app/program.h"
#include "app/terminal.h"
#include "app/verbs/files.h"
#include "app/verbs/output.h"
#include "catcher/catcher.h"
#include "catcher/throwaway_certificate.h"
#include "http/listen_address.h"

namespace postrider {
namespace {

struct CatchOptions {
  std::string listen = "127.0.0.1:2525";
  std::string directory = "data/catcher";
  bool no_sync = false;
  bool no_pipelining = false, no_8bitmime = false, no_smtputf8 = false;
  std::string tls, certificate = "good", login, auth;
  std::vector<std::string> faults;
  std::size_t max_size = 50'000'000;
  std::int64_t n = 0;
  bool raw = false, html = false;
};

std::string directory_of(const Program& program, const CatchOptions& options) {
  return resolve(program.directory, options.directory).string();
}

/// Its certificate, and the authority's file for who shall trust it.
struct Shown {
  ThrowawayCertificate certificate;
  std::string authority_file;
};

Shown show_certificate(const CatchOptions& options, const std::string& directory, WallTime now,
                       CatcherOptions& catcher) {
  const auto kind = parse_certificate_kind(options.certificate).value_or(CertificateKind::good);
  Shown shown{make_throwaway_certificate(kind, now), directory + "/ca.pem"};
  catcher.security =
      options.tls == "implicit" ? CatcherOptions::Security::implicit : CatcherOptions::Security::starttls;
  catcher.certificate_pem = shown.certificate.certificate_pem;
  catcher.key_pem = shown.certificate.key_pem;
  return shown;
}

/// What the options ask of the catcher beside TLS.
Result<CatcherOptions> catcher_options(const Program& program, const CatchOptions& options,
                                       const ListenAddress& where) {
  CatcherOptions catcher{.address = where.address,
                         .port = where.port,
                         .directory = directory_of(program, options),
                         .sync = !options.no_sync,
                         .pipelining = !options.no_pipelining,
                         .eight_bit_mime = !options.no_8bitmime,
                         .smtputf8 = !options.no_smtputf8,
                         .max_message = options.max_size};
  for (const auto& text : options.faults) {
    auto fault = parse_fault_rule(text);
    if (!fault) return std::unexpected(fault.error());
    catcher.faults.push_back(std::move(*fault));
  }
  if (!options.login.empty()) {
    const auto colon = options.login.find(':');
    if (colon == 0 || colon == std::string::npos) {
      return invalid("bad_login", "--login must be a name, a colon and a password: ana:secret");
    }
    catcher.user = options.login.substr(0, colon);
    catcher.password = options.login.substr(colon + 1);
    catcher.login_mechanisms = "SCRAM-SHA-256 PLAIN LOGIN";
  }
  if (!options.auth.empty()) catcher.login_mechanisms = options.auth;
  return catcher;
}

Result<int> run_catcher(const Program& program, const CatchOptions& options) {
  const auto where = parse_listen_address(options.listen);
  if (!where) return std::unexpected(where.error());
  std::signal(SIGPIPE, SIG_IGN);
  const SystemClock clock;
  boost::asio::io_context loop;
  auto settings = catcher_options(program, options, *where);
  if (!settings) return std::unexpected(settings.error());
  std::optional<Shown> shown;
  if (!options.tls.empty()) {
    shown = show_certificate(options, settings->directory, clock.wall_now(), *settings);
  }
  Catcher catcher(clock, *settings);
  if (shown) {
    std::ofstream(shown->authority_file) << shown->certificate.authority_pem;
    program.out << fmt::format("postrider: {} with a {} certificate; its authority is in {}, its pin is {}",
                               options.tls, options.certificate, shown->authority_file,
                               shown->certificate.pin)
                << std::endl;
  }
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
  verb->add_flag("--no-8bitmime", options->no_8bitmime, "Do not offer 8BITMIME");
  verb->add_flag("--no-smtputf8", options->no_smtputf8, "Do not offer SMTPUTF8");
  verb->add_option("--max-size", options->max_size, "Largest message, as offered by SIZE (50000000)")
      ->type_name("BYTES")
      ->check(CLI::Range(1, 50'000'000));
  verb->add_option("--tls", options->tls, "Speak TLS, by a certificate made at the start")
      ->type_name("KIND")
      ->check(CLI::IsMember({"starttls", "implicit"}));
  verb->add_option("--certificate", options->certificate, "What that certificate is like (good)")
      ->type_name("KIND")
      ->check(CLI::IsMember({"good", "expired", "wrong-name", "self-signed"}));
  verb->add_option("--login", options->login,
                   "Let in only who logs in by these; for a password of a test, for all can read it here")
      ->type_name("USER:PASSWORD");
  verb->add_option("--auth", options->auth,
                   "The ways to log in it offers (with --login: SCRAM-SHA-256 PLAIN LOGIN)")
      ->type_name("MECHANISMS");
  verb->add_option("--fault", options->faults,
                   "Fail by count and stage, as in 'mail 3: dot 421 4.7.0 Later'; may be repeated")
      ->type_name("RULE")
      ->allow_extra_args(false);
  verb->footer(
      "A recipient's address can ask for a fault: reply-550-5.1.1@…, defer-1@…, slow-500@…, drop-data@…,\n"
      "dot-554-5.7.1@…, drop-dot@…, lost-dot@…; a name may follow a +, as in defer-2+ana@example.com.\n"
      "--fault takes [session N: | session N-M: | every N sessions: | the same with mail] STAGE ACTION, where\n"
      "STAGE is connect, greeting, ehlo, starttls, auth, mail, rcpt, data, body or dot, and ACTION a reply\n"
      "(451 4.7.1 Later), close, delay MILLISECONDS, silence, garbage, or (starttls) extra.\n\n"
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
