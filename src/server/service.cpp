#include "server/service.hpp"

#include <utility>

namespace goru::server {
namespace {

/// One of the runs that a client may have at a time.
class RunPlace {
 public:
  static std::shared_ptr<RunPlace> Take(const std::shared_ptr<Client>& client) {
    if (client->running->fetch_add(1) >= client->runs) {
      client->running->fetch_sub(1);
      return nullptr;
    }
    return std::make_shared<RunPlace>(client->running);
  }
  explicit RunPlace(std::shared_ptr<std::atomic<size_t>> running) : running_(std::move(running)) {}
  RunPlace(const RunPlace&) = delete;
  RunPlace& operator=(const RunPlace&) = delete;
  ~RunPlace() { running_->fetch_sub(1); }

 private:
  std::shared_ptr<std::atomic<size_t>> running_;
};

/// What tracebacks call the program of a request that does not name it.
std::string NameOf(const Language& language) {
  if (language.name() == "javascript") return "main.js";
  return language.name() == "typescript" ? "main.ts" : "main.py";
}

}  // namespace

void Service::OffLoop(const ExchangePtr& exchange, std::function<void()> work) {
  worker_([exchange, work = std::move(work)] {
    try {
      work();
    } catch (const std::exception& error) {
      exchange->Answer(ErrorResponse(500, "internal", error.what()));
    }
  });
}

void Service::WithLanguage(const ExchangePtr& exchange, const Language& language, std::function<void()> work) {
  bool known = false;
  {
    const std::lock_guard lock(mutex_);
    known = used_.contains(language);
  }
  if (known) return work();
  OffLoop(exchange, [this, language, work = std::move(work)] {
    work();
    const std::lock_guard lock(mutex_);
    used_.insert(language);
  });
}

bool Service::Refuses(const ExchangePtr& exchange) const {
  if (!draining) return false;
  Response response = ErrorResponse(503, "unavailable", "the server is about to end");
  response.headers.emplace_back("Retry-After", "5");
  exchange->Answer(std::move(response));
  return true;
}

Expected<Run> FreshRun(Service& service, const std::shared_ptr<Client>& client, RunRequest request) {
  Run run;
  auto config = SessionWithin(request.session, client->ceiling, request.strict, run.cuts);
  if (!config) return config.error();
  auto session = service.executor.NewSession(request.language.value_or(service.options.language),
                                             {WithSessionConfig(std::move(*config))});
  if (!session) return session.error();
  run.fresh = std::make_shared<Session>(std::move(*session));
  run.client = client;
  run.request = std::move(request);
  return run;
}

Expected<void> StartRun(Service& service, Run run, RunDone done) {
  auto place = RunPlace::Take(run.client);
  if (place == nullptr) {
    return Error{ErrorKind::kOverloaded, "as many runs are under way as one client may have (" +
                                             std::to_string(run.client->runs) + ", --max-runs-per-client)"};
  }
  for (const auto& [path, bytes] : run.request.files) {
    if (auto put = run.session().WriteFile(path, bytes); !put) {
      return Error{put.error().kind, "file " + path + ": " + put.error().message};
    }
  }
  // The options refer to texts of the request, which is not moved from here on.
  const auto kept = std::make_shared<Run>(std::move(run));
  Session& session = kept->session();
  const RunRequest& request = kept->request;
  RunOptions options;
  options.name = request.name;
  if (options.name.empty()) options.name = kept->fresh ? NameOf(session.language()) : (*kept->use)->NextRunName();
  options.tag = kept->tag;
  options.arguments = request.arguments;
  options.stdin_data = request.stdin_data;
  if (request.timeout) options.timeout = *request.timeout;
  options.want_value = request.want_value;
  options.report_files = request.return_files;
  options.run_exit_handlers = kept->fresh != nullptr;
  options.on_stdout = std::move(kept->on_stdout);
  options.on_stderr = std::move(kept->on_stderr);
  options.stop = kept->stop;
  return session.RunAsync(kept->request.code, options,
                          [&service, kept, place, name = options.name, done = std::move(done)](const Result& result) {
                            RunContext context;
                            context.name = name;
                            context.cuts = kept->cuts;
                            if (kept->request.return_files && result.session_alive)
                              context.files_from = &kept->session();
                            // Before the answer, so that whoever has it finds the session gone.
                            if (kept->use) service.store.Settle(**kept->use);
                            done(result, context);
                          });
}

service::SessionUse FindSession(Service& service, const ExchangePtr& exchange, std::string_view id) {
  auto found = service.store.Find(exchange->request.client->name, id);
  if (!found.use) exchange->Answer(GoneError(found.gone));
  return std::move(found.use);
}

}  // namespace goru::server
