// expect: guest_exception
import x from '/etc/passwd';
