#pragma once

#include "protocol/fault.hpp"

#include <filesystem>
#include <string>
#include <string_view>

/// Files that a power cut leaves whole and that only the right ones may read.
namespace hearth {

enum class readers : unsigned char { everybody, owner_only };
enum class existing : unsigned char { stays, is_replaced };

/// Writes a file so that at any moment there is the old one, or none, or the new one whole; on
/// disk when this returns. A private one has its mode before it has its content. A fault
/// `refused` says that the file exists and stays.
result<void> write_durably(const std::filesystem::path& file, std::string_view content, readers who,
                           existing old);

/// Makes a folder that only its owner may enter, or checks that an existing one is such.
result<void> make_private_folder(const std::filesystem::path& folder);

/// Everything in a file of a sensible size. `what` names it in messages: "certificate", "key".
result<std::string> read_text_file(const std::string& what, const std::filesystem::path& file);

/// The same for a private key: refused with the command that helps, unless it belongs to this
/// program's user or root and nobody else may read or write it.
result<std::string> read_private_file(const std::string& what, const std::filesystem::path& file);

}  // namespace hearth
