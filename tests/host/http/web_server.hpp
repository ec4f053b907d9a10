// The web server that tests of http talk to: tests/common/http_server.py as a child process.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "support/unique_fd.hpp"

namespace goru::host::http::test {

class WebServer {
 public:
  /// Started by the first call, for all tests of the program.
  static const WebServer& Get() {
    static const WebServer server;
    return server;
  }

  ~WebServer() {
    stdin_ = support::UniqueFd();
    if (process_ > 0) {
      ::kill(process_, SIGTERM);
      ::waitpid(process_, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  std::string Http(const std::string& path, const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + Port("http") + path;
  }
  std::string Https(const std::string& path, const std::string& host = "localhost") const {
    return "https://" + host + ":" + Port("https") + path;
  }
  std::string Port(const char* name) const { return std::to_string(ports_.at(name).get<int>()); }
  bool HasIpv6() const { return !ports_.at("http6").is_null(); }
  std::string ca_file() const { return ports_.at("ca").get<std::string>(); }

 private:
  WebServer() {
    std::string pattern = (std::filesystem::temp_directory_path() / "goru-http-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return;
    directory_ = pattern;
    std::array<int, 2> to = {};
    std::array<int, 2> from = {};
    if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(to[0], STDIN_FILENO);
      ::dup2(from[1], STDOUT_FILENO);
      const std::string script = std::string(GORU_TEST_DATA) + "/common/http_server.py";
      ::execlp("python3", "python3", script.c_str(), "--tls", directory_.c_str(), nullptr);
      ::_exit(127);
    }
    stdin_ = support::UniqueFd(to[1]);
    const support::UniqueFd their_stdin(to[0]);
    const support::UniqueFd output(from[0]);
    ::close(from[1]);
    std::string line;
    char c = 0;
    while (!line.ends_with('\n') && ::read(output.get(), &c, 1) == 1) line += c;
    ports_ = nlohmann::json::parse(line, nullptr, false);
    if (!ports_.is_object()) {
      ADD_FAILURE() << "the web server did not start";
      std::abort();
    }
  }

  std::string directory_;
  pid_t process_ = -1;
  support::UniqueFd stdin_;
  nlohmann::json ports_;
};

}  // namespace goru::host::http::test
