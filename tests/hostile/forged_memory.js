// expect: guest_exception
// An error like that of the engine where memory is short, of which there is enough.
throw new InternalError('out of memory');
