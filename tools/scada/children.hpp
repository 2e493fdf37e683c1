#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

/// What the demo starts around its house, and takes away again whatever way it ends.
namespace hearth::tools {

/// A folder of its own under $TMPDIR or /tmp, removed with everything in it.
class temporary_folder {
 public:
  /// Throws std::system_error if there is no room for one.
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A program of ours. It has a process group of its own, so that Ctrl-C at the terminal reaches us
/// alone and we end everything in order; and it dies with us, even if we are killed.
class child {
 public:
  /// Starts `arguments[0]`, looked up like a shell would; stdout and stderr go to `log`. Whether it
  /// could be started shows in `ended`. Throws std::system_error if there is no process to be had.
  child(const std::vector<std::string>& arguments, const std::string& log);
  ~child();
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  /// The exit status once it has ended, as waitpid gives it.
  std::optional<int> ended();
  /// Asks it to end.
  void ask_to_stop() const;
  /// Asks, waits, and kills it if that was not enough.
  void stop(std::chrono::milliseconds patience);

 private:
  pid_t pid_ = 0;
  int handle_ = -1;  ///< pidfd; −1 on a kernel without
  std::optional<int> status_;
};

/// A TCP port of the loopback nobody listens on. Nothing if there is none.
std::optional<std::uint16_t> free_port();
/// Whether somebody listens on it.
bool accepts(std::uint16_t port);

/// The folder of the running program.
std::filesystem::path program_folder();

/// A program beside this one, else its bare name, to be found on the PATH.
std::string beside_us(const std::string& name);

}  // namespace hearth::tools
