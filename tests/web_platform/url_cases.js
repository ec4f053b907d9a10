// Runs the web platform's test cases of URLs, which come on standard input, and prints what went wrong, one line a case.
const { parsing, setters } = JSON.parse(readAll());
const wrong = [];
let count = 0;

function check(what, expected, actual) {
  if (expected !== actual) wrong.push(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

for (const test of parsing) {
  if (typeof test === 'string') continue;
  count++;
  const what = `new URL(${JSON.stringify(test.input)}, ${JSON.stringify(test.base)})`;
  let url;
  try {
    url = new URL(test.input, test.base ?? undefined);
  } catch (error) {
    if (!test.failure) wrong.push(`${what} throws ${error}`);
    else check(`${what} throws`, 'TypeError', error.name);
    check(`URL.canParse of ${what}`, false, URL.canParse(test.input, test.base ?? undefined));
    continue;
  }
  if (test.failure) {
    wrong.push(`${what} is ${url.href} and should fail`);
    continue;
  }
  for (const key of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash']) {
    if (test[key] !== undefined) check(`${key} of ${what}`, test[key], url[key]);
  }
  check(`href parsed again of ${what}`, url.href, new URL(url.href).href);
  if (test.searchParams !== undefined) check(`searchParams of ${what}`, test.searchParams, url.searchParams.toString());
}

for (const [property, cases] of Object.entries(setters)) {
  if (property === 'comment') continue;
  for (const test of cases) {
    count++;
    const url = new URL(test.href);
    url[property] = test.new_value;
    for (const [key, value] of Object.entries(test.expected)) {
      check(`${key} of ${test.href} with ${property} = ${JSON.stringify(test.new_value)}`, value, url[key]);
    }
  }
}
console.log(`${count} cases`);
for (const line of wrong) console.log(line);
