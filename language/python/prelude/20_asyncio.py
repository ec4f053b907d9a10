import asyncio
import functools
import itertools

# asyncio: the standard library's, on a loop whose waiting is a crossing. Calls that are queued when the loop has nothing
# else to do go to the host together.


class _Calls:
    """The asynchronous host calls of one event loop, in the place of a selector."""

    _ids = itertools.count(1)

    def __init__(self):
        self.queued = []
        self.cancelled = []
        self.futures = {}

    def start(self, loop, name, kwargs):
        future = loop.create_future()
        number = next(self._ids)
        self.futures[number] = future
        self.queued.append((number, name, kwargs))
        future.add_done_callback(functools.partial(self._done, number))
        return future

    def _done(self, number, future):
        if self.futures.pop(number, None) is not None:
            # Done without an answer: cancelled. Nobody waits for the call any more.
            self.cancelled.append(number)

    def select(self, timeout):
        if not self.queued and not self.cancelled:
            if timeout is not None and timeout <= 0:
                if not self.futures:
                    return ()
            elif timeout is None and not self.futures:
                raise RuntimeError("the event loop waits for something that can never happen: nothing is in flight")
        queued, self.queued = self.queued, []
        cancelled, self.cancelled = self.cancelled, []
        milliseconds = None if timeout is None else timeout * 1000
        status, value = _exchange((_BATCH, queued, cancelled, milliseconds))
        if status != _OK:
            raise _failure(value)
        for number, ok, answer in value:
            future = self.futures.pop(number, None)
            if future is None or future.done():
                continue
            if ok:
                future.set_result(answer)
            else:
                future.set_exception(_failure(answer))
        return ()

    def close(self):
        """Tells the host that nobody waits for what is still in flight."""
        cancelled = self.cancelled + list(self.futures)
        self.futures.clear()
        self.queued.clear()
        if cancelled:
            _exchange((_BATCH, (), cancelled, 0))


class _Loop(asyncio.base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Calls()

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass

    def close(self):
        if not self.is_closed():
            self._selector.close()
        super().close()

    async def subprocess_exec(self, *args, **kwargs):
        raise OSError(_no_processes)

    async def subprocess_shell(self, *args, **kwargs):
        raise OSError(_no_processes)

    def run_in_executor(self, executor, func, *args):
        raise RuntimeError(f"{_no_threads}, or call the function directly")


class _Policy(asyncio.events.BaseDefaultEventLoopPolicy):
    _loop_factory = _Loop


asyncio.set_event_loop_policy(_Policy())


def _start(name, kwargs):
    """Queues a call and returns the future of its result."""
    loop = asyncio.get_running_loop()
    return loop._selector.start(loop, name, kwargs)


async def async_call(name, /, **kwargs):
    """Calls a host function without blocking the event loop; gathered calls run concurrently."""
    return await _start(name, kwargs)
