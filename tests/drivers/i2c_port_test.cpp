#include "drivers/ports/i2c_port.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <deque>

using namespace hearth;

namespace {

/// An adapter with one chip at 0x48 that answers with what it was told.
struct wires {
  int open_error = 0;
  std::deque<int> errors;  ///< of the next transfers
  int opened = 0;
  std::vector<bytes> written;

  struct adapter final : i2c_adapter {
    wires* of;
    explicit adapter(wires* w) : of{w} {}
    int transfer(std::uint8_t address, std::span<const std::uint8_t> write,
                 std::span<std::uint8_t> read) override {
      if (!of->errors.empty()) {
        const auto error = of->errors.front();
        of->errors.pop_front();
        if (error != 0) return error;
      }
      if (address != 0x48) return EREMOTEIO;
      of->written.emplace_back(write.begin(), write.end());
      std::ranges::fill(read, std::uint8_t{0x5A});
      return 0;
    }
  };

  std::unique_ptr<port> make() {
    return make_i2c_port(
        "/dev/i2c-1",
        [this](const std::string&) -> tl::expected<std::unique_ptr<i2c_adapter>, int> {
          ++opened;
          if (open_error != 0) return tl::make_unexpected(open_error);
          return std::make_unique<adapter>(this);
        });
  }
};

const auto ask = i2c_transfer{0x48, {1, 2}, 2, {}};

fault fault_of(const result<bus_answer>& answer) {
  REQUIRE_FALSE(answer);
  return answer.error();
}

}  // namespace

TEST_CASE("an I2C transfer that reads is answered with its bytes, one that does not with done") {
  auto w = wires{};
  const auto io = w.make();
  CHECK(io->transact(ask, {}).value() == bus_answer{bytes{0x5A, 0x5A}});
  CHECK(io->transact(i2c_transfer{0x48, {7}, 0, {}}, {}).value() == bus_answer{done{}});
  CHECK(w.written == std::vector<bytes>{{1, 2}, {7}});
  CHECK(w.opened == 1);
}

TEST_CASE("an I2C adapter that cannot be opened says which group or setting is missing") {
  auto w = wires{};
  const auto io = w.make();
  w.open_error = EACCES;
  CHECK(fault_of(io->transact(ask, {})).code == fault_code::permission);
  CHECK(fault_of(io->transact(ask, {})).detail.find("group i2c") != std::string::npos);
  w.open_error = ENOENT;
  CHECK(fault_of(io->transact(ask, {})).code == fault_code::no_such_device);
  CHECK(fault_of(io->transact(ask, {})).detail.find("i2c_arm") != std::string::npos);
  w.open_error = 0;
  CHECK(io->transact(ask, {}));
}

TEST_CASE("a chip that does not answer, a held bus and a lost adapter are told apart") {
  auto w = wires{};
  const auto io = w.make();
  CHECK(fault_of(io->transact(i2c_transfer{0x49, {}, 1, {}}, {})).code ==
        fault_code::no_such_device);
  w.errors = {ETIMEDOUT};
  CHECK(fault_of(io->transact(ask, {})).code == fault_code::timeout);
  CHECK(w.opened == 1);
  w.errors = {EIO};
  CHECK(fault_of(io->transact(ask, {})).code == fault_code::io);
  CHECK(io->transact(ask, {}));
  CHECK(w.opened == 2);
}

TEST_CASE("what is no I2C transfer, or an endless one, is refused and nothing is sent") {
  auto w = wires{};
  const auto io = w.make();
  CHECK(fault_of(io->transact(onewire_read{"28-1"}, {})).code == fault_code::unsupported);
  CHECK(fault_of(io->transact(i2c_transfer{0x48, {}, 65, {}}, {})).code == fault_code::unsupported);
  CHECK(fault_of(io->transact(i2c_transfer{0x48, bytes(65), 0, {}}, {})).code ==
        fault_code::unsupported);
  CHECK(w.written.empty());
}

TEST_CASE("a file that is no I2C adapter is not taken for one") {
  CHECK(open_i2c_device("/dev/null").error() == ENODEV);
  CHECK(open_i2c_device("/nowhere/i2c-1").error() == ENOENT);
}
