#include <algorithm>
#include <utility>

#include "server/v1_api.hpp"

namespace goru::server {
namespace {

using nlohmann::json;

/// How long a question after a job may wait for its end.
constexpr std::chrono::seconds kLongestWait{60};

Response JobResponse(const JobState& job, unsigned status = 200) {
  Response response;
  response.status = status;
  // The result is JSON already, and may be large.
  std::string body = Dump({{"id", job.id}, {"done", job.done}});
  if (job.done) body.replace(body.size() - 1, 1, ",\"result\":" + job.result + "}");
  response.body = body + "\n";
  return response;
}

Response NoJob() {
  return ErrorResponse(404, "not_found", "there is no job of this id; results are kept for a while only (--job-life)");
}

void Start(Service& service, Jobs& jobs, const ExchangePtr& exchange, Run run) {
  std::stop_source stop;
  const auto id = jobs.Add(exchange->request.client->name, stop);
  if (!id) {
    return exchange->Answer(
        LibraryError({ErrorKind::kOverloaded, "as many jobs are under way as there may be (--max-jobs)"}));
  }
  run.client = exchange->request.client;
  run.tag = exchange->request.id;
  run.stop = stop.get_token();
  const auto started =
      StartRun(service, std::move(run), [&jobs, id = *id](const Result& result, const RunContext& context) {
        jobs.End(id, Dump(RunJson(result, context)));
      });
  if (!started) {
    jobs.Drop(*id);
    return exchange->Answer(LibraryError(started.error()));
  }
  Response response = JobResponse({*id, false, ""}, 202);
  response.headers.emplace_back("Location", "/v1/jobs/" + *id);
  exchange->Answer(std::move(response));
}

void StartJob(Service& service, Jobs& jobs, const ExchangePtr& exchange) {
  if (service.Refuses(exchange)) return;
  auto request = ReadRunRequest(exchange->request.body, {.session_id = true, .stream = false});
  if (!request) return exchange->Answer(LibraryError(request.error()));
  if (!request->session_id.empty()) {
    auto use = FindSession(service, exchange, request->session_id);
    if (!use) return;
    Run run;
    run.use = std::make_shared<service::SessionUse>(std::move(use));
    run.request = std::move(*request);
    return Start(service, jobs, exchange, std::move(run));
  }
  const Language language = request->language.value_or(service.options.language);
  service.WithLanguage(exchange, language, [&service, &jobs, exchange, request = std::move(*request)] {
    auto run = FreshRun(service, exchange->request.client, request);
    if (!run) return exchange->Answer(LibraryError(run.error()));
    Start(service, jobs, exchange, std::move(*run));
  });
}

void ShowJob(Service& service, Jobs& jobs, const ExchangePtr& exchange, const PathParts& parts) {
  const std::string& owner = exchange->request.client->name;
  const std::string& id = parts.at("id");
  const auto job = jobs.Find(owner, id);
  if (!job) return exchange->Answer(NoJob());
  const auto wait = exchange->request.query.find("wait");
  if (job->done || wait == exchange->request.query.end()) return exchange->Answer(JobResponse(*job));
  const auto time = ReadTime(wait->second, "wait");
  if (!time) return exchange->Answer(LibraryError(time.error()));
  const auto answer = [&jobs, exchange, owner, id] {
    const auto now = jobs.Find(owner, id);
    exchange->Answer(now ? JobResponse(*now) : NoJob());
  };
  // Whichever comes first: only the first answer counts.
  jobs.WhenDone(owner, id, answer);
  service.After(std::min<std::chrono::nanoseconds>(*time, kLongestWait), answer);
}

}  // namespace

void AddJobsApi(Router& router, Service& service, Jobs& jobs) {
  using P = const PathParts&;
  using E = const ExchangePtr&;
  router.Add({.method = "POST", .pattern = "/v1/jobs", .handle = [&](E e, P) { StartJob(service, jobs, e); }});
  router.Add({.method = "GET", .pattern = "/v1/jobs", .handle = [&jobs](E e, P) {
                json list = json::array();
                for (const JobState& job : jobs.List(e->request.client->name)) {
                  list.push_back({{"id", job.id}, {"done", job.done}});
                }
                e->Answer(JsonResponse({{"jobs", std::move(list)}}));
              }});
  router.Add({.method = "GET", .pattern = "/v1/jobs/{id}", .handle = [&](E e, P p) { ShowJob(service, jobs, e, p); }});
  router.Add({.method = "DELETE", .pattern = "/v1/jobs/{id}", .handle = [&jobs](E e, P p) {
                if (!jobs.Cancel(e->request.client->name, p.at("id"))) return e->Answer(NoJob());
                e->Answer(NoContent());
              }});
}

}  // namespace goru::server
