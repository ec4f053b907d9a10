#include "mcp.hpp"

#include <unistd.h>

#include <utility>

#include "exit_code.hpp"
#include "goru/executor.hpp"
#include "help.hpp"
#include "mcp/server.hpp"
#include "mcp_flags.hpp"
#include "message_lines.hpp"
#include "output.hpp"
#include "service/session_store.hpp"
#include "subcommand.hpp"

namespace goru::cli {
namespace {

/// For requests that were sent before standard input ended.
constexpr auto kLastAnswers = std::chrono::seconds(1);

}  // namespace

int McpCommand(const std::vector<std::string>& arguments_text) {
  const McpArguments arguments = ParseMcpArguments(arguments_text);
  if (arguments.help) {
    WriteAll(STDOUT_FILENO, HelpText(McpDescription()));
    return kOk;
  }
  mcp::ServerOptions options;
  options.text_bytes = arguments.text_bytes;
  options.image_directory = arguments.config.executor.image_directory;
  LineReader reader(options.message_bytes);
  auto executor = Executor::Create(
      {WithExecutorConfig(arguments.config.executor), WithProgress([](std::string_view what) { Say(what); })});
  if (!executor) return Fail(executor.error());
  if (::isatty(STDIN_FILENO) != 0) {
    Say("this is for programs: messages of the Model Context Protocol, one a line. 'goru mcp --help' says how they "
        "start it");
  }
  service::SessionStore store(*executor, arguments.store);
  mcp::Server server(*executor, store, options);
  LineWriter writer([&reader] { reader.Stop(); });
  mcp::Connection connection(server, {.owner = "stdio", .session = arguments.config.session});
  const auto end = reader.Read([&](std::string_view line) {
    connection.Receive(line, [&writer](const nlohmann::json& message, bool /*last*/) {
      if (!message.is_null()) writer.Write(mcp::TextOf(message));
    });
  });
  if (end == LineReader::End::kEndOfInput) connection.Wait(kLastAnswers);
  return end == LineReader::End::kStopped ? kBrokenPipe : kOk;
}

}  // namespace goru::cli
