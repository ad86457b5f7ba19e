// unsubscribe

#include <fmt/format.h>

#include "actions/unsubscribe.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct UnsubscribeOptions {
  std::string link;
  bool look = false;
};

VerbResult look(VerbContext& context, Output& output, const std::string& link) {
  const auto view = look_up_unsubscribe(context.actions, link);
  if (!view) return std::unexpected(view.error());
  if (output.wants_json()) {
    output.print(json::object{
        {"example", view->example}, {"who", view->masked}, {"unsubscribed", view->unsubscribed}});
  } else if (view->example) {
    output.say("The example link of a preview or test: it is nobody's.");
  } else {
    output.say(fmt::format("{} {}.", view->masked,
                           view->unsubscribed ? "is not mailed any more" : "has not unsubscribed"));
  }
  return 0;
}

VerbResult act(VerbContext& context, Output& output, const std::string& link) {
  const auto done = unsubscribe(context.actions, link);
  if (!done) return std::unexpected(done.error());
  if (output.wants_json()) {
    output.print(json::object{{"example", done->view.example},
                              {"email", done->address},
                              {"unsubscribed", done->view.unsubscribed},
                              {"emails_skipped", done->cancelled}});
  } else if (done->view.example) {
    output.say("The example link of a preview or test: it unsubscribes nobody.");
  } else {
    output.say(fmt::format("{} is unsubscribed: no campaign mails it from now on. {} skipped.", done->address,
                           count_of(done->cancelled, "waiting email")));
  }
  return 0;
}

}  // namespace

void add_unsubscribe_verb(VerbTable& table) {
  auto options = std::make_shared<UnsubscribeOptions>();
  auto* verb = table.verb(&table.root(), "unsubscribe", "Do what an unsubscribe link does",
                          "postrider unsubscribe https://mail.example.org/u/AXk2…",
                          [options](VerbContext& context, Output& output) {
                            return options->look ? look(context, output, options->link)
                                                 : act(context, output, options->link);
                          });
  verb->add_option("link,--link", options->link,
                   "The link, its last part, or the subject of a mail that unsubscribes")
      ->type_name("LINK")
      ->required();
  verb->add_flag("--look", options->look, "Say whose it is and change nothing");
}

}  // namespace postrider
