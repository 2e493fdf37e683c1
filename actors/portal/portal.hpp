#pragma once

#include "actors/portal/live_events.hpp"
#include "actors/portal/page_shelf.hpp"
#include "actors/portal/portal_desk.hpp"
#include "actors/portal/replies.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hearth {

/// The house's page, but for its sockets: who asks, whether they may, and what the answer is or
/// from whom it comes. Pure but for its store of accounts and wishes.
class portal {
 public:
  portal(const std::shared_ptr<const layout>& house, guard keeper,
         std::shared_ptr<account_store> accounts,
         std::function<std::string(std::size_t)> random_bytes, std::span<const page_file> pages,
         std::function<result<std::string>()> authority = {});

  /// What was kept by a former run: wishes, schedules, acknowledgements.
  void begin(time_point now);

  /// `now` is house time; `people` is UTC in the world in which people live and sign in.
  reply answer(const web_request& asked, time_point now, time_point people);

  void see(snapshot image) { desk_.view.see(std::move(image)); }
  void hear(const body& said) { desk_.view.hear(said); }
  void learn(plan_news news) { desk_.view.learn(std::move(news)); }
  void redate(const dating& dates, time_point now);
  void stand(standing_wishes all, time_point now);
  void remember(const std::vector<event>& before) { desk_.view.remember(before); }
  void figure(program_figures now) { desk_.figures = std::move(now); }

  /// Other host names that it is reached by, besides those every page has.
  void called(std::vector<std::string> names) { desk_.door.called(std::move(names)); }

  /// Ends what has ended. Then, what all of it comes to, each once:
  void tick(time_point now);
  /// what the dispatcher has to be told, once `stand` has said what it lives by,
  [[nodiscard]] std::optional<household> take_household();
  /// what is to be said,
  [[nodiscard]] std::vector<event> take_events();
  /// whose streams have to end,
  [[nodiscard]] std::vector<std::string> take_ended(time_point people);
  /// what the streams are told, if there is something,
  [[nodiscard]] std::shared_ptr<const std::string> take_live(time_point now, time_point outside);
  /// nobody listens,
  void rest() { live_.rest(); }
  /// and whether what stands besides local control should be asked for now.
  [[nodiscard]] bool take_look_at_standing();
  /// False until the dispatcher has said for the first time what stands: it is to be asked.
  [[nodiscard]] bool has_taken_over() const { return desk_.wants.has_taken_over(); }
  /// The dispatcher is another one, and knows nothing.
  void tell_again() { desk_.wants.tell_again(); }

  [[nodiscard]] std::optional<std::string> claim_code() const { return desk_.door.claim_code(); }
  /// Why accounts cannot be read or written; nothing while all is well.
  [[nodiscard]] const std::optional<fault>& trouble() const { return desk_.door.trouble(); }
  [[nodiscard]] const household& wanted() const { return desk_.wants.wanted(); }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  portal_desk desk_;
  page_shelf pages_;
  live_events live_;
  bool news_ = false;
  std::uint64_t requests_ = 0;
};

}  // namespace hearth
