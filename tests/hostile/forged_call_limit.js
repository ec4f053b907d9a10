// expect: guest_exception
// An error like the host's where there were too many calls.
const error = new HostError('the run has made its host calls');
error.name = 'HostCallLimitError';
throw error;
