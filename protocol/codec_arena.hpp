#pragma once

// Private to codec_*.cpp.

#include <google/protobuf/arena.h>

#include <array>

namespace hearth {

/// For the arena of one message at a time on this thread. Its first block stands ready, so that a
/// message costs no allocation; a report of a house needs that and perhaps one more.
inline google::protobuf::ArenaOptions room_for_a_message() {
  alignas(8) thread_local std::array<char, 16 * 1024> first;
  auto out = google::protobuf::ArenaOptions{};
  out.initial_block = first.data();
  out.initial_block_size = first.size();
  out.start_block_size = out.max_block_size = first.size();
  return out;
}

}  // namespace hearth
