// What scrypt's sources ask of the machine.
#define HAVE_POSIX_MEMALIGN 1
