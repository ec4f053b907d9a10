# expect: timeout
# timeout: 700
# alive: no
# Interrupts itself, all the time.
import signal, sys
def handler(*args): pass
signal.signal(signal.SIGINT, handler)
sys.settrace(lambda *args: None)
while True: signal.raise_signal(signal.SIGINT)
