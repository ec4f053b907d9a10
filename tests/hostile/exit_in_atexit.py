# expect: ok
# alive: yes
import atexit, os
atexit.register(os._exit, 3)
