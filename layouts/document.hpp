#pragma once

#include "layouts/diagnostics.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// A YAML file as a plain tree in which everything knows its place. Only document.cpp knows the
/// YAML library; what it would keep quiet about (duplicate keys, a second document) is told here.
namespace hearth {

struct yaml_node;
using node_ptr = std::shared_ptr<const yaml_node>;

struct entry {
  std::string key;
  position at;     ///< of the key
  node_ptr value;  ///< never null
};

struct yaml_node {
  enum class kind : unsigned char { nothing, scalar, list, map };
  kind is = kind::nothing;
  position at;
  std::string text;             ///< of a scalar
  std::vector<node_ptr> items;  ///< of a list
  std::vector<entry> entries;   ///< of a map; keys are unique, in file order

  /// The entry with this key, or null.
  [[nodiscard]] const entry* find(std::string_view key) const;
};

/// The one document of `text`. Null after an error that leaves no tree to look at.
node_ptr read_document(std::string_view text, diagnostics& out);

}  // namespace hearth
