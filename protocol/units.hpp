#pragma once

#include <chrono>
#include <compare>

/// Quantities whose unit is their type. A number enters by multiplying with a unit
/// (`9.7 * kilowatt`) and leaves by naming one (`p.in(watt)`); there is no other door.
namespace hearth {

/// An amount of one dimension, stored in that dimension's SI unit (energy in joules).
template <class Dimension>
class quantity {
 public:
  constexpr quantity() = default;

  /// For units and arithmetic in this header; elsewhere multiply by a unit.
  static constexpr quantity from_si(double amount) {
    quantity q;
    q.si_ = amount;
    return q;
  }
  [[nodiscard]] constexpr double si() const { return si_; }

  /// The amount, counted in `unit`.
  [[nodiscard]] constexpr double in(quantity unit) const { return si_ / unit.si_; }

  constexpr auto operator<=>(const quantity&) const = default;
  constexpr quantity operator-() const { return from_si(-si_); }
  constexpr quantity& operator+=(quantity other) {
    si_ += other.si_;
    return *this;
  }
  constexpr quantity& operator-=(quantity other) {
    si_ -= other.si_;
    return *this;
  }

  friend constexpr quantity operator+(quantity a, quantity b) { return from_si(a.si_ + b.si_); }
  friend constexpr quantity operator-(quantity a, quantity b) { return from_si(a.si_ - b.si_); }
  friend constexpr quantity operator*(double k, quantity q) { return from_si(k * q.si_); }
  friend constexpr quantity operator*(quantity q, double k) { return from_si(k * q.si_); }
  friend constexpr quantity operator/(quantity q, double k) { return from_si(q.si_ / k); }
  friend constexpr double operator/(quantity a, quantity b) { return a.si_ / b.si_; }

 private:
  double si_ = 0;
};

using power = quantity<struct power_dimension>;    ///< W, positive when consumed
using energy = quantity<struct energy_dimension>;  ///< J
using volume = quantity<struct volume_dimension>;  ///< m³
using temperature_difference = quantity<struct temperature_difference_dimension>;  ///< K
using energy_price = quantity<struct energy_price_dimension>;                      ///< USD/J
using money = quantity<struct money_dimension>;                                    ///< USD

inline constexpr power watt = power::from_si(1);
inline constexpr power kilowatt = power::from_si(1e3);
inline constexpr energy joule = energy::from_si(1);
inline constexpr energy watt_hour = energy::from_si(3600);
inline constexpr energy kilowatt_hour = energy::from_si(3.6e6);
inline constexpr volume cubic_metre = volume::from_si(1);
inline constexpr volume litre = volume::from_si(1e-3);
inline constexpr temperature_difference kelvin = temperature_difference::from_si(1);
inline constexpr money us_dollar = money::from_si(1);
inline constexpr energy_price usd_per_mwh = energy_price::from_si(1 / 3.6e9);

/// A point on the Celsius scale. Two of them differ by a `temperature_difference`; adding
/// two of them means nothing and does not compile.
class temperature {
 public:
  constexpr temperature() = default;
  static constexpr temperature from_celsius(double degrees) {
    temperature t;
    t.celsius_ = degrees;
    return t;
  }
  static constexpr temperature from_fahrenheit(double degrees) {
    return from_celsius((degrees - 32) / 1.8);
  }
  [[nodiscard]] constexpr double in_celsius() const { return celsius_; }
  [[nodiscard]] constexpr double in_fahrenheit() const { return celsius_ * 1.8 + 32; }

  constexpr auto operator<=>(const temperature&) const = default;
  friend constexpr temperature_difference operator-(temperature a, temperature b) {
    return temperature_difference::from_si(a.celsius_ - b.celsius_);
  }
  friend constexpr temperature operator+(temperature t, temperature_difference d) {
    return from_celsius(t.celsius_ + d.si());
  }
  friend constexpr temperature operator-(temperature t, temperature_difference d) {
    return from_celsius(t.celsius_ - d.si());
  }

 private:
  double celsius_ = 0;
};

/// A temperature of `degrees` °C.
constexpr temperature celsius(double degrees) { return temperature::from_celsius(degrees); }

/// Seconds as a real number, for physics.
using seconds_real = std::chrono::duration<double>;

constexpr energy operator*(power p, seconds_real t) { return energy::from_si(p.si() * t.count()); }
constexpr energy operator*(seconds_real t, power p) { return p * t; }
constexpr power operator/(energy e, seconds_real t) { return power::from_si(e.si() / t.count()); }
constexpr money operator*(energy e, energy_price p) { return money::from_si(e.si() * p.si()); }
constexpr money operator*(energy_price p, energy e) { return e * p; }

}  // namespace hearth
