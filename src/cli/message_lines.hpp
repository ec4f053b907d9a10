// Messages in lines of text, over two descriptors.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace goru::cli {

/// Reads lines of standard input until it ends, or until SIGINT or SIGTERM come. Lines of more than `most` bytes are
/// handed on cut, as soon as they are too long, and the rest of them is passed over. To be made before there are other
/// threads: the signals are blocked in all of them.
class LineReader {
 public:
  explicit LineReader(size_t most);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  enum class End { kEndOfInput, kSignal, kStopped };
  /// Lines that are empty are passed over.
  End Read(const std::function<void(std::string_view line)>& take);
  /// Ends Read, from any thread.
  void Stop() const;

 private:
  void Take(std::string_view bytes, const std::function<void(std::string_view line)>& take);

  const size_t most_;
  int signals_ = -1;
  int stop_ = -1;
  std::string line_;
  /// The rest of the line is passed over.
  bool skips_ = false;
};

/// Writes lines to standard output on a thread of its own, so that who writes does not wait for the reader.
class LineWriter {
 public:
  /// `broken` is called once, where nobody reads any more.
  explicit LineWriter(std::function<void()> broken);
  /// Writes what is left.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  void Write(std::string line);

 private:
  void WriteForever();

  const std::function<void()> broken_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::string> lines_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace goru::cli
