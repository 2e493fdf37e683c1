#include "drivers/ports/node_store.hpp"

#include "tests/support/files.hpp"
#include "tests/support/mosquitto.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace hearth;

TEST_CASE("what a store saved is there when it is opened again, the newest of each part") {
  const auto folder = testing::temporary_folder{};
  const auto file = folder.path() / "a" / "b" / "atn.db";
  {
    auto store = node_store::open(file);
    REQUIRE(store);
    const auto first = std::vector<stored_part>{{"maple", "site", "1"}, {"oak", "site", "é\"'"}};
    CHECK_FALSE((*store)->save(first));
    const auto second = std::vector<stored_part>{{"maple", "site", "2"}};
    CHECK_FALSE((*store)->save(second));
    auto reader = node_store::open_to_read(file);
    REQUIRE(reader);
    CHECK((*reader)->load()->size() == 2);
    CHECK((*reader)->save(second));
  }
  auto again = node_store::open(file);
  REQUIRE(again);
  CHECK(*(*again)->load() ==
        std::vector<stored_part>{{"maple", "site", "2"}, {"oak", "site", "é\"'"}});
}

TEST_CASE("a second writer is refused and told why") {
  const auto folder = testing::temporary_folder{};
  const auto one = node_store::open(folder.file("atn.db"));
  REQUIRE(one);
  const auto two = node_store::open(folder.file("atn.db"));
  REQUIRE_FALSE(two);
  CHECK(two.error().code == fault_code::refused);
  CHECK(two.error().detail.find("--state") != std::string::npos);
}

TEST_CASE("a damaged file, another program's and one that is not there are faults") {
  const auto folder = testing::temporary_folder{};
  std::ofstream{folder.file("junk.db")} << std::string(5000, 'x');
  CHECK(node_store::open(folder.file("junk.db")).error().code == fault_code::malformed);
  CHECK(node_store::open_to_read(folder.file("junk.db")).error().code == fault_code::malformed);
  CHECK(node_store::open_to_read(folder.file("none.db")).error().code ==
        fault_code::no_such_device);
  CHECK_FALSE(node_store::open("/proc/nowhere/atn.db"));
  std::filesystem::create_directory(folder.file("folder"));
  CHECK_FALSE(node_store::open(folder.file("folder")));
}
