// expect: guest_exception
// An error that says that the host ended the run.
class Interrupted extends Error {
  name = 'Interrupted';
}
throw new Interrupted('interrupted');
