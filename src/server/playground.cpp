#include "server/playground.hpp"

#include <string>
#include <utility>

#include "server/embedded.hpp"

namespace goru::server {
namespace {

/// The page is made of its own files and asks its own server; nothing else is let in, and nobody frames it.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

void Serve(Router& router, std::string path, const char* file, const char* type) {
  router.Add({.method = "GET",
              .pattern = std::move(path),
              .handle =
                  [file, type](const ExchangePtr& exchange, const PathParts&) {
                    Response response;
                    response.content_type = type;
                    response.body = FindEmbedded(file);
                    response.headers.emplace_back("Content-Security-Policy", kPolicy);
                    response.headers.emplace_back("Referrer-Policy", "no-referrer");
                    response.headers.emplace_back("Cache-Control", "no-cache");
                    exchange->Answer(std::move(response));
                  },
              .open = true});
}

}  // namespace

void AddPlayground(Router& router) {
  Serve(router, "/", "index.html", "text/html; charset=utf-8");
  Serve(router, "/playground.css", "playground.css", "text/css; charset=utf-8");
  for (const char* script :
       {"api.js", "editor.js", "examples.js", "format.js", "output.js", "playground.js", "share.js"}) {
    Serve(router, "/" + std::string(script), script, "text/javascript; charset=utf-8");
  }
}

}  // namespace goru::server
