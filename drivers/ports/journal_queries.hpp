#pragma once

#include "drivers/ports/journal_store.hpp"

namespace hearth {

/// Everything the journal ever asks of its database, once it is open.
struct journal_queries {
  explicit journal_queries(sqlite3* db) : db{db} {}
  sqlite3* db;

  sqlite_query begin{db, "BEGIN IMMEDIATE"};
  sqlite_query commit{db, "COMMIT"};
  sqlite_query save{db,
                    "UPDATE state SET waiting = ?, bytes = ?, quarantined = ?, epoch = ?,"
                    " last_message_id = ?, checksum = ? WHERE id = 1"};
  sqlite_query insert{db, "INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"};
  sqlite_query remove{db, "DELETE FROM entries WHERE number = ?"};
  sqlite_query size{db, "SELECT length(payload) FROM entries WHERE number = ?"};
  sqlite_query entry{db, std::string{"SELECT "} + entry_columns + " FROM entries WHERE number = ?"};
  sqlite_query dated{db, std::string{"SELECT "} + entry_columns +
                             " FROM entries NOT INDEXED WHERE number > ? AND undated = 0"
                             " ORDER BY number"};
  sqlite_query undated{db, std::string{"SELECT "} + entry_columns +
                               " FROM entries WHERE number > ? AND undated != 0"
                               " ORDER BY number LIMIT ?"};
  sqlite_query unhide{db, "UPDATE entries SET undated = 0 WHERE number = ?"};
  sqlite_query replace{db,
                       "UPDATE entries SET undated = 0, checksum = ?, payload = ?"
                       " WHERE number = ?"};
  sqlite_query within{db,
                      "SELECT number FROM entries WHERE number BETWEEN ? AND ?"
                      " ORDER BY number"};
  sqlite_query of_class{db,
                        "SELECT number, length(payload) FROM entries NOT INDEXED"
                        " WHERE number >= ? AND kind = ? ORDER BY number"};
  sqlite_query oldest{db, "SELECT number, made FROM entries NOT INDEXED ORDER BY number"};
  sqlite_query set_aside{db,
                         "INSERT INTO quarantine (message_id, topic_kind, why, at, payload)"
                         " VALUES (?, ?, ?, ?, ?)"};
  sqlite_query drop_quarantined{
      db, "DELETE FROM quarantine WHERE place = (SELECT min(place) FROM quarantine)"};
};

/// Deleted or damaged rows must not drive a sum below nothing.
inline std::uint64_t less(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

}  // namespace hearth
