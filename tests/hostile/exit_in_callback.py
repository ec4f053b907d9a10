# expect: exited
# alive: no
import os
sorted([1, 2, 3], key=lambda v: os._exit(7))
