# expect: trap exited
# alive: no
import os
os.abort()
