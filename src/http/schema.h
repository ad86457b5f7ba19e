#pragma once
// Schema: what a JSON value of the API may be. One object serves three: it is printed in the OpenAPI
// document (JSON Schema 2020-12), it judges what callers send, and tests hold our answers against it; so
// the three cannot drift. Only the words used here are known. Pure; thread safe once built.

#include <boost/json/object.hpp>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/problem.h"

namespace postrider {

class Schema {
 public:
  Schema() = default;
  explicit Schema(boost::json::object words) : words_(std::move(words)) {}

  /// The whole of it, with nothing left to look up elsewhere. Objects that have a name carry it as "title".
  const boost::json::object& words() const { return words_; }
  bool empty() const { return words_.empty(); }

  Schema about(std::string_view text) const;        ///< "description"
  Schema example(boost::json::value value) const;   ///< "examples"
  Schema standard(boost::json::value value) const;  ///< "default"
  Schema or_null() const;

 private:
  boost::json::object words_;
};

Schema text(std::size_t least = 0, std::size_t most = 100'000);
Schema pattern(std::string_view regex, std::size_t least, std::size_t most);
Schema whole(std::int64_t least, std::int64_t most);
Schema number(double least, double most);
Schema boolean();
Schema moment();  ///< RFC 3339
Schema one_of(std::initializer_list<std::string_view> words);
Schema array_of(const Schema& items, std::size_t most = 10'000);
Schema map_of(const Schema& values);  ///< any keys
Schema anything();

/// An object with exactly these fields: `ObjectSchema("Problem").needs("code", text()).may("errors", …)`.
class ObjectSchema {
 public:
  explicit ObjectSchema(std::string_view name = {});
  ObjectSchema& needs(std::string_view field, const Schema& schema);  ///< must be there
  ObjectSchema& may(std::string_view field, const Schema& schema);    ///< may be missing
  /// Fields of our answers that a caller cannot set: refused, by a code of their own.
  ObjectSchema& read_only(std::initializer_list<std::string_view> fields);
  ObjectSchema& with(const Schema& other);  ///< all fields of another object
  operator Schema() const;

 private:
  boost::json::object words_, properties_;
  boost::json::array required_;
};

/// Everything that is wrong with `value`. Missing fields that have a default get it.
std::vector<FieldError> judge(const Schema& schema, boost::json::value& value);

/// A query or path parameter as text: read as its schema's type and judged. `name` as in "?limit".
std::vector<FieldError> judge_parameter(const Schema& schema, std::string_view name, std::string_view text,
                                        boost::json::value& value);

/// `words` as it stands in the document: objects with a name become references, and the objects themselves
/// are put into `components`.
boost::json::value refer(const boost::json::value& words, boost::json::object& components);

}  // namespace postrider
