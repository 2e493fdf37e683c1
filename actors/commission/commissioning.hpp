#pragma once

#include "actors/commission/checks.hpp"
#include "actors/commission/judge.hpp"
#include "actors/snapshot.hpp"
#include "protocol/messages.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// Goes through a house with its installer, one check after the other. Pure: snapshots, events and
/// answers in, wishes with the rank of admin, lines to show and findings out. From the first moment
/// every actuator is held in its fail-safe state, so that nothing starts by itself; what is tried
/// is held for a minute, and comes back even if nobody answers.
///
///   watching --good, or what there is to see is seen--> asking --answer--> (done)
///   watching --patience is over--> (done: failed)
///
///   of an actuator:
///   asking --yes--> moving --read back--> moved --answer--> metering --seen--> returning
///   asking --skip--> (done)   moving --patience is over--> returning
///   moved --again--> moving   returning --read back, or patience is over--> (done)
class commissioning {
 public:
  static constexpr duration lease = std::chrono::minutes{1};
  static constexpr duration renewed_every = std::chrono::seconds{20};
  /// How long a meter may take to show that the heat pump has started.
  static constexpr duration meter_patience = std::chrono::seconds{60};

  struct output {
    std::vector<request> wishes;
    std::vector<std::string> lines;
    bool found = false;  ///< something worth keeping: the record has grown
  };

  /// `safe`: the fail-safe state of each actuator.
  commissioning(std::shared_ptr<const layout> house, std::map<channel_id, measured> safe,
                time_point now);

  /// What an earlier run found stands, and is not asked again; why not, if it is of another house.
  std::optional<std::string> go_on_from(const commission_record& former);

  /// Takes the house in hand. Before anything else.
  output begin();
  output look(const snapshot& image, time_point now);
  output hear(const event& e);
  output answer(std::string_view text);

  /// What the installer is asked now; nothing while there is only to wait.
  [[nodiscard]] std::optional<std::string> question() const;
  /// What it is about, at this moment: "store.top 62.1 °C"; or what is waited for.
  [[nodiscard]] std::string status() const;
  [[nodiscard]] bool over() const { return over_; }
  /// All that was found so far.
  [[nodiscard]] commission_record record(time_point now) const;

 private:
  enum class phase : unsigned char { watching, asking, moving, moved, metering, returning };
  struct meter {
    channel_id channel;
    power before, latest;
    std::optional<judgement> came_to;
  };
  /// The check under way.
  struct trial {
    phase in = phase::watching;
    time_point since;  ///< when the phase began
    measured wanted;
    time_point told_at, moved_at;
    bool came_back = false;  ///< by itself, before anybody answered
    std::vector<meter> meters;
    std::vector<check_finding> found;
  };

  void advance();
  void watch();
  void watch_hands_off();
  void watch_sensor();
  void watch_range();
  void watch_moving();
  void watch_moved();
  void watch_returning();
  void answer_sensor(const std::string& text);
  void answer_consent(const std::string& text);
  void answer_moved(const std::string& text);
  void start_actuator();
  void move();
  void let_go();
  void read_meters();
  void judge_meters();

  void enter(phase p);
  void note(std::string_view what, const std::string& subject, check_verdict v, std::string seen,
            std::vector<std::pair<std::string, measured>> values = {});
  void skip_actuator(const std::string& why);
  void done();
  void hold_at(channel_id c, measured value);

  [[nodiscard]] const check& now_at() const { return checks_.front(); }
  [[nodiscard]] channel_id target() const { return *now_at().channel; }
  [[nodiscard]] const channel_layout& channel() const { return (*house_)[target()]; }
  [[nodiscard]] const std::string& name() const { return channel().name; }
  [[nodiscard]] const point& shown() const { return image_->points[target().value]; }
  [[nodiscard]] bool reads(channel_id c, const measured& value) const;
  [[nodiscard]] bool is_heat_pump() const;
  /// Moving it starts the heat pump, which its fail-safe state does not.
  [[nodiscard]] bool starts_heat_pump() const;
  [[nodiscard]] duration patience() const;
  [[nodiscard]] std::string what_it_is() const;
  [[nodiscard]] std::string instead() const;
  [[nodiscard]] std::optional<check_verdict> found_of(const std::string& what,
                                                      const std::string& subject) const;

  std::shared_ptr<const layout> house_;
  std::map<channel_id, measured> safe_;
  std::map<channel_id, measured> held_;
  time_point began_, now_;
  time_point renewed_;
  std::vector<check> checks_;  ///< still to be done, the present one first
  std::optional<snapshot> image_;
  std::map<std::string, std::string> objections_;  ///< of the interlock, by channel
  trial trial_;
  std::vector<check_finding> findings_;
  std::string signed_by_;
  bool over_ = false;
  output out_;
};

}  // namespace hearth
