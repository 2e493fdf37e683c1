#pragma once

#include "protocol/fault.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>

/// SQLite with owners and errors of ours. Included by stores of this folder only.
namespace hearth::sqlite {

struct closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
  void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
};
using database = std::unique_ptr<sqlite3, closer>;

/// One prepared statement, used again and again: `reset` begins anew, `bind` counts from 1.
class statement {
 public:
  statement() = default;
  statement(sqlite3* db, std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                       &raw, nullptr);
    handle_.reset(raw);
  }

  template <class... Values>
  statement& start(const Values&... values) {
    sqlite3_reset(handle_.get());
    auto place = 0;
    (bind(++place, values), ...);
    return *this;
  }
  /// SQLITE_ROW, SQLITE_DONE or an error; an error too where it could not be prepared.
  int step() { return handle_ ? sqlite3_step(handle_.get()) : SQLITE_ERROR; }
  /// Lets go of what it read, so that nobody waits for it.
  void rest() { sqlite3_reset(handle_.get()); }

  [[nodiscard]] std::int64_t number(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
  }
  [[nodiscard]] std::string text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    const auto size = sqlite3_column_bytes(handle_.get(), column);
    return bytes != nullptr ? std::string{bytes, static_cast<std::size_t>(size)} : std::string{};
  }

 private:
  void bind(int place, std::int64_t value) { sqlite3_bind_int64(handle_.get(), place, value); }
  void bind(int place, std::string_view bytes) {
    sqlite3_bind_blob64(handle_.get(), place, bytes.data(), bytes.size(), SQLITE_STATIC);
  }

  std::unique_ptr<sqlite3_stmt, closer> handle_;
};

}  // namespace hearth::sqlite
