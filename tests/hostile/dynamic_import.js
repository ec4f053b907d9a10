// expect: guest_exception
await import('../../../etc/passwd');
