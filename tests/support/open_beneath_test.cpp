#include "support/open_beneath.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "common/temporary_folder.hpp"

namespace goru::support {
namespace {

namespace fs = std::filesystem;

class OpenBeneathTest : public testing::Test {
 protected:
  OpenBeneathTest() : root_(::open(folder_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    fs::create_directories(fs::path(folder_.path()) / "d");
    std::ofstream(fs::path(folder_.path()) / "d" / "file") << "text";
    fs::create_symlink("d/file", fs::path(folder_.path()) / "link");
    fs::create_symlink("/etc", fs::path(folder_.path()) / "absolute");
    fs::create_symlink("../..", fs::path(folder_.path()) / "d" / "out");
  }

  /// 0, or why it could not be opened.
  int Open(const std::string& path, Links links) {
    int error = 0;
    return TryOpenBeneath(root_.get(), path, O_RDONLY, links, error) ? 0 : error;
  }

  test::TemporaryFolder folder_;
  UniqueFd root_;
};

TEST_F(OpenBeneathTest, WhatLiesBeneathIsOpened) {
  for (const Links links : {Links::kFollowed, Links::kRefused}) {
    EXPECT_EQ(Open("d/file", links), 0);
    EXPECT_EQ(Open(".", links), 0);
    EXPECT_EQ(Open("missing", links), ENOENT);
    EXPECT_EQ(Open("d/file/more", links), ENOTDIR);
  }
}

TEST_F(OpenBeneathTest, NothingElseIs) {
  for (const Links links : {Links::kFollowed, Links::kRefused}) {
    EXPECT_EQ(Open("..", links), EXDEV);
    EXPECT_EQ(Open("d/../..", links), EXDEV);
    EXPECT_EQ(Open("/etc", links), EXDEV);
  }
}

TEST_F(OpenBeneathTest, LinksThatStayInsideAreFollowedWhereThatIsWanted) {
  EXPECT_EQ(Open("link", Links::kFollowed), 0);
  EXPECT_EQ(Open("absolute", Links::kFollowed), EXDEV);
  EXPECT_EQ(Open("d/out", Links::kFollowed), EXDEV);
  for (const char* path : {"link", "absolute", "d/out", "absolute/passwd"}) {
    EXPECT_EQ(Open(path, Links::kRefused), ELOOP) << path;
  }
}

}  // namespace
}  // namespace goru::support
