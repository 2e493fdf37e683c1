#pragma once

#include "drivers/web.hpp"
#include "protocol/fault.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Request bodies, read so that nothing gets in that was not asked for.
namespace hearth {

inline constexpr std::size_t longest_body = 64 * 1024;  ///< as `web_bounds`
inline constexpr std::size_t deepest_body = 16;
inline constexpr std::size_t longest_key = 64;

/// The one object that a body is: valid UTF-8, no key twice, bounded in size and depth. Never
/// throws. A fault's detail is for a person.
result<nlohmann::json> strict_object(std::string_view body);

/// Takes the members of an object one by one. The first thing that is wrong is kept; so all are
/// read first, and `problem` asked once. What an `optional` holds may be used if there is none.
class strict_reader {
 public:
  explicit strict_reader(const nlohmann::json& object);
  /// A body that is no object is a problem as any other.
  explicit strict_reader(const web_request& asked);

  [[nodiscard]] bool has(std::string_view key) const;
  /// Without control characters; its length is counted in bytes.
  std::optional<std::string> text(std::string_view key, std::size_t longest,
                                  std::size_t shortest = 1);
  std::optional<double> number(std::string_view key, double least, double most);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<bool> flag(std::string_view key);
  std::optional<std::string> one_of(std::string_view key, std::span<const std::string_view> words);
  std::vector<std::int64_t> integers(std::string_view key, std::int64_t least, std::int64_t most,
                                     std::size_t longest);
  /// A list of objects; each is read by its own reader, and its problem is this one's too.
  std::vector<strict_reader> objects(std::string_view key, std::size_t longest);
  /// Something else is wrong with a member, of which only the caller knows.
  void complain(std::string_view key, std::string error);

  /// 400 (no JSON), 422 with the field (missing, wrong type, out of bounds) or for a key that
  /// nobody asked for; nothing: all is well.
  [[nodiscard]] std::optional<web_response> problem() const;

 private:
  struct complaint {
    std::string error, field;
  };
  struct all_of_it;

  strict_reader(std::shared_ptr<all_of_it> all, const nlohmann::json& object, std::string place);
  const nlohmann::json* take(std::string_view key);

  std::shared_ptr<all_of_it> all_;
  const nlohmann::json* object_;
  std::string place_;  ///< "entries[2].", for fields inside
};

}  // namespace hearth
