#include "serve.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "exit_code.hpp"
#include "output.hpp"

namespace goru::cli {

int ServeCommand(const std::vector<std::string>& arguments) {
  std::error_code failed;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
  std::string program = (self.parent_path() / "goru-serve").string();
  std::vector<char*> words{program.data()};
  std::vector<std::string> copies = arguments;
  for (std::string& copy : copies) words.push_back(copy.data());
  words.push_back(nullptr);
  ::execv(program.c_str(), words.data());
  Say("cannot run " + program + ": " + std::strerror(errno) +
      "; goru serve is a program of its own and lies beside goru");
  return kGoruFailed;
}

}  // namespace goru::cli
