// Code that was made from other sources: TypeScript, bundles, source maps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/sandbox.hpp"

namespace goru {
namespace {

using std::chrono::milliseconds;
using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using testing::HasSubstr;
using testing::Not;

TEST(TypeScriptSession, KeepsItsStateBetweenRuns) {
  Executor executor = MakeExecutor({});
  Session session = MakeSession(executor, TypeScript());
  EXPECT_EQ(session.language(), TypeScript());
  EXPECT_TRUE(session.Run("enum Level { Low = 1, High }\nlet level: Level = Level.High;").ok());
  const Result result = session.Run("level as number", {.want_value = true});
  ASSERT_TRUE(result.ok()) << result.error->message;
  EXPECT_EQ(result.value, "2");
}

TEST(TypeScriptSession, ErrorsNameTheSource) {
  Executor executor = MakeExecutor({});
  Session session = MakeSession(executor, TypeScript());
  Result result = session.Run("interface A { x: number }\nlet a: = 3;", {.name = "app.ts"});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error->type, "SyntaxError");
  EXPECT_THAT(result.error->traceback, HasSubstr("app.ts:2\nlet a: = 3;\n       ^\n"));
  EXPECT_THAT(result.error->traceback, HasSubstr("at app.ts:2:8"));
  EXPECT_TRUE(result.session_alive);

  // Called from a later run: its text and its translation are still known.
  ASSERT_TRUE(
      session.Run("function fail(a: number, b: string): never { throw new Error(b) }", {.name = "lib.ts"}).ok());
  result = session.Run("fail(1 as number, 'x');", {.name = "main.ts"});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error->traceback, HasSubstr("lib.ts:1\nfunction fail(a: number, b: string): never { throw"));
  EXPECT_THAT(result.error->traceback, HasSubstr("at fail (lib.ts:1:62)"));
  EXPECT_THAT(result.error->traceback, HasSubstr("at main.ts:1:1"));
}

TEST(TypeScriptSession, CodeDoesNotReachItsTranslator) {
  Executor executor = MakeExecutor({});
  Session session = MakeSession(executor, TypeScript());
  const Result polluted = session.Run(R"(
const classes = [Object, String, RegExp, Map, Set, Function, Array];
const keysOf = Reflect.ownKeys;
for (let c = 0; c < classes.length; c++) {
  const prototype: any = classes[c].prototype;
  const keys = keysOf(prototype);
  for (let k = 0; k < keys.length; k++) {
    try { prototype[keys[k]] = () => { throw 'reached'; }; } catch {}
  }
}
let seen: string = '';
try { [].map(() => 1); } catch (error) { seen = error as string; })");
  ASSERT_TRUE(polluted.ok()) << polluted.error->message;
  const Result result = session.Run("const kept: string = seen; kept as any", {.want_value = true});
  ASSERT_TRUE(result.ok()) << result.error->message;
  EXPECT_EQ(result.value, "\"reached\"");
}

TEST(TypeScriptSession, TranslationIsWithinTheLimitsOfTheRun) {
  Executor executor = MakeExecutor({});
  std::string code;
  while (code.size() < (size_t{8} << 20)) code += "const f = (a: number): number => { return (a as any)!; };\n";
  const Result late = executor.Run(TypeScript(), "{" + code + "}", {}, {WithSessionTimeout(milliseconds(300))});
  EXPECT_EQ(KindOf(late), ErrorKind::kTimeout);
  const Result large = executor.Run(TypeScript(), "{" + code + "}", {}, {WithSessionMemoryLimit(size_t{48} << 20)});
  EXPECT_EQ(KindOf(large), ErrorKind::kMemoryLimit);
  // Nested deeper than any parser goes.
  const Result deep = executor.Run(TypeScript(), "let x = " + std::string(200'000, '(') + std::string(200'000, ')'));
  ASSERT_FALSE(deep.ok());
  EXPECT_EQ(KindOf(deep), ErrorKind::kGuestException);
}

// "main" in source.ts, line 2, is line 1 of the code.
constexpr std::string_view kMap =
    R"({"version":3,"sources":["../src/source.ts"],"sourcesContent":["// first\nthrow new Error('x' as any);\n"],)"
    R"("mappings":"AACA,MAAM,IAAI"})";

TEST(SourceMaps, TracebacksNameTheSources) {
  Executor executor = MakeExecutor({});
  Session session = MakeSession(executor, JavaScript());
  Result result = session.Run("throw new Error('x');", {.name = "out/bundle.js", .source_map = kMap});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error->traceback, HasSubstr("src/source.ts:2\nthrow new Error('x' as any);\n"));
  EXPECT_THAT(result.error->traceback, HasSubstr("at src/source.ts:2:"));
  EXPECT_THAT(result.error->traceback, Not(HasSubstr("bundle.js")));
  // The next run has none.
  result = session.Run("throw new Error('y');", {.name = "out/bundle.js"});
  EXPECT_THAT(result.error->traceback, HasSubstr("out/bundle.js:1\nthrow new Error('y');"));
}

TEST(SourceMaps, ServeLaterRunsOfTheSession) {
  Executor executor = MakeExecutor({});
  Session session = MakeSession(executor, JavaScript());
  ASSERT_TRUE(session.Run("var f = () => { throw new Error('x'); }", {.name = "b.js", .source_map = kMap}).ok());
  const Result result = session.Run("f()");
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error->traceback, HasSubstr("at f (../src/source.ts:2:"));
}

TEST(SourceMaps, BadOnesAreNotUsed) {
  Executor executor = MakeExecutor({});
  Session session = MakeSession(executor, JavaScript());
  const std::string large(Limits().code_bytes + 1, ' ');
  for (const std::string& map :
       {std::string("{"), std::string("[]"), std::string("null"), std::string("\xff\xfe"),
        std::string(R"({"mappings":3})"), std::string(R"({"mappings":"????"})"), std::string(R"({"mappings":"AACA"})"),
        std::string(R"({"mappings":"AACA","sources":[null]})"),
        std::string(R"({"mappings":"gggggggggggggC","sources":["a"]})"),
        std::string(R"({"mappings":"A,,;;;;;,","sources":["a"],"sourcesContent":3})"), large}) {
    const Result result = session.Run("throw new Error('x');", {.name = "b.js", .source_map = map});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error->message, "x") << map.substr(0, 100);
    EXPECT_THAT(result.error->traceback, HasSubstr("at b.js:1:")) << map.substr(0, 100);
    EXPECT_TRUE(result.session_alive);
  }
}

TEST(CommonJS, ExportsStayInTheSession) {
  Executor executor = MakeExecutor({});
  Session session = MakeSession(executor, JavaScript());
  ASSERT_TRUE(session.Run("exports.double = (x) => 2 * x;").ok());
  Result result = session.Run("module.exports.double(21)", {.want_value = true});
  ASSERT_TRUE(result.ok()) << result.error->message;
  EXPECT_EQ(result.value, "42");
  result = session.Run("typeof require", {.want_value = true});
  EXPECT_EQ(result.value, "\"undefined\"");
}

}  // namespace
}  // namespace goru
