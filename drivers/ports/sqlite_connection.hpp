#pragma once

#include "protocol/fault.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <vector>

/// As much of SQLite as the journal needs. Calls answer SQLite's own result codes, because what to
/// do next depends on them; whoever faces the rest of the program makes faults of them.
namespace hearth {

struct sqlite_closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
  void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
};
using sqlite_connection = std::unique_ptr<sqlite3, sqlite_closer>;

/// The answer to one execution of a query. Ends it when it goes, so that no read stays open.
class sqlite_rows {
 public:
  sqlite_rows(sqlite3_stmt* statement, int code) : statement_{statement}, code_{code} {}
  sqlite_rows(const sqlite_rows&) = delete;
  sqlite_rows& operator=(const sqlite_rows&) = delete;
  ~sqlite_rows() { sqlite3_reset(statement_); }

  /// True when it stands on a further row.
  bool next();
  /// SQLITE_OK while nothing has gone wrong.
  [[nodiscard]] int code() const { return code_; }

  [[nodiscard]] std::uint64_t number(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  sqlite3_stmt* statement_;
  int code_;
};

/// A prepared statement, used again and again.
class sqlite_query {
 public:
  sqlite_query(sqlite3* db, std::string_view sql);

  /// The parameters in their order; texts are bound as they are and must outlive the rows.
  template <class... Parameters>
  sqlite_rows rows(const Parameters&... parameters) {
    auto code = prepared_;
    auto place = 0;
    ((code = code == SQLITE_OK ? bind(++place, parameters) : code), ...);
    return {statement_.get(), code};
  }
  template <class... Parameters>
  int run(const Parameters&... parameters) {
    auto all = rows(parameters...);
    while (all.next()) {
    }
    return all.code();
  }

 private:
  int bind(int place, std::uint64_t value);
  int bind(int place, std::int64_t value);
  int bind(int place, int value) { return bind(place, std::int64_t{value}); }
  int bind(int place, const std::string& text);
  /// Absent: NULL.
  int bind(int place, std::optional<std::int64_t> value);
  /// A blob: bytes that are no text.
  int bind(int place, std::span<const char> bytes);

  std::unique_ptr<sqlite3_stmt, sqlite_closer> statement_;
  int prepared_;
};

int run(sqlite3* db, const std::string& sql);
/// The first column of the first row.
int read_number(sqlite3* db, const std::string& sql, std::uint64_t& out);

/// Writes to a file of SQLite's, in the pieces that its calls take: a page at most is what they are
/// made for, and larger ones they cut off silently.
int write_file(sqlite3_file* file, std::string_view bytes, std::int64_t at);
/// Zeros up to a length, so that the disk has room for it; on disk when it returns.
int lengthen_file(sqlite3_file* file, std::int64_t to);

/// The file is not what was written to it.
bool means_damage(int code);
/// For a person: what SQLite says about this file and what to do.
fault sqlite_fault(sqlite3* db, int code, const std::string& file);

}  // namespace hearth
