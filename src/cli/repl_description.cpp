#include "arguments.hpp"
#include "repl.hpp"

namespace goru::cli {

Command ReplDescription() {
  Command out;
  out.name = "repl";
  out.summary = "a session at a prompt";
  out.about = "A session at a prompt: what is entered runs in one sandbox, which remembers it.";
  out.usage = {{"goru repl [flags]", "Python, unless -l js or -l ts"}};
  out.examples = {
      {"goru repl"},
      {"goru repl -l js --history ~/.goru_history"},
      {"goru repl --packages .goru/python/packages --scratch"},
      {"goru repl --timeout 2s --memory 64mb --mount /data:./input:ro"},
      {R"(printf 'x = 20\nx + 1\n' | goru repl)", "no prompts: lines as they would be entered"},
  };
  FieldFlags session(SessionConfigFields());
  out.sections.push_back(
      {"",
       {
           LanguageFlag(),
           {"--history", "FILE",
            "keep entered lines in this file, for its owner only, and begin with those that it has"},
           {"--config", "FILE", "read flags from this JSON file; those of the command line have the last word"},
       }});
  out.sections.push_back({"limits of an input", session.Take("limits.", false)});
  out.sections.push_back(CapabilityFlags("what the session may use (nothing, unless one of these gives it)", session));
  out.sections.push_back({"engine", session.Take("")});
  Append(out.sections.back().flags, FieldFlags(ExecutorConfigFields()).Take(""));
  out.sections.push_back({"", {{"-h,--help", "", "this text"}}});
  out.notes = {
      "At the prompt .help lists commands (.reset .load .save .time .limits .vars), Ctrl-C ends what runs and keeps "
      "the session "
      "(Python 3.12 loses it), Ctrl-D leaves, Tab completes, Ctrl-R searches. A session that a limit ended is "
      "replaced, and goru "
      "says so.",
      "Exit codes: 0, or the program's own where it calls sys.exit(N); from a pipe that of the last input, as of 'goru "
      "run'.",
  };
  return out;
}

}  // namespace goru::cli
