// fetch of JavaScript, against a server. What needs none is in tests/golden/cases/javascript/web.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/sandbox.hpp"
#include "host/http/web_server.hpp"

namespace goru {
namespace {

using host::http::test::WebServer;
using test::MakeExecutor;
using test::MakeSession;
using test::Show;

class FetchTest : public testing::Test {
 protected:
  /// What `code` prints, with `url` being the server's.
  std::string Printed(const std::string& code, std::vector<SessionOption> options = {WithSessionWeb()}) {
    options.push_back(WithSessionAllowedHosts({"127.0.0.1:" + WebServer::Get().Port("http")}));
    options.push_back(WithSessionTimers());
    Session session = MakeSession(executor_, JavaScript(), options);
    const Result result = session.Run("const url = '" + WebServer::Get().Http("") + "';\n" + code);
    EXPECT_TRUE(result.ok()) << Show(result);
    return result.stdout_text;
  }

  Executor executor_ = MakeExecutor();
};

TEST_F(FetchTest, SendsAndReceives) {
  EXPECT_EQ(Printed(R"(
    const response = await fetch(url + '/echo', { method: 'POST', headers: { 'X-Mine': 'a' }, body: new URLSearchParams({ q: 'ä' }) });
    const seen = await response.json();
    const headers = new Headers(seen.headers);
    console.log(response.status, response.ok, response.statusText, seen.method, seen.body, headers.get('x-mine'), headers.get('content-type'));
    console.log((await (await fetch(new URL(url + '/bytes/1000'))).bytes()).length, (await fetch(url + '/status/404')).ok);
    const form = new FormData();
    form.append('f', new Blob(['x']), 'name.txt');
    const posted = await (await fetch(new Request(url + '/echo', { method: 'put', body: form }))).json();
    console.log(posted.method, /name="f"; filename="name.txt"/.test(posted.body));
  )"),
            "200 true OK POST q=%C3%A4 a application/x-www-form-urlencoded;charset=UTF-8\n1000 false\nPUT true\n");
}

TEST_F(FetchTest, Redirects) {
  EXPECT_EQ(Printed(R"(
    const followed = await fetch(url + '/redirect?to=/echo&status=302');
    console.log(followed.status, followed.redirected, followed.url === url + '/echo');
    const manual = await fetch(url + '/redirect?to=/echo&status=302', { redirect: 'manual' });
    console.log(manual.status, manual.redirected, manual.headers.get('location'));
    await fetch(url + '/redirect?to=/echo&status=302', { redirect: 'error' }).catch((error) => console.log(error.name));
  )"),
            "200 true true\n302 false /echo\nTypeError\n");
}

TEST_F(FetchTest, ManyAtOnceAndAborted) {
  EXPECT_EQ(Printed(R"(
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => fetch(url + '/bytes/' + i)));
    console.log((await Promise.all(all.map((response) => response.arrayBuffer()))).map((bytes) => bytes.byteLength).join());
    await fetch(url + '/slow/300', { signal: AbortSignal.timeout(20) }).catch((error) => console.log(error.name));
    const controller = new AbortController();
    const slow = fetch(url + '/slow/300', { signal: controller.signal });
    controller.abort('mine');
    await slow.catch((reason) => console.log(reason));
  )"),
            "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19\nTimeoutError\nmine\n");
}

TEST_F(FetchTest, IsHeldByTheSessionsHosts) {
  EXPECT_EQ(Printed(R"(
    await fetch('http://other.example/').catch((error) => console.log(error.message.includes('--allow-host'), error.cause.name));
    await fetch(url + '/broken/closed').catch((error) => console.log(error.name, error.cause !== undefined));
  )"),
            "true PermissionError\nTypeError true\n");
}

TEST_F(FetchTest, IsThereByOptionOnly) {
  constexpr const char* kTypes = "console.log(typeof fetch, typeof Request, typeof Response)";
  EXPECT_EQ(Printed(kTypes, {}), "undefined undefined undefined\n");
  EXPECT_EQ(Printed(kTypes, {WithSessionCompatibility()}), "function function function\n");
}

}  // namespace
}  // namespace goru
