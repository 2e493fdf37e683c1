#include "protocol/deflate.hpp"

#include <algorithm>
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
  auto length = compressBound(static_cast<uLong>(bytes.size()));
  auto out = std::string(length, '\0');
  // With room for the worst case it can only run out of memory; that ends the program anyway.
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &length, as_input(bytes),
                static_cast<uLong>(bytes.size()), Z_BEST_COMPRESSION) != Z_OK)
    throw std::bad_alloc{};
  out.resize(length);
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
