#pragma once

#include "drivers/mqtt_client.hpp"
#include "drivers/ports/certificate.hpp"
#include "protocol/time.hpp"

#include <optional>
#include <string>

/// The keys this program itself connects with, judged before a broker does it in fewer words.
namespace hearth {

/// Whether the keys can be used: files that can be read, a private key that is private, a
/// certificate that is its pair and valid now. The fault names the remedy. Empty paths are not
/// looked at.
result<void> usable_keys(const mqtt_options& options, time_point now);

/// What the owner should know of our certificate.
struct certificate_notice {
  validity state = validity::ends_soon;
  std::string text;  ///< one sentence
};

/// That it ends soon, has ended or is not yet valid. Nothing if all is well or there is none that
/// could be read.
std::optional<certificate_notice> notice_about(const mqtt_options& options, time_point now);

}  // namespace hearth
