#include "campaign/mailbox_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "campaign/mailbox_preset.h"

namespace postrider {
namespace {

using Kind = Trouble::Kind;

struct Row {
  Kind kind;
  std::optional<Stage> stage;  ///< nothing: any
  std::string_view code;       ///< "5xx", "535"; empty: any
  std::string_view words;      ///< found in the trouble's text; empty: any
  int port;                    ///< the mailbox's; 0: any
  std::optional<Tls> tls;      ///< the mailbox's; nothing: any
  std::string_view advice;     ///< {name}, {host}, {from}, {pin}, {names}, {login} are filled in
};

constexpr auto any_tls = std::nullopt;
constexpr auto any_stage = std::nullopt;

// The first row that fits counts.
constexpr std::array kRows = {
    // ---- getting there
    Row{Kind::no_host, any_stage, "", "", 0, any_tls,
        "Check the spelling of the host: `postrider mailbox update {name} --smtp-host HOST`."},
    Row{Kind::dns, any_stage, "", "", 0, any_tls,
        "This machine's name service does not answer. Check its network, then try again."},
    Row{Kind::connect, any_stage, "", "", 25, any_tls,
        "Many networks and cloud providers close port 25 to the outside. Use the provider's submission port: "
        "`postrider mailbox update {name} --smtp-port 587 --tls starttls`, or 465 with --tls implicit."},
    Row{Kind::connect, any_stage, "", "", 0, any_tls,
        "Check host and port, and that no firewall keeps this machine from them. The usual ports are 587 (--tls "
        "starttls) and 465 (--tls implicit)."},
    Row{Kind::port_closed, any_stage, "", "", 25, any_tls,
        "Many networks and cloud providers close port 25 to the outside. Use the provider's submission port: "
        "`postrider mailbox update {name} --smtp-port 587 --tls starttls`, or 465 with --tls implicit."},
    Row{Kind::port_closed, any_stage, "", "", 0, any_tls,
        "Check host and port, and that no firewall keeps this machine from them. The usual ports are 587 (--tls "
        "starttls) and 465 (--tls implicit)."},
    // ---- the wrong kind of port
    Row{Kind::timeout, Stage::greeting, "", "", 465, Tls::starttls,
        "Port 465 wants TLS from the first byte: `postrider mailbox update {name} --tls implicit`."},
    Row{Kind::timeout, Stage::greeting, "", "", 465, Tls::none,
        "Port 465 wants TLS from the first byte: `postrider mailbox update {name} --tls implicit`."},
    Row{Kind::tls_failed, any_stage, "", "", 0, Tls::implicit,
        "On this port the server does not begin with TLS. If it is 587 or 25: `postrider mailbox update {name} "
        "--tls starttls`."},
    Row{Kind::tls_failed, any_stage, "", "", 0, any_tls,
        "The two could not agree on TLS. We speak TLS 1.2 and newer: an older server must be updated."},
    Row{Kind::tls_required, any_stage, "", "", 0, Tls::starttls,
        "The server offers no STARTTLS on this port. Try `postrider mailbox update {name} --tls implicit "
        "--smtp-port 465`."},
    Row{Kind::tls_required, any_stage, "", "", 0, any_tls,
        "A password is sent under TLS only: `postrider mailbox update {name} --tls starttls`."},
    // ---- certificates
    Row{Kind::tls_cert, any_stage, "", "pinned", 0, any_tls,
        "The server shows another key than the pinned one. If its owner has renewed it: `postrider mailbox update "
        "{name} --tls-pin {pin}`. If not, somebody may stand between: do not send."},
    Row{Kind::tls_cert, any_stage, "", "expired", 0, any_tls,
        "Ask the server's owner to renew its certificate, and check this machine's clock. If the server is yours "
        "and you trust this key: `postrider mailbox update {name} --tls-pin {pin}`."},
    Row{Kind::tls_cert, any_stage, "", "not yet valid", 0, any_tls,
        "Check this machine's clock: the certificate is not valid yet."},
    Row{Kind::tls_cert, any_stage, "", "mismatch", 0, any_tls,
        "The certificate is for {names}: name the server so: `postrider mailbox update {name} --smtp-host HOST`. If "
        "you trust this key whatever its name: `--tls-pin {pin}`."},
    Row{Kind::tls_cert, any_stage, "", "self-signed", 0, any_tls,
        "No authority vouches for this server. If it is yours: `postrider mailbox update {name} --tls-pin {pin}`, or "
        "--tls-ca FILE with the authority that signed it."},
    Row{Kind::tls_cert, any_stage, "", "", 0, any_tls,
        "No authority that this machine knows vouches for the server. If it has one of its own: `postrider mailbox "
        "update {name} --tls-ca FILE`, or `--tls-pin {pin}`; if not, install the package ca-certificates."},
    Row{Kind::injection, any_stage, "", "", 0, any_tls,
        "Somebody between this machine and the server changes what is said. Do not send over this network; try "
        "`--tls implicit --smtp-port 465`."},
    // ---- greeting and EHLO
    Row{Kind::reply, Stage::greeting, "4xx", "", 0, any_tls,
        "The server is busy or does not want this machine just now. Try again in some minutes."},
    Row{Kind::reply, Stage::greeting, "5xx", "", 0, any_tls,
        "The server does not talk to this machine's address. Use the provider's submission port (587 or 465) with a "
        "login, or ask its owner."},
    Row{Kind::garbage, any_stage, "", "", 0, any_tls,
        "What answers there is no mail server. Check host and port: 587 with --tls starttls, 465 with --tls implicit."},
    Row{Kind::reply, Stage::ehlo, "5xx", "", 0, any_tls,
        "The server does not like our name or is too old for TLS and login. Set SMTP_HELLO_NAME to this machine's "
        "full name, and look at the server's own words."},
    // ---- login
    Row{Kind::reply, Stage::auth, "535", "", 0, any_tls, "{login}"},
    Row{Kind::reply, Stage::auth, "534", "", 0, any_tls, "{login}"},
    Row{Kind::reply, Stage::auth, "530", "", 0, any_tls,
        "The server wants TLS before a login: `postrider mailbox update {name} --tls starttls`."},
    Row{Kind::reply, Stage::auth, "538", "", 0, any_tls,
        "The server wants TLS before a login: `postrider mailbox update {name} --tls starttls`."},
    Row{Kind::reply, Stage::auth, "4xx", "", 0, any_tls,
        "The server has had too many logins or connections for now. Wait a quarter of an hour; use fewer --sessions "
        "if it happens again."},
    Row{Kind::reply, Stage::auth, "", "", 0, any_tls, "{login}"},
    Row{Kind::no_auth, any_stage, "", "access token", 0, any_tls,
        "The server takes no access tokens here. Check host and port, or log in by a password: `postrider mailbox "
        "update {name} --oauth-client-id none --ask-password`."},
    Row{Kind::no_token, any_stage, "", "", 0, any_tls,
        "Check this machine's network and the token URI (`postrider mailbox show {name}`). Sending goes on by itself "
        "when the token server answers."},
    Row{Kind::token_refused, any_stage, "", "", 0, any_tls,
        "The consent must be of the very account that --user names, for the scope that lets it send, and the provider "
        "must let the account in by SMTP. Consent once more, then store what it brings: `postrider mailbox update "
        "{name} --ask-refresh-token`."},
    Row{Kind::consent, any_stage, "", "", 0, any_tls,
        "Consent once more, then store the new refresh token: `postrider mailbox update {name} --ask-refresh-token` "
        "(a new client secret: --ask-client-secret). Sending goes on by itself then."},
    Row{Kind::no_auth, any_stage, "", "", 0, Tls::none,
        "The server offers no way to log in here; many offer it under TLS only: `postrider mailbox update {name} "
        "--tls starttls`. If it wants no login: --user ''."},
    Row{Kind::no_auth, any_stage, "", "", 0, any_tls,
        "The server offers no way to log in that we speak (SCRAM-SHA-256, PLAIN, LOGIN). If it wants no login: "
        "`postrider mailbox update {name} --user ''`; if it wants OAuth: --oauth-client-id ID."},
    Row{Kind::server_proof, any_stage, "", "", 0, any_tls,
        "The server did not prove that it knows this password: it may be another than it says. Check the host and the "
        "password; do not pin its key."},
    // ---- the sender
    Row{Kind::reply, Stage::mail, "530", "", 0, any_tls,
        "The server wants a login: `postrider mailbox update {name} --user USER`."},
    Row{Kind::reply, Stage::mail, "4xx", "", 0, any_tls,
        "The server takes no more mail from this account for now. Try again later, and send less: --per-minute, "
        "--cap-24h."},
    Row{Kind::reply, Stage::mail, "", "5.4.5", 0, any_tls,
        "The day's quota of this account is used up. It goes on tomorrow; set --cap-24h below the provider's limit."},
    Row{Kind::reply, Stage::mail, "5xx", "", 0, any_tls,
        "The server does not let this login send as {from}. Use the login's own address or an alias it allows: "
        "`postrider mailbox update {name} --from ADDRESS`."},
    // ---- lines that end or keep silent
    Row{Kind::closed, any_stage, "", "", 0, any_tls,
        "The server hung up. Check port and encryption (587 with --tls starttls, 465 with --tls implicit); it may "
        "also refuse this machine's address."},
    Row{Kind::timeout, any_stage, "", "", 0, any_tls,
        "Something took the connection and kept silent: a busy server, a firewall, or no mail server. Try again; check "
        "port and encryption (587 with --tls starttls, 465 with --tls implicit)."},
};

bool fits_code(std::string_view pattern, int code) {
  if (pattern.empty()) return true;
  const std::string digits = fmt::to_string(code);
  return std::ranges::equal(pattern, digits,
                            [](char want, char have) { return want == 'x' || want == have; });
}

bool fits(const Row& row, const Trouble& trouble, const Mailbox& mailbox) {
  return row.kind == trouble.kind && (!row.stage || *row.stage == trouble.stage) &&
         fits_code(row.code, trouble.reply.code) &&
         (row.words.empty() || trouble.text.contains(row.words) || trouble.reply.enhanced == row.words) &&
         (row.port == 0 || row.port == mailbox.port) && (!row.tls || *row.tls == mailbox.tls);
}

/// The other kinds need no row of their own yet.
constexpr std::string_view no_row =
    "Look at the server's own words, and ask its owner. `postrider mailbox show {name}` shows the settings.";

}  // namespace

std::string advice_on(const Trouble& trouble, const Mailbox& mailbox, std::string_view pin_seen,
                      std::string_view names_seen) {
  const auto row = std::ranges::find_if(kRows, [&](const Row& one) { return fits(one, trouble, mailbox); });
  std::string text(row == kRows.end() ? no_row : row->advice);
  const auto* preset = preset_of_host(mailbox.host);
  const std::string login(preset ? preset->login_help : mailbox_presets().back().login_help);
  const auto fill = [&](std::string_view mark, std::string_view value) {
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  };
  fill("{login}", login);
  fill("{host}", mailbox.host);
  fill("{from}", mailbox.from);
  fill("{pin}", pin_seen.empty() ? "PIN" : pin_seen);
  fill("{names}", names_seen.empty() ? "another host" : names_seen);
  fill("{name}", mailbox.name);
  return text;
}

std::string standing_of(const Mailbox& mailbox) {
  switch (mailbox.status) {
    case MailboxStatus::active:
      return {};
    case MailboxStatus::paused:
      return fmt::format(
          "It is paused{}: {} Then one email goes ahead to see whether all is well. `postrider mailbox test {}` "
          "looks now, `postrider mailbox resume {}` goes on at once.",
          mailbox.paused_until ? " until " + format_rfc3339(*mailbox.paused_until) : "", mailbox.why,
          mailbox.name, mailbox.name);
    case MailboxStatus::stopped:
      if (needs_consent(mailbox)) {
        return fmt::format(
            "It is stopped until a person consents anew: {} `postrider mailbox update {} --ask-refresh-token` stores "
            "the new refresh token, and sending goes on by itself. No email of a campaign is lost or charged "
            "meanwhile.",
            mailbox.why, mailbox.name);
      }
      return fmt::format(
          "It is stopped until a person acts: {} `postrider mailbox test {}` says what to do; then `postrider mailbox "
          "resume {}`. No email of a campaign is lost or charged meanwhile.",
          mailbox.why, mailbox.name, mailbox.name);
  }
  std::unreachable();
}

}  // namespace postrider
