// expect: timeout
// alive: no
// timeout: 300
/^(a|aa)+$/.test('a'.repeat(100) + 'b');
