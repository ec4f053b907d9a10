// expect: timeout
// timeout: 300
for (;;) { try { for (;;) { try { throw 1 } finally { continue } } } catch { } finally { continue } }
