#include "campaign/mailbox_preset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::string_view region_mark = "{region}";
constexpr std::string_view tenant_mark = "{tenant}";

constexpr std::string_view google_tokens = "https://oauth2.googleapis.com/token";
constexpr std::string_view google_scope = "https://mail.google.com/";
constexpr std::string_view microsoft_tokens = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token";
constexpr std::string_view microsoft_scope = "https://outlook.office.com/SMTP.Send offline_access";

constexpr std::array kPresets = {
    // Published: 500 in 24 hours.
    MailboxPreset{
        .name = "gmail",
        .provider = "Gmail",
        .host = "smtp.gmail.com",
        .sessions = 3,
        .per_minute = 20,
        .cap_24h = 400,
        .quota_clock = "rolling",
        .user_is_address = true,
        .wants = "Gmail lets programs in by an app password: turn on 2-Step Verification in the Google "
                 "account, make an app password at myaccount.google.com/apppasswords, and give that as the "
                 "password. Or by OAuth: --oauth-client-id. It sends at most 500 emails in 24 hours.",
        .login_help =
            "Gmail does not take the password of the account: turn on 2-Step Verification, make an app "
            "password at myaccount.google.com/apppasswords, and use its 16 letters as the password.",
        .token_uri = google_tokens,
        .scope = google_scope},
    // Published: 2,000 in 24 hours, 500 while on trial.
    MailboxPreset{
        .name = "workspace",
        .provider = "Google Workspace",
        .host = "smtp.gmail.com",
        .sessions = 3,
        .per_minute = 30,
        .cap_24h = 1500,
        .quota_clock = "rolling",
        .user_is_address = true,
        .wants =
            "Google Workspace lets programs in by an app password, or by OAuth (--oauth-client-id): the administrator must allow 2-Step "
            "Verification, the user turns it on and makes an app password at "
            "myaccount.google.com/apppasswords. It sends at most 2,000 emails in 24 hours, 500 while on "
            "trial: then set --cap-24h 400.",
        .login_help =
            "Google does not take the password of the account: the user makes an app password at "
            "myaccount.google.com/apppasswords. The page is missing where the administrator has not "
            "allowed 2-Step Verification.",
        .token_uri = google_tokens,
        .scope = google_scope},
    // Published: 3 connections, 30 a minute, 10,000 recipients a day.
    MailboxPreset{
        .name = "m365",
        .provider = "Microsoft 365",
        .host = "smtp.office365.com",
        .sessions = 3,
        .per_minute = 30,
        .cap_24h = 1000,
        .quota_clock = "rolling",
        .user_is_address = true,
        .wants =
            "Microsoft 365 keeps SMTP AUTH off until an administrator enables \"Authenticated SMTP\" for the "
            "mailbox (Microsoft 365 admin center, Users, Mail, Manage email apps). Security defaults and "
            "multi-factor rules can forbid passwords still: then log in by OAuth (--oauth-client-id). It takes 3 connections, 30 emails a minute and 10,000 "
            "recipients a day.",
        .login_help =
            "Microsoft 365 lets programs in only where an administrator has enabled \"Authenticated "
            "SMTP\" for the mailbox (admin center, Users, Mail, Manage email apps) and no security "
            "default forbids it. With multi-factor sign-in an app password or OAuth is needed.",
        .token_uri = microsoft_tokens,
        .scope = microsoft_scope},
    // Published: no basic login since September 2024; 300 recipients a day at first.
    MailboxPreset{
        .name = "outlook",
        .provider = "Outlook.com",
        .host = "smtp-mail.outlook.com",
        .sessions = 1,
        .per_minute = 10,
        .cap_24h = 50,
        .quota_clock = "rolling",
        .user_is_address = true,
        .wants =
            "Outlook.com, Hotmail and Live have let no program in by password since September 2024: log in by OAuth "
            "(--oauth-client-id).",
        .login_help =
            "Outlook.com lets programs in by OAuth only since September 2024: `postrider mailbox update {name} "
            "--oauth-client-id ID`.",
        .token_uri = microsoft_tokens,
        .scope = microsoft_scope},
    MailboxPreset{
        .name = "zoho",
        .provider = "Zoho Mail",
        .host = "smtp.zoho.com",
        .port = 465,
        .tls = Tls::implicit,
        .sessions = 2,
        .per_minute = 20,
        .cap_24h = 50,
        .quota_clock = "rolling",
        .user_is_address = true,
        .wants =
            "Zoho Mail wants an application-specific password where two-factor sign-in is on, and SMTP access "
            "needs a paid plan. Organisations use --smtp-host smtppro.zoho.com; accounts of another data "
            "centre its ending (smtp.zoho.eu, smtp.zoho.in). The daily limit depends on the plan.",
        .login_help =
            "Zoho wants an application-specific password where two-factor sign-in is on, a plan with SMTP "
            "access, and the server of the account's data centre (smtp.zoho.eu, smtp.zoho.in; "
            "organisations smtppro.zoho.com)."},
    MailboxPreset{
        .name = "fastmail",
        .provider = "Fastmail",
        .host = "smtp.fastmail.com",
        .port = 465,
        .tls = Tls::implicit,
        .sessions = 3,
        .per_minute = 20,
        .cap_24h = 50,
        .quota_clock = "rolling",
        .user_is_address = true,
        .wants =
            "Fastmail lets programs in by an app password only: Settings, Privacy & Security, Manage app "
            "passwords, with access to SMTP. With a domain of your own, --user is the account's Fastmail "
            "address.",
        .login_help =
            "Fastmail does not take the password of the account: make an app password with access to SMTP "
            "(Settings, Privacy & Security), and log in as the account's Fastmail address."},
    // Published, in its sandbox: 200 in 24 hours and one a second.
    MailboxPreset{
        .name = "ses",
        .provider = "Amazon SES",
        .host = "email-smtp.{region}.amazonaws.com",
        .sessions = 5,
        .per_minute = 50,
        .cap_24h = 180,
        .quota_clock = "rolling",
        .wants =
            "Amazon SES wants --region (such as eu-west-1), a verified sender, and SMTP credentials made in the "
            "SES console (SMTP settings): they differ from access keys and between regions. A new account is "
            "in the sandbox: 200 emails in 24 hours, to verified addresses only; raise --cap-24h once it is "
            "out.",
        .login_help =
            "Amazon SES takes the SMTP credentials made in its console (SMTP settings) for this region, not "
            "the access key and its secret."},
    MailboxPreset{
        .name = "custom",
        .provider = "any other",
        .host = "",
        .wants =
            "Any other server: name it with --smtp-host, and --smtp-port and --tls where it is not port 587 "
            "with STARTTLS.",
        .login_help =
            "Check the user and the password (`postrider mailbox update {name} --ask-password`); some "
            "providers want an app password, or SMTP enabled in the account's settings."},
};

bool is_tenant(std::string_view text) {
  return text.size() <= 100 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '.';
         });
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::span<const MailboxPreset> mailbox_presets() {
  return kPresets;
}

Result<MailboxPreset> find_mailbox_preset(std::string_view name) {
  const auto found = std::ranges::find(kPresets, name, &MailboxPreset::name);
  if (found != kPresets.end()) return *found;
  std::string names;
  for (const auto& preset : kPresets) names += (names.empty() ? "" : ", ") + std::string(preset.name);
  return invalid("bad_preset",
                 fmt::format("There is no preset \"{}\". There are: {}.", one_line(name, 40), names));
}

const MailboxPreset* preset_of_host(std::string_view host) {
  const std::string lower = lower_ascii(host);
  for (const auto& preset : kPresets) {
    const auto mark = preset.host.find(region_mark);
    const bool same = mark == preset.host.npos
                          ? lower == preset.host
                          : lower.starts_with(preset.host.substr(0, mark)) &&
                                lower.ends_with(preset.host.substr(mark + region_mark.size()));
    if (same && !preset.host.empty()) return &preset;
  }
  // Zoho has a server for each data centre, and others for organisations.
  if (lower.starts_with("smtp.zoho.") || lower.starts_with("smtppro.zoho.")) {
    return &*std::ranges::find(kPresets, "zoho", &MailboxPreset::name);
  }
  return nullptr;
}

Result<std::string> token_uri_of(const MailboxPreset& preset, std::string_view tenant) {
  std::string uri(preset.token_uri);
  if (uri.empty()) {
    return invalid("no_token_uri",
                   fmt::format("Name the token server of {}: --oauth-token-uri URI.", preset.provider));
  }
  const auto mark = uri.find(tenant_mark);
  if (!tenant.empty() && (mark == uri.npos || !is_tenant(tenant))) {
    return invalid("bad_tenant",
                   mark == uri.npos
                       ? fmt::format("--oauth-tenant is of no use at {}.", preset.provider)
                       : "--oauth-tenant must be the tenant's id or domain, such as example.com.");
  }
  return mark == uri.npos ? uri : uri.replace(mark, tenant_mark.size(), tenant.empty() ? "common" : tenant);
}

Result<std::string> host_of(const MailboxPreset& preset, std::string_view region) {
  const auto mark = preset.host.find(region_mark);
  if (mark == preset.host.npos) {
    if (region.empty()) return std::string(preset.host);
    return invalid("bad_region", fmt::format("--region is of no use to the preset {}.", preset.name));
  }
  if (!is_region(region)) {
    return invalid("bad_region",
                   fmt::format("The preset {} needs --region, such as eu-west-1.", preset.name));
  }
  std::string host(preset.host);
  return host.replace(mark, region_mark.size(), region);
}

}  // namespace postrider
