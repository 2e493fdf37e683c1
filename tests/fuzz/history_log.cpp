#include "actors/history/history_log.hpp"

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/memory_history_files.hpp"

#include <cmath>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto block = std::size_t{4096};
/// Few blocks, so that what is done is parsing and not the copying of zeros.
constexpr auto laid_out = std::uint64_t{4 * block};

/// Records out of the input: each begins a block, with a checksum that is right unless the highest
/// bit of its length says no.
std::string log_from(fuzz_input& input, std::size_t records) {
  auto out = std::string{};
  for (; records > 0 && !input.is_empty(); --records) {
    const auto how = input.byte();
    auto summed = std::string{input.take(how % 128U * std::size_t{4})};
    auto record = std::string{"HHL1"};
    append_u32(record, checksum_of(summed));
    if (how >= 128 && !summed.empty()) summed.back() ^= 1;
    record += summed;
    record.resize((record.size() + block - 1) / block * block, '\0');
    out += record;
  }
  return out;
}

std::size_t values_in(const log_record& record) {
  auto count = record.pages.size();
  for (const auto& run : record.runs) {
    count += run.values.size();
    for (const auto& value : run.values)
      must(!value || std::isfinite(*value), "a value is a number");
  }
  return count;
}

}  // namespace

/// Two log files of any bytes: what is whole in them is taken, and what is appended afterwards is
/// there when they are opened again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = fuzz_input{data, size};
  const auto how = input.byte();
  const auto disk = std::make_shared<history_memory>();
  disk->files["log.a"] = log_from(input, how % 4);
  disk->files["log.b"] = log_from(input, how / 4 % 4);
  const auto all = disk->files["log.a"].size() + disk->files["log.b"].size();
  if (const auto one = record_from(input.rest())) values_in(one->record);

  auto files = memory_history_files{disk};
  auto problems = std::vector<std::string>{};
  auto taken = std::size_t{0};
  const auto look = [&](const log_record& record) { taken += values_in(record); };
  // Opened to look, it writes nothing.
  const auto before = disk->files;
  must(history_log::open(files, {true, laid_out}, look, problems).has_value(),
       "a log opens to be looked at");
  must(disk->files == before, "looking writes nothing");
  must(taken <= all, "a log does not hold more than its bytes");

  auto log = history_log::open(files, {false, laid_out}, look, problems);
  must(log.has_value(), "a log opens");
  auto record = log_record{10, {{7, 1'768'003'200, {1.5F, std::nullopt}}}, {}};
  record.pages.push_back({1, 7, 28778, std::string(block, 'x')});
  must(log->append(files, record).has_value(), "a log takes a block");
  const auto again = [&](const char* promise) {
    auto last = log_record{};
    auto none = std::vector<std::string>{};
    const auto read = history_log::open(
        files, {false, laid_out}, [&](const log_record& r) { last = r; }, none);
    must(read && last.interval_s == 10 && last.runs.size() == 1 && last.pages.size() == 1, promise);
    must(last.runs[0].values == record.runs[0].values, promise);
  };
  again("what was appended is there");
  must(log->begin_anew(files, record).has_value(), "a log begins anew");
  again("what a log begins with is there");
  return 0;
}
