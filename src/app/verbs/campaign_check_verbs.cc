// campaign check | preview | test | received: a look before it goes.

#include <fmt/format.h>

#include "actions/check_in_full.h"
#include "actions/test_campaign.h"
#include "actions/write_email.h"
#include "app/verbs/files.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "base/text.h"
#include "http/nouns/campaign_look_json.h"
#include "mail/bounce_report.h"
#include "mail/received_mail.h"

namespace postrider {

namespace {

namespace json = boost::json;

VerbResult check(VerbContext& context, Output& output, CampaignId id) {
  const auto check = check_in_full(context.actions, id);
  if (!check) return std::unexpected(check.error());
  const int code = check->problems.empty() ? 0 : 1;
  if (output.wants_json()) {
    output.print(check_json("id", id, *check));
    return code;
  }
  if (!check->problems.empty()) output.say("Before it can be sent:");
  for (const auto& problem : check->problems) output.say("  - " + problem.message);
  if (!check->warnings.empty()) output.say("Worth a look:");
  for (const auto& warning : check->warnings) output.say("  - " + warning);
  if (check->largest > 0) {
    output.say(fmt::format("{} of {} looked at; the largest has {} bytes (row {}).", check->checked,
                           count_of(check->recipients, "email"), check->largest, check->largest_row));
  }
  if (check->first_due && check->last_due) {
    output.say(fmt::format("Started now, the first leaves at {}, the last at {}.",
                           show_time(check->first_due), show_time(check->last_due)));
  }
  if (check->problems.empty())
    output.say(fmt::format("Nothing keeps campaign {} from being sent.", id.value));
  return code;
}

struct PreviewOptions {
  CampaignId id;
  std::optional<std::string> recipient;
  bool raw = false, text = false, html = false;
};

void preview_for_people(Output& output, const WrittenEmail& written) {
  const auto& parts = written.parts;
  const auto named = [](const std::string& name, const Address& address) {
    return name.empty() ? address.text() : fmt::format("{} <{}>", name, address.text());
  };
  Table table;
  table.add({"From", named(parts.from_name, parts.from)});
  table.add({"To", named(parts.to_name, parts.to)});
  if (parts.reply_to) table.add({"Reply-To", named(parts.reply_to_name, *parts.reply_to)});
  table.add({"Subject", parts.subject});
  for (const auto& header : parts.headers) table.add({header.name, header.value});
  table.add({"Message-ID", parts.message_id});
  table.add({"Size", fmt::format("{} bytes", written.message.size())});
  output.print(table);
  output.say("");
  // Line by line, so that nothing in it steers a terminal.
  for (const auto line : split(parts.text, '\n')) output.say(one_line(line, line.size() + 1));
  if (!parts.html.empty())
    output.note("It has an HTML part as well: --html shows it, --raw the whole message.");
}

VerbResult preview(VerbContext& context, Output& output, const PreviewOptions& options) {
  const auto written = write_email(context.actions, options.id, options.recipient.value_or(""));
  if (!written) return std::unexpected(written.error());
  const auto& parts = written->parts;
  if (output.wants_json()) {
    json::array headers;
    for (const auto& header : parts.headers)
      headers.push_back({{"name", header.name}, {"value", header.value}});
    const auto raw = written->message.whole();
    output.print(json::object{
        {"id", options.id.value},
        {"recipient", written->email.ordinal},
        {"row", written->email.source_row},
        {"email", written->email.address},
        {"mailbox", written->mailbox.name},
        {"from", parts.from.text()},
        {"from_name", parts.from_name},
        {"to", parts.to.text()},
        {"to_name", parts.to_name},
        {"reply_to", parts.reply_to ? json::value(parts.reply_to->text()) : json::value(nullptr)},
        {"subject", parts.subject},
        {"headers", std::move(headers)},
        {"text", parts.text},
        {"html", parts.html.empty() ? json::value(nullptr) : json::value(parts.html)},
        {"message_id", parts.message_id},
        {"size", raw.size()},
        {"raw", is_valid_utf8(raw) ? json::value(raw) : json::value(nullptr)}});
    return 0;
  }
  if (options.raw) {
    context.out << written->message.head << written->message.tail();
  } else if (options.text) {
    context.out << parts.text;
  } else if (options.html) {
    if (parts.html.empty()) {
      return conflict("no_html",
                      fmt::format("Campaign {} is plain text: it has no HTML part.", options.id.value));
    }
    context.out << parts.html;
  } else {
    preview_for_people(output, *written);
  }
  return 0;
}

struct TestOptions {
  CampaignId id;
  CampaignTest test;
};

VerbResult test(VerbContext& context, Output& output, const TestOptions& options) {
  const auto answer = test_campaign(context.actions, options.id, options.test);
  if (!answer) return std::unexpected(answer.error());
  if (output.wants_json()) {
    output.print(json::object{{"id", options.id.value},
                              {"to", answer->to},
                              {"written_for", answer->written_for},
                              {"mailbox", answer->mailbox},
                              {"message_id", answer->message_id},
                              {"code", answer->reply.code},
                              {"enhanced", answer->reply.enhanced},
                              {"server_text", answer->reply.text}});
  } else {
    output.say(fmt::format("Sent to {} as it is for {}, through mailbox {}. The server said: {}{}{} {}",
                           answer->to, answer->written_for, answer->mailbox, answer->reply.code,
                           answer->reply.enhanced.empty() ? "" : " ", answer->reply.enhanced,
                           one_line(answer->reply.text)));
  }
  return 0;
}

VerbResult received(VerbContext& context, Output& output, const std::string& file) {
  if (file.empty()) return invalid("no_input", "Name the file of the message, or pipe it in.");
  const auto mail = read_bytes(context.files, file, kLargestReport);
  if (!mail) return std::unexpected(mail.error());
  const auto read = read_received_mail(*mail);
  const auto answer = judge_button(read);
  if (output.wants_json()) {
    json::array signatures;
    for (const auto& signature : read.signatures)
      signatures.push_back({{"domain", signature.domain}, {"fields", json::value_from(signature.fields)}});
    output.print(json::object{{"covered", answer.covered},
                              {"sentences", json::value_from(answer.sentences)},
                              {"signatures", std::move(signatures)}});
  } else {
    for (const auto& sentence : answer.sentences) output.say(sentence);
  }
  return answer.covered ? 0 : 1;
}

}  // namespace

void add_campaign_check_verbs(VerbTable& table, CLI::App* campaign) {
  {
    auto id = std::make_shared<CampaignId>();
    auto* verb = table.verb(campaign, "check", "Everything that blocks it or is worth a look; sends nothing",
                            "postrider campaign check 7", [id](VerbContext& context, Output& output) {
                              return check(context, output, *id);
                            });
    add_id(verb, *id, "The campaign");
  }
  {
    auto options = std::make_shared<PreviewOptions>();
    auto* verb = table.verb(
        campaign, "preview", "One of its emails as it would leave; sends nothing",
        "postrider campaign preview 7 --recipient ana@example.com --raw",
        [options](VerbContext& context, Output& output) { return preview(context, output, *options); });
    add_id(verb, options->id, "The campaign");
    add_text(verb, "--recipient", options->recipient, "A number in the list, or an address of it (the first)",
             "N|ADDRESS");
    auto* raw = verb->add_flag("--raw", options->raw, "The whole message, byte by byte");
    auto* text = verb->add_flag("--text", options->text, "Its text part")->excludes(raw);
    verb->add_flag("--html", options->html, "Its HTML part")->excludes(raw)->excludes(text);
  }
  {
    auto options = std::make_shared<TestOptions>();
    auto* verb = table.verb(
        campaign, "test", "Send one of its emails to yourself, now",
        "postrider campaign test 7 --to me@example.com --as 3",
        [options](VerbContext& context, Output& output) { return test(context, output, *options); });
    add_id(verb, options->id, "The campaign");
    verb->add_option("--to", options->test.to, "Your address")->type_name("ADDRESS")->required();
    verb->add_option("--as", options->test.as,
                     "Written for this recipient: a number or an address (the first)")
        ->type_name("N|ADDRESS");
  }
  {
    auto file = std::make_shared<std::string>();
    auto* verb = table.verb(
        campaign, "received", "Look at a sent message as it arrived: will Gmail show the unsubscribe button?",
        "postrider campaign received original.eml",
        [file](VerbContext& context, Output& output) { return received(context, output, *file); });
    verb->add_option("file,--file", *file,
                     "The message with all its headers, \"Show original\" (standard input)")
        ->type_name("FILE");
  }
}

}  // namespace postrider
