#include "app/installation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "actions/unsubscribe_key.h"
#include "app/key_file.h"

namespace postrider {
namespace {

constexpr std::string_view kServing = "serving";

Result<std::unique_ptr<FileLock>> take_lock(const std::string& file, const std::string& work,
                                            const Clock& clock, Micros patience) {
  const auto text = fmt::format("process {}, {}", ::getpid(), work);
  const auto until = clock.boot_now() + patience;
  while (true) {
    std::string owner;
    if (auto lock = FileLock::try_take(file, text, owner)) return lock;
    const bool server = owner.find(kServing) != owner.npos;
    if ((server && work.starts_with(kServing)) || clock.boot_now() >= until) {
      return conflict("database_in_use", fmt::format("The database {} is in use by {}.{}", file,
                                                     owner.empty() ? "another process" : owner,
                                                     server ? " End that server first (it ends by SIGTERM)."
                                                            : " Try again when it is done."));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

/// The settings a person (here: the environment) decides about; state and history stay.
void merge(Mailbox& mailbox, const Mailbox& defined) {
  mailbox.from = defined.from;
  mailbox.from_name = defined.from_name;
  mailbox.host = defined.host;
  mailbox.port = defined.port;
  mailbox.tls = defined.tls;
  mailbox.user = defined.user;
  mailbox.cap_24h = defined.cap_24h;
  mailbox.per_minute = defined.per_minute;
  mailbox.sessions = defined.sessions;
  mailbox.oauth.reset();  // it logs in by its password
}

}  // namespace

Result<std::unique_ptr<Installation>> open_installation(const std::string& database_file,
                                                        const Settings& settings, const std::string& work,
                                                        Clock& clock, Micros patience) {
  auto lock = take_lock(database_file, work, clock, patience);
  if (!lock) return std::unexpected(lock.error());
  auto store = SqliteStore::open(database_file, clock, settings.cloud_tasks.limits);
  if (!store) return std::unexpected(store.error());
  auto secrets = open_key((*store)->campaigns(), database_file, settings.secret_key);
  if (!secrets) return std::unexpected(secrets.error());
  auto unsubscribe_key = open_unsubscribe_key((*store)->campaigns(), *secrets);
  if (!unsubscribe_key) return std::unexpected(unsubscribe_key.error());
  return std::make_unique<Installation>(Installation{std::move(*lock),
                                                     std::move(*store),
                                                     std::move(*secrets),
                                                     {std::move(*unsubscribe_key), settings.public_url}});
}

std::string installation_name(CampaignStore& store) {
  if (auto known = store.meta("installation")) return *known;
  auto name = SecretBox::generate().substr(0, 32);
  store.set_meta("installation", name);
  return name;
}

std::string catch_log_beside(const std::string& database_file) {
  return (std::filesystem::path(database_file).parent_path() / "caught").string();
}

Result<void> adopt_environment(CampaignStore& store, const Settings& settings, const SecretBox& secrets,
                               const Clock& clock) {
  bool known = false;
  for (auto mailbox : store.mailboxes()) {
    const bool ours = settings.mailbox && mailbox.name == settings.mailbox->mailbox.name;
    const Mailbox before = mailbox;
    if (ours) {
      known = true;
      merge(mailbox, settings.mailbox->mailbox);
      const auto kept = secrets.open(mailbox.password_sealed);
      if (!kept || *kept != settings.mailbox->password) {
        mailbox.password_sealed = secrets.seal(settings.mailbox->password);
      }
    }
    mailbox.from_environment = ours;
    mailbox.mock = settings.mock;
    const auto updated = store.update_mailbox(mailbox);
    if (!updated) return updated;
    // The settings are a person's word: with a new server or login a stopped mailbox tries again.
    const bool mended = mailbox.host != before.host || mailbox.port != before.port ||
                        mailbox.tls != before.tls || mailbox.user != before.user ||
                        mailbox.password_sealed != before.password_sealed;
    if (ours && mended && before.status != MailboxStatus::active) {
      if (const auto resumed = store.resume_mailbox(mailbox.id); !resumed) return resumed;
    }
  }
  if (settings.mailbox && !known) {
    auto mailbox = settings.mailbox->mailbox;
    mailbox.password_sealed = secrets.seal(settings.mailbox->password);
    mailbox.created = clock.wall_now();
    const auto added = store.add_mailbox(mailbox);
    if (!added) return std::unexpected(added.error());
  }
  return {};
}

}  // namespace postrider
