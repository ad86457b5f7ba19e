#pragma once
// Database and Statement: a thin RAII layer over the SQLite C API, for the store room only.
// Every failure is a StoreFault that says what was being done; a constraint is one too, so verbs
// that expect a conflict look before they write (there is one writer).

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace postrider::sqlite {

class Database;

/// A prepared statement. bind (from 1), step until false, read columns (from 0), reset. Its end gives it back
/// to its database, which it must not outlive.
class Statement {
 public:
  Statement() = default;
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, int value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, bool value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, double value);
  /// The text must live until the statement was stepped or reset: it is not copied.
  Statement& bind(int index, std::string_view value);
  Statement& bind(int index, std::nullopt_t);
  Statement& bind(int index, std::optional<std::int64_t> value);

  /// Binds all, runs to the end, resets: for statements that return no rows. Rows changed.
  template <class... Values>
  int run(const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values), ...);
    return finish();
  }
  /// Binds all and is ready to be stepped.
  template <class... Values>
  Statement& query(const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }

  bool step();  ///< true: there is a row
  int finish();
  void reset();

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  ///< valid until the next step or reset
  bool is_null(int column) const;
  std::optional<std::int64_t> maybe_integer(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
  }
  std::optional<int> maybe_count(int column) const {
    if (is_null(column)) return std::nullopt;
    return static_cast<int>(integer(column));
  }

 private:
  Database* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  enum class Mode { writer, reader };
  Database(const std::string& file, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const std::string& sql);
  /// BEGIN IMMEDIATE and COMMIT, prepared once: see Transaction.
  void begin();
  void commit();
  std::int64_t last_id() const;
  sqlite3* raw() { return handle_; }
  /// How many steps of SQLite's machine the statements took that have ended here: what a question costs,
  /// free of clocks. Some tens for each row that is looked at.
  std::int64_t steps() const { return steps_; }
  [[noreturn]] void fail(int code, std::string_view doing);

 private:
  void run(std::optional<Statement>& statement, std::string_view sql);
  /// Preparing a statement costs more than most of ours do, so those that have ended wait here for the next
  /// use of the same text.
  sqlite3_stmt* take(std::string_view sql);
  void give_back(sqlite3_stmt* statement);

  static constexpr std::size_t kMostKept = 200;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  friend class Statement;

  sqlite3* handle_ = nullptr;
  std::int64_t steps_ = 0;
  std::unordered_multimap<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> kept_;
  std::optional<Statement> begin_, commit_;
};

/// BEGIN IMMEDIATE … COMMIT, rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace postrider::sqlite
