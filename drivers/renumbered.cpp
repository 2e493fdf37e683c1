#include "drivers/renumbered.hpp"

namespace hearth {
namespace {

class renumbered_driver final : public actuator {
 public:
  renumbered_driver(std::unique_ptr<driver> how, const std::map<channel_id, channel_id>& now)
      : how_{std::move(how)}, now_{now} {
    for (const auto& [was, is] : now_) before_[is] = was;
  }

  std::vector<bus_request> poll() override { return how_->poll(); }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return present(how_->decode(answers, now));
  }
  [[nodiscard]] std::vector<std::string> topics() const override { return how_->topics(); }
  std::vector<reading> heard(const bus_message& message, time_point now) override {
    return present(how_->heard(message, now));
  }
  result<std::vector<bus_request>> encode(const command& c) override {
    auto* const moves = how_->as_actuator();
    const auto target = before_.find(c.target);
    if (!moves || target == before_.end())
      return failed(fault_code::unsupported, "this channel takes no commands");
    auto former = c;
    former.target = target->second;
    return moves->encode(former);
  }
  std::vector<bus_request> make_safe(channel_id channel) override {
    auto* const moves = how_->as_actuator();
    const auto target = before_.find(channel);
    if (!moves || target == before_.end()) return {};
    return moves->make_safe(target->second);
  }

 private:
  [[nodiscard]] std::vector<reading> present(std::vector<reading> readings) const {
    // A place that no channel of this device has now says nothing.
    std::erase_if(readings, [this](const reading& r) { return !now_.contains(r.channel); });
    for (auto& r : readings) r.channel = now_.at(r.channel);
    return readings;
  }

  std::unique_ptr<driver> how_;
  std::map<channel_id, channel_id> now_;
  std::map<channel_id, channel_id> before_;
};

}  // namespace

std::unique_ptr<driver> renumbered(std::unique_ptr<driver> how,
                                   const std::map<channel_id, channel_id>& now) {
  return std::make_unique<renumbered_driver>(std::move(how), now);
}

}  // namespace hearth
