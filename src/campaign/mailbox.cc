#include "campaign/mailbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "campaign/footer.h"
#include "campaign/loopback.h"
#include "campaign/public_url.h"
#include "mail/address.h"

namespace postrider {
namespace {

bool is_one_of(char c, std::string_view others) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.contains(c);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return is_one_of(c, "._-"); });
}

/// A host name or an IP address as people write it. Whether it exists is found out by dialling.
bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::ranges::all_of(text, [](char c) { return is_one_of(c, ".-_:"); });
}

/// Text that may go into a header or a command: no control character can smuggle in a line.
bool is_printable(std::string_view text) {
  return is_valid_utf8(text) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_pin(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

constexpr std::size_t max_ca_pem = 64 * 1024;

}  // namespace

std::string_view to_string(MailboxStatus status) {
  switch (status) {
    case MailboxStatus::active:
      return "active";
    case MailboxStatus::paused:
      return "paused";
    case MailboxStatus::stopped:
      return "stopped";
  }
  std::unreachable();
}

std::string_view to_string(Tls tls) {
  switch (tls) {
    case Tls::none:
      return "none";
    case Tls::starttls:
      return "starttls";
    case Tls::implicit:
      return "implicit";
  }
  std::unreachable();
}

std::optional<Tls> parse_tls(std::string_view text) {
  for (const Tls tls : {Tls::none, Tls::starttls, Tls::implicit}) {
    if (to_string(tls) == text) return tls;
  }
  return std::nullopt;
}

bool needs_consent(const Mailbox& mailbox) {
  return mailbox.oauth && mailbox.status == MailboxStatus::stopped && mailbox.why.starts_with(consent_needed);
}

Result<void> validate(const Mailbox& mailbox) {
  std::string problems;
  const auto need = [&](bool holds, std::string_view problem) {
    if (holds) return;
    if (!problems.empty()) problems += ' ';
    problems += problem;
  };
  const auto need_range = [&](std::string_view what, int value, int low, int high) {
    need(value >= low && value <= high, fmt::format("{} must be {} to {}, not {}.", what, low, high, value));
  };

  need(is_name(mailbox.name), "The name must be 1 to 64 letters, digits, dots, hyphens or underscores.");
  const auto from = parse_address(mailbox.from);
  need(from.has_value(), fmt::format("The From address \"{}\" is no address: {}", one_line(mailbox.from, 100),
                                     from ? "" : from.error().message));
  need(is_printable(mailbox.from_name), "The From name must be plain text on one line.");
  // In mock mode no socket is ever opened, so there need be no server.
  need(is_host(mailbox.host) || (mailbox.mock && mailbox.host.empty()),
       "The SMTP host must be a host name or an IP address.");
  need_range("The SMTP port", mailbox.port, 1, 65'535);
  need(is_printable(mailbox.user), "The user must be plain text on one line.");
  need(mailbox.user.empty() || mailbox.tls != Tls::none || is_loopback(mailbox.host),
       "A user needs TLS (starttls or implicit): without it the password would travel in clear.");
  if (const auto& oauth = mailbox.oauth) {
    need(!mailbox.user.empty(), "A login by OAuth needs the user whose account it is (--user).");
    need(!oauth->client_id.empty() && oauth->client_id.size() <= 500 && is_printable(oauth->client_id),
         "The OAuth client id must be plain text on one line.");
    need(
        parse_public_url(oauth->token_uri).has_value(),
        "The OAuth token URI must be https (http only for this machine itself), without a login or a query.");
    need(oauth->scope.size() <= 1'000 && is_printable(oauth->scope),
         "The OAuth scope must be plain text on one line.");
  }
  need_range("The cap in 24 hours (0: none)", mailbox.cap_24h, 0, 1'000'000);
  need_range("The limit per minute (0: none)", mailbox.per_minute, 0, 10'000);
  need_range("The number of sessions", mailbox.sessions, 1, 200);

  need(
      mailbox.pin.empty() || is_pin(mailbox.pin),
      "The pin must be the SHA-256 of the server certificate's public key: 64 hexadecimal digits. `postrider "
      "mailbox test` shows it.");
  need(mailbox.ca_pem.empty() || mailbox.ca_pem.contains("-----BEGIN CERTIFICATE-----"),
       "The authorities must be certificates in PEM form (-----BEGIN CERTIFICATE-----).");
  need(mailbox.ca_pem.size() <= max_ca_pem,
       "The authorities must be at most 64 KiB: name only those this server needs.");
  need(mailbox.tls != Tls::none || (mailbox.pin.empty() && mailbox.ca_pem.empty()),
       "A pin or an own authority needs TLS (starttls or implicit).");

  const auto footer = Footer::make(mailbox.footer, mailbox.postal_address);
  need(footer.has_value(), footer ? "" : footer.error().message);
  const auto leaving = parse_address(mailbox.unsubscribe_address);
  need(mailbox.unsubscribe_address.empty() || leaving,
       fmt::format("The unsubscribe address \"{}\" is no address: {}",
                   one_line(mailbox.unsubscribe_address, 100), leaving ? "" : leaving.error().message));

  if (problems.empty()) return {};
  return invalid("bad_mailbox", std::move(problems));
}

}  // namespace postrider
