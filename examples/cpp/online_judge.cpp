// An online judge: each test case runs a stranger's program in a sandbox of its own, with input, time and memory
// limits, and gets a verdict.
#include <chrono>
#include <goru/goru.hpp>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string Verdict(const goru::Result& result, std::string_view expected) {
  if (!result.error) return result.stdout_text == expected ? "accepted" : "wrong answer";
  switch (result.error->kind) {
    case goru::ErrorKind::kTimeout:
      return "time limit exceeded";
    case goru::ErrorKind::kMemoryLimit:
      return "memory limit exceeded";
    case goru::ErrorKind::kGuestException:
      return "runtime error: " + result.error->type;
    default:
      return std::string(result.status());
  }
}

}  // namespace

int main() {
  auto executor = goru::Executor::Create();
  if (!executor) {
    std::cerr << executor.error().message << '\n';
    return 1;
  }
  struct Submission {
    const char* name;
    goru::Language language;
    const char* code;
  };
  const std::vector<Submission> submissions = {
      {"right, Python", goru::Python(), "n = int(input())\nprint(sum(map(int, input().split())))"},
      {"right, JavaScript", goru::JavaScript(),
       "readLine(); console.log(readLine().split(' ').reduce((a, b) => a + Number(b), 0))"},
      {"wrong", goru::Python(), "input(); print(max(map(int, input().split())))"},
      {"crashes", goru::Python(), "print(int(input()) / 0)"},
      {"never ends", goru::Python(), "while True: pass"},
      {"greedy", goru::Python(), "x = [0] * 10**8"},
  };
  for (const Submission& submission : submissions) {
    const goru::Result result = executor->Run(
        submission.language, submission.code, {.stdin_data = "3\n10 20 12\n"},
        {goru::WithSessionTimeout(std::chrono::seconds(1)), goru::WithSessionMemoryLimit(size_t{64} << 20)});
    std::cout << submission.name << ": " << Verdict(result, "42\n") << '\n';
  }
  return 0;
}
