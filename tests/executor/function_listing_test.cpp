// What code learns of the functions that it may call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/sandbox.hpp"

namespace goru {
namespace {

using nlohmann::json;
using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Program;
using test::Show;

constexpr Program kHelp = {"help(call)", "call.help()"};

class FunctionListing : public testing::TestWithParam<Language> {
 protected:
  static Registry Functions() {
    const HostFunction nothing = [](const CallContext&, const json&) { return json(); };
    Registry registry;
    registry.Add("get_user",
                 {.function = nothing,
                  .description = "Looks a user up.\n\nAnswers null where there is none.",
                  .parameters = {{{.name = "id", .type = ParameterType::kString, .description = "the user's number"},
                                  {.name = "limit",
                                   .type = ParameterType::kInteger,
                                   .description = "how many orders, at most",
                                   .default_value = 10},
                                  {.name = "note", .type = ParameterType::kString, .required = false},
                                  {.name = "seal", .type = ParameterType::kBytes, .default_value = json::binary({1})},
                                  {.name = "data", .default_value = json{{"a", {true, nullptr}}}}}}});
    registry.Add("anything", nothing);
    registry.Add("ping", {.async = [](const CallContext&, const json&, const Completion& c) { c.Return(1); },
                          .description = "Says that the host is there.",
                          .parameters = {std::vector<Parameter>()}});
    registry.Add("goru:made_up", nothing);
    return registry;
  }

  const Language& language() const { return GetParam(); }
  bool python() const { return language().is_python(); }
};

INSTANTIATE_TEST_SUITE_P(Languages, FunctionListing, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

TEST_P(FunctionListing, IsTextForPeople) {
  Executor executor = MakeExecutor({WithRegistry(Functions())});
  const Result result = executor.Run(language(), kHelp.In(language()));
  EXPECT_TRUE(result.ok()) << Show(result);
  EXPECT_EQ(
      result.output,
      python() ? R"(Host functions, for call(name, argument=value, ...) and await async_call(name, argument=value, ...):

anything(...)

get_user(id: string, limit: integer = 10, note: string = None, seal: bytes = b'\x01', data: any = {'a': [True, None]})
    Looks a user up.

    Answers null where there is none.

    id     the user's number
    limit  how many orders, at most

ping()
    Says that the host is there.
)"
               : R"(Host functions, for call(name, {argument: value}) and await asyncCall(name, {argument: value}):

anything(...)

get_user({id: string, limit?: integer = 10, note?: string, seal?: bytes = Uint8Array(1) [ 1 ], data?: any = { a: [ true, null ] }})
    Looks a user up.

    Answers null where there is none.

    id     the user's number
    limit  how many orders, at most

ping()
    Says that the host is there.
)");
  EXPECT_EQ(result.usage.host_calls, 1U);
}

TEST_P(FunctionListing, IsData) {
  Executor executor = MakeExecutor({WithRegistry(Functions())});
  constexpr Program kData = {
      "import json\nfs = call.functions()\nassert fs[1]['parameters'][3]['default'] == b'\\x01'\n"
      "del fs[1]['parameters'][3]\nprint(json.dumps(fs, separators=(',', ':')))",
      "const list = call.functions(); if (list[1].parameters[3].default[0] !== 1) throw new Error('bytes');\n"
      "list[1].parameters.splice(3, 1); console.log(JSON.stringify(list))"};
  const Result result = executor.Run(language(), kData.In(language()));
  // Members stand in the order in which people read them.
  EXPECT_EQ(result.stdout_text,
            R"([{"name":"anything","description":"","parameters":null},)"
            R"({"name":"get_user","description":"Looks a user up.\n\nAnswers null where there is none.",)"
            R"("parameters":[)"
            R"({"name":"id","type":"string","description":"the user's number","required":true},)"
            R"({"name":"limit","type":"integer","description":"how many orders, at most",)"
            R"("required":false,"default":10},)"
            R"({"name":"note","type":"string","description":"","required":false},)"
            R"({"name":"data","type":"any","description":"","required":false,)"
            R"("default":{"a":[true,null]}}]},)"
            R"({"name":"ping","description":"Says that the host is there.","parameters":[]}])"
            "\n")
      << Show(result);
}

TEST_P(FunctionListing, HasWhatTheSessionMayCallAndNothingElse) {
  Executor executor = MakeExecutor({WithRegistry(Functions())});
  constexpr Program kNames = {"print(*(f['name'] for f in call.functions()))",
                              "console.log(...call.functions().map((f) => f.name))"};
  const auto names = [&](const std::vector<SessionOption>& options) {
    const Result result = executor.Run(language(), kNames.In(language()), {}, options);
    EXPECT_TRUE(result.ok()) << Show(result);
    return result.stdout_text;
  };
  EXPECT_EQ(names({WithSessionKV()}), "anything get_user ping\n");
  EXPECT_EQ(names({WithSessionFunctions({"ping", "unknown"})}), "ping\n");
  EXPECT_EQ(names({WithSessionFunctions({})}), "\n");
  Registry own;
  own.Add("own", [](const CallContext&, const json&) { return json(); });
  EXPECT_EQ(names({WithSessionRegistry(own)}), "own\n");
}

TEST_P(FunctionListing, CountsAsACall) {
  Executor executor = MakeExecutor({WithRegistry(Functions())});
  const Result result = executor.Run(language(), kHelp.In(language()), {}, {WithSessionHostCallLimit(0)});
  EXPECT_EQ(KindOf(result), ErrorKind::kHostCallLimit) << Show(result);
}

TEST(JavaScriptHelp, StandsWhateverCodeDidToItsLanguage) {
  Registry registry;
  registry.Add("f", {.function = [](const CallContext&, const json&) { return json(); },
                     .parameters = {{{.name = "note", .required = false}}}});
  Executor executor = MakeExecutor({WithRegistry(registry)});
  const Result result = executor.Run(
      JavaScript(),
      "Array.prototype.push = Array.prototype.map = String.prototype.indexOf = String.prototype.padEnd = () => { throw "
      "1 };\nObject.prototype.default = 7; console.log = null; call.help()");
  EXPECT_TRUE(result.ok()) << Show(result);
  EXPECT_NE(result.output.find("\nf({note?: any})\n"), std::string::npos) << result.output;
}

TEST(PythonHelp, StillKnowsEverythingElse) {
  for (const Language& language : test::EveryPython()) {
    Executor executor = MakeExecutor({WithRegistry(Registry())});
    Session session = MakeSession(executor, language);
    const auto first_line = [&](const char* code) {
      const Result result = session.Run(code);
      EXPECT_TRUE(result.ok()) << Show(result);
      return result.output.substr(0, result.output.find('\n'));
    };
    EXPECT_EQ(first_line("help(len)"), "Help on built-in function len in module builtins:");
    EXPECT_EQ(first_line("def f():\n  'Does it.'\nhelp(f)"), "Help on function f in module __main__:");
    EXPECT_EQ(first_line("help(call.functions)"), "Help on function functions in module builtins:");
    EXPECT_EQ(first_line("help('json.scanner')"), "Help on module json.scanner in json:");
    EXPECT_EQ(first_line("print(help)"), "Type help() for interactive help, or help(object) for help about object.");
    // The same list for the other form.
    EXPECT_EQ(first_line("help(async_call)"),
              "This sandbox has no host functions; the host registers them with Registry::Add.");
  }
}

}  // namespace
}  // namespace goru
