#include "actions/create_campaign.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "actions/check_campaign.h"
#include "base/hash.h"
#include "mail/template.h"

namespace postrider {

namespace {

Result<int> column_called(std::string_view wanted, const std::vector<std::string>& headers) {
  std::string known;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (field_key(headers[i]) == field_key(wanted)) return static_cast<int>(i);
    known += (known.empty() ? "" : ", ") + headers[i];
  }
  return invalid("no_such_column", fmt::format("The list has no column \"{}\". It has: {}.", wanted, known));
}

/// Looks random, and comes out the same for the same moment and name.
std::uint64_t make_seed(WallTime now, std::string_view name) {
  auto seed = mix(static_cast<std::uint64_t>(to_micros(now)));
  for (const char c : name) seed = mix(seed, static_cast<unsigned char>(c));
  return seed >> 1;  // databases keep signed numbers
}

}  // namespace

Result<ColumnRoles> choose_columns(const ColumnNames& names, const std::vector<std::string>& headers) {
  ColumnRoles roles;
  auto known = headers;
  if (!names.email.empty()) {
    const auto email = column_called(names.email, headers);
    if (!email) return std::unexpected(email.error());
    roles.email = *email;
    known[static_cast<std::size_t>(*email)] = "email";  // so that the usual names are found beside it
  }
  const auto usual = find_columns(known);
  if (!usual) return std::unexpected(usual.error());
  if (roles.email < 0) roles.email = usual->email;
  roles.name = usual->name;
  if (!names.name.empty()) {
    const auto name = column_called(names.name, headers);
    if (!name) return std::unexpected(name.error());
    roles.name = *name;
  }
  return roles;
}

namespace {

/// Which column was taken, where there was a choice that nobody made.
void warn_of_choice(const ColumnNames& names, const std::vector<std::string>& headers,
                    const ColumnRoles& roles, std::vector<std::string>& warnings) {
  if (!names.email.empty()) return;
  const auto further = further_address_columns(headers, roles.email);
  if (further.empty()) return;
  warnings.push_back(
      fmt::format("The addresses are taken from the column \"{}\", not from {}. For another one, name it: "
                  "--email-column HEADER.",
                  headers[static_cast<std::size_t>(roles.email)], fmt::join(further, ", ")));
}

}  // namespace

std::vector<MailboxId> usual_mailboxes(ActionContext& context) {
  const auto mailboxes = context.store.mailboxes();
  const auto usual = std::ranges::find(mailboxes, "default", &Mailbox::name);
  if (usual != mailboxes.end()) return {usual->id};
  if (mailboxes.size() == 1) return {mailboxes.front().id};
  return {};
}

Result<CampaignId> create_draft(ActionContext& context, const CampaignChange& settings) {
  Campaign draft;
  auto problems = merge_campaign(context, settings, draft);
  if (!problems.empty()) {
    return std::unexpected(join_problems(Error::Kind::invalid, "invalid_campaign",
                                         "The campaign was not created for", problems));
  }
  if (!settings.mailboxes) draft.mailboxes = usual_mailboxes(context);
  draft.created = draft.updated = context.clock.wall_now();
  draft.seed = make_seed(draft.created, draft.name);
  auto id = context.store.create_campaign(draft, settings.attachments ? &*settings.attachments : nullptr);
  if (id) context.store.audit(context.who, fmt::format("created campaign {}", id->value));
  return id;
}

Result<CreatedCampaign> add_list(ActionContext& context, CampaignId id, RecipientSource& list,
                                 const ColumnNames& columns,
                                 const std::function<void(const Reject&)>& rejected) {
  const auto headers = list.headers();
  if (!headers) return std::unexpected(headers.error());
  const auto roles = choose_columns(columns, *headers);
  if (!roles) return std::unexpected(roles.error());
  const auto report = context.store.import(id, list, *roles, context.recipient_limit, rejected);
  if (!report) return std::unexpected(report.error());
  context.store.audit(context.who,
                      fmt::format("added {} recipients to campaign {}", report->accepted, id.value));
  CreatedCampaign created{.id = id, .list = *report, .problems = {}, .warnings = {}};
  if (const auto stored = context.store.campaign(id)) {
    auto check = check_campaign(context, *stored);
    created.problems = std::move(check.problems);
    created.warnings = std::move(check.warnings);
  }
  warn_of_choice(columns, *headers, *roles, created.warnings);
  return created;
}

Result<CreatedCampaign> create_campaign(ActionContext& context, const CampaignChange& settings,
                                        RecipientSource& list, const ColumnNames& columns,
                                        const std::function<void(const Reject&)>& rejected) {
  Campaign draft;
  const auto problems = merge_campaign(context, settings, draft);
  if (!problems.empty()) {
    return std::unexpected(join_problems(Error::Kind::invalid, "invalid_campaign",
                                         "The campaign was not created for", problems));
  }
  const auto headers = list.headers();
  if (!headers) return std::unexpected(headers.error());
  const auto roles = choose_columns(columns, *headers);
  if (!roles) return std::unexpected(roles.error());

  if (!settings.mailboxes) draft.mailboxes = usual_mailboxes(context);
  draft.source = list.name();
  draft.created = draft.updated = context.clock.wall_now();
  draft.seed = make_seed(draft.created, draft.name);
  const auto id =
      context.store.create_campaign(draft, settings.attachments ? &*settings.attachments : nullptr);
  if (!id) return std::unexpected(id.error());
  const auto report = context.store.import(*id, list, *roles, context.recipient_limit, rejected);
  if (!report) {
    // The reader's error matters to its owner; a draft that stayed behind would only be empty.
    const auto removed = context.store.delete_campaign(*id);
    static_cast<void>(removed);
    return std::unexpected(report.error());
  }
  context.store.audit(context.who,
                      fmt::format("created campaign {} with {} recipients", id->value, report->accepted));

  CreatedCampaign created{.id = *id, .list = *report, .problems = {}, .warnings = {}};
  if (const auto stored = context.store.campaign(*id)) {
    auto check = check_campaign(context, *stored);
    created.problems = std::move(check.problems);
    created.warnings = std::move(check.warnings);
  }
  warn_of_choice(columns, *headers, *roles, created.warnings);
  return created;
}

}  // namespace postrider
