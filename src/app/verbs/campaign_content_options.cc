// What the message of a campaign is made of, as options of `campaign create` and `campaign update`.

#include <fmt/format.h>

#include "app/verbs/campaign_options.h"
#include "app/verbs/files.h"
#include "app/verbs/verb_options.h"
#include "mail/attachment.h"

namespace postrider {

namespace {

constexpr std::size_t kMostMessageBytes = 1 << 20;

CLI::Option* add_list(CLI::App* verb, const std::string& name, std::vector<std::string>& target,
                      const std::string& about, const std::string& type) {
  return verb->add_option(name, target, about)->type_name(type)->allow_extra_args(false);
}

}  // namespace

void add_content_options(CLI::App* verb, CampaignOptions& options) {
  auto* file = add_text(verb, "--message-file", options.message_file,
                        "File with the message: text, or HTML or Markdown by its name (.html, .md)", "FILE");
  add_text(verb, "--message", options.message, "The message itself")->excludes(file);
  add_choice(verb, "--format", options.format, {"text", "html", "markdown"},
             "What the message is written in (by the file's name, else text)");
  auto* text = add_text(verb, "--text-file", options.text_file,
                        "Text part beside an HTML or Markdown message (made from it)", "FILE");
  verb->add_flag("--automatic-text", options.automatic_text, "Make the text part from the message again")
      ->excludes(text);
  add_text(verb, "--from-name", options.from_name, "Name in From (the mailbox's)", "NAME");
  add_text(verb, "--reply-to", options.reply_to, "Where answers go: an address, or Name <address>",
           "ADDRESS");
  add_choice(verb, "--kind", options.kind, {"personal", "newsletter"},
             "A newsletter must hold a way to unsubscribe and a postal address (personal)");
  add_choice(verb, "--list-unsubscribe", options.list_unsubscribe, {"on", "off"},
             "The header fields that mail programs unsubscribe by (on)");
  auto* header = add_list(
      verb, "--header", options.headers,
      "A header field, may hold {{ fields }}: 'X-Campaign: spring'; repeat it for several", "'NAME: VALUE'");
  verb->add_flag("--no-headers", options.no_headers, "No header fields of its own")->excludes(header);
  auto* attach = add_list(verb, "--attach", options.attachments,
                          "File to attach, 10 MB in all; repeat it for several", "FILE");
  verb->add_flag("--no-attachments", options.no_attachments, "Attach nothing")->excludes(attach);
}

Result<void> read_content_options(const CampaignOptions& options, CallerFiles& files,
                                  CampaignChange& change) {
  change.message = options.message;
  change.from_name = options.from_name;
  change.reply_to = options.reply_to;
  if (options.kind) change.kind = parse_campaign_kind(*options.kind);
  if (options.list_unsubscribe) change.list_unsubscribe = *options.list_unsubscribe == "on";
  if (options.message_file) {
    auto text = read_text(files, *options.message_file, kMostMessageBytes);
    if (!text) return std::unexpected(text.error());
    change.message = std::move(*text);
    change.format = format_of_file(*options.message_file);
  }
  if (options.format) change.format = parse_message_format(*options.format);
  if (options.text_file) {
    auto text = read_text(files, *options.text_file, kMostMessageBytes);
    if (!text) return std::unexpected(text.error());
    if (text->empty()) {
      return invalid("file",
                     fmt::format("{} is empty. Without --text-file the text part is made from the message.",
                                 *options.text_file));
    }
    change.text = std::move(*text);
  }
  if (options.automatic_text) change.text = "";
  if (options.no_headers) change.headers.emplace();
  if (!options.headers.empty()) change.headers = options.headers;
  if (options.no_attachments) change.attachments.emplace();
  if (options.attachments.empty()) return {};
  change.attachments.emplace();
  std::size_t left = kMostAttachedBytes;
  for (const auto& name : options.attachments) {
    auto bytes = read_bytes(files, name, left);
    if (!bytes && bytes.error().code == "file_too_large") {
      return invalid("attachments_too_large",
                     fmt::format("With {} the attachments are over {} MB in all. Link to what is large.",
                                 name, kMostAttachedBytes >> 20));
    }
    if (!bytes) return std::unexpected(bytes.error());
    left -= bytes->size();
    auto file = make_attachment(std::filesystem::path(name).filename().string(), std::move(*bytes));
    if (!file) return std::unexpected(file.error());
    change.attachments->push_back(std::move(*file));
  }
  return {};
}

}  // namespace postrider
