#include "arguments.hpp"
#include "mcp.hpp"

namespace goru::cli {

Command McpDescription() {
  Command out;
  out.name = "mcp";
  out.summary = "tools for language models (Model Context Protocol)";
  out.about =
      "Tools for language models: runs the Python and JavaScript that a model writes, in sandboxes. Agent programs "
      "start "
      "it and speak the Model Context Protocol with it over standard input and output; revisions 2024-11-05 to "
      "2026-07-28.";
  out.usage = {{"goru mcp [flags]"}};
  out.examples = {
      {"goru mcp"},
      {"goru mcp --timeout 60s --memory 512mb"},
      {"goru mcp --packages .goru/python/packages", "packages that the model's programs can import"},
      {"goru mcp --allow-host api.example.com", "nothing else can be reached"},
      {"goru mcp --mount /data:./input:ro --image data", "files to read, and numpy"},
      {"claude mcp add goru -- goru mcp", "Claude Code; docs/AGENTS.md has other programs"},
  };
  out.sections.push_back(
      {"",
       {
           {"--config", "FILE", "read flags from this JSON file; those of the command line have the last word"},
           {"--no-compat", "",
            "sandboxes without what --compat gives, which is on here: models write ordinary programs"},
           {"--session-idle", "TIME", "end sessions that nobody has used for so long (default 15m)"},
           {"--session-life", "TIME", "end sessions at this age (default 24h)"},
           {"--max-sessions-per-client", "N", "sessions at once (default 1000)"},
           {"--max-result", "SIZE",
            "what a result quotes of each of standard output, standard error, value and traceback; the middle of more "
            "is "
            "left out (default 32kb)"},
       }});
  FieldFlags session(SessionConfigFields());
  out.sections.push_back({"limits of a run", session.Take("limits.", false)});
  out.sections.push_back(CapabilityFlags("what sandboxes may use (nothing, unless one of these gives it)", session));
  out.sections.push_back({"engine", session.Take("")});
  Append(out.sections.back().flags, FieldFlags(ExecutorConfigFields()).Take(""));
  out.sections.push_back({"", {{"-h,--help", "", "this text"}}});
  out.exit_codes = {{"0", "standard input has ended, or a signal came"},
                    {"2", "goru was called wrongly"},
                    {"125", "goru itself failed"},
                    {"141", "nobody reads its standard output any more"}};
  out.notes = {
      "Tools: run_python run_javascript start_session run_in_session end_session put_file get_file list_files "
      "describe_sandbox.",
      "Standard output carries the protocol and nothing else; goru's own words go to standard error. It ends when "
      "standard "
      "input does, and at SIGINT and SIGTERM. Nothing of it listens on the network.",
  };
  return out;
}

}  // namespace goru::cli
