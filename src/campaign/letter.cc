#include "campaign/letter.h"

#include <algorithm>

#include "base/text.h"
#include "mail/html_text.h"
#include "mail/markdown.h"

namespace postrider {

/// Gathers the faults of all parts, so that nobody has to mend one to learn of the next.
struct Letter::Compiler {
  std::vector<std::string> columns;
  Letter letter;
  std::vector<Fault> faults;

  template <class T>
  std::optional<T> keep(std::string part, Result<T> result) {
    if (result) return std::move(*result);
    faults.push_back({std::move(part), std::move(result.error())});
    return std::nullopt;
  }

  std::optional<Template> add(const std::string& part, std::string_view text, TemplateKind kind) {
    auto made = keep(part, Template::compile(text, columns, {.kind = kind, .own_field = kUnsubscribeField}));
    if (!made) return made;
    letter.size_ += text.size();
    letter.depends_on_row_ |= made->depends_on_row();
    for (const auto column : made->required_columns()) letter.required_.push_back(column);
    return made;
  }

  std::optional<Part> add_part(const std::string& part, std::string_view text, TemplateKind kind) {
    auto body = add(part, text, kind);
    if (!body) return std::nullopt;
    auto words = squeezed(kind == TemplateKind::html ? html_to_text(text) : text);
    letter.size_ += words.size();
    return Part{std::move(*body), std::move(words)};
  }

  void add_message(const Campaign& campaign) {
    const auto& content = campaign.content;
    std::string text = content.text;
    switch (content.format) {
      case MessageFormat::text:
        letter.text_ = add_part("message", campaign.message, TemplateKind::text);
        return;
      case MessageFormat::html:
        letter.html_ = add_part("message", campaign.message, TemplateKind::html);
        if (!letter.html_) return;
        if (text.empty()) text = html_to_text(campaign.message);
        break;
      case MessageFormat::markdown: {
        const auto html = keep("message", markdown_to_html(campaign.message));
        if (!html) return;
        letter.html_ = add_part("message", *html, TemplateKind::html);
        if (!letter.html_) return;
        if (text.empty()) text = campaign.message;
        break;
      }
    }
    letter.text_ = add_part("text part", text, TemplateKind::text);
  }

  void add_headers(const std::vector<std::string>& headers) {
    for (const auto& header : headers) {
      const auto field = keep("headers", parse_header_field(header));
      if (!field) continue;
      if (auto value = add("header " + field->name, field->value, TemplateKind::line)) {
        letter.headers_.push_back({field->name, std::move(*value)});
      }
    }
  }
};

std::expected<std::shared_ptr<const Letter>, std::vector<Letter::Fault>> Letter::compile(
    const Campaign& campaign, std::span<const Attachment> files) {
  Compiler compiler;
  auto& letter = compiler.letter;
  for (const auto& column : campaign.columns) compiler.columns.push_back(column.header);
  letter.from_name_ = campaign.content.from_name;
  letter.list_unsubscribe_ = campaign.content.list_unsubscribe;
  letter.subject_ = compiler.add("subject", campaign.subject, TemplateKind::line);
  compiler.add_message(campaign);
  compiler.add_headers(campaign.content.headers);
  if (!campaign.content.reply_to.empty()) {
    letter.reply_to_ = compiler.keep("Reply-To", parse_named_address(campaign.content.reply_to));
  }
  if (auto attached = compiler.keep("attachments", AttachedParts::make(files))) {
    letter.attached_ = std::move(*attached);
    if (letter.attached_) letter.size_ += letter.attached_->bytes().size();
  }
  if (!compiler.faults.empty()) return std::unexpected(std::move(compiler.faults));
  std::ranges::sort(letter.required_);
  letter.required_.erase(std::ranges::unique(letter.required_).begin(), letter.required_.end());
  return std::make_shared<const Letter>(std::move(letter));
}

Result<MessageParts> Letter::write(const Sender& sender, const Recipient& recipient, WallTime now,
                                   const Address* tester) const {
  const std::string_view link = recipient.unsubscribe ? recipient.unsubscribe->url : std::string_view{};
  const RenderInput input{.values = recipient.values, .now = now, .own_field = link};
  MessageParts parts;
  parts.from = sender.address;
  parts.from_name = from_name_.empty() ? std::string(sender.name) : from_name_;
  parts.to = recipient.address;
  parts.to_name = std::string(recipient.name);
  if (reply_to_) {
    parts.reply_to = reply_to_->address;
    parts.reply_to_name = reply_to_->name;
  }
  auto subject = subject_->render(input);
  if (!subject) return std::unexpected(subject.error());
  parts.subject = std::move(*subject);
  auto text = text_->body.render(input);
  if (!text) return std::unexpected(text.error());
  parts.text = std::move(*text);
  // A text that came out blank is made from the HTML, footer and all.
  if (sender.footer && !(html_ && trim(parts.text).empty())) {
    sender.footer->add_to_text(parts.text, text_->said(), link);
  }
  if (html_) {
    auto html = html_->body.render(input);
    if (!html) return std::unexpected(html.error());
    parts.html = std::move(*html);
    if (sender.footer) sender.footer->add_to_html(parts.html, html_->said(), link);
  }
  parts.headers.reserve(headers_.size() + (tester ? 1 : 0));
  for (const auto& header : headers_) {
    auto value = header.value.render(input);
    if (!value) return std::unexpected(value.error());
    parts.headers.push_back({header.name, std::move(*value)});
  }
  parts.attached = attached_;
  if (recipient.unsubscribe && list_unsubscribe_) {
    parts.list_unsubscribe = recipient.unsubscribe->header;
    parts.one_click = recipient.unsubscribe->one_click;
  }
  if (tester) {
    parts.to = *tester;
    parts.to_name.clear();
    parts.subject.insert(0, kTestMark);
    parts.headers.push_back({kTestForHeader, recipient.address.text()});
  }
  return parts;
}

bool Letter::says_unsubscribe_link() const {
  return text_->body.uses_own_field() && (!html_ || html_->body.uses_own_field());
}

}  // namespace postrider
