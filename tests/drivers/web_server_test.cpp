#include "tests/support/page_server.hpp"

#include <algorithm>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(page_server, "a request arrives whole, and its answer goes back") {
  open();
  auto one = client();
  one.post("/echo?a=1&a=b%20c", "what was said",
           "Content-Type: text/plain\r\nCookie: hearth=1\r\nX-Other: not passed on\r\n");
  const auto answer = one.answer();
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.ends_with("\r\n\r\nwhat was said"));
  const auto r = heard(1).at(0);
  CHECK(r.method == "POST");
  CHECK(r.path == "/echo");
  CHECK(r.query == std::multimap<std::string, std::string>{{"a", "1"}, {"a", "b c"}});
  CHECK(r.headers == std::map<std::string, std::string>{{"content-type", "text/plain"},
                                                        {"cookie", "hearth=1"},
                                                        {"host", "house"}});
  CHECK(r.body == "what was said");
  CHECK(r.peer == "127.0.0.1");
}

TEST_CASE_FIXTURE(page_server, "every answer tells the browser what a page of this house may do") {
  open();
  for (const auto& answer : {get("/"), get("/../x"), client().say("rubbish\r\n").answer()}) {
    CHECK(web_client::header(answer, "Content-Security-Policy").find("default-src 'self'") == 0);
    CHECK(web_client::header(answer, "X-Content-Type-Options") == "nosniff");
    CHECK(web_client::header(answer, "X-Frame-Options") == "DENY");
    CHECK(web_client::header(answer, "Referrer-Policy") == "no-referrer");
    CHECK(web_client::header(answer, "Cross-Origin-Opener-Policy") == "same-origin");
    CHECK(web_client::header(answer, "Cross-Origin-Resource-Policy") == "same-origin");
    CHECK(web_client::header(answer, "Permissions-Policy").find("camera=()") == 0);
    CHECK(web_client::header(answer, "Cache-Control") == "no-store");
    CHECK(web_client::header(answer, "Strict-Transport-Security").empty());
  }
}

TEST_CASE_FIXTURE(page_server, "one connection carries many requests, also those sent ahead") {
  open();
  auto one = client();
  for (auto i = 0; i < 3; ++i) CHECK(one.get("/").status() == 200);
  one.post("/echo", "first").post("/echo", "second").get("/");
  CHECK(one.answer().ends_with("first"));
  CHECK(one.answer().ends_with("second"));
  CHECK(one.answer().ends_with("hello"));
  one.get("/", "Connection: close\r\n");
  CHECK(one.status() == 200);
  CHECK(one.is_ended());
  CHECK(server->traffic().accepted == 1);
  CHECK(server->traffic().requests == 7);
}

TEST_CASE_FIXTURE(page_server, "HEAD is answered as GET without the body") {
  open();
  auto one = client();
  const auto answer = one.say("HEAD / HTTP/1.1\r\nHost: house\r\n\r\n").answer(true);
  CHECK(web_client::header(answer, "Content-Length") == "5");
  CHECK(answer.ends_with("\r\n\r\n"));
  CHECK(one.get("/").answer().ends_with("hello"));
}

TEST_CASE_FIXTURE(page_server, "a request that comes a byte at a time is one request") {
  open();
  auto one = client();
  for (const auto c : std::string{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"})
    one.say({c});
  CHECK(one.answer().ends_with("abc"));
}

TEST_CASE_FIXTURE(page_server,
                  "a long answer arrives whole, and HTTP/1.0 gets its end by the close") {
  open();
  const auto answer = get("/big");
  CHECK(answer.size() > 4u << 20);
  auto old = client();
  old.say("GET / HTTP/1.0\r\n\r\n");
  CHECK(old.answer().ends_with("hello"));
  CHECK(old.is_ended());
}

TEST_CASE_FIXTURE(page_server, "a client that waits for a go-ahead gets one before its body") {
  open();
  auto one = client();
  one.say("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(one.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(one.say("abc").answer().ends_with("abc"));
  CHECK(status_of("GET / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n") == 417);
}

TEST_CASE_FIXTURE(page_server,
                  "a page that stays open is told what happens until its owner leaves") {
  open();
  auto anna = client();
  const auto head = anna.get("/live").until("\r\n\r\n");
  CHECK(web_client::header(head, "Content-Type") == "text/event-stream");
  CHECK(web_client::header(head, "Content-Length").empty());
  CHECK(anna.until("\n\n") == "event: first\ndata: 1\n\n");
  REQUIRE(comes_to([](const web_traffic& t) { return t.streams == 1; }));
  server->tell(std::make_shared<const std::string>("data: 2\n\n"));
  CHECK(anna.until("\n\n") == "data: 2\n\n");
  server->end_streams("somebody else");
  server->tell(std::make_shared<const std::string>("data: 3\n\n"));
  CHECK(anna.until("\n\n") == "data: 3\n\n");
  server->end_streams("anna");
  CHECK(anna.until("\n\n") == "event: bye\ndata: {}\n\n");
  CHECK(anna.is_ended());
  CHECK(comes_to([](const web_traffic& t) { return t.streams == 0 && t.connections == 0; }));
}

TEST_CASE_FIXTURE(page_server,
                  "a page that nothing is told hears from time to time that the house is there") {
  bounds.heartbeat = 50ms;
  open();
  auto anna = client();
  anna.get("/live").until("data: 1\n\n");
  CHECK(anna.until("\n\n") == ": here\n\n");
  CHECK(anna.until("\n\n") == ": here\n\n");
}

TEST_CASE_FIXTURE(page_server, "a page that is closed is no stream any more") {
  open();
  {
    auto anna = client();
    anna.get("/live").until("data: 1\n\n");
    CHECK(comes_to([](const web_traffic& t) { return t.streams == 1; }));
  }
  CHECK(comes_to([](const web_traffic& t) { return t.streams == 0 && t.connections == 0; }));
}

TEST_CASE_FIXTURE(page_server,
                  "twenty pages are told ten times a second, and each hears all of it") {
  open();
  auto pages = std::vector<std::unique_ptr<web_client>>{};
  for (auto i = 0; i < 20; ++i) {
    pages.push_back(std::make_unique<web_client>(port));
    pages.back()->get("/live").until("data: 1\n\n");
  }
  // As many events as two seconds bring, as fast as they can be told.
  const auto event =
      std::make_shared<const std::string>("data: " + std::string(2000, 'v') + "\n\n");
  for (auto i = 0; i < 20; ++i) server->tell(event);
  server->tell(std::make_shared<const std::string>("data: last\n\n"));
  for (auto& page : pages) {
    const auto all = page->until("data: last\n\n");
    CHECK(all.size() == 20 * event->size() + 12);
  }
  CHECK(server->traffic().unread == 0);
}

TEST_CASE_FIXTURE(page_server, "an answer nobody waits for is ignored") {
  open();
  server->answer(4711, {});
  {
    auto gone = client();
    gone.get("/silent");
    heard(1);
  }
  server->answer(heard(1).at(0).id, {200, {}, "too late"});
  server->answer(heard(1).at(0).id, {200, {}, "twice"});
  CHECK(get("/").ends_with("hello"));
  CHECK(comes_to([](const web_traffic& t) { return t.waiting == 0; }));
}

TEST_CASE_FIXTURE(page_server, "an answer cannot smuggle a line into its own head") {
  open();
  auto one = client();
  one.get("/silent");
  server->answer(heard(1).at(0).id, {200,
                                     {{"X-Name", "a\r\nSet-Cookie: evil=1"},
                                      {"Bad Name", "x"},
                                      {"Content-Length", "1"},
                                      {"ETag", "\"1\""}},
                                     "body"});
  const auto answer = one.answer();
  CHECK(answer.find("evil") == answer.npos);
  CHECK(answer.find("Bad Name") == answer.npos);
  CHECK(web_client::header(answer, "ETag") == "\"1\"");
  CHECK(answer.ends_with("\r\n\r\nbody"));
}

TEST_CASE("an address that cannot be listened at is a fault that says why") {
  const auto nobody = [](const web_request&) {};
  for (const auto* const address :
       {"", "8443", "house:8443", "127.0.0.1:", "127.0.0.1:70000", "192.0.2.7:0", "::1:80"}) {
    CAPTURE(address);
    const auto made = make_web_server({address, {}, {}}, {}, nobody);
    REQUIRE(!made);
    CHECK(made.error().detail.find(address) != std::string::npos);
  }
  const auto first = make_web_server({"[::1]:0", {}, {}}, {}, nobody);
  REQUIRE(first);
  CHECK((*first)->listens_at().starts_with("[::1]:"));
  const auto second = make_web_server({(*first)->listens_at(), {}, {}}, {}, nobody);
  REQUIRE(!second);
  CHECK(second.error().detail.find("in use") != std::string::npos);
}
