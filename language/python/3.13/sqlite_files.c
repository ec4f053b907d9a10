// Which of SQLite's ways to lock a database file is used: files of the session's own are locked within the program, which is
// alone with them, so that one connection reads while another has a transaction; databases in a mount, which others may use, by
// a folder beside them (unix-dotfile). https://www.sqlite.org/vfs.html, https://www.sqlite.org/lockingv3.html
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "sqlite3.h"

// What the host says of the file system of the session's own files (MemoryTree::Describe).
enum { OWN_FILES = 2 };

static sqlite3_vfs own;
static sqlite3_vfs *alone;
static sqlite3_vfs *shared;

// Locks of other processes: there are none.
static int no_other_process(int fd, int operation, ...)
{
    va_list arguments;
    va_start(arguments, operation);
    int result;
    if (operation == F_SETLK || operation == F_SETLKW) {
        result = 0;
    } else if (operation == F_GETLK) {
        va_arg(arguments, struct flock *)->l_type = F_UNLCK;
        result = 0;
    } else {
        result = fcntl(fd, operation, va_arg(arguments, int));
    }
    va_end(arguments);
    return result;
}

// Whether a file, or the folder that it is to be made in, is one of the session's own.
static int is_own(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0)
        return status.st_dev == OWN_FILES;
    char folder[1024];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (!slash || length >= sizeof folder)
        return 0;
    memcpy(folder, path, length);
    folder[length] = 0;
    return stat(length ? folder : "/", &status) == 0 && status.st_dev == OWN_FILES;
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    sqlite3_vfs *way = !path || is_own(path) ? alone : shared;
    return way->xOpen(way, path, file, flags, out_flags);
}

// SQLITE_EXTRA_INIT: called once, at the end of sqlite3_initialize.
int goru_sqlite_files(const char *unused)
{
    (void)unused;
    alone = sqlite3_vfs_find("unix");
    shared = sqlite3_vfs_find("unix-dotfile");
    if (!alone || !shared)
        return SQLITE_ERROR;
    int failed = alone->xSetSystemCall(alone, "fcntl", (sqlite3_syscall_ptr)no_other_process);
    if (failed)
        return failed;
    own = *alone;
    own.zName = "goru";
    own.pNext = NULL;
    own.xOpen = open_file;
    if (shared->szOsFile > own.szOsFile)
        own.szOsFile = shared->szOsFile;
    return sqlite3_vfs_register(&own, 1);
}
