#include "wasi/files/memory_tree.hpp"

#include <algorithm>
#include <ctime>
#include <new>
#include <utility>

namespace goru::wasi {
namespace {

constexpr size_t kMaxName = 255;
/// What an entry takes beside the bytes of its file.
constexpr size_t kEntry = 512;
/// In what steps memory is counted that all sessions share.
constexpr uint64_t kStep = uint64_t{256} << 10;
/// What is copied at a time while the tree is locked.
constexpr size_t kPieceAtOnce = size_t{1} << 20;

uint64_t Now() {
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace

template <typename Work>
Errno MemoryTree::Guard(const Work& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return kEnomem;
  }
}

struct MemoryTree::Node {
  std::string name;
  bool is_directory = false;
  uint64_t inode = 0;
  uint64_t accessed = 0;
  uint64_t modified = 0;
  uint64_t changed_at = 0;
  uint64_t made = 0;
  uint64_t changed = 0;
  /// Null: the root, or its name is gone.
  Node* parent = nullptr;
  size_t depth = 0;
  /// Of its path, as long as it has a name.
  size_t path_bytes = 0;
  bool linked = true;
  MemoryFile content;
  std::map<std::string, NodePtr, std::less<>> children;
  /// The same in the order in which they came: listings go on where they were, whatever comes and goes.
  std::map<uint64_t, Node*> order;

  /// Bytes of the path that something of that name would have here.
  size_t PathBelow(std::string_view below) const { return path_bytes + (parent == nullptr ? 0 : 1) + below.size(); }
};

class MemoryTree::OpenFile final : public File {
 public:
  OpenFile(MemoryTree& tree, NodePtr node) noexcept : tree_(tree), node_(std::move(node)) {}
  ~OpenFile() override {
    const std::lock_guard lock(tree_.mutex_);
    // Whoever has the last of a file without a name gives its bytes back.
    if (!node_->linked && node_.use_count() == 1) tree_.Forget(*node_);
    node_.reset();
  }

  bool is_directory() const noexcept override { return node_->is_directory; }

  Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count, const SharedStop& /*stop*/) override {
    const std::lock_guard lock(tree_.mutex_);
    count = node_->content.Read(offset, into.first(std::min(into.size(), kPieceAtOnce)));
    return kSuccess;
  }

  Errno Write(uint64_t& offset, bool append, std::span<const uint8_t> bytes, size_t& count,
              const SharedStop& /*stop*/) override {
    count = 0;
    const std::lock_guard lock(tree_.mutex_);
    const uint64_t size = node_->content.size();
    const uint64_t at = append ? size : offset;
    bytes = bytes.first(std::min(bytes.size(), kPieceAtOnce));
    return Guard([&]() -> Errno {
      const uint64_t end = std::max(size, at + bytes.size());
      if (const Errno error = tree_.Reserve(*node_, end); error != kSuccess) return error;
      try {
        node_->content.Write(at, bytes);
      } catch (...) {
        tree_.used_ -= end - node_->content.size();
        throw;
      }
      tree_.Touch(*node_);
      count = bytes.size();
      offset = at + count;
      return kSuccess;
    });
  }

  Errno Stat(Filestat& stat, const SharedStop& /*stop*/) override {
    const std::lock_guard lock(tree_.mutex_);
    stat = tree_.Describe(*node_);
    return kSuccess;
  }

  Errno SetSize(uint64_t size, const SharedStop& /*stop*/) override {
    const std::lock_guard lock(tree_.mutex_);
    return Guard([&]() -> Errno { return tree_.ResizeLocked(*node_, size); });
  }

  Errno SetTimes(const FileTimes& times, const SharedStop& /*stop*/) override {
    const std::lock_guard lock(tree_.mutex_);
    if (times.accessed) node_->accessed = *times.accessed;
    if (times.modified) node_->modified = *times.modified;
    node_->changed_at = Now();
    return kSuccess;
  }

  Errno Sync(const SharedStop& /*stop*/) override { return kSuccess; }

  Errno ReadNames(uint64_t cookie, std::vector<DirectoryName>& names, const SharedStop& /*stop*/) override {
    const std::lock_guard lock(tree_.mutex_);
    return Guard([&]() -> Errno {
      auto at = node_->order.upper_bound(cookie);
      for (size_t i = 0; i < kNamesAtOnce && at != node_->order.end(); ++i, ++at) {
        const Node& child = *at->second;
        names.push_back({child.name, child.inode, child.is_directory ? kTypeDirectory : kTypeRegularFile, child.inode});
      }
      return kSuccess;
    });
  }

 private:
  MemoryTree& tree_;
  NodePtr node_;
};

MemoryTree::MemoryTree(const MemoryTreeLimits& limits, support::HeldBytes held)
    : limits_(limits), held_(std::move(held)), root_(std::make_shared<Node>()) {
  root_->is_directory = true;
  root_->inode = next_inode_++;
  root_->accessed = root_->modified = root_->changed_at = Now();
  entries_ = 1;
}

MemoryTree::~MemoryTree() {
  // Not by recursion, which the depth bounds as well.
  std::vector<NodePtr> todo;
  todo.push_back(std::move(root_));
  while (!todo.empty()) {
    const NodePtr node = std::move(todo.back());
    todo.pop_back();
    for (auto& [name, child] : node->children) todo.push_back(std::move(child));
    node->children.clear();
  }
}

MemoryTree::NodePtr MemoryTree::Find(std::string_view path, Errno& error) const {
  NodePtr node = root_;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    if (!node->is_directory) {
      error = kEnotdir;
      return nullptr;
    }
    const auto found = node->children.find(name);
    if (found == node->children.end()) {
      error = name.size() > kMaxName ? kEnametoolong : kEnoent;
      return nullptr;
    }
    node = found->second;
  }
  return node;
}

MemoryTree::NodePtr MemoryTree::FindParent(std::string_view path, std::string_view& name, Errno& error) const {
  const size_t slash = path.rfind('/');
  name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  NodePtr parent = Find(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash), error);
  if (parent && !parent->is_directory) {
    error = kEnotdir;
    return nullptr;
  }
  return parent;
}

bool MemoryTree::Hold(uint64_t bytes) {
  const uint64_t needed = used_ + bytes + uint64_t{entries_} * kEntry;
  if (needed <= held_.bytes()) return true;
  const uint64_t more = needed - held_.bytes();
  return held_.Grow(static_cast<size_t>(std::max(more, kStep))) || held_.Grow(static_cast<size_t>(more));
}

void MemoryTree::Give(uint64_t bytes) noexcept {
  used_ -= bytes;
  const uint64_t needed = used_ + uint64_t{entries_} * kEntry;
  if (held_.bytes() > needed + 4 * kStep) held_.ShrinkTo(static_cast<size_t>(needed + kStep));
}

Errno MemoryTree::Reserve(Node& node, uint64_t size) {
  const uint64_t now = node.content.size();
  if (size <= now) return kSuccess;
  const uint64_t more = size - now;
  if (more > limits_.bytes - std::min(limits_.bytes, used_)) return kEnospc;
  if (!Hold(more)) return kEnospc;
  used_ += more;
  return kSuccess;
}

Errno MemoryTree::ResizeLocked(Node& node, uint64_t size) {
  if (node.is_directory) return kEisdir;
  const uint64_t before = node.content.size();
  if (const Errno error = Reserve(node, size); error != kSuccess) return error;
  try {
    node.content.Resize(size);
  } catch (...) {
    if (size > before) used_ -= size - before;
    throw;
  }
  if (size < before) Give(before - size);
  Touch(node);
  return kSuccess;
}

void MemoryTree::Touch(Node& node) {
  node.changed = ++step_;
  node.modified = node.changed_at = Now();
}

Filestat MemoryTree::Describe(const Node& node) const {
  Filestat stat = {};
  stat.device = 2;
  stat.inode = node.inode;
  stat.type = node.is_directory ? kTypeDirectory : kTypeRegularFile;
  stat.links = node.linked ? 1 : 0;
  stat.size = node.is_directory ? 0 : node.content.size();
  stat.accessed = node.accessed;
  stat.modified = node.modified;
  stat.changed = node.changed_at;
  return stat;
}

Errno MemoryTree::Add(const NodePtr& parent, std::string_view name, bool is_directory, NodePtr& node) {
  if (name.empty() || name == "." || name == "..") return kEinval;
  if (name.size() > kMaxName) return kEnametoolong;
  if (!parent->linked) return kEnoent;
  if (is_directory && parent->depth + 1 >= limits_.depth) return kEnametoolong;
  const size_t path_bytes = parent->PathBelow(name);
  if (path_bytes > limits_.path) return kEnametoolong;
  if (entries_ >= limits_.entries) return kEnospc;
  if (!Hold(kEntry)) return kEnospc;
  node = std::make_shared<Node>();
  node->name = name;
  node->is_directory = is_directory;
  node->inode = next_inode_;
  node->parent = parent.get();
  node->depth = parent->depth + 1;
  node->path_bytes = path_bytes;
  parent->order.emplace(node->inode, node.get());
  try {
    parent->children.emplace(node->name, node);
  } catch (...) {
    parent->order.erase(node->inode);
    throw;
  }
  ++next_inode_;
  ++entries_;
  Touch(*node);
  node->accessed = node->modified;
  node->made = node->changed;
  Touch(*parent);
  return kSuccess;
}

void MemoryTree::Detach(Node& node) noexcept {
  Node& parent = *node.parent;
  parent.order.erase(node.inode);
  // May be what keeps it: the caller has it too.
  parent.children.erase(node.name);
  Touch(parent);
  node.parent = nullptr;
  node.linked = false;
}

void MemoryTree::Forget(Node& node) noexcept {
  --entries_;
  Give(node.content.size());
}

Errno MemoryTree::Open(const std::string& path, const OpenHow& how, std::unique_ptr<File>& file,
                       const SharedStop& /*stop*/) {
  const std::lock_guard lock(mutex_);
  return Guard([&]() -> Errno {
    Errno error = kSuccess;
    NodePtr node = Find(path, error);
    if (!node && (error != kEnoent || !how.create)) return error;
    if (node && how.create && how.exclusive) return kEexist;
    if (!node) {
      if (how.must_be_directory) return kEisdir;
      std::string_view name;
      const NodePtr parent = FindParent(path, name, error);
      if (!parent) return error;
      if (error = Add(parent, name, false, node); error != kSuccess) return error;
    }
    if (how.must_be_directory && !node->is_directory) return kEnotdir;
    if (node->is_directory && (how.write || how.truncate || how.create)) return kEisdir;
    if (how.truncate && node->content.size() > 0) {
      if (error = ResizeLocked(*node, 0); error != kSuccess) return error;
    }
    file = std::make_unique<OpenFile>(*this, std::move(node));
    return kSuccess;
  });
}

Errno MemoryTree::Stat(const std::string& path, bool /*follow*/, Filestat& stat, const SharedStop& /*stop*/) {
  const std::lock_guard lock(mutex_);
  Errno error = kSuccess;
  const NodePtr node = Find(path, error);
  if (!node) return error;
  stat = Describe(*node);
  return kSuccess;
}

Errno MemoryTree::MakeDirectory(const std::string& path, const SharedStop& /*stop*/) {
  const std::lock_guard lock(mutex_);
  return Guard([&]() -> Errno {
    Errno error = kSuccess;
    if (Find(path, error)) return kEexist;
    if (error != kEnoent) return error;
    std::string_view name;
    const NodePtr parent = FindParent(path, name, error);
    if (!parent) return error;
    NodePtr node;
    return Add(parent, name, true, node);
  });
}

Errno MemoryTree::RemoveDirectory(const std::string& path, const SharedStop& /*stop*/) {
  const std::lock_guard lock(mutex_);
  Errno error = kSuccess;
  const NodePtr node = Find(path, error);
  if (!node) return error;
  if (!node->is_directory) return kEnotdir;
  if (node->parent == nullptr) return kEbusy;
  if (!node->children.empty()) return kEnotempty;
  Detach(*node);
  if (node.use_count() == 1) Forget(*node);
  return kSuccess;
}

Errno MemoryTree::Unlink(const std::string& path, const SharedStop& /*stop*/) {
  const std::lock_guard lock(mutex_);
  Errno error = kSuccess;
  const NodePtr node = Find(path, error);
  if (!node) return error;
  if (node->is_directory) return kEisdir;
  Detach(*node);
  if (node.use_count() == 1) Forget(*node);
  return kSuccess;
}

Errno MemoryTree::Rename(const std::string& from, const std::string& to, const SharedStop& /*stop*/) {
  const std::lock_guard lock(mutex_);
  return Guard([&]() -> Errno {
    Errno error = kSuccess;
    const NodePtr node = Find(from, error);
    if (!node) return error;
    if (node->parent == nullptr) return kEbusy;
    std::string_view name;
    const NodePtr parent = FindParent(to, name, error);
    if (!parent) return error;
    if (name.empty()) return kEbusy;
    if (name.size() > kMaxName) return kEnametoolong;
    for (const Node* above = parent.get(); above != nullptr; above = above->parent) {
      if (above == node.get()) return kEinval;
    }
    NodePtr old;
    if (const auto found = parent->children.find(name); found != parent->children.end()) old = found->second;
    if (old == node) return kSuccess;
    if (old && old->is_directory && !node->is_directory) return kEisdir;
    if (old && !old->is_directory && node->is_directory) return kEnotdir;
    if (old && !old->children.empty()) return kEnotempty;
    const size_t path_bytes = parent->PathBelow(name);
    if (path_bytes > limits_.path) return kEnametoolong;
    // What is below has other depths and paths then, and all of it must stay within the limits.
    std::vector<Node*> moved = {node.get()};
    const bool as_it_was = parent->depth == node->parent->depth && path_bytes == node->path_bytes;
    for (size_t i = 0; i < moved.size() && !as_it_was; ++i) {
      const Node& at = *moved[i];
      if (at.is_directory && at.depth - node->depth + parent->depth + 1 >= limits_.depth) return kEnametoolong;
      if (at.path_bytes - node->path_bytes + path_bytes > limits_.path) return kEnametoolong;
      for (const auto& [child_name, child] : at.children) moved.push_back(child.get());
    }
    // All that takes memory first.
    std::string new_name(name);
    std::string key(name);
    const uint64_t inode = node->inode;
    if (old) {
      Detach(*old);
      if (old.use_count() == 1) Forget(*old);
    }
    Node& before = *node->parent;
    auto entry = before.children.extract(node->name);
    auto place = before.order.extract(inode);
    entry.key() = std::move(key);
    parent->children.insert(std::move(entry));
    parent->order.insert(std::move(place));
    node->name = std::move(new_name);
    if (!as_it_was) {
      const size_t deeper = parent->depth + 1 - node->depth;
      const size_t longer = path_bytes - node->path_bytes;
      for (Node* const at : moved) {
        at->depth += deeper;
        at->path_bytes += longer;
      }
    }
    node->parent = parent.get();
    node->changed_at = Now();
    node->made = node->changed = ++step_;
    Touch(before);
    Touch(*parent);
    return kSuccess;
  });
}

Errno MemoryTree::SetTimes(const std::string& path, bool /*follow*/, const FileTimes& times,
                           const SharedStop& /*stop*/) {
  const std::lock_guard lock(mutex_);
  Errno error = kSuccess;
  const NodePtr node = Find(path, error);
  if (!node) return error;
  if (times.accessed) node->accessed = *times.accessed;
  if (times.modified) node->modified = *times.modified;
  node->changed_at = Now();
  return kSuccess;
}

Errno MemoryTree::ReadLink(const std::string& path, std::string& /*target*/, const SharedStop& /*stop*/) {
  const std::lock_guard lock(mutex_);
  Errno error = kSuccess;
  return Find(path, error) ? kEinval : error;
}

Errno MemoryTree::Replace(const std::string& path, std::span<const uint8_t> bytes) {
  const std::lock_guard lock(mutex_);
  return Guard([&]() -> Errno {
    Errno error = kSuccess;
    NodePtr node = Find(path, error);
    if (!node && error != kEnoent) return error;
    if (node && node->is_directory) return kEisdir;
    const uint64_t before = node ? node->content.size() : 0;
    const uint64_t free = limits_.bytes - std::min(limits_.bytes, used_);
    if (bytes.size() > free + before) return kEnospc;
    // For a moment both contents are there.
    if (!Hold(bytes.size())) return kEnospc;
    MemoryFile content;
    content.Write(0, bytes);
    if (!node) {
      std::string_view name;
      const NodePtr parent = FindParent(path, name, error);
      if (!parent) return error;
      if (error = Add(parent, name, false, node); error != kSuccess) return error;
    }
    node->content = std::move(content);
    used_ += bytes.size();
    Give(before);
    Touch(*node);
    return kSuccess;
  });
}

Errno MemoryTree::ReadAll(const std::string& path, uint64_t limit, std::vector<uint8_t>& bytes) const {
  const std::lock_guard lock(mutex_);
  return Guard([&]() -> Errno {
    Errno error = kSuccess;
    const NodePtr node = Find(path, error);
    if (!node) return error;
    if (node->is_directory) return kEisdir;
    if (node->content.size() > limit) return kEfbig;
    bytes.resize(static_cast<size_t>(node->content.size()));
    (void)node->content.Read(0, bytes);
    return kSuccess;
  });
}

Errno MemoryTree::ListAll(const std::string& path, std::vector<Listed>& out) const {
  const std::lock_guard lock(mutex_);
  return Guard([&]() -> Errno {
    Errno error = kSuccess;
    const NodePtr top = Find(path, error);
    if (!top) return error;
    if (!top->is_directory) return kEnotdir;
    std::vector<std::pair<const Node*, std::string>> todo = {{top.get(), path}};
    while (!todo.empty()) {
      const auto [at, prefix] = std::move(todo.back());
      todo.pop_back();
      for (const auto& [name, child] : at->children) {
        std::string below = prefix;
        if (!below.empty()) below += '/';
        below += name;
        if (child->is_directory) todo.emplace_back(child.get(), below);
        out.push_back({std::move(below), child->is_directory, child->content.size(), child->modified, child->made,
                       child->changed});
      }
    }
    std::sort(out.begin(), out.end(), [](const Listed& a, const Listed& b) { return a.path < b.path; });
    return kSuccess;
  });
}

uint64_t MemoryTree::step() const {
  const std::lock_guard lock(mutex_);
  return step_;
}

uint64_t MemoryTree::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace goru::wasi
