#include "arguments.hpp"
#include "run.hpp"

namespace goru::cli {

FlagText LanguageFlag() {
  return {
      .names = "-l,--language,--lang",
      .takes = "LANG",
      .text = "of the code: python (py), which is python3.13; python3.12; javascript (js); typescript (ts); FILE.img",
      .words = LanguageWords(false)};
}

Command RunDescription() {
  Command out;
  out.name = "run";
  out.summary = "run a program; what is meant where no command is named";
  out.about =
      "goru runs untrusted Python and JavaScript in a sandbox: no files, no network, no processes, limits on "
      "everything.";
  out.usage = {
      {"goru [run] FILE [flags] [-- ARGUMENT...]", "the language follows from .py .js .mjs .cjs .ts .mts .cts"},
      {"goru [run] -c CODE [flags]", "Python, unless -l js"},
      {"... | goru [flags]", "the code comes from standard input; Python, unless -l js"},
  };
  out.examples = {
      {"goru -c 'print(1 + 1)'"},
      {"goru -l js -c 'console.log([3, 1, 2].toSorted())'"},
      {"goru -p -c '2 ** 100'", "print the value of the last expression"},
      {"goru solution.py < tests/1.in", "input() and sys.stdin read what is piped in"},
      {"goru app.py -- input.csv", "sys.argv of the program"},
      {"goru --timeout 2s --memory 64mb untrusted.js"},
      {"goru --json untrusted.py | jq .status"},
      {"goru report.py --mount /data:./input:ro --allow-host api.example.com"},
      {"goru plot.py --scratch --input data.csv --output-dir out", "open() and the like work, in memory"},
  };
  out.operands = Operands::kProgram;
  FieldFlags session(SessionConfigFields());
  out.sections.push_back(
      {"what to run",
       {
           {"-c,--code", "CODE", "the code itself"},
           LanguageFlag(),
           {"--stdin", "FILE",
            "standard input of the code, instead of goru's own; '-' reads that to its end first. Code that came from "
            "standard "
            "input itself finds it empty"},
           {"--", "ARGUMENT...", "the program's own arguments, sys.argv; nothing behind -- is goru's"},
           {"--config", "FILE",
            "read flags from this JSON file; those of the command line have the last word, and what may be repeated is "
            "added to "
            "what the file has. Its relative paths are relative to it"},
       }});
  out.sections.push_back({"limits", session.Take("limits.", false)});
  out.sections.push_back(CapabilityFlags(
      "what the sandbox may use (nothing, unless one of these gives it)", session,
      {{"--input", "FILE[:NAME]", "with --scratch: put a file into /work, under its own name or NAME; may be repeated",
        true},
       {"--output-dir", "DIR", "with --scratch: write what the code leaves in /work into this folder"}}));
  out.sections.push_back({"output", FieldFlags(RunOptionsFields()).Take("")});
  out.sections.back().flags.push_back(
      {"--json", "", "print the whole result as one JSON object instead of passing output on"});
  out.sections.push_back({"engine", session.Take("")});
  Append(out.sections.back().flags, FieldFlags(ExecutorConfigFields()).Take(""));
  out.sections.push_back(
      {"", {{"-h,--help", "", "this text"}, {"-V,--version", "", "the versions of goru and of what runs inside"}}});
  out.exit_codes = {
      {"0", "the code ran to its end"},
      {"1", "an exception that it did not catch"},
      {"N", "its own, where it calls sys.exit(N) or os._exit(N)"},
      {"2", "goru was called wrongly, or cannot read FILE"},
      {"123", "another limit: --stop-on-max-output, --max-host-calls"},
      {"124", "--timeout"},
      {"125", "goru itself failed: an image is missing, the cache is refused"},
      {"130", "interrupted with Ctrl-C; a second Ctrl-C kills goru"},
      {"134", "the sandbox faulted"},
      {"137", "--memory"},
      {"141", "nobody reads the output any more"},
  };
  out.notes = {
      "A TIME is 500ms, 30s or 2m; a plain number is seconds. A SIZE is 64kb, 256mb or 1gb in steps of 1024, or plain "
      "bytes.",
      "Colours: only on a terminal, and not where NO_COLOR is set.",
  };
  return out;
}

}  // namespace goru::cli
