#include <cerrno>

#include "wasi/files/file_system.hpp"

namespace goru::wasi {

Errno ToErrno(int error) noexcept {
  switch (error) {
    case 0:
      return kSuccess;
    case EACCES:
      return kEacces;
    case EAGAIN:
      return kEagain;
    case EBADF:
      return kEbadf;
    case EBUSY:
      return kEbusy;
    case EDQUOT:
      return kEdquot;
    case EEXIST:
      return kEexist;
    case EFBIG:
      return kEfbig;
    case EINTR:
      return kEintr;
    case EINVAL:
      return kEinval;
    case EISDIR:
      return kEisdir;
    case ELOOP:
      return kEloop;
    case EMFILE:
      return kEmfile;
    case EMLINK:
      return kEmlink;
    case ENAMETOOLONG:
      return kEnametoolong;
    case ENFILE:
      return kEnfile;
    case ENOENT:
      return kEnoent;
    case ENOMEM:
      return kEnomem;
    case ENOSPC:
      return kEnospc;
    case ENOTDIR:
      return kEnotdir;
    case ENOTEMPTY:
      return kEnotempty;
    case EOPNOTSUPP:
      return kEnotsup;
    case ENXIO:
      return kEnxio;
    case EPERM:
      return kEperm;
    case EROFS:
      return kErofs;
    case ESTALE:
      return kEstale;
    case ETXTBSY:
      return kEtxtbsy;
    case EXDEV:
      return kExdev;
    default:
      return kEio;
  }
}

}  // namespace goru::wasi
