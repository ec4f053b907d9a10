#include "packages/names.hpp"

#include <gtest/gtest.h>

#include "packages/unsupported.hpp"

namespace goru::packages {
namespace {

TEST(NamesTest, CanonicalNamesAreOneForm) {
  for (const char* name : {"python-dateutil", "Python_Dateutil", "python.dateutil", "PYTHON-_.dateutil"}) {
    EXPECT_EQ(CanonicalName(name), "python-dateutil") << name;
  }
  for (const char* name : {"", "-x", "x-", "../x", "a b", "a/b", "é", "a\nb", "a;b"}) {
    EXPECT_FALSE(CanonicalName(name)) << name;
  }
  EXPECT_FALSE(CanonicalName(std::string(129, 'a')));
}

TEST(NamesTest, RequirementsAreNamesAndVersions) {
  const auto parsed = ParseRequirement(" Uvicorn [Standard, x] >= 0.30 , <1 ; python_version > '3.8' ");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->ToString(), "uvicorn[standard,x]>=0.30,<1; python_version > '3.8'");
  for (const char* text : {"a", "a==1.0", "a===1!2.0+local", "a~=1.2", "a!=1.*", "a (>=1)"}) {
    EXPECT_TRUE(ParseRequirement(text)) << text;
  }
  for (const char* text : {"",
                           "a @ file:///x",
                           "a@b",
                           "./a",
                           "a/b",
                           "https://x/a.whl",
                           "git+x://y",
                           "-r x",
                           "--index-url=x",
                           "a b",
                           "a>=",
                           "a>=1,",
                           "a[b",
                           "a[b/c]",
                           "a>=1;`x`",
                           "a>=1 --hash=x",
                           "a\n-e .",
                           "a==1\nb",
                           "a>=1,\r<2",
                           "a\r"}) {
    EXPECT_FALSE(ParseRequirement(text)) << text;
  }
}

TEST(NamesTest, SpecifiersAreClauses) {
  for (const char* text : {"", ">=2.8", ">= 2.8, != 2.9.0", "==1.*"}) EXPECT_TRUE(IsSpecifier(text)) << text;
  for (const char* text : {"2.8", "nonsense", ">=1;x", ">=1,", ",", ">=1 -r x", ">=$(x)"}) {
    EXPECT_FALSE(IsSpecifier(text)) << text;
  }
}

TEST(NamesTest, RequirementsFiles) {
  const std::string hash(64, 'a');
  const auto parsed = ParseRequirements(
      "# c\n\na>=1 # note\nb==2 \\\n  --hash=sha256:" + hash + " \\\n --hash=sha256:" + hash + "\r\n", "f");
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ((*parsed)[0].ToString(), "a>=1");
  EXPECT_EQ((*parsed)[1].hashes.size(), 2U);
  for (const char* text :
       {"-r other", "-e .", "--pre", "a --hash=md5:x", "a --hash=sha256:zz", "a --install-option=x"}) {
    EXPECT_FALSE(ParseRequirements(text, "f")) << text;
  }
}

TEST(NamesTest, WheelNames) {
  const auto pure = ParseWheelName("Python_Dateutil-2.9.0-py2.py3-none-any.whl");
  ASSERT_TRUE(pure);
  EXPECT_EQ(pure->name, "python-dateutil");
  EXPECT_EQ(pure->version, "2.9.0");
  EXPECT_TRUE(pure->pure());
  const auto native = ParseWheelName("x-1-2build-cp312-cp312-manylinux_2_17_x86_64.whl");
  ASSERT_TRUE(native);
  EXPECT_FALSE(native->pure());
  for (const char* name : {"x.whl", "x-1.whl", "x-1-py3-none.whl", "x-1-py3-none-any.zip", "../x-1-py3-none-any.whl",
                           "x-1;2-py3-none-any.whl", "a-b-c-d-e-f-g.whl", "x-1-py3-none-any/../x.whl",
                           "x-1-py3/-none-any.whl", "x-1-py3--any.whl", "x-1-py3-none-a\ny.whl"}) {
    EXPECT_FALSE(ParseWheelName(name)) << name;
  }
}

TEST(NamesTest, UnsupportedPackagesHaveReasons) {
  for (const char* name : {"numpy", "pandas", "requests", "django", "flask"}) EXPECT_NE(WhyUnsupported(name), nullptr);
  for (const char* name : {"pydantic", "nump", "numpyx", ""}) EXPECT_EQ(WhyUnsupported(name), nullptr);
}

}  // namespace
}  // namespace goru::packages
