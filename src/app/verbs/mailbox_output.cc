#include "app/verbs/mailbox_output.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "campaign/mailbox_advice.h"
#include "campaign/mailbox_preset.h"
#include "http/nouns/nouns_json.h"
#include "smtp/tls_trust.h"

namespace postrider {
namespace {

namespace json = boost::json;

std::string limit(int n) {
  return n == 0 ? "none" : std::to_string(n);
}

/// The word of the step in a sentence.
std::string what_failed(const TrialStep& step) {
  const std::pair<std::string_view, std::string_view> words[] = {
      {"token", "no access token can be had"},
      {"look-up", "the host's name could not be looked up"},
      {"connect", "no connection"},
      {"greeting", "connected, but there was no proper greeting"},
      {"ehlo", "connected, but the server did not take our EHLO"},
      {"tls", "connected, but the line could not be encrypted"},
      {"login", "connected, but the login failed"},
      {"sender", "logged in, but the sender was not accepted"},
  };
  const auto* found =
      std::ranges::find(words, step.name, &std::pair<std::string_view, std::string_view>::first);
  return std::string(found == std::end(words) ? "failed" : found->second);
}

std::int64_t milliseconds(Micros time) {
  return std::chrono::round<std::chrono::milliseconds>(time).count();
}

json::value certificate_json(const std::optional<CertificateSeen>& seen) {
  if (!seen) return nullptr;
  return {{"subject", seen->subject},
          {"issuer", seen->issuer},
          {"names", seen->names},
          {"not_before", format_rfc3339(seen->not_before)},
          {"not_after", format_rfc3339(seen->not_after)},
          {"pin", seen->pin},
          {"protocol", seen->protocol}};
}

/// In one sentence, for programs that look no closer.
std::string reached(const MailboxTrial& trial) {
  const auto& mailbox = trial.mailbox;
  if (mailbox.mock) return "mock mode: nothing is contacted";
  const char* encrypted = mailbox.tls == Tls::none ? "without encryption" : "encrypted";
  return mailbox.user.empty()
             ? fmt::format("{}:{} answers, {}, no login", mailbox.host, mailbox.port, encrypted)
             : fmt::format("{}:{} let {} in, {}", mailbox.host, mailbox.port, mailbox.user, encrypted);
}

json::object trial_json(const MailboxTrial& trial) {
  json::array steps;
  for (const auto& step : trial.server.steps) {
    steps.push_back({{"step", step.name},
                     {"passed", step.passed},
                     {"milliseconds", milliseconds(step.took)},
                     {"words", step.words}});
  }
  const auto size = trial.server.max_size;
  return {{"name", trial.mailbox.name},
          {"works", !trial.server.trouble},
          {"mock", trial.mailbox.mock},
          {"steps", std::move(steps)},
          {"certificate", certificate_json(trial.server.certificate)},
          {"size_limit", size == 0 ? json::value(nullptr) : json::value(size)}};
}

}  // namespace

std::string show_status(const Mailbox& mailbox) {
  auto text = std::string(to_string(mailbox.status));
  if (mailbox.mock) text += ", mock";
  if (mailbox.from_environment) text += ", from the environment";
  if (!mailbox.why.empty()) text += ": " + mailbox.why;
  if (mailbox.paused_until) text += fmt::format(" (until {})", show_time(mailbox.paused_until));
  return text;
}

void show_mailbox(const Mailbox& mailbox, std::int64_t sent_last_24h, Output& output) {
  if (output.wants_json()) return output.print(to_json(mailbox, sent_last_24h));
  Table table;
  table.add({"Name", mailbox.name});
  table.add(
      {"From", mailbox.from_name.empty() ? mailbox.from : mailbox.from_name + " <" + mailbox.from + ">"});
  table.add({"Server", fmt::format("{}:{}, {}", mailbox.host, mailbox.port,
                                   mailbox.tls == Tls::none ? "no TLS" : to_string(mailbox.tls))});
  const auto* preset = preset_of_host(mailbox.host);
  if (preset) table.add({"Provider", std::string(preset->provider)});
  table.add({"Login", mailbox.user.empty() ? "none"
                      : mailbox.oauth      ? mailbox.user + ", by OAuth"
                                           : mailbox.user});
  if (const auto& oauth = mailbox.oauth) {
    table.add({"OAuth client", fmt::format("{}, secret {}", oauth->client_id,
                                           oauth->client_secret_sealed.empty() ? "none" : "set")});
    table.add({"OAuth tokens", fmt::format("from {}, refresh token set", oauth->token_uri)});
    if (!oauth->scope.empty()) table.add({"OAuth scope", oauth->scope});
  }
  if (mailbox.tls != Tls::none) {
    const bool own = !mailbox.ca_pem.empty();
    table.add({"Trusts", !mailbox.pin.empty() ? "the key " + mailbox.pin
                         : own                ? "the system's authorities and its own"
                                              : "the system's authorities"});
  }
  table.add({"Sent in 24 hours", fmt::format("{} (cap: {})", sent_last_24h, limit(mailbox.cap_24h))});
  table.add({"Per minute", limit(mailbox.per_minute)});
  table.add({"Sessions", std::to_string(mailbox.sessions)});
  if (!mailbox.footer.empty()) table.add({"Footer", one_line(mailbox.footer)});
  if (!mailbox.postal_address.empty()) table.add({"Postal address", one_line(mailbox.postal_address)});
  if (!mailbox.unsubscribe_address.empty()) table.add({"Unsubscribe to", mailbox.unsubscribe_address});
  table.add({"Quota clock", mailbox.quota_clock.empty() ? "rolling" : mailbox.quota_clock});
  table.add(
      {"Largest message", mailbox.size_limit == 0
                              ? "not known; `postrider mailbox test` asks"
                              : fmt::format("{:.1f} MB", static_cast<double>(mailbox.size_limit) / 1e6)});
  table.add({"Status", show_status(mailbox)});
  output.print(table);
  if (const auto standing = standing_of(mailbox); !standing.empty()) output.say(standing);
}

void show_presets(Output& output) {
  json::array rows;
  Table table({"PRESET", "SERVER", "TLS", ">CAP", ">PER MIN", ">SESSIONS"});
  for (const auto& preset : mailbox_presets()) {
    rows.push_back({{"name", preset.name},
                    {"provider", preset.provider},
                    {"smtp_host", preset.host},
                    {"smtp_port", preset.port},
                    {"tls", to_string(preset.tls)},
                    {"sessions", preset.sessions},
                    {"per_minute", preset.per_minute},
                    {"cap_24h", preset.cap_24h},
                    {"quota_clock", preset.quota_clock.empty() ? "rolling" : preset.quota_clock},
                    {"wants", preset.wants}});
    table.add({std::string(preset.name),
               preset.host.empty() ? "yours" : fmt::format("{}:{}", preset.host, preset.port),
               std::string(to_string(preset.tls)), limit(preset.cap_24h), limit(preset.per_minute),
               std::to_string(preset.sessions)});
  }
  if (output.wants_json()) return output.print(json::object{{"presets", std::move(rows)}});
  output.print(table);
  for (const auto& preset : mailbox_presets()) output.say(fmt::format("\n{}: {}", preset.name, preset.wants));
}

Result<void> check_authorities(const std::string& pem) {
  try {
    if (make_tls_client_context({}, pem)) return {};
  } catch (const Fault&) {
  }
  return invalid("bad_tls_ca",
                 "The file of --tls-ca holds no certificate that can be read: it must be in PEM form "
                 "(-----BEGIN CERTIFICATE-----).");
}

Result<int> show_trial(const MailboxTrial& trial, Output& output) {
  const auto& name = trial.mailbox.name;
  const auto& steps = trial.server.steps;
  const bool works = !trial.server.trouble;
  std::string sentence;
  if (!works) {
    const auto& last = steps.back();
    sentence =
        fmt::format("Mailbox {} does not work: {}: {} {}", name, what_failed(last), last.words, trial.advice);
  }
  if (output.wants_json()) {
    json::object body = trial_json(trial);
    if (works) {
      body["reached"] = reached(trial);
    } else {
      body["advice"] = trial.advice;
      body["error"] = {{"code", "mail_server_failed"}, {"message", sentence}};
    }
    output.print(body);
    return works ? 0 : exit_code(Error::Kind::unavailable);
  }
  if (trial.mailbox.mock) {
    output.say(fmt::format("Mailbox {} works: mock mode, nothing is contacted.", name));
    return 0;
  }
  Table table({"STEP", "RESULT", ">TIME", "SAID"});
  for (const auto& step : steps) {
    table.add({step.name, step.passed ? "ok" : "failed", fmt::format("{} ms", milliseconds(step.took)),
               step.words});
  }
  output.print(table);
  const auto& seen = trial.server.certificate;
  if (!works && seen && seen->protocol.empty()) {
    output.say(fmt::format("The certificate shown: {} by {}, for {}, {} to {}. Its pin: {}", seen->subject,
                           seen->issuer, seen->names.empty() ? "no name" : seen->names,
                           show_time(seen->not_before), show_time(seen->not_after), seen->pin));
  }
  if (!works) return unavailable("mail_server_failed", sentence);
  output.say(fmt::format("Mailbox {} works.", name));
  if (const auto standing = standing_of(trial.mailbox); !standing.empty()) output.note(standing);
  return 0;
}

}  // namespace postrider
