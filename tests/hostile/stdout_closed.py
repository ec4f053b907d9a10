# expect: ok guest_exception
# alive: yes
import sys
sys.stdout.close()
sys.stderr.close()
sys.stdin.close()
