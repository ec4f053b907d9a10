"""What would clean up after processes."""

from _stand_in import refuse

__all__ = ["ensure_running", "register", "unregister"]


class ResourceTracker:
    ensure_running = refuse("ensure_running", "the sandbox has no processes")
    register = unregister = getfd = ensure_running


_resource_tracker = ResourceTracker()
ensure_running = _resource_tracker.ensure_running
register = _resource_tracker.register
unregister = _resource_tracker.unregister
getfd = _resource_tracker.getfd
