#include "app/try_mail_server.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <utility>

#include "mail/address.h"
#include "smtp/command.h"
#include "smtp/entry.h"
#include "smtp/tls_trust.h"

namespace postrider {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto watch_every = std::chrono::milliseconds{100};

std::string name_of(Stage stage) {
  if (stage == Stage::starttls) return "tls";
  if (stage == Stage::auth) return "login";
  if (stage == Stage::mail) return "sender";
  return std::string(to_string(stage));
}

std::string words_of(const Reply& reply) {
  return fmt::format("{} {}{}{}", reply.code, reply.enhanced, reply.enhanced.empty() ? "" : " ", reply.text);
}

std::string words_of(const Trouble& trouble) {
  return trouble.reply.code != 0 ? words_of(trouble.reply) : trouble.text;
}

std::string words_of(const Capabilities& offers) {
  std::string text;
  const auto add = [&](bool offered, const std::string& name) {
    if (offered) text += (text.empty() ? "" : ", ") + name;
  };
  add(offers.pipelining, "PIPELINING");
  add(offers.eight_bit_mime, "8BITMIME");
  add(offers.smtputf8, "SMTPUTF8");
  add(offers.starttls, "STARTTLS");
  add(offers.auth_scram_sha_256, "AUTH SCRAM-SHA-256");
  add(offers.auth_plain, "AUTH PLAIN");
  add(offers.auth_login, "AUTH LOGIN");
  add(offers.auth_xoauth2, "AUTH XOAUTH2");
  add(offers.auth_oauthbearer, "AUTH OAUTHBEARER");
  add(offers.size, offers.max_size == 0 ? "SIZE" : fmt::format("SIZE {}", offers.max_size));
  return text.empty() ? "offers no extension" : "offers " + text;
}

std::string day_of(WallTime time) {
  return format_rfc3339(time).substr(0, 10);
}

std::string words_of(const TlsPeer& peer) {
  return fmt::format("{}{}certificate of {} by {}, for {}, {} to {}, pin {}", peer.protocol,
                     peer.protocol.empty() ? "" : ", ", peer.subject, peer.issuer,
                     peer.names.empty() ? "no name" : peer.names, day_of(peer.not_before),
                     day_of(peer.not_after), peer.pin);
}

CertificateSeen seen(const TlsPeer& peer) {
  return {.subject = peer.subject,
          .issuer = peer.issuer,
          .names = peer.names,
          .not_before = peer.not_before,
          .not_after = peer.not_after,
          .pin = peer.pin,
          .protocol = peer.protocol};
}

/// One try: its loop, its line, and the steps that it has made.
class Try {
 public:
  Try(const MailServer& server, const std::string& sender, const Clock& clock, const SmtpOptions& options,
      Micros patience)
      : server_(server),
        sender_(sender),
        clock_(clock),
        options_(options),
        patience_(patience),
        timer_(loop_) {
    since_ = clock_.boot_now();
  }

  /// `refused`: an access token was refused just now.
  MailServerTrial run(bool refused) {
    if (server_.tokens && !fetch_token(refused)) return std::move(trial_);
    if (server_.tls != Tls::none) {
      tls_ = make_tls_client_context(options_.ca_file, server_.ca_pem);
      if (!tls_) {
        fail(
            {Trouble::Kind::tls_cert, Stage::starttls, {}, "This mailbox's own authorities cannot be read."});
        return std::move(trial_);
      }
    }
    if (!look_up()) return std::move(trial_);
    line_.connection = std::make_shared<Connection>(loop_, clock_);
    watch();
    spawn(converse());
    loop_.run();
    return std::move(trial_);
  }

 private:
  void pass(std::string name, std::string words) { add(std::move(name), true, std::move(words)); }
  void fail(Trouble trouble) {
    // The observer has told the certificate already; what is wrong with it is the news.
    add(name_of(trouble.stage), false, words_of(trouble));
    trial_.trouble = std::move(trouble);
  }
  void add(std::string name, bool passed, std::string words) {
    const BootTime now = clock_.boot_now();
    trial_.steps.push_back({std::move(name), passed, now - since_, std::move(words)});
    since_ = now;
  }

  bool fetch_token(bool refused) {
    std::promise<std::expected<std::string, Trouble>> promise;
    server_.tokens->token([&promise](auto come) { promise.set_value(std::move(come)); });
    auto token = promise.get_future().get();
    if (!token) {
      add("token", false, token.error().text);
      trial_.trouble = std::move(token.error());
      return false;
    }
    server_.password = std::move(*token);
    pass("token", refused ? "a fresh access token, for the server refused the one that was kept"
                          : "the token server hands out access tokens");
    return true;
  }

  bool look_up() {
    boost::system::error_code error;
    tcp::resolver resolver(loop_);
    const auto found = resolver.resolve(server_.host, std::to_string(server_.port), error);
    if (error) {
      const bool unknown = error == asio::error::host_not_found || error == asio::error::no_data;
      const auto words = unknown ? fmt::format("There is no host named {}.", server_.host)
                                 : fmt::format("Looking up {} failed: {}.", server_.host, error.message());
      trial_.trouble =
          Trouble{unknown ? Trouble::Kind::no_host : Trouble::Kind::dns, Stage::connect, {}, words};
      add("look-up", false, words);
      return false;
    }
    std::string addresses;
    for (const auto& entry : found) {
      const auto address = entry.endpoint().address().to_string();
      if (!addresses.contains(address)) addresses += (addresses.empty() ? "" : ", ") + address;
    }
    pass("look-up", fmt::format("{} is {}", server_.host, addresses));
    return true;
  }

  void observe(const EntryStep& step) {
    if (step.peer) {
      trial_.certificate = seen(*step.peer);
    }
    if (step.stage == Stage::starttls) {
      shown_ = step.peer ? words_of(*step.peer) : step.words;
      // Whether it is trusted is known once the next step is reached.
      return;
    }
    settle_tls();
    if (step.stage == Stage::ehlo) return pass("ehlo", words_of(line_.offers));
    pass(name_of(step.stage),
         step.stage == Stage::greeting && step.reply ? words_of(*step.reply) : step.words);
  }
  void settle_tls() {
    if (!shown_.empty()) pass("tls", std::exchange(shown_, {}));
  }

  Async<void> converse() {
    EntryOptions entry{.our_name = options_.our_name.empty() ? full_host_name() : options_.our_name,
                       .deadlines = options_.deadlines};
    entry.deadlines.connect = entry.deadlines.greeting = entry.deadlines.command = patience_;
    entry.observe = [this](const EntryStep& step) { observe(step); };
    auto entering = enter(line_, server_, tls_.get(), keys_, entry);
    auto trouble = co_await entering;
    if (trouble) {
      if (trouble->kind == Trouble::Kind::token_refused) server_.tokens->forget(server_.password);
      if (trouble->kind != Trouble::Kind::tls_cert) settle_tls();
      fail(std::move(*trouble));
    } else {
      settle_tls();
      trial_.max_size = line_.offers.max_size;
      auto named = name_sender();
      co_await named;
    }
    line_.connection->quit();
    done_ = true;
    timer_.cancel();
  }

  Async<void> name_sender() {
    Connection& connection = *line_.connection;
    const auto sender = parse_address(sender_);
    if (!sender || !append_mail(connection.out(), sender->local, sender->domain,
                                {.smtputf8 = sender->needs_smtputf8() && line_.offers.smtputf8}))
      co_return;
    auto sent = connection.flush(patience_);
    co_await sent;
    auto answer = connection.reply(patience_);
    if (!co_await answer) {
      fail(broke(Stage::mail, connection));
      co_return;
    }
    if (connection.heard().code() / 100 != 2) {
      fail(refused(Stage::mail, connection));
      co_return;
    }
    pass("sender", words_of(connection.heard().reply()));
    connection.out() += rset_command;
    auto taken_back = connection.flush(patience_);
    co_await taken_back;
    auto last = connection.reply(patience_);
    co_await last;  // whatever it says, nothing was sent
  }

  void watch() {
    timer_.expires_after(watch_every);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error || done_) return;
      line_.connection->watch(clock_.boot_now());
      watch();
    });
  }

  MailServer server_;
  const std::string& sender_;
  const Clock& clock_;
  const SmtpOptions& options_;
  const Micros patience_;
  asio::io_context loop_;
  asio::steady_timer timer_;
  std::shared_ptr<asio::ssl::context> tls_;
  SaltedKeys keys_;
  Line line_;
  MailServerTrial trial_;
  BootTime since_;
  std::string shown_;
  bool done_ = false;
};

}  // namespace

MailServerTrial try_mail_server(const MailServer& server, const std::string& sender, const Clock& clock,
                                const SmtpOptions& options, Micros patience) {
  auto trial = Try(server, sender, clock, options, patience).run(false);
  // As sending does: a token may have run out while it was kept.
  const bool refused = trial.trouble && trial.trouble->kind == Trouble::Kind::token_refused;
  return refused ? Try(server, sender, clock, options, patience).run(true) : trial;
}

}  // namespace postrider
