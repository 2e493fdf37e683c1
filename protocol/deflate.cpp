#include "protocol/deflate.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <zlib.h>

namespace hearth {
namespace {

Bytef* as_input(std::string_view bytes) {
  // zlib only reads there; its own type just does not say so.
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

std::string deflated(std::string_view bytes) {
  auto stream = z_stream{};
  // A window no wider than the text: making one of 32 KiB costs more than packing a report.
  const auto window = std::clamp(static_cast<int>(std::bit_width(bytes.size())), 9, MAX_WBITS);
  const auto memory = std::clamp(window - 6, 3, MAX_MEM_LEVEL);
  // With room for the worst case it can only run out of memory; that ends the program anyway.
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window, memory, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw std::bad_alloc{};
  auto out = std::string(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = as_input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const auto whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (!whole) throw std::bad_alloc{};
  return out;
}

std::optional<std::string> inflated(std::string_view bytes, std::size_t most) {
  auto stream = z_stream{};
  if (inflateInit(&stream) != Z_OK) return {};
  stream.next_in = as_input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  auto out = std::string{};
  auto state = Z_BUF_ERROR;
  // Z_FINISH spares the window of 32 KiB where there is room for all at once; where there is not,
  // it is a Z_BUF_ERROR with nothing left to write to.
  while (state == Z_BUF_ERROR && stream.avail_out == 0 && out.size() <= most) {
    const auto filled = out.size();
    // One byte more than allowed shows that there are more.
    out.resize(std::min(most + 1, std::max(filled * 2, bytes.size() * 4 + 64)));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    stream.avail_out = static_cast<uInt>(out.size() - filled);
    state = inflate(&stream, Z_FINISH);
    out.resize(out.size() - stream.avail_out);
  }
  const auto whole = state == Z_STREAM_END && stream.avail_in == 0 && out.size() <= most;
  inflateEnd(&stream);
  if (!whole) return {};
  return out;
}

}  // namespace hearth
