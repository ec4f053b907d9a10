# expect: timeout
# timeout: 300
import sys
sys.set_int_max_str_digits(0)
str(1 << 30_000_000)
