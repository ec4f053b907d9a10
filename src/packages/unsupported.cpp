#include "packages/unsupported.hpp"

#include <algorithm>
#include <array>

namespace goru::packages {
namespace {

struct Known {
  std::string_view name;
  const char* why;
};

constexpr const char* kArrays =
    "it is native code; use the modules array, statistics and math, or pass data through a host function that uses it";
constexpr const char* kTables = "it is native code; use csv, sqlite3 and plain lists, or a host function that uses it";
constexpr const char* kClient =
    "it opens sockets, which the sandbox does not have; use http (WithSessionAllowedHosts, "
    "--allow-host)";
constexpr const char* kServer =
    "it is a server, and the sandbox has no sockets; for templates use jinja2, for routing keep it on the host";
constexpr const char* kLearning = "it is native code; call the model through a host function";
constexpr const char* kDatabase =
    "it opens sockets, which the sandbox does not have; use sqlite3 in memory, kv, or a host "
    "function";
constexpr const char* kPictures = "it is native code; pass pictures through a host function that uses it";
constexpr const char* kMarkup = "it is native code; use xml.etree.ElementTree, html.parser or beautifulsoup4";
constexpr const char* kCryptography = "it is native code; use hashlib, hmac and secrets, or a host function";

// Sorted by name.
constexpr std::array kTable = {
    Known{"aiohttp", kClient},
    Known{"asyncpg", kDatabase},
    Known{"celery", kServer},
    Known{"cffi", "it calls native code, which the sandbox cannot"},
    Known{"cryptography", kCryptography},
    Known{"cython", "it builds native code, which the sandbox cannot run"},
    Known{"django", kServer},
    Known{"fastapi", kServer},
    Known{"flask", kServer},
    Known{"gevent", "it is native code; use asyncio"},
    Known{"greenlet", "it is native code; use asyncio"},
    Known{"grpcio", kClient},
    Known{"gunicorn", kServer},
    Known{"httpx", kClient},
    Known{"jax", kLearning},
    Known{"keras", kLearning},
    Known{"lxml", kMarkup},
    Known{"matplotlib", kPictures},
    Known{"mysqlclient", kDatabase},
    Known{"numba", kArrays},
    Known{"numpy",
          "it is native code, which packages cannot bring; the image data has it (--image data, WithImage(\"data\"))"},
    Known{"opencv-python", kPictures},
    Known{"opencv-python-headless", kPictures},
    Known{"pandas", kTables},
    Known{"pillow", kPictures},
    Known{"playwright", kClient},
    Known{"polars", kTables},
    Known{"psutil", "the sandbox has no processes and no machine to look at"},
    Known{"psycopg", kDatabase},
    Known{"psycopg2", kDatabase},
    Known{"psycopg2-binary", kDatabase},
    Known{"pyarrow", kTables},
    Known{"pymongo", kDatabase},
    Known{"pynacl", kCryptography},
    Known{"pyqt5", "the sandbox has no screen"},
    Known{"pyqt6", "the sandbox has no screen"},
    Known{"pyzmq", kClient},
    Known{"redis", kDatabase},
    Known{"requests", kClient},
    Known{"scikit-learn", kLearning},
    Known{"scipy", kArrays},
    Known{"selenium", kClient},
    Known{"tensorflow", kLearning},
    Known{"torch", kLearning},
    Known{"torchvision", kLearning},
    Known{"transformers", kLearning},
    Known{"urllib3", kClient},
    Known{"uvicorn", kServer},
    Known{"uvloop", "it is native code; use asyncio"},
    Known{"websockets", kClient},
    Known{"xgboost", kLearning},
};
static_assert(std::is_sorted(kTable.begin(), kTable.end(),
                             [](const Known& a, const Known& b) { return a.name < b.name; }));

}  // namespace

const char* WhyUnsupported(std::string_view name) {
  const auto* const found =
      std::lower_bound(kTable.begin(), kTable.end(), name,
                       [](const Known& known, std::string_view wanted) { return known.name < wanted; });
  return found != kTable.end() && found->name == name ? found->why : nullptr;
}

}  // namespace goru::packages
