#include "help.hpp"

#include "goru/version.hpp"

namespace goru::cli {

std::string_view HelpText() {
  return R"(goru runs untrusted Python and JavaScript in a sandbox: no files, no network, no processes, limits on everything.

usage: goru [run] FILE [flags]       the language follows from .py .js .mjs .cjs .ts .mts .cts
       goru [run] -c CODE [flags]    Python, unless -l js
       ... | goru [flags]            the code comes from standard input; Python, unless -l js
       goru deps --help              Python packages in a directory
       goru image --help             sandboxes that start with modules already imported

examples:
  goru -c 'print(1 + 1)'
  goru -l js -c 'console.log([3, 1, 2].toSorted())'
  goru -p -c '2 ** 100'                        print the value of the last expression
  goru solution.py --stdin tests/1.in          input() and sys.stdin read this file
  goru --timeout 2s --memory 64mb untrusted.js
  goru --json untrusted.py | jq .status
  goru report.py --mount /data:./input:ro --allow-host api.example.com

what to run:
  -c, --code CODE         the code itself
  -l, --language LANG     python (py), which is python3.13; python3.12; javascript (js); typescript (ts)
  --stdin FILE            standard input of the code; '-' hands goru's own on, which is read to its end first.
                          Without this flag the code finds its standard input empty
limits:
  --timeout TIME          wall-clock time: 500ms, 30s, 2m; a plain number is seconds (default 30s)
  --memory SIZE           memory, the language runtime included: 64mb, 1gb (default 256mb)
  --max-output SIZE       kept of each of stdout and stderr; more is dropped, and goru says so (default 8mb)
  --stop-on-max-output    end the run there instead
  --max-host-calls N      calls of host functions (default 10000)
  --max-host-memory SIZE  arguments and answers of calls that the host holds at a time (default 64mb)

what the sandbox may use (nothing, unless one of these gives it):
  --allow-host HOST       http to this host: api.example.com, *.example.com, localhost:8080; repeat for more
  --allow-network CIDR    let allowed hosts have private addresses of this range, such as 10.0.0.0/8
  --secret NAME@HOST[,..] a header value that the code can send to HOST but never see; $NAME holds it
  --http-timeout TIME     one request with its redirects (default 30s)
  --http-max-body SIZE    body of a request, and of a response (default 1mb)
  --http-max-url SIZE, --http-max-total SIZE, --http-max-requests N, --http-max-redirects N
                          (defaults 8kb; 256mb, 1000 for the whole run; 10)
  --http-ca-file FILE     certificates (PEM) to trust instead of the system's
  --http-proxy URL        send requests through a proxy; 'env' takes it from the environment
  --http-allow-downgrade  follow redirects from https to http
  --mount VIRTUAL:HOST:MODE
                          fs: a directory under another name; MODE is ro, rw (change and remove what exists)
                          or rwc (also create); repeat for more
  --fs-max-file SIZE, --fs-max-write SIZE, --fs-max-path SIZE, --fs-max-total-write SIZE
                          (defaults 10mb, 10mb, 4kb; 256mb for the whole run)
  --kv                    a key-value store in memory, for this run
  --kv-file FILE          a key-value store that is kept in this file
  --kv-max-value SIZE, --kv-max-entries N, --kv-max-total SIZE
                          (defaults 64kb, 1000, 10mb)
  --packages DIR          Python packages that 'goru deps install' put there; repeat for more
  --allow-pkg NAME        let the code install this package, and what it needs, with install_pkg; repeat for more
  --allow-pkg-install     let it install any

output:
  -p, --print             print the value of the last expression, as JSON where it has a JSON form
  --json                  print the whole result as one JSON object instead of passing output on

engine:
  --cache-dir DIR         where compiled code is kept; must be private to you (default ~/.cache/goru/compiled)
  --no-cache              keep none: each start compiles, which takes seconds
  --image FILE            start from an image of 'goru image build'
  --image-dir DIR         where the language images are (default $GORU_IMAGE_DIR, else share/goru/images)

  -h, --help              this text
  -V, --version           the versions of goru and of what runs inside

exit codes:
  0    the code ran to its end
  1    an exception that it did not catch
  N    its own, where it calls sys.exit(N) or os._exit(N)
  2    goru was called wrongly, or cannot read FILE
  123  another limit: --stop-on-max-output, --max-host-calls
  124  --timeout
  125  goru itself failed: an image is missing, the cache is refused
  130  interrupted with Ctrl-C; a second Ctrl-C kills goru
  134  the sandbox faulted
  137  --memory
  141  nobody reads the output any more

All sizes count in steps of 1024. Colours: only on a terminal, and not where NO_COLOR is set.
)";
}

std::string VersionText() {
  std::string text = "goru " + std::string(Version()) + "\n";
  text += "engine: Wasmtime " + std::string(EngineVersion()) + "\n";
  const auto runtime = [](const Language& language) {
    const auto version = RuntimeVersion(language);
    return version ? *version : "not found";
  };
  text += "python: CPython " + runtime(Python()) + "\n";
  text += "python3.12: CPython " + runtime(Python("3.12")) + "\n";
  text += "javascript: QuickJS-NG " + runtime(JavaScript()) + " (ES2023)\n";
  text += "typescript: sucrase " + runtime(TypeScript()) + "\n";
  return text;
}

}  // namespace goru::cli
