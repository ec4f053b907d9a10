#include "service/error_line.hpp"

#include <gtest/gtest.h>

namespace goru::service {
namespace {

TEST(ErrorLine, IsThatOfTheInnermostCallInTheProgram) {
  EXPECT_EQ(ErrorLine("Traceback (most recent call last):\n"
                      "  File \"<run 1>\", line 4, in <module>\n"
                      "  File \"<run 1>\", line 2, in f\n"
                      "  File \"/lib/json.py\", line 99, in loads\n"
                      "ValueError: no\n",
                      "<run 1>"),
            2U);
  EXPECT_EQ(ErrorLine("Error: no\n    at g (node:fs:7:1)\n    at f (main.js:12:5)\n    at <eval> (main.js:40:1)\n",
                      "main.js"),
            12U);
  EXPECT_EQ(ErrorLine("    at main.js:3", "main.js"), 3U);
}

TEST(ErrorLine, IsNothingWhereTheProgramIsNotNamed) {
  for (const char* text : {"", "\n\n", "  File \"other.py\", line 4\n", "  File \"main.py\", line x\n", "main.py:4",
                           "  File \"main.py\", line 0\n", "    at main.py:99999999999999999999:1\n"}) {
    EXPECT_EQ(ErrorLine(text, "main.py"), std::nullopt) << text;
  }
}

TEST(ErrorLine, IsNotTakenFromAMessage) {
  EXPECT_EQ(ErrorLine("Traceback (most recent call last):\n  File \"main.py\", line 3, in <module>\n"
                      "ValueError: File \"main.py\", line 9\n",
                      "main.py"),
            3U);
}

}  // namespace
}  // namespace goru::service
