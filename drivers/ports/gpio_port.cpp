#include "drivers/ports/gpio_port.hpp"

#include "drivers/ports/pulse_memory.hpp"

#include <cerrno>
#include <cstring>
#include <map>

namespace hearth {
namespace {

class gpio_port final : public port {
 public:
  gpio_port(std::string name, std::string totals, gpio_chip_opener open)
      : name_{std::move(name)}, totals_{std::move(totals)}, open_{std::move(open)} {}

  result<bus_answer> transact(const bus_request& request, time_point) override {
    if (const auto* const read = std::get_if<gpio_read>(&request)) return carry_out(*read);
    if (const auto* const write = std::get_if<gpio_write>(&request)) return carry_out(*write);
    if (const auto* const count = std::get_if<gpio_count>(&request)) return carry_out(*count);
    return failed(fault_code::unsupported, "a GPIO chip only reads, writes and counts");
  }

 private:
  /// How a line was claimed. Whoever wants it otherwise (after the layout has changed) gets it
  /// anew.
  struct claim {
    bool output = false;
    bool active_low = false;
  };
  struct watch {
    std::unique_ptr<watched_line> line;
    bool active_low = false;
    std::chrono::microseconds debounce{};
  };

  /// A line whose pulses are counted.
  struct counter {
    std::uint64_t total = 0;
    std::uint32_t seen = 0;  ///< the number of the newest pulse, as the kernel counts them
    std::optional<std::chrono::nanoseconds> at = {};
  };

  result<bus_answer> carry_out(const gpio_read& read) {
    if (read.debounce.count() > 0) return watched_level(read);
    if (const auto ready = ready_for(read.line); !ready) return tl::make_unexpected(ready.error());
    const auto found = lines_.find(read.line);
    if (found == lines_.end() || found->second.active_low != read.active_low) {
      let_go(read.line);
      if (const auto error = chip_->claim(read.line, read.active_low, {}))
        return tl::make_unexpected(fault_of(error, read.line));
      lines_[read.line] = {false, read.active_low};
    }
    const auto level = chip_->read(read.line);
    if (!level) return tl::make_unexpected(fault_of(level.error(), read.line));
    return *level;
  }

  result<bus_answer> carry_out(const gpio_write& write) {
    if (const auto ready = ready_for(write.line); !ready) return tl::make_unexpected(ready.error());
    const auto found = lines_.find(write.line);
    if (found != lines_.end() && found->second.output &&
        found->second.active_low == write.active_low) {
      if (const auto error = chip_->write(write.line, write.on))
        return tl::make_unexpected(fault_of(error, write.line));
      return done{};
    }
    let_go(write.line);
    if (const auto error = chip_->claim(write.line, write.active_low, write.on))
      return tl::make_unexpected(fault_of(error, write.line));
    lines_[write.line] = {true, write.active_low};
    return done{};
  }

  void let_go(unsigned line) {
    watches_.erase(line);
    if (lines_.erase(line) > 0) chip_->release(line);
  }

  result<bus_answer> watched_level(const gpio_read& read) {
    const auto watch = watched(read.line, read.active_low, read.debounce);
    if (!watch) return tl::make_unexpected(watch.error());
    const auto level = (*watch)->level();
    if (!level) return tl::make_unexpected(fault_of(level.error(), read.line));
    return *level;
  }

  result<bus_answer> carry_out(const gpio_count& count) {
    if (!memory_) {
      auto opened = pulse_memory::open(totals_);
      if (!opened) return tl::make_unexpected(opened.error());
      memory_ = std::move(*opened);
    }
    const auto begun = watches_.contains(count.line) ? watches_[count.line].line.get() : nullptr;
    const auto line = watched(count.line, count.active_low, count.debounce);
    if (!line) return tl::make_unexpected(line.error());
    if (*line != begun) counters_[count.line] = {.total = memory_->recall(count.line)};
    const auto newest = (*line)->newest();
    if (!newest) return tl::make_unexpected(fault_of(newest.error(), count.line));
    auto& counted = counters_[count.line];
    auto answer = pulses{counted.total, {}};
    if (!*newest) return answer;
    // Numbers of 32 bits go round; their difference does not mind.
    const auto many = std::uint32_t{(*newest)->number - counted.seen};
    counted.total += many;
    if (counted.at) answer.lately = {many, (*newest)->at - *counted.at};
    counted.seen = (*newest)->number;
    counted.at = (*newest)->at;
    memory_->keep(count.line, counted.total);
    answer.total = counted.total;
    return answer;
  }

  /// The watch on a line, which begins with the first such request for it.
  result<watched_line*> watched(unsigned line, bool active_low,
                                std::chrono::microseconds debounce) {
    if (const auto ready = ready_for(line); !ready) return tl::make_unexpected(ready.error());
    const auto found = watches_.find(line);
    if (found != watches_.end() && found->second.active_low == active_low &&
        found->second.debounce == debounce)
      return found->second.line.get();
    let_go(line);
    auto begun = chip_->watch(line, active_low, debounce);
    if (!begun) return tl::make_unexpected(fault_of(begun.error(), line));
    return (watches_[line] = {std::move(*begun), active_low, debounce}).line.get();
  }

  result<void> ready_for(unsigned line) {
    if (!chip_) {
      auto opened = open_(name_);
      if (!opened) return tl::make_unexpected(fault_of_open(opened.error()));
      chip_ = std::move(*opened);
    }
    if (line < chip_->lines()) return {};
    return failed(fault_code::no_such_device, name_ + " has " + std::to_string(chip_->lines()) +
                                                  " lines from 0, and no line " +
                                                  std::to_string(line));
  }

  [[nodiscard]] fault fault_of_open(int error) const {
    const auto detail = "cannot open GPIO chip " + name_ + ": " + std::strerror(error);
    if (error == EACCES || error == EPERM)
      return {fault_code::permission, detail + "; add the user to group gpio"};
    if (error == ENOENT || error == ENODEV || error == ENXIO || error == ENOTTY || error == EINVAL)
      return {fault_code::no_such_device, detail + "; gpiodetect lists the chips there are"};
    return {fault_code::io, detail};
  }

  fault fault_of(int error, unsigned line) {
    const auto name = "line " + std::to_string(line);
    if (error == EBUSY) {
      const auto user = chip_->consumer(line);
      return {fault_code::refused,
              name + " is used by " + (user.empty() ? "another program" : user)};
    }
    const auto detail = name + " of " + name_ + ": " + std::strerror(error);
    if (error == EACCES || error == EPERM)
      return {fault_code::permission, detail + "; add the user to group gpio"};
    if (error != ENODEV && error != ENXIO && error != EBADF && error != EIO)
      return {fault_code::io, detail};
    watches_.clear();
    lines_.clear();
    chip_.reset();
    return {fault_code::no_such_device, detail + "; the chip is opened again when it is back"};
  }

  std::string name_;
  std::string totals_;  ///< the file of what was counted
  gpio_chip_opener open_;
  std::unique_ptr<gpio_chip> chip_;
  std::map<unsigned, claim> lines_;
  std::map<unsigned, watch> watches_;
  std::map<unsigned, counter> counters_;
  std::unique_ptr<pulse_memory> memory_;  ///< from the first count on
};

}  // namespace

result<std::unique_ptr<port>> make_gpio_port(const layout& house, bus_id bus,
                                             const std::string& state_folder) {
  return make_gpio_port(text_option(house[bus].options, "chip"),
                        state_folder + "/" + house.site + "." + house[bus].name + ".pulses",
                        open_gpiod_chip);
}

std::unique_ptr<port> make_gpio_port(std::string chip, std::string totals, gpio_chip_opener open) {
  return std::make_unique<gpio_port>(std::move(chip), std::move(totals), std::move(open));
}

}  // namespace hearth
