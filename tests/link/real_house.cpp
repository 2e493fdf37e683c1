#include "tests/link/real_house.hpp"

#include "actors/journal_actor.hpp"
#include "actors/reporter_actor.hpp"
#include "actors/topology.hpp"
#include "actors/upstream_actor.hpp"
#include "drivers/ports/journal_store.hpp"

#include <caf/scoped_actor.hpp>
#include <doctest/doctest.h>

#include <fstream>
#include <sqlite3.h>
#include <stdexcept>

namespace hearth::testing {
namespace {

const auto noon = *from_iso8601("2020-01-15T12:00:00Z");

house_context context_of(link_layout link, double speed) {
  auto house = layout{};
  house.site = "maple-12";
  house.hash = "9f86d081";
  house.link = std::move(link);
  const auto today = std::chrono::floor<duration>(std::chrono::system_clock::now());
  return {std::make_shared<const layout>(std::move(house)),
          house_clock::warped(noon, today, speed)};
}

/// Of a message of the first boot in a journal.
std::uint64_t number_of(std::uint64_t sequence) { return (std::uint64_t{1} << 40) + sequence; }

struct closing {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using database = std::unique_ptr<sqlite3, closing>;

}  // namespace

/// What the dispatcher of this house would have had to keep.
struct real_house::contract_list {
  std::mutex lock;
  std::vector<std::string> ids;
};

directive_sink::behavior_type real_house::books_contracts(std::shared_ptr<contract_list> book) {
  return {[book](const envelope& e) {
    const auto held = std::lock_guard{book->lock};
    if (std::holds_alternative<contract>(e.body)) book->ids.push_back(e.message_id);
  }};
}

/// One run of the program. Its actor system ends when all actors have, and with them everything
/// they held.
struct real_house::family {
  family(const house_context& context, const std::string& boot, const mqtt_client_maker& connect,
         const journal_maker& open, std::shared_ptr<contract_list> book)
      : system{configured(config)},
        journal{system.spawn<caf::detached>(journal_of, context, boot, open)},
        reporter{system.spawn(reporter_of, context, [](const event&) {})},
        upstream{system.spawn(upstream_of, context, boot, 1, connect)} {
    const auto dispatcher = system.spawn(books_contracts, std::move(book));
    auto everybody = roads{};
    everybody.dispatcher_directives = dispatcher;
    everybody.reporter_statements = reporter;
    everybody.reporter_queries = reporter;
    everybody.reporter_dates = reporter;
    everybody.journal = journal;
    everybody.journal_drafts = journal;
    everybody.journal_of_link = journal;
    everybody.journal_dates = journal;
    everybody.upstream = upstream;
    everybody.upstream_journal = upstream;
    everybody.upstream_dates = upstream;
    const auto introduce = [&](const auto& actor) {
      caf::anon_send(actor, everybody);
      caf::anon_send(actor, exact_dates);
    };
    introduce(upstream);
    introduce(journal);
    introduce(reporter);
  }
  ~family() {
    caf::anon_send_exit(upstream, caf::exit_reason::kill);
    caf::anon_send_exit(reporter, caf::exit_reason::kill);
    caf::anon_send_exit(journal, caf::exit_reason::kill);
  }
  family(const family&) = delete;

  template <class Actor>
  void farewell(const Actor& actor) {
    auto self = caf::scoped_actor{system};
    self->request(actor, std::chrono::seconds{30}, atom::farewell::value)
        .receive([](atom::done) {},
                 [&](const caf::error& e) { FAIL("no farewell: " << system.render(e)); });
  }

  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    configure(config);
    return config;
  }

  caf::actor_system_config config;
  caf::actor_system system;
  journal_actor journal;
  reporter_actor reporter;
  upstream_actor upstream;
};

real_house::real_house(link_layout link, double speed)
    : context_{context_of(std::move(link), speed)}, contracts_{std::make_shared<contract_list>()} {}
real_house::~real_house() { kill(); }

void real_house::start() {
  REQUIRE(running_ == nullptr);
  const auto open = [file = journal_file(), options = journal_options] {
    return open_sqlite_journal(file, options);
  };
  running_ = std::make_unique<family>(context_, "b" + std::to_string(++boots_), door.maker(), open,
                                      contracts_);
}

std::vector<std::string> real_house::contracts() const {
  const auto held = std::lock_guard{contracts_->lock};
  return contracts_->ids;
}

void real_house::stop() {
  settle();
  running_->farewell(running_->upstream);
  kill();
}

void real_house::kill() { running_.reset(); }

void real_house::say(body what) { caf::anon_send(running_->reporter, std::move(what)); }

void real_house::say_events(std::size_t count, const std::string& padding) {
  for (; count > 0; --count)
    say(event{severity::info, "test", std::to_string(++said_), "Something happened." + padding,
              clock().now()});
}

void real_house::settle() {
  running_->farewell(running_->reporter);
  running_->farewell(running_->journal);
}

void real_house::mark(const std::string& word) {
  settle();
  say(state_report{authority::local, "thermostat", word, "", clock().now()});
}

void real_house::tell_backlog() { caf::anon_send(running_->journal, atom::tell::value); }

journal_totals real_house::stored() const {
  const auto opened = open_sqlite_journal(journal_file(), journal_options);
  REQUIRE(opened);
  REQUIRE_FALSE(opened->put_aside);
  return opened->store->totals();
}

void real_house::meddle(const std::string& statement) const {
  {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(journal_file().c_str(), &raw) == SQLITE_OK);
    const auto db = database{raw};
    const auto done =
        sqlite3_exec(raw, ("PRAGMA journal_mode;" + statement).c_str(), nullptr, nullptr, nullptr);
    REQUIRE_MESSAGE(done == SQLITE_OK, sqlite3_errmsg(raw));
  }
  // SQLite has taken its log away; a journal without one would count as damaged as a whole.
  std::ofstream{journal_file() + "-wal", std::ios::app} << std::string(4096, '\0');
}

std::string real_house::bytes_of(std::uint64_t sequence) const {
  const auto number = std::to_string(number_of(sequence));
  const auto found = ask("SELECT payload FROM entries WHERE number = " + number);
  REQUIRE(found.size() == 1);
  return found.front();
}

void real_house::forge(std::uint64_t sequence, const std::string& payload) const {
  const auto number = std::to_string(number_of(sequence));
  const auto row = ask("SELECT kind, topic_kind, made FROM entries WHERE number = " + number);
  REQUIRE(row.size() == 3);
  const auto forged = stored_entry{
      number_of(sequence), std::stoll(row[0]), row[1], std::stoll(row[2]), false, 0, payload};
  auto hex = std::string{};
  for (const auto byte : payload) {
    constexpr auto digits = "0123456789abcdef";
    hex += digits[static_cast<unsigned char>(byte) >> 4];
    hex += digits[static_cast<unsigned char>(byte) & 15];
  }
  meddle("UPDATE entries SET payload = x'" + hex +
         "', checksum = " + std::to_string(static_cast<std::int64_t>(checksum_of(forged))) +
         " WHERE number = " + number);
}

std::vector<std::string> real_house::ask(const std::string& question) const {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(journal_file().c_str(), &raw) == SQLITE_OK);
  const auto db = database{raw};
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(raw, question.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  auto found = std::vector<std::string>{};
  while (sqlite3_step(statement) == SQLITE_ROW)
    for (auto i = 0; i < sqlite3_column_count(statement); ++i) {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
      found.emplace_back(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
    }
  sqlite3_finalize(statement);
  return found;
}

std::string nth(const std::string& boot, std::size_t n) { return boot + "-" + std::to_string(n); }

std::vector<std::string> up_to(const std::string& boot, std::size_t n) {
  auto ids = std::vector<std::string>{};
  for (auto i = std::size_t{1}; i <= n; ++i) ids.push_back(nth(boot, i));
  return ids;
}

}  // namespace hearth::testing
