#include "drivers/touched_files.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using names = std::set<std::string>;

TEST_CASE("a sync names the file that was written, and its folder if the file is new") {
  auto touched = touched_files{};
  touched.wrote("10s/1.dat", false);
  CHECK(touched.files() == names{"10s/1.dat"});
  CHECK(touched.folders().empty());
  touched.wrote("index", true);
  CHECK(touched.folders() == names{""});
  touched.synced("index");
  CHECK(touched.files() == names{"10s/1.dat"});
  CHECK(touched.folders() == names{""});
  touched.clear();
  CHECK(touched.files().empty());
  CHECK(touched.folders().empty());
}

TEST_CASE("a folder that was made is a name in each folder above it") {
  auto touched = touched_files{};
  touched.made_folder("10s/20260110T000000Z");
  CHECK(touched.folders() == names{"", "10s"});
}

TEST_CASE("what is renamed is synced by its new name, and both folders with it") {
  auto touched = touched_files{};
  touched.wrote("a/sums.new", false);
  touched.wrote("b/sums", false);
  touched.renamed("a/sums.new", "b/sums");
  CHECK(touched.files() == names{"b/sums"});
  CHECK(touched.folders() == names{"a", "b"});
  touched.clear();
  touched.wrote("10s/old/1.dat", true);
  touched.wrote("10s/older.dat", false);
  touched.renamed("10s/old", "10s/new");
  CHECK(touched.files() == names{"10s/new/1.dat", "10s/older.dat"});
  CHECK(touched.folders() == names{"10s", "10s/new"});
}

TEST_CASE("what is removed needs no sync but that of its folder") {
  auto touched = touched_files{};
  touched.wrote("10s/old/1.dat", true);
  touched.wrote("10s/old.dat", false);
  touched.removed("10s/old");
  CHECK(touched.files() == names{"10s/old.dat"});
  CHECK(touched.folders() == names{"10s"});
}
