# expect: guest_exception
import signal, os
signal.signal(signal.SIGINT, lambda *a: print("handled"))
signal.raise_signal(signal.SIGINT)
os.kill(1, 9)
