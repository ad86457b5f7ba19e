// From a judged body to a CampaignChange.

#include <boost/json.hpp>

#include "actions/start_campaign.h"
#include "base/base64.h"
#include "campaign/local_time.h"
#include "campaign/sheet_place.h"
#include "http/nouns/campaign_json.h"
#include "http/nouns/json_values.h"
#include "queue/verdict.h"

namespace postrider {

namespace json = boost::json;

namespace {

void read_pace(const json::object& body, const Campaign& before, CampaignForm& form, CampaignChange& change,
               std::vector<FieldError>& errors) {
  if (const auto exact = text_in(body, "pace")) {
    const auto pace = parse_pace(*exact);
    if (!pace) return errors.push_back({"/pace", pace.error().code, pace.error().message});
    change.pace = *pace;
    if (!pace->none()) form.pace = *pace;
    return;
  }
  const auto least = number_in(body, "delay_min_minutes"), most = number_in(body, "delay_max_minutes");
  if (!before.pace.none()) form.pace = before.pace;
  if (least) form.pace.min = std::chrono::minutes{*least};
  if (most) form.pace.max = std::chrono::minutes{*most};
  if (form.pace.min > form.pace.max) {
    return errors.push_back({least ? "/delay_min_minutes" : "/delay_max_minutes", "out_of_range",
                             "\"delay_max_minutes\" must not be less than \"delay_min_minutes\"."});
  }
  change.pace = flag_in(body, "use_delay").value_or(!before.pace.none()) ? form.pace : Pace{};
}

void read_window(const json::object& body, const Campaign& before, CampaignForm& form, CampaignChange& change,
                 std::vector<FieldError>& errors) {
  if (before.window) form.window = *before.window;
  if (const auto start = number_in(body, "business_hours_start"))
    form.window.start_hour = static_cast<int>(*start);
  if (const auto end = number_in(body, "business_hours_end")) form.window.end_hour = static_cast<int>(*end);
  if (const auto weekdays = flag_in(body, "business_days_only")) form.window.weekdays_only = *weekdays;
  if (auto zone = text_in(body, "timezone")) form.window.zone = std::move(*zone);
  if (const auto fine = validate(form.window); !fine) {
    errors.push_back({body.contains("timezone") ? "/timezone" : "/business_hours_end", fine.error().code,
                      fine.error().message});
  }
  const bool on = flag_in(body, "respect_business_hours").value_or(before.window.has_value());
  change.window = on ? std::optional(form.window) : std::nullopt;
}

void read_start(const json::object& body, const Campaign& before, WallTime now, CampaignForm& form,
                CampaignChange& change, std::vector<FieldError>& errors) {
  if (body.contains("scheduled_at")) {
    change.start = form.start_at = start_time(body, form.window.zone, errors);
    const auto passed = form.start_at ? check_start_time(*form.start_at, now) : std::nullopt;
    if (passed) errors.push_back({"/scheduled_at", passed->code, passed->message});
  }
  const auto at_once = flag_in(body, "send_immediately");
  const bool start_given = text_in(body, "scheduled_at").value_or("") != "";
  if (at_once == false && !form.start_at && !start_given) {
    errors.push_back(
        {"/scheduled_at", "missing", "\"send_immediately\" is false, so say when: \"scheduled_at\"."});
  }
  // Said of an old campaign, "at once" takes its start back; a new one has both, and the time says more.
  if (at_once == true && before.id && !start_given) form.start_at.reset();
}

void read_attachments(const json::object& body, CampaignChange& change, std::vector<FieldError>& errors) {
  const auto* files = body.if_contains("attachments");
  if (files == nullptr) return;
  std::vector<Attachment> all;
  for (std::size_t i = 0; i < files->as_array().size(); ++i) {
    const auto& file = files->as_array()[i].as_object();
    auto bytes = from_base64(std::string_view(file.at("content").as_string()));
    if (!bytes) {
      errors.push_back({"/attachments/" + std::to_string(i) + "/content", "bad_base64",
                        "An attachment's \"content\" must be base64."});
      continue;
    }
    auto made = make_attachment(file.at("name").as_string(), std::move(*bytes));
    if (!made) {
      errors.push_back(
          {"/attachments/" + std::to_string(i) + "/name", made.error().code, made.error().message});
      continue;
    }
    if (const auto type = text_in(file, "media_type")) made->media_type = *type;
    all.push_back(std::move(*made));
  }
  change.attachments = std::move(all);
}

void read_content(const json::object& body, CampaignChange& change) {
  change.name = text_in(body, "name");
  change.description = text_in(body, "description");
  change.subject = text_in(body, "subject");
  change.message = text_in(body, "message");
  change.text = text_in(body, "text");
  change.from_name = text_in(body, "from_name");
  change.reply_to = text_in(body, "reply_to");
  change.queue = text_in(body, "queue");
  if (const auto kind = text_in(body, "kind")) change.kind = parse_campaign_kind(*kind);
  change.list_unsubscribe = flag_in(body, "list_unsubscribe");
  if (const auto format = text_in(body, "format")) change.format = parse_message_format(*format);
  for (const auto& [field, target] :
       {std::pair{"headers", &change.headers}, std::pair{"mailboxes", &change.mailboxes}}) {
    const auto* list = body.if_contains(field);
    if (list == nullptr) continue;
    target->emplace();
    for (const auto& item : list->as_array()) (*target)->emplace_back(item.as_string());
  }
}

}  // namespace

std::optional<WallTime> start_time(const json::object& body, std::string_view zone,
                                   std::vector<FieldError>& errors) {
  const auto text = text_in(body, "scheduled_at").value_or("");
  if (text.empty()) return std::nullopt;
  const auto time = parse_moment(text, zone);
  if (time) return *time;
  errors.push_back({"/scheduled_at", time.error().code, time.error().message});
  return std::nullopt;
}

CampaignChange campaign_change(const json::object& body, const Campaign& before, WallTime now,
                               std::vector<FieldError>& errors) {
  CampaignChange change;
  auto form = before.form;
  read_content(body, change);
  read_pace(body, before, form, change, errors);
  read_window(body, before, form, change, errors);
  read_start(body, before, now, form, change, errors);
  read_attachments(body, change, errors);
  if (const auto sheet = text_in(body, "google_sheet_id")) {
    const auto place = sheet->empty() ? Result<SheetPlace>(SheetPlace{}) : parse_sheet_place(*sheet);
    if (!place) errors.push_back({"/google_sheet_id", "bad_sheet_id", place.error().message});
    if (place) form.sheet_id = place->id;
  }
  if (const auto range = text_in(body, "google_sheet_range")) {
    if (const auto read = parse_sheet_range(*range); !read)
      errors.push_back({"/google_sheet_range", "bad_sheet_range", read.error().message});
    form.sheet_range = *range;
  }
  change.form = std::move(form);
  if (const auto tries = number_in(body, "max_tries")) change.max_tries = static_cast<int>(*tries);
  if (const auto age = text_in(body, "max_age"); age && !age->empty()) {
    const auto read = parse_duration(*age);
    if (read) change.max_age = *read;
    if (!read) errors.push_back({"/max_age", read.error().code, read.error().message});
  }
  if (const auto policy = text_in(body, "on_uncertain")) change.on_uncertain = parse_on_uncertain(*policy);
  change.skip_unresolved = flag_in(body, "skip_unresolved");
  if (const auto* brake = body.if_contains("brake")) {
    const bool off = brake->is_null();
    change.brake_refusals = off ? 0 : static_cast<int>(brake->at("refusals").to_number<std::int64_t>());
    change.brake_percent = off ? 0 : static_cast<int>(brake->at("percent").to_number<std::int64_t>());
  }
  return change;
}

}  // namespace postrider
