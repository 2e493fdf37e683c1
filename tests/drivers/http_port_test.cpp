#include "drivers/ports/http_port.hpp"

#include "drivers/http_sensor.hpp"
#include "drivers/ports/sensor_token.hpp"
#include "tests/support/heard_events.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <random>
#include <sys/socket.h>
#include <unistd.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto start = time_point{};

/// One TCP connection of somebody who sends what they like.
class poster {
 public:
  explicit poster(std::uint16_t port, const char* from = "127.0.0.1")
      : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    auto mine = sockaddr_in{};
    mine.sin_family = AF_INET;
    ::inet_pton(AF_INET, from, &mine.sin_addr);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&mine), sizeof mine) == 0);
    auto theirs = sockaddr_in{};
    theirs.sin_family = AF_INET;
    theirs.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &theirs.sin_addr);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&theirs), sizeof theirs) == 0);
  }
  poster(const poster&) = delete;
  poster& operator=(const poster&) = delete;
  ~poster() { ::close(socket_); }

  /// As much as the other side takes.
  poster& say(const std::string& text) {
    for (std::size_t sent = 0; sent < text.size();) {
      const auto n = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    return *this;
  }

  /// The next answer's head and body; empty if the connection ended without one.
  std::string answer() {
    const auto ends_at = [this]() -> std::optional<std::size_t> {
      const auto head = heard_.find("\r\n\r\n");
      if (head == std::string::npos) return {};
      const auto length = heard_.find("Content-Length: ");
      if (length > head) return head + 4;
      return head + 4 + std::stoul(heard_.substr(length + 16));
    };
    while (!ends_at() || heard_.size() < *ends_at())
      if (!read_some()) return "";
    const auto one = heard_.substr(0, *ends_at());
    heard_.erase(0, one.size());
    return one;
  }
  int status() {
    const auto text = answer();
    return text.starts_with("HTTP/1.1 ") ? std::stoi(text.substr(9, 3)) : 0;
  }
  /// Whether the other side ends the connection, without another word, before the deadline.
  bool is_ended() {
    while (read_some()) {
    }
    return ended_ && heard_.empty();
  }

 private:
  bool read_some() {
    auto waiting = pollfd{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) != 1) return false;
    auto bytes = std::array<char, 4096>{};
    const auto n = ::recv(socket_, bytes.data(), bytes.size(), 0);
    ended_ = n <= 0;
    if (n > 0) heard_.append(bytes.data(), static_cast<std::size_t>(n));
    return n > 0;
  }

  int socket_;
  std::string heard_;
  bool ended_ = false;
};

/// Two sensors of a house and what is heard of them.
struct posting_house {
  std::uint16_t number = free_port();
  std::string token = make_sensor_token().value();
  std::string others_token = make_sensor_token().value();
  http_bounds bounds;
  heard_events heard;
  std::unique_ptr<port> bus;

  void open() {
    bus = make_http_port("127.0.0.1:" + std::to_string(number),
                         {{"/sensors/boiler", sensor_token_digest(token)},
                          {"/sensors/tank", sensor_token_digest(others_token)}},
                         bounds);
    bus->listen({"/sensors/boiler"}, [tell = heard.listener()](bus_message m) {
      tell(mqtt_message{std::move(m.topic), std::move(m.payload)});
    });
    REQUIRE(bus->transact(bus_presence{}, start));
  }
  [[nodiscard]] std::string post(const std::string& body, const std::string& with) const {
    return "POST /sensors/boiler HTTP/1.1\r\nHost: h\r\n" + with +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  [[nodiscard]] std::string post(const std::string& body) const {
    return post(body, "Authorization: Bearer " + token + "\r\n");
  }
  int status_of(const std::string& request) { return poster{number}.say(request).status(); }
};

const auto warm = std::string{R"({"temperature_c":21.5})"};

}  // namespace

TEST_CASE_FIXTURE(posting_house, "a sensor with its token posts, and its values arrive") {
  auto house = one_device(http_sensor_model().spec, {{"token_sha256", sensor_token_digest(token)}});
  house.devices[0].name = "boiler";
  house.buses[0].options["listen"] = "127.0.0.1:" + std::to_string(number);
  const auto sensor = http_sensor_model().make(house, {0});
  bus = std::move(make_http_port(house, {0}).value());
  CHECK(sensor->topics() == std::vector<std::string>{"/sensors/boiler"});
  bus->listen(sensor->topics(), [tell = heard.listener()](bus_message m) {
    tell(mqtt_message{std::move(m.topic), std::move(m.payload)});
  });
  REQUIRE(bus->transact(sensor->poll().front(), start));
  CHECK(status_of(post(R"({"temperature_c":21.5,"flow_l_per_min":3.2})")) == 204);
  const auto message = heard.next<mqtt_message>();
  REQUIRE(message);
  const auto readings = sensor->heard({message->topic, message->payload}, start);
  REQUIRE(readings.size() == 2);
  CHECK(readings[0].value == result<measured>{measured{3.2, unit::litre_per_minute}});
  CHECK(readings[1].value == result<measured>{measured{21.5, unit::celsius}});
}

TEST_CASE_FIXTURE(posting_house, "nobody posts without the sensor's own token") {
  open();
  for (const auto& with :
       {std::string{}, "Authorization: Bearer " + others_token + "\r\n",
        std::string{"Authorization: Bearer \r\n"}, "Authorization: Bearer " + token + "0\r\n",
        "Authorization: Bearer " + token.substr(1) + "\r\n", "Authorization: " + token + "\r\n",
        "Authorization: Basic " + token + "\r\n",
        "Authorization: Bearer " + sensor_token_digest(token) + "\r\n",
        "Authorization: Bearer " + token + "\r\nAuthorization: Bearer x\r\n",
        "X-Authorization: Bearer " + token + "\r\n"}) {
    INFO(with);
    auto stranger = poster{number};
    const auto answer = stranger.say(post(warm, with)).answer();
    CHECK(answer.starts_with("HTTP/1.1 401 "));
    CHECK(answer.find("WWW-Authenticate: Bearer\r\n") != std::string::npos);
    CHECK(stranger.is_ended());
  }
  CHECK(heard.waiting() == 0);
  CHECK(status_of(post(warm, "authorization: bearer " + token + "\r\n")) == 204);
}

TEST_CASE_FIXTURE(posting_house, "what is no such post is refused with the reason") {
  open();
  const auto with = "Authorization: Bearer " + token + "\r\n";
  const auto json = std::string{"Content-Type: application/json\r\n"};
  const auto length = "Content-Length: " + std::to_string(warm.size()) + "\r\n";
  const auto head = [](const std::string& line) { return line + " HTTP/1.1\r\nHost: h\r\n"; };
  struct attempt {
    std::string request;
    int status;
  };
  for (const auto& [request, status] : std::vector<attempt>{
           {head("POST /sensors/cellar") + with + json + length + "\r\n" + warm, 404},
           {head("POST /") + with + json + length + "\r\n" + warm, 404},
           {head("POST /sensors/../sensors/boiler") + with + json + length + "\r\n" + warm, 404},
           {head("POST /../../etc/passwd") + with + json + length + "\r\n" + warm, 404},
           {head("POST /sensors/%62oiler") + with + json + length + "\r\n" + warm, 404},
           {head("POST /sensors/boiler/") + with + json + length + "\r\n" + warm, 404},
           {head("POST /sensors/boiler?token=" + token) + json + length + "\r\n" + warm, 404},
           {head("POST http://h/sensors/boiler") + with + json + length + "\r\n" + warm, 404},
           {head("GET /sensors/boiler") + with + "\r\n", 405},
           {head("PUT /sensors/boiler") + with + json + length + "\r\n" + warm, 405},
           {head("BREW /sensors/boiler") + with + "\r\n", 405},
           {head("POST /sensors/boiler") + with + json + "\r\n" + warm, 411},
           {head("POST /sensors/boiler") + with + json +
                "Transfer-Encoding: chunked\r\n\r\n16\r\n" + warm + "\r\n0\r\n\r\n",
            411},
           {head("POST /sensors/boiler") + with + length + "\r\n" + warm, 415},
           {head("POST /sensors/boiler") + with + "Content-Type: text/plain\r\n" + length + "\r\n" +
                warm,
            415},
           {head("POST /sensors/boiler") + with + json + "Content-Length: 4097\r\n\r\n" +
                std::string(4097, ' '),
            413},
           {head("POST /sensors/boiler") + with + json + "Content-Length: 1048576\r\n\r\n" +
                std::string(1024 * 1024, 'x'),
            413},
           {head("POST /sensors/boiler") + with + json +
                "Content-Length: 99999999999999999999999\r\n\r\n" + warm,
            400},
           {head("POST /sensors/boiler") + with + json + "Content-Length: -1\r\n\r\n" + warm, 400},
           {head("POST /sensors/boiler") + with + json + length +
                "Transfer-Encoding: chunked\r\n\r\n" + warm,
            400},
           {head("POST /sensors/boiler") + "X: " + std::string(9000, 'x') + "\r\n\r\n", 431},
           {"POST /sensors/boiler HTTP/9.9\r\n\r\n", 400},
           {"\x16\x03\x01\x02\x01\x01\x01\r\n\r\n", 400},
       }) {
    INFO(request.substr(0, 200));
    auto stranger = poster{number};
    const auto answer = stranger.say(request).answer();
    CHECK(answer.substr(0, 12) == "HTTP/1.1 " + std::to_string(status));
    CHECK(answer.substr(answer.find("\r\n\r\n")).size() > 8);
    CHECK(stranger.is_ended());
  }
  CHECK(heard.waiting() == 0);
  CHECK(status_of(post(warm)) == 204);
}

TEST_CASE_FIXTURE(
    posting_house,
    "a body that makes no sense is refused with the reason, and its channels show it") {
  open();
  const auto house =
      one_device(http_sensor_model().spec, {{"token_sha256", sensor_token_digest(token)}});
  for (const auto& body :
       {std::string{}, std::string{"{"}, std::string{"[]"}, std::string{"{}"}, std::string{"21.5"},
        std::string{R"({"temperature_c":NaN})"}, std::string{R"({"temperature_c":"21.5"})"},
        std::string{R"({"temperature_c":300})"}, std::string{R"({"temperature_c":1e999})"},
        std::string{R"({"temperature":21.5})"}, std::string{R"({"closed":1})"},
        std::string{R"({"temperature_c":[[21.5]]})"}, std::string(4096, '['),
        std::string(4096, 'x'), std::string{"{\"\xff\xfe\":1}"}, std::string{"\0", 1}}) {
    INFO(body.substr(0, 100));
    auto sensor = poster{number};
    const auto answer = sensor.say(post(body)).answer();
    CHECK(answer.starts_with("HTTP/1.1 400 "));
    CHECK(answer.find("text/plain") != std::string::npos);
    const auto message = heard.next<mqtt_message>();
    REQUIRE(message);
    CHECK(message->payload == body);
    const auto device = http_sensor_model().make(house, {0});
    const auto readings = device->heard({device->topics().front(), message->payload}, start);
    REQUIRE_FALSE(readings.empty());
    for (const auto& r : readings) CHECK_FALSE(r.value);
  }
  const auto named = poster{number}.say(post(R"({"temp":21.5})")).answer();
  CHECK(named.find("temperature_c, ") != std::string::npos);
  CHECK(status_of(post(R"({"temperature_c":null})")) == 204);
}

TEST_CASE_FIXTURE(posting_house, "several posts may share a connection, also sent ahead") {
  open();
  auto sensor = poster{number};
  CHECK(sensor.say(post(warm)).status() == 204);
  sensor.say(post(warm) + post("{") + post(warm));
  CHECK(sensor.status() == 204);
  CHECK(sensor.status() == 400);
  CHECK(sensor.status() == 204);
  CHECK(sensor.say(post(warm, "Authorization: Bearer " + token + "\r\nConnection: close\r\n"))
            .status() == 204);
  CHECK(sensor.is_ended());
  CHECK(heard.waiting() == 5);
}

TEST_CASE_FIXTURE(posting_house, "whoever sends too slowly is cut off, and holds up nobody") {
  bounds.patience = 300ms;
  open();
  auto silent = poster{number};
  auto half = poster{number};
  half.say("POST /sensors/boiler HTT");
  auto without_body = poster{number};
  without_body.say(post(warm).substr(0, post(warm).size() - 3));
  CHECK(status_of(post(warm)) == 204);
  CHECK(silent.is_ended());
  CHECK(half.is_ended());
  CHECK(without_body.is_ended());
  // A byte at a time helps nobody: the time is for the whole request.
  auto drop = poster{number};
  auto sent = 0;
  const auto began = std::chrono::steady_clock::now();
  for (const auto text = post(warm); sent < static_cast<int>(text.size()); ++sent) {
    drop.say(text.substr(static_cast<std::size_t>(sent), 1));
    ::poll(nullptr, 0, 10);
    if (std::chrono::steady_clock::now() - began > 1s) break;
  }
  CHECK(drop.is_ended());
  CHECK(heard.waiting() == 1);
}

TEST_CASE_FIXTURE(
    posting_house,
    "a hundred connections of one address neither stop the others nor stay for ever") {
  bounds.patience = 2s;
  open();
  auto crowd = std::vector<std::unique_ptr<poster>>{};
  for (auto i = 0; i < 100; ++i) crowd.push_back(std::make_unique<poster>(number));
  for (std::size_t i = bounds.of_one_address; i < crowd.size(); ++i)
    CHECK(crowd[i]->status() == 503);
  CHECK(poster{number, "127.0.0.2"}.say(post(warm)).status() == 204);
  for (std::size_t i = 0; i < bounds.of_one_address; ++i) CHECK(crowd[i]->is_ended());
  CHECK(status_of(post(warm)) == 204);
}

TEST_CASE_FIXTURE(posting_house, "however many addresses they have, no more than so many connect") {
  bounds.patience = 2s;
  open();
  auto crowd = std::vector<std::unique_ptr<poster>>{};
  for (auto i = 0; i < 100; ++i)
    crowd.push_back(
        std::make_unique<poster>(number, ("127.0.0." + std::to_string(i / 5 + 2)).c_str()));
  for (std::size_t i = bounds.connections; i < crowd.size(); ++i) CHECK(crowd[i]->status() == 503);
  for (std::size_t i = 0; i < bounds.connections; ++i) CHECK(crowd[i]->is_ended());
  CHECK(status_of(post(warm)) == 204);
}

TEST_CASE_FIXTURE(posting_house, "a sensor that posts without pause is asked to wait") {
  bounds.posts_per_second = 3;
  open();
  auto sensor = poster{number};
  auto seen = std::map<int, int>{};
  for (auto i = 0; i < 20; ++i) ++seen[sensor.say(post(warm)).status()];
  CHECK(seen[204] >= 3);
  CHECK(seen[429] >= 1);
  CHECK(seen[204] + seen[429] == 20);
  CHECK(heard.waiting() == static_cast<std::size_t>(seen[204]));
}

TEST_CASE_FIXTURE(posting_house,
                  "garbage is answered or hung up on, and the next sensor is served") {
  open();
  auto random = std::mt19937_64{7};
  for (auto round = 0; round < 200; ++round) {
    auto bytes = round % 2 == 0 ? std::string{} : post(warm);
    if (bytes.empty())
      for (auto i = 0; i < 300; ++i) bytes += static_cast<char>(random());
    else
      for (auto i = 0; i < 4; ++i) bytes[random() % 120] = static_cast<char>(random());
    auto stranger = poster{number};
    stranger.say(bytes + "\r\n\r\n");
    const auto status = stranger.status();
    INFO(round, " ", status);
    CHECK((status == 204 || status / 100 == 4));
  }
  CHECK(status_of(post(warm)) == 204);
}

TEST_CASE_FIXTURE(posting_house, "a port that another program has is a fault until it is free") {
  open();
  auto second = make_http_port("127.0.0.1:" + std::to_string(number), {}, {});
  const auto taken = second->transact(bus_presence{}, start);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == fault_code::io);
  CHECK(taken.error().detail.find(std::to_string(number)) != std::string::npos);
  bus.reset();
  CHECK(second->transact(bus_presence{}, start));
}

TEST_CASE("an address that cannot be listened at is a fault that names it") {
  for (const auto* const listen : {"", "8480", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", ":8480",
                                   "127.0.0.1:65536", "boiler:8480", "192.0.2.1:8480"}) {
    INFO(listen);
    const auto answer = make_http_port(listen, {}, {})->transact(bus_presence{}, start);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == fault_code::no_such_device);
    CHECK(answer.error().detail.find(listen) != std::string::npos);
  }
  const auto other = make_http_port("127.0.0.1:1", {}, {})->transact(gpio_read{1}, start);
  REQUIRE_FALSE(other);
  CHECK(other.error().code == fault_code::unsupported);
}

TEST_CASE_FIXTURE(posting_house, "it ends at once, whoever is connected, and begins anew") {
  open();
  auto silent = poster{number};
  auto half = poster{number};
  half.say("POST /sensors/boiler HTTP/1.1\r\nHost: h\r\n");
  CHECK(status_of(post(warm)) == 204);
  const auto began = std::chrono::steady_clock::now();
  bus.reset();
  CHECK(std::chrono::steady_clock::now() - began < 1s);
  CHECK(silent.is_ended());
  CHECK(half.is_ended());
  open();
  CHECK(status_of(post(warm)) == 204);
}

TEST_CASE_FIXTURE(posting_house, "what nobody listens to yet is not taken") {
  open();
  auto request = post(warm, "Authorization: Bearer " + others_token + "\r\n");
  request.replace(request.find("boiler"), 6, "tank");
  CHECK(status_of(request) == 503);
}

TEST_CASE("a token fits its digest, however that is written, and no other") {
  const auto token = make_sensor_token().value();
  CHECK(token.size() == 64);
  CHECK(token != make_sensor_token().value());
  auto digest = sensor_token_digest("abc");
  CHECK(digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(is_token_of(digest, "abc"));
  CHECK_FALSE(is_token_of(digest, "abd"));
  CHECK_FALSE(is_token_of(digest, digest));
  CHECK_FALSE(is_token_of("", ""));
  for (auto& c : digest) c = static_cast<char>(std::toupper(c));
  CHECK(is_token_of(digest, "abc"));
}
