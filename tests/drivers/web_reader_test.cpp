#include "drivers/ports/web_reader.hpp"

#include <doctest/doctest.h>

using namespace hearth;

namespace {

/// What is heard of bytes that come in pieces of this size, as methods, paths and bodies.
std::vector<std::string> heard_of(std::string_view bytes, std::size_t piece,
                                  web_bounds bounds = {}) {
  auto reader = web_reader{bounds};
  auto heard = std::vector<std::string>{};
  while (!bytes.empty()) {
    reader.add(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      const auto step = reader.next();
      if (std::holds_alternative<needs_more>(step)) break;
      if (const auto* no = std::get_if<web_refusal>(&step)) {
        heard.push_back(std::to_string(no->status));
        return heard;
      }
      if (const auto* one = std::get_if<heard_request>(&step))
        heard.push_back(one->request.method + " " + one->request.path + " " + one->request.body);
    }
  }
  return heard;
}

const auto head = std::string{" HTTP/1.1\r\nHost: house\r\n"};

}  // namespace

TEST_CASE("however its bytes are cut, a connection says the same") {
  const auto bytes = "GET /a" + head + "\r\nPOST /b" + head + "Content-Length: 5\r\n\r\nhello" +
                     "DELETE /c" + head + "\r\nGET /../d" + head + "\r\nGET /e" + head + "\r\n";
  const auto all = std::vector<std::string>{"GET /a ", "POST /b hello", "DELETE /c ", "400"};
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) CHECK(heard_of(bytes, piece) == all);
}

TEST_CASE("a header of the longest length is read, and one byte more is refused") {
  auto bounds = web_bounds{};
  bounds.header_bytes = 200;
  const auto of_length = [](std::size_t length) {
    auto text = "GET /a" + head + "X: ";
    return text + std::string(length - text.size(), 'x') + "\r\n\r\n";
  };
  for (const auto piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
    CHECK(heard_of(of_length(200), piece, bounds) == std::vector<std::string>{"GET /a "});
    CHECK(heard_of(of_length(201), piece, bounds) == std::vector<std::string>{"431"});
  }
}

TEST_CASE("a body of the longest length is read, and one byte more is refused before it comes") {
  auto bounds = web_bounds{};
  bounds.body_bytes = 100;
  const auto of_length = [](std::size_t length) {
    return "PUT /a" + head + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
  };
  CHECK(heard_of(of_length(100) + std::string(100, 'x'), 7, bounds).size() == 1);
  CHECK(heard_of(of_length(101), 7, bounds) == std::vector<std::string>{"413"});
}
