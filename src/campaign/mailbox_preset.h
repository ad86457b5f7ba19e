#pragma once
// MailboxPreset: what is known of a large provider: its server, how it wants to be spoken to, limits
// that stay far below its own, and what it asks of its customers before it lets a program in. One
// table of data (mailbox_preset.cc); a mailbox's own settings always win over it. Where a provider
// publishes no better figure, the cap is the one of any new mailbox. Pure.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mail/session.h"

namespace postrider {

struct MailboxPreset {
  std::string_view name;      ///< "gmail"
  std::string_view provider;  ///< "Gmail", for people
  std::string_view host;      ///< "{region}" stands for the region; empty: the user names it
  std::uint16_t port = 587;
  Tls tls = Tls::starttls;
  int sessions = 5;
  int per_minute = 0;  ///< 0: no limit
  int cap_24h = 50;
  std::string_view quota_clock;  ///< see quota_clock.h
  bool user_is_address = false;  ///< one logs in as the From address unless told otherwise
  std::string_view wants;        ///< what the provider wants done first, in whole sentences
  std::string_view login_help;   ///< what to do when it refuses the login
  std::string_view token_uri;    ///< of OAuth, "{tenant}" stands for the tenant; empty: it has none we know
  std::string_view scope;        ///< of OAuth: what lets a program send
};

/// All of them, in the order of the documents; "custom" is the last.
std::span<const MailboxPreset> mailbox_presets();

/// By name; the error lists the names.
Result<MailboxPreset> find_mailbox_preset(std::string_view name);

/// The provider behind a host name; nullptr: none we know.
const MailboxPreset* preset_of_host(std::string_view host);

/// The token URI with its tenant filled in (empty: common, which is everybody's). The error says when there
/// is none, or when a tenant is malformed or of no use.
Result<std::string> token_uri_of(const MailboxPreset& preset, std::string_view tenant);

/// The host with its region filled in. The error says when a region is missing, malformed or of no use.
Result<std::string> host_of(const MailboxPreset& preset, std::string_view region);

}  // namespace postrider
