#pragma once

#include "protocol/fault.hpp"

#include <chrono>
#include <vector>

namespace hearth::simulate {

/// What a solver may take before it is stopped; a year of hours needs a few per cent of it.
inline constexpr auto solving_longest = std::chrono::seconds{60};

/// Minimise Σ cost·x with least ≤ x ≤ most in each column and Σ factor·x ≤ limit in each row. Every
/// column is bounded on both sides, so no program is unbounded.
class linear_program {
 public:
  /// Both answer with the number of what was added, from 0 on.
  int add_column(double cost, double least, double most);
  int add_row(double limit);
  /// At most once for each pair of row and column.
  void put(int row, int column, double factor);

  /// Which columns and rows stand at a limit: where the solver starts or ended. The words are the
  /// library's; a column's fits a column of another program, a row's a row.
  struct basis {
    std::vector<int> columns, rows;
  };

  struct solution {
    std::vector<double> x;  ///< one for each column
    basis at;
    double cost = 0;  ///< of `x`
    /// No x that keeps the limits costs less. It follows from the duals by weak duality and is true
    /// to rounding however well or badly the solver did; at a true optimum it equals `cost`.
    double bound = 0;
  };

  /// `not_ready` says that no x keeps all limits, `timeout` and `unsupported` that the solver gave
  /// up. Factors, costs and limits must be finite. Any thread may solve, but must not hold other
  /// objects of the library meanwhile: its memory is per thread, and given back at the end.
  [[nodiscard]] result<solution> solve() const;
  /// The same from a basis near the optimum, which saves most of the work. It may be of the first
  /// columns and rows only; the other columns start at their least, the other rows free. A bad one
  /// costs time only.
  [[nodiscard]] result<solution> solve(const basis& start) const;

 private:
  struct column {
    double cost, least, most;
  };
  [[nodiscard]] result<solution> solve(const basis* start) const;
  [[nodiscard]] double bound_of(const std::vector<double>& duals) const;

  std::vector<column> columns_;
  std::vector<double> limits_;  ///< of the rows
  // The matrix by its entries, counted from 1 with an unused first, as the library wants it.
  std::vector<int> rows_at_{0};
  std::vector<int> columns_at_{0};
  std::vector<double> factors_{0};
};

}  // namespace hearth::simulate
