#pragma once

#include "layouts/layout.hpp"
#include "tools/simulate/faulty_port.hpp"
#include "tools/simulate/promise.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth::simulate {

/// Whether what goes wrong is said within its time, said to be over within its time, and really
/// over: a while after the last fault the house is as if there had been none.
class told_watch {
 public:
  told_watch(std::shared_ptr<const layout> house, const misfortune& troubles);

  void wrote(const relay_write& w);
  void happened(const event& e);
  /// What was broken by `now`, when nothing more comes.
  [[nodiscard]] std::vector<violation> judged(time_point now) const;

 private:
  struct written {
    time_point at;
    bool on;
  };
  [[nodiscard]] bool told(std::string_view subject, std::initializer_list<std::string_view> kinds,
                          const period& when) const;
  [[nodiscard]] bool quality_told(const std::string& channel, const period& when) const;
  [[nodiscard]] bool stands_told(const std::string& channel, time_point at) const;
  void judge_silence(const fault_spell& s, const std::string& point, time_point now,
                     std::vector<violation>& out) const;
  void judge_mismatch(const fault_spell& s, time_point now, std::vector<violation>& out) const;
  void judge_pair(const fault_spell& s, time_point now, std::vector<violation>& out) const;
  void judge_recovery(time_point now, std::vector<violation>& out) const;

  std::shared_ptr<const layout> house_;
  misfortune troubles_;
  std::map<std::string, channel_id> channels_;  ///< by point
  std::vector<event> events_;
  std::map<std::string, std::vector<written>> writes_;  ///< by point
};

}  // namespace hearth::simulate
