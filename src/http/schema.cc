#include "http/schema.h"

#include "base/check.h"

namespace postrider {

namespace json = boost::json;

Schema Schema::about(std::string_view text) const {
  auto words = words_;
  words["description"] = text;
  return Schema(std::move(words));
}

Schema Schema::example(json::value value) const {
  auto words = words_;
  words["examples"] = json::array{std::move(value)};
  return Schema(std::move(words));
}

Schema Schema::standard(json::value value) const {
  auto words = words_;
  words["default"] = std::move(value);
  return Schema(std::move(words));
}

Schema Schema::or_null() const {
  auto words = words_;
  auto* type = words.if_contains("type");
  if (type != nullptr && type->is_string() && !words.contains("title") && !words.contains("enum")) {
    *type = json::array{*type, "null"};
    return Schema(std::move(words));
  }
  return Schema(json::object{{"anyOf", json::array{std::move(words), json::object{{"type", "null"}}}}});
}

Schema text(std::size_t least, std::size_t most) {
  json::object words{{"type", "string"}, {"maxLength", most}};
  if (least > 0) words["minLength"] = least;
  return Schema(std::move(words));
}

Schema pattern(std::string_view regex, std::size_t least, std::size_t most) {
  return Schema({{"type", "string"}, {"minLength", least}, {"maxLength", most}, {"pattern", regex}});
}

Schema whole(std::int64_t least, std::int64_t most) {
  return Schema({{"type", "integer"}, {"minimum", least}, {"maximum", most}});
}

Schema number(double least, double most) {
  return Schema({{"type", "number"}, {"minimum", least}, {"maximum", most}});
}

Schema boolean() {
  return Schema({{"type", "boolean"}});
}

Schema moment() {
  return Schema({{"type", "string"}, {"format", "date-time"}});
}

Schema one_of(std::initializer_list<std::string_view> words) {
  json::array known;
  for (const auto word : words) known.emplace_back(word);
  return Schema({{"type", "string"}, {"enum", std::move(known)}});
}

Schema array_of(const Schema& items, std::size_t most) {
  return Schema({{"type", "array"}, {"items", items.words()}, {"maxItems", most}});
}

Schema map_of(const Schema& values) {
  return Schema({{"type", "object"}, {"additionalProperties", values.words()}});
}

Schema anything() {
  return Schema({{"description", "any JSON value"}});
}

ObjectSchema::ObjectSchema(std::string_view name) {
  if (!name.empty()) words_["title"] = name;
  words_["type"] = "object";
}

ObjectSchema& ObjectSchema::needs(std::string_view field, const Schema& schema) {
  required_.emplace_back(field);
  return may(field, schema);
}

ObjectSchema& ObjectSchema::may(std::string_view field, const Schema& schema) {
  CHECK(!properties_.contains(field));
  properties_[field] = schema.words();
  return *this;
}

ObjectSchema& ObjectSchema::read_only(std::initializer_list<std::string_view> fields) {
  for (const auto field : fields) may(field, Schema({{"readOnly", true}}));
  return *this;
}

ObjectSchema& ObjectSchema::with(const Schema& other) {
  for (const auto& [field, words] : other.words().at("properties").as_object()) {
    CHECK(!properties_.contains(field));
    properties_[field] = words;
  }
  if (const auto* required = other.words().if_contains("required")) {
    for (const auto& field : required->as_array()) required_.push_back(field);
  }
  return *this;
}

ObjectSchema::operator Schema() const {
  auto words = words_;
  words["properties"] = properties_;
  if (!required_.empty()) words["required"] = required_;
  words["additionalProperties"] = false;
  return Schema(std::move(words));
}

json::value refer(const json::value& words, json::object& components) {
  if (const auto* list = words.if_array()) {
    json::array copy;
    for (const auto& item : *list) copy.push_back(refer(item, components));
    return copy;
  }
  const auto* object = words.if_object();
  if (object == nullptr) return words;
  json::object copy;
  for (const auto& [key, value] : *object) copy[key] = refer(value, components);
  const auto* title = object->if_contains("title");
  const auto* type = object->if_contains("type");
  if (title == nullptr || !title->is_string() || type == nullptr) return copy;
  const auto name = std::string(title->as_string());
  const auto* known = components.if_contains(name);
  CHECK(known == nullptr || *known == copy);  // two things must not have one name
  components[name] = std::move(copy);
  return json::object{{"$ref", "#/components/schemas/" + name}};
}

}  // namespace postrider
