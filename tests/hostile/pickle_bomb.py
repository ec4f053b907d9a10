# expect: guest_exception
import pickle
pickle.loads(b"\x8c\x08builtins\x8c\x04exec\x93\x8c\x1craise ValueError('from pickle')\x85R.")
