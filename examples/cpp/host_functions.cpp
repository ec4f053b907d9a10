// Host functions: what guest code may call, who may call it, and what it sees when a call fails.
#include <goru/goru.hpp>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

int main() {
  const std::map<std::string, std::string> users = {{"123", "Ada"}, {"456", "Grace"}};
  goru::Registry functions;
  goru::Registry::Entry get_user;
  get_user.function = [&users](const goru::CallContext&, const nlohmann::json& args) -> nlohmann::json {
    const auto found = users.find(args.at("id").get<std::string>());
    if (found == users.end()) throw std::runtime_error("no such user");
    return {{"id", found->first}, {"name", found->second}};
  };
  get_user.blocking = goru::Blocking::kNever;  // returns within microseconds: no thread switch
  get_user.description = "Looks a user up.";
  get_user.parameters = {{.name = "id", .type = goru::ParameterType::kString, .description = "the user's number"}};
  functions.Add("get_user", get_user);
  functions.Add("delete_user", [](const goru::CallContext&, const nlohmann::json&) -> nlohmann::json { return true; });

  auto executor = goru::Executor::Create({goru::WithRegistry(functions)});
  if (!executor) {
    std::cerr << executor.error().message << '\n';
    return 1;
  }
  // This session may read users and nothing else.
  auto session = executor->NewSession(goru::Python(), {goru::WithSessionFunctions({"get_user"})});
  if (!session) {
    std::cerr << session.error().message << '\n';
    return 1;
  }
  const goru::Result result = session->Run(R"(
help(call)
print(call("get_user", id="123")["name"])
for name, user in ("get_user", "789"), ("delete_user", "123"), ("format_disk", "1"):
    try:
        call(name, id=user)
    except HostError as error:
        print(error)
try:
    call("get_user", name="Ada")
except TypeError as error:
    print(error)
)");
  std::cout << result.output;
  std::cout << executor->Run(goru::JavaScript(), R"(console.log(call("get_user", {id: "456"}).name))").output;
  return 0;
}
