# expect: timeout
# alive: no
# timeout: 300
import re
re.match(r"(a|aa)+$", "a" * 100 + "b")
