#pragma once

#include "drivers/ports/certificate.hpp"
#include "drivers/web.hpp"

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

/// The keys of the page server, taken anew while it runs; for the files of this folder only.
namespace hearth {

/// A certificate with its key, and what TLS the server speaks with them: 1.2 and 1.3 with forward
/// secrecy.
struct web_keys {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
  certificate_facts facts;
};

/// A fault that names the file and the remedy when certificate or key cannot be used.
result<std::shared_ptr<web_keys>> web_keys_from(const web_address& where);

/// The keys in use. `look` and `in_use` are for the server's thread, `state` for any.
class web_key_files {
 public:
  /// The first pair must be one.
  static result<std::unique_ptr<web_key_files>> open(const web_address& where);

  [[nodiscard]] const std::shared_ptr<web_keys>& in_use() const { return in_use_; }
  /// Takes another pair for connections to come where the files have changed. One that cannot be
  /// used, or is not valid now while the one in use is, is not taken.
  void look();
  [[nodiscard]] web_certificate state() const;

 private:
  /// What changes with a file: where it stands on which disk, its length and its time.
  using stamp = std::array<std::int64_t, 5>;
  using stamps = std::array<std::optional<stamp>, 2>;

  explicit web_key_files(web_address where) : where_{std::move(where)}, seen_{stamps_now()} {}
  [[nodiscard]] stamps stamps_now() const;
  /// Why the newer pair is not taken; nothing: it is.
  std::optional<std::string> take();

  web_address where_;
  stamps seen_;
  std::shared_ptr<web_keys> in_use_;
  /// Two files are copied one after the other, so what is wrong is told at the second look.
  bool in_doubt_ = false;
  mutable std::mutex guard_;  ///< of what follows, which `state` reads
  certificate_facts facts_;
  std::optional<std::string> refused_;
};

}  // namespace hearth
