#include "tests/support/page_server.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <random>
#include <sys/resource.h>
#include <sys/socket.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

/// As many descriptors as the test asks for or the system gives; put back at the end.
struct descriptor_limit {
  explicit descriptor_limit(rlim_t wanted) {
    ::getrlimit(RLIMIT_NOFILE, &before);
    auto now = before;
    now.rlim_cur = std::min(wanted, before.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &now);
    given = now.rlim_cur;
  }
  descriptor_limit(const descriptor_limit&) = delete;
  descriptor_limit& operator=(const descriptor_limit&) = delete;
  ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before); }

  rlimit before{};
  rlim_t given = 0;
};

/// The limit that leaves this process so many more.
rlim_t limit_that_leaves(int more) {
  auto number = 0;
  for (; more > 0; ++number)
    if (::fcntl(number, F_GETFD) < 0) --more;
  return static_cast<rlim_t>(number);
}

struct wrong_request {
  int status;
  std::string text;
};

const auto host = std::string{"Host: house\r\n"};

std::vector<wrong_request> wrong_requests() {
  const auto get = "GET / HTTP/1.1\r\n" + host;
  const auto post = "POST /echo HTTP/1.1\r\n" + host;
  auto all = std::vector<wrong_request>{
      {400, "\r\n\r\n"},
      {400, "rubbish\r\n\r\n"},
      {400, std::string("\0\0\0\0\r\n\r\n", 8)},
      {400, "\x16\x03\x01\x02"},
      {400, "GET /\r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\n" + host + "\r\n"},
      {505, "GET / HTTP/1.1 \r\n" + host + "\r\n"},
      {505, "GET / HTTP/2.0\r\n" + host + "\r\n"},
      {505, "GET / HTTP/0.9\r\n" + host + "\r\n"},
      {505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, get + host + "\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: evil/../x\r\n\r\n"},
      {400, "GET /../../etc/passwd HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /a%00.html HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET //house/ HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET http://elsewhere/ HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET * HTTP/1.1\r\n" + host + "\r\n"},
      {405, "OPTIONS * HTTP/1.1\r\n" + host + "\r\n"},
      {405, "CONNECT house:443 HTTP/1.1\r\n" + host + "\r\n"},
      {405, "TRACE / HTTP/1.1\r\n" + host + "\r\n"},
      {405, "PATCH / HTTP/1.1\r\n" + host + "\r\n"},
      {501, "BREW / HTTP/1.1\r\n" + host + "\r\n"},
      {400, "get / HTTP/1.1\r\n" + host + "\r\n"},
      {411, post + "\r\n"},
      {411, post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {411, post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
      {400, post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {400, post + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"},
      {400, post + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"},
      {400, post + "Content-Length: 4, 4\r\n\r\nabcd"},
      {400, post + "Content-Length: +4\r\n\r\nabcd"},
      {400, post + "Content-Length: -4\r\n\r\nabcd"},
      {400, post + "Content-Length: 0x4\r\n\r\nabcd"},
      {400, post + "Content-Length: 4abc\r\n\r\nabcd"},
      {400, post + "Content-Length: 99999999999999999999\r\n\r\n"},
      {400, post + "Content-Length : 4\r\n\r\nabcd"},
      {413, post + "Content-Length: 65537\r\n\r\n"},
      {413, post + "Content-Length: 18446744073709551615\r\n\r\n"},
      {400, get + "Content-Length: 4\r\n\r\nabcd"},
      {400, get + "X-Folded: a\r\n b\r\n\r\n"},
      {400, get + "X-Bare: a\nX-Other: b\r\n\r\n"},
      {400, get + "X-Bare: a\rX-Other: b\r\n\r\n"},
      {400, get + "No colon\r\n\r\n"},
      {400, get + ": no name\r\n\r\n"},
      {400, get + "Cookie: a=1\r\nCookie: b=2\r\n\r\n"},
      {400, get + "Origin: https://a\r\nOrigin: https://b\r\n\r\n"},
      {400, get + "Content-Type: a\r\nContent-Type: b\r\n\r\n"},
      {400, get + "Authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n"},
      {400, get + "Cookie: a=\xC3\xA9\r\n\r\n"},
      {414, "GET /" + std::string(7000, 'a') + " HTTP/1.1\r\n" + host + "\r\n"},
      {431, get + "X-Long: " + std::string(9000, 'a') + "\r\n\r\n"},
      {431, get + "X-Never-Ends: " + std::string(9000, 'a')},
  };
  return all;
}

}  // namespace

TEST_CASE_FIXTURE(page_server,
                  "what is no request, or could be read as another, is refused and ends") {
  open();
  for (const auto& wrong : wrong_requests()) {
    CAPTURE(wrong.text);
    auto one = client();
    one.say(wrong.text + "GET /smuggled HTTP/1.1\r\nHost: house\r\n\r\n");
    CHECK(one.status() == wrong.status);
    CHECK(one.is_ended());
  }
  CHECK(heard(0).empty());
  CHECK(get("/").ends_with("hello"));
}

TEST_CASE_FIXTURE(page_server, "random bytes and damaged requests leave the server as it was") {
  open();
  auto random = std::mt19937_64{7};
  const auto good = std::string{
      "POST /echo?a=%20b HTTP/1.1\r\nHost: house\r\nCookie: hearth=1\r\nContent-Length: "
      "4\r\n\r\nabcd"};
  for (auto round = 0; round < 300; ++round) {
    auto text = good;
    if (round % 3 == 0)
      for (auto& c : text) c = static_cast<char>(random());
    else
      for (auto hits = 1 + random() % 4; hits > 0; --hits)
        text[random() % text.size()] = static_cast<char>(random());
    auto one = client();
    one.say(text);
    one.finish();
    one.answer();
  }
  CHECK(get("/").ends_with("hello"));
  CHECK(comes_to([](const web_traffic& t) { return t.connections == 0 && t.waiting == 0; }));
}

TEST_CASE_FIXTURE(page_server,
                  "whoever sends a request too slowly is cut off, byte by byte or not at all") {
  bounds.patience = 300ms;
  open();
  auto trickle = client();
  auto silent = client();
  auto half = client();
  half.say("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  trickle.say("GET / HTTP/1.1\r\nX: ");
  const auto ends = [](web_client& who) {
    auto end = pollfd{who.descriptor(), POLLIN | POLLRDHUP, 0};
    return ::poll(&end, 1, 20) == 1;
  };
  auto rounds = 0;
  while (!ends(trickle) && ++rounds < 500) trickle.say("a");
  CHECK(rounds < 500);
  CHECK(silent.is_ended());
  CHECK(half.is_ended());
  CHECK(server->traffic().too_slow == 3);
  CHECK(get("/").ends_with("hello"));
}

TEST_CASE_FIXTURE(page_server,
                  "a connection that asks nothing more is closed, and is not called slow") {
  bounds.idle = 200ms;
  open();
  auto one = client();
  CHECK(one.get("/").status() == 200);
  CHECK(one.is_ended());
  CHECK(server->traffic().too_slow == 0);
}

TEST_CASE_FIXTURE(page_server, "whoever does not read a long answer is cut off") {
  bounds.patience = 300ms;
  open();
  auto deaf = web_client{port, {false, "127.0.0.1", 4096}};
  deaf.get("/big");
  CHECK(comes_to([](const web_traffic& t) { return t.too_slow == 1 && t.connections == 0; }));
}

TEST_CASE_FIXTURE(page_server,
                  "a page that does not read its stream is hung up on, and the others hear on") {
  bounds.stream_bytes = 64 * 1024;
  open();
  auto deaf = web_client{port, {false, "127.0.0.1", 4096}};
  deaf.get("/live");
  auto anna = client();
  anna.get("/live").until("data: 1\n\n");
  REQUIRE(comes_to([](const web_traffic& t) { return t.streams == 2; }));
  const auto event = std::make_shared<const std::string>(std::string(8000, 'v') + "\n\n");
  auto told = 0;
  for (; server->traffic().unread == 0 && told < 1000; ++told) {
    server->tell(event);
    CHECK(anna.until("\n\n").size() == event->size());
  }
  CHECK(server->traffic().unread == 1);
  CHECK(comes_to([](const web_traffic& t) { return t.streams == 1; }));
  server->tell(event);
  CHECK(anna.until("\n\n").size() == event->size());
}

TEST_CASE_FIXTURE(page_server, "a peer that has said all it will say still gets its answer") {
  open();
  auto one = client();
  one.get("/");
  one.finish();
  CHECK(one.answer().ends_with("hello"));
  CHECK(one.is_ended());
  auto early = client();
  early.say("GET / HTTP/1.1\r\nHo");
  early.finish();
  CHECK(early.is_ended());
}

TEST_CASE_FIXTURE(page_server,
                  "requests beyond the bound are told to come back, and those before get answers") {
  bounds.waiting = 2;
  open();
  auto first = client();
  auto second = client();
  first.get("/silent/1");
  second.get("/silent/2");
  REQUIRE(heard(2).size() == 2);
  const auto answer = get("/");
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(web_client::header(answer, "Retry-After") == "1");
  server->answer(heard(2).at(0).id, {});
  CHECK(comes_to([](const web_traffic& t) { return t.waiting == 1; }));
  CHECK(get("/").ends_with("hello"));
}

TEST_CASE_FIXTURE(page_server, "a house that does not answer its page is said to be so") {
  bounds.patience = 100ms;
  open();
  auto one = client();
  one.get("/silent");
  CHECK(one.status() == 503);
  CHECK(server->traffic().waiting == 0);
  server->answer(heard(1).at(0).id, {200, {}, "too late"});
  CHECK(get("/").ends_with("hello"));
}

TEST_CASE_FIXTURE(page_server, "streams beyond the bound are told to come back") {
  bounds.streams = 1;
  open();
  auto anna = client();
  anna.get("/live").until("data: 1\n\n");
  CHECK(get("/live").starts_with("HTTP/1.1 503 "));
}

TEST_CASE_FIXTURE(page_server,
                  "one address that takes all it may have leaves room for the others") {
  bounds.of_one_address = 4;
  open();
  auto mine = std::vector<std::unique_ptr<web_client>>{};
  for (auto i = 0; i < 4; ++i) mine.push_back(std::make_unique<web_client>(port));
  REQUIRE(comes_to([](const web_traffic& t) { return t.connections == 4; }));
  auto fifth = client();
  CHECK(fifth.status() == 503);
  CHECK(fifth.is_ended());
  auto other = web_client{port, {false, "127.0.0.2"}};
  CHECK(other.get("/").status() == 200);
  mine.clear();
  CHECK(comes_to([](const web_traffic& t) { return t.connections == 1; }));
  CHECK(get("/").ends_with("hello"));
}

TEST_CASE_FIXTURE(
    page_server,
    "of ten thousand connections few are kept, and a neighbour gets the page meanwhile") {
  constexpr std::size_t wanted = 10'000;
  const auto limit = descriptor_limit{wanted + 1000};
  const auto count = std::min<std::size_t>(wanted, limit.given - 600);
  if (count < wanted)
    MESSAGE("only " << count << " connections: the limit of descriptors is " << limit.given);
  open();
  auto crowd = std::vector<std::unique_ptr<web_client>>{};
  crowd.reserve(count);
  for (std::size_t i = 0; i < count; ++i) crowd.push_back(std::make_unique<web_client>(port));
  CHECK(std::ranges::all_of(crowd, [](const auto& one) { return one->is_open(); }));
  auto neighbour = web_client{port, {false, "127.0.0.2"}};
  CHECK(neighbour.get("/").status() == 200);
  CHECK(comes_to([&](const web_traffic& t) { return t.accepted == count + 1; }));
  CHECK(server->traffic().connections == bounds.of_one_address + 1);
  CHECK(server->traffic().refused == count - bounds.of_one_address);
  crowd.clear();
  CHECK(get("/").ends_with("hello"));
}

// What other tests have left behind opens and closes descriptors, too: it has a process of its own.
TEST_CASE("out of descriptors the server waits, and serves those who waited with it") {
  const auto us = std::filesystem::read_symlink("/proc/self/exe").string();
  CHECK(std::system((us + " --no-skip -tc='descriptors are counted'").c_str()) == 0);
}

TEST_CASE_FIXTURE(page_server, "descriptors are counted" * doctest::skip()) {
  open();
  // Before the limit, or the server would take a descriptor that one of them was to have.
  auto sockets = std::array<int, 4>{};
  for (auto& one : sockets) REQUIRE((one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0);
  auto crowd = std::vector<std::unique_ptr<web_client>>{};
  {
    const auto one_left = descriptor_limit{limit_that_leaves(1)};
    for (const auto one : sockets)
      crowd.push_back(std::make_unique<web_client>(port, web_client::how{.socket = one}));
    for (auto& one : crowd) CHECK(one->get("/").is_open());
    CHECK(crowd[0]->status() == 200);
    auto second = pollfd{crowd[1]->descriptor(), POLLIN, 0};
    CHECK(::poll(&second, 1, 100) == 0);
    CHECK(server->traffic().connections == 1);
  }
  for (auto i = 1; i < 4; ++i) CHECK(crowd[static_cast<std::size_t>(i)]->status() == 200);
}

TEST_CASE("a server ends with everything open") {
  auto page = page_server{};
  page.open();
  auto idle = page.client();
  auto half = page.client();
  auto waiting = page.client();
  auto anna = page.client();
  auto deaf = web_client{page.port, {false, "127.0.0.1", 4096}};
  idle.get("/").status();
  half.say("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  waiting.get("/silent");
  anna.get("/live").until("data: 1\n\n");
  deaf.get("/big");
  REQUIRE(page.heard(4).size() == 4);
  page.close();
  for (auto* one : {&idle, &half, &waiting, &anna}) CHECK(one->is_ended());
}
