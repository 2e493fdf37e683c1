#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace hearth::testing {

/// One connection to a page server of somebody who sends what they like. Every wait has a deadline
/// of 10 s.
class web_client {
 public:
  struct how {
    bool tls = false;
    const char* from = "127.0.0.1";
    int receive_bytes = 0;  ///< of the socket's buffer; 0: the system's
    const char* protocol = "http/1.1";
    int newest_tls = 0;  ///< of OpenSSL's numbers; 0: the newest there is
    int socket = -1;     ///< one that is open already and belongs to the client from now on
  };

  explicit web_client(std::uint16_t port) : web_client{port, how{}} {}
  web_client(std::uint16_t port, const how& h);
  web_client(const web_client&) = delete;
  web_client& operator=(const web_client&) = delete;
  ~web_client();

  /// Whether the connection stands; with TLS, whether its handshake went well.
  [[nodiscard]] bool is_open() const { return open_; }
  /// As much as the other side takes.
  web_client& say(const std::string& text);
  /// "GET path" with a Host and what else is given, each line ended.
  web_client& get(const std::string& path, const std::string& headers = {});
  web_client& post(const std::string& path, const std::string& body,
                   const std::string& headers = {});
  /// The next answer's head and body by its Content-Length; empty if the connection ended first.
  std::string answer(bool is_to_head = false);
  int status();
  /// The value of a header of an answer; empty if it has none.
  static std::string header(const std::string& answer, const std::string& name);
  /// Everything until this text has come; empty if it did not.
  std::string until(const std::string& text);
  /// Whether the other side ends the connection, without another word.
  bool is_ended();
  /// Says that nothing more comes, and goes on reading.
  void finish();
  [[nodiscard]] int descriptor() const { return socket_; }

 private:
  struct secured;
  bool read_some();

  int socket_;
  std::unique_ptr<secured> tls_;
  std::string heard_;
  bool open_ = false, ended_ = false;
};

}  // namespace hearth::testing
