#include "arguments.hpp"
#include "serve.hpp"

namespace goru::cli {

Command ServeDescription() {
  Command out;
  out.name = "serve";
  out.summary = "sandboxes over HTTP";
  out.about =
      "Runs code that is sent over HTTP, each request in a fresh sandbox or in a session that remembers, with a page "
      "to "
      "try it.";
  out.usage = {{"goru serve [flags]", "on http://127.0.0.1:8080 unless told otherwise"}};
  out.examples = {
      {"goru serve"},
      {R"x(curl -d '{"code": "print(6 * 7)"}' http://127.0.0.1:8080/execute)x"},
      {R"(curl -N -d '{"code": "...", "stream": true}' http://127.0.0.1:8080/v1/run)", "events, as output comes"},
      {"goru serve --timeout 5s --memory 128mb --max-runs 4 --scratch"},
      {"goru serve --listen 0.0.0.0 --token-file tokens.txt --tls-cert server.pem --tls-key server.key"},
  };
  out.sections.push_back(
      {"where and for whom",
       {
           {"--listen", "ADDRESS",
            "the address to listen on (default 127.0.0.1); others than loopback need --token-file"},
           {"-p,--port", "N", "the port (default 8080); 0: one that is free, which the log names"},
           {"--token-file", "FILE",
            "who may ask: lines of a name and a token, or JSON with what each may have; mode 0600, read again at "
            "SIGHUP"},
           {"--hostname", "NAME", "a name that the Host header may have besides those of loopback", true},
           {"--cors-origin", "ORIGIN", "web pages of this origin may ask, such as https://app.example.com; * for all",
            true},
           {"--tls-cert", "FILE", "serve HTTPS with this certificate chain (PEM); read again at SIGHUP"},
           {"--tls-key", "FILE", "the key of the certificate (PEM)"},
       }});
  out.sections.push_back(
      {"what is run, unless a request says it",
       {
           LanguageFlag(),
           {"--config", "FILE", "read flags from this JSON file; those of the command line have the last word"},
       }});
  out.sections.push_back(
      {"how much",
       {
           {"--max-body", "SIZE", "the body of one request (default 16mb)"},
           {"--max-all-bodies", "SIZE", "bodies of all requests at a time (default 256mb)"},
           {"--max-header", "SIZE", "the header of one request (default 16kb)"},
           {"--max-connections", "N", "connections at a time (default 10000)"},
           {"--max-runs", "N", "runs at a time (default 256); where code only computes, about the number of cores"},
           {"--max-queue", "N", "runs that wait for their turn (default 1024); more get 429 at once"},
           {"--queue-wait", "TIME", "how long a run may wait for its turn (default 30s)"},
           {"--max-sessions", "N", "sessions at a time (default 10000)"},
           {"--total-memory", "SIZE", "linear memory of all sessions together (default 1024gb)"},
           {"--warm", "N", "sandboxes of each language that are kept ready (default 4)"},
           {"--max-runs-per-client", "N", "runs at a time of one token, or of all where there are none (default 256)"},
           {"--max-sessions-per-client", "N", "sessions at a time of one token (default 1000)"},
           {"--max-jobs", "N", "jobs at a time, those whose results are kept included (default 1000)"},
       }});
  out.sections.push_back(
      {"how long",
       {
           {"--session-idle", "TIME", "a session that nobody uses (default 15m)"},
           {"--session-life", "TIME", "any session (default 24h)"},
           {"--job-life", "TIME", "the result of a job (default 10m)"},
           {"--header-timeout", "TIME", "the header of a request has to come within (default 10s)"},
           {"--body-timeout", "TIME", "and its body (default 60s)"},
           {"--write-timeout", "TIME", "a client may take none of a response for so long (default 30s)"},
           {"--keep-alive", "TIME", "a connection between requests (default 75s)"},
           {"--shutdown-timeout", "TIME",
            "what is under way may take so long when the server is told to end (default 10s)"},
           {"--shutdown-delay", "TIME", "before that, only /ready says that it ends (default 0)"},
       }});
  out.sections.push_back(
      {"what is seen",
       {
           {"--log",
            "FORM",
            "requests on standard error: text, json or off (default text on a terminal, else json)",
            false,
            {"text", "json", "off"}},
           {"--otlp", "URL",
            "send spans to this OpenTelemetry collector (OTLP over HTTP), such as http://localhost:4318"},
           {"--no-playground", "", "no page at /"},
           {"--no-mcp", "", "no Model Context Protocol at /mcp"},
           {"--no-mcp-compat", "",
            "code that comes by /mcp has no more than other code; else it has what --compat gives"},
       }});
  FieldFlags session(SessionConfigFields());
  out.sections.push_back({"limits of a run; no request gets more", session.Take("limits.", false)});
  out.sections.push_back(
      CapabilityFlags("what code may use (nothing, unless one of these gives it to every client)", session));
  out.sections.push_back({"engine", session.Take("")});
  Append(out.sections.back().flags, FieldFlags(ExecutorConfigFields()).Take(""));
  out.sections.push_back({"", {{"-h,--help", "", "this text"}}});
  out.exit_codes = {{"0", "it was told to end (SIGINT, SIGTERM), and all that was under way was answered"},
                    {"2", "it was called wrongly"},
                    {"125", "it cannot listen, or an image is missing"}};
  out.notes = {
      "docs/SERVER.md has the endpoints, tokens, metrics, and how to run it behind a proxy, under systemd or in a "
      "container; "
      "/openapi.json describes them for programs.",
  };
  return out;
}

}  // namespace goru::cli
