#include "drivers/ports/appended_file.hpp"

#include "tests/support/files.hpp"
#include "tests/support/mosquitto.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace hearth;
using namespace hearth::testing;
namespace fs = std::filesystem;

namespace {

struct fixture {
  temporary_folder folder;
  appended_file_plan plan{fs::path{folder.file("log")}, "HEAD", 100};

  void write(const std::string& text) const {
    std::ofstream{plan.file, std::ios::binary | std::ios::trunc} << text;
  }
  [[nodiscard]] std::string text() const { return contents_of(plan.file); }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a file is made, and appended to by whoever opens it next") {
  {
    auto file = open_appended_file(plan);
    REQUIRE(file);
    CHECK((*file)->append("HEAD\n"));
    CHECK((*file)->size() == 5);
  }
  auto file = open_appended_file(plan);
  REQUIRE(file);
  CHECK((*file)->append("more\n"));
  CHECK((*file)->size() == 10);
  CHECK(text() == "HEAD\nmore\n");
}

TEST_CASE_FIXTURE(fixture, "a line that was cut off is ended before the next one begins") {
  write("HEAD\nhalf a li");
  auto file = open_appended_file(plan);
  REQUIRE(file);
  CHECK((*file)->append("whole\n"));
  CHECK(text() == "HEAD\nhalf a li\nwhole\n");
}

TEST_CASE_FIXTURE(fixture, "a file that has grown to its bound is put aside, over an older one") {
  const auto aside = plan.file.string() + ".1";
  std::ofstream{aside} << "older";
  write("HEAD" + std::string(96, '\n'));
  auto file = open_appended_file(plan);
  REQUIRE(file);
  CHECK((*file)->size() == 0);
  CHECK(fs::file_size(aside) == 100);
}

TEST_CASE_FIXTURE(fixture, "what is somebody else's stays as it is") {
  write("site: maple-12\n");
  auto file = open_appended_file(plan);
  REQUIRE_FALSE(file);
  CHECK(file.error().code == fault_code::refused);
  CHECK(text() == "site: maple-12\n");

  write("HE");  // cut off in its first word
  CHECK(open_appended_file(plan));
  write(std::string(40, '\0'));  // a power cut left room without words
  CHECK(open_appended_file(plan));
}

TEST_CASE_FIXTURE(fixture, "what is no file, or cannot be one, is a fault that names it") {
  plan.file = folder.file("pipe");
  REQUIRE(mkfifo(plan.file.c_str(), 0600) == 0);
  CHECK(open_appended_file(plan).error().code == fault_code::refused);
  plan.file = "/dev/null";
  CHECK_FALSE(open_appended_file(plan));
  plan.file = fs::path{folder.file("nowhere")} / "log";
  const auto missing = open_appended_file(plan);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().detail.find("nowhere/log") != std::string::npos);
  plan.file = fs::path{folder.file("pipe")}.parent_path();
  CHECK_FALSE(open_appended_file(plan));
}

TEST_CASE_FIXTURE(fixture, "where there is no room, no part of a line stays behind") {
  auto file = open_appended_file(plan);
  REQUIRE(file);
  REQUIRE((*file)->append("HEAD\n"));
  auto before = rlimit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const auto little = rlimit{64, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &little) == 0);
  const auto written = (*file)->append(std::string(100, 'x') + "\n");
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  REQUIRE_FALSE(written);
  CHECK(written.error().detail.find("cannot write") != std::string::npos);
  CHECK(text() == "HEAD\n");
  CHECK((*file)->size() == 5);
  CHECK((*file)->append("next\n"));
  CHECK(text() == "HEAD\nnext\n");
}
