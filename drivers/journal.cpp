#include "drivers/journal.hpp"

namespace hearth {
namespace {

struct classifier {
  journal_class operator()(const report&) const { return journal_class::report; }
  journal_class operator()(const loss&) const { return journal_class::notice; }
  journal_class operator()(const event& e) const {
    return e.severity == severity::info ? journal_class::notice : journal_class::serious;
  }
  journal_class operator()(const outcome&) const { return journal_class::serious; }
  journal_class operator()(const contract_report&) const { return journal_class::serious; }
  // The rest is live, or said by nodes, and never gets here.
  template <class Other>
  journal_class operator()(const Other&) const {
    return journal_class::notice;
  }
};

}  // namespace

journal_class class_of(const body& b) { return std::visit(classifier{}, b); }

}  // namespace hearth
