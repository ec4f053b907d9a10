# expect: timeout memory_limit
# timeout: 300
10 ** 10 ** 8
