#include "tools/simulate/linear_program.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <csetjmp>
#include <glpk.h>
#include <memory>
#include <string>

namespace hearth::simulate {
namespace {

struct deleter {
  void operator()(glp_prob* p) const { glp_delete_prob(p); }
};
/// Gives back the memory which the library keeps per thread and would leak when the thread ends.
struct library {
  library() { glp_term_out(GLP_OFF); }
  library(const library&) = delete;
  library& operator=(const library&) = delete;
  ~library() { glp_free_env(); }
};
using problem = std::unique_ptr<glp_prob, deleter>;

/// Fixed, because the library refuses a double bound whose ends are equal.
int kind_of(double least, double most) { return least < most ? GLP_DB : GLP_FX; }

void back_out(void* to) { std::longjmp(*static_cast<std::jmp_buf*>(to), 1); }

/// The simplex method, or nothing if the library failed an assertion of its own, which by itself
/// would end the program. Then `p` and all the library's memory in this thread are gone. Nothing
/// here may own anything: the way back skips destructors.
bool simplex(glp_prob* p, int* outcome) {
  std::jmp_buf here;
  if (setjmp(here) != 0) {
    glp_free_env();
    return false;
  }
  glp_error_hook(back_out, &here);
  auto how = glp_smcp{};
  glp_init_smcp(&how);
  how.msg_lev = GLP_MSG_OFF;
  how.meth = GLP_DUALP;
  how.tm_lim = static_cast<int>(std::chrono::milliseconds{solving_longest}.count());
  *outcome = glp_simplex(p, &how);
  glp_error_hook(nullptr, nullptr);
  return true;
}

}  // namespace

int linear_program::add_column(double cost, double least, double most) {
  assert(std::isfinite(cost) && std::isfinite(least) && std::isfinite(most) && least <= most);
  columns_.push_back({cost, least, most});
  return static_cast<int>(columns_.size()) - 1;
}

int linear_program::add_row(double limit) {
  assert(std::isfinite(limit));
  limits_.push_back(limit);
  return static_cast<int>(limits_.size()) - 1;
}

void linear_program::put(int row, int column, double factor) {
  assert(std::isfinite(factor));
  rows_at_.push_back(row + 1);
  columns_at_.push_back(column + 1);
  factors_.push_back(factor);
}

result<linear_program::solution> linear_program::solve() const { return solve(nullptr); }

result<linear_program::solution> linear_program::solve(const basis& start) const {
  assert(start.columns.size() <= columns_.size() && start.rows.size() <= limits_.size());
  auto s = solve(&start);
  // A singular start, or one that ends in numerical trouble, is no reason to have no answer.
  if (!s && s.error().code == fault_code::unsupported) return solve();
  return s;
}

result<linear_program::solution> linear_program::solve(const basis* start) const {
  const auto columns = static_cast<int>(columns_.size());
  const auto rows = static_cast<int>(limits_.size());
  if (columns == 0 || rows == 0) return failed(fault_code::not_ready, "an empty linear program");
  const auto library_in_use = library{};
  auto p = problem{glp_create_prob()};
  glp_add_cols(p.get(), columns);
  glp_add_rows(p.get(), rows);
  for (auto j = 0; j < columns; ++j) {
    const auto& c = columns_[static_cast<std::size_t>(j)];
    glp_set_obj_coef(p.get(), j + 1, c.cost);
    glp_set_col_bnds(p.get(), j + 1, kind_of(c.least, c.most), c.least, c.most);
  }
  for (auto i = 0; i < rows; ++i)
    glp_set_row_bnds(p.get(), i + 1, GLP_UP, 0, limits_[static_cast<std::size_t>(i)]);
  glp_load_matrix(p.get(), static_cast<int>(factors_.size()) - 1, rows_at_.data(),
                  columns_at_.data(), factors_.data());
  if (start != nullptr) {
    auto j = 0;
    for (const auto at : start->columns) glp_set_col_stat(p.get(), ++j, at);
    while (j < columns) glp_set_col_stat(p.get(), ++j, GLP_NL);
    auto i = 0;
    for (const auto at : start->rows) glp_set_row_stat(p.get(), ++i, at);
    while (i < rows) glp_set_row_stat(p.get(), ++i, GLP_BS);
  }

  auto outcome = 0;
  if (!simplex(p.get(), &outcome)) {
    static_cast<void>(p.release());
    return failed(fault_code::unsupported, "the solver of linear programs failed within");
  }
  if (outcome == GLP_ETMLIM)
    return failed(fault_code::timeout, "the solver of linear programs took too long");
  if (outcome != 0)
    return failed(fault_code::unsupported,
                  "the solver of linear programs gave up, code " + std::to_string(outcome));
  if (glp_get_prim_stat(p.get()) == GLP_NOFEAS)
    return failed(fault_code::not_ready, "no values keep all the limits");
  if (glp_get_status(p.get()) != GLP_OPT)
    return failed(fault_code::unsupported, "the solver of linear programs found no optimum");

  auto s = solution{{}, {}, glp_get_obj_val(p.get()), 0};
  auto duals = std::vector<double>{};
  for (auto j = 1; j <= columns; ++j) {
    s.x.push_back(glp_get_col_prim(p.get(), j));
    s.at.columns.push_back(glp_get_col_stat(p.get(), j));
  }
  for (auto i = 1; i <= rows; ++i) {
    duals.push_back(glp_get_row_dual(p.get(), i));
    s.at.rows.push_back(glp_get_row_stat(p.get(), i));
  }
  s.bound = bound_of(duals);
  return s;
}

double linear_program::bound_of(const std::vector<double>& duals) const {
  // For any y ≤ 0 and any x within the limits, cost·x ≥ y·limit + (cost − y·factors)·x, and the
  // last term is least where each column stands at the end its sign prefers.
  auto reduced = std::vector<double>{};
  for (const auto& c : columns_) reduced.push_back(c.cost);
  const auto dual = [&](int row) { return std::min(0.0, duals[static_cast<std::size_t>(row)]); };
  for (std::size_t k = 1; k < factors_.size(); ++k)
    reduced[static_cast<std::size_t>(columns_at_[k] - 1)] -= dual(rows_at_[k] - 1) * factors_[k];
  auto bound = 0.0;
  for (std::size_t i = 0; i < limits_.size(); ++i) bound += dual(static_cast<int>(i)) * limits_[i];
  for (std::size_t j = 0; j < columns_.size(); ++j)
    bound += std::min(reduced[j] * columns_[j].least, reduced[j] * columns_[j].most);
  return bound;
}

}  // namespace hearth::simulate
