// Prints what a declaration file puts into the global scope, as JSON: {name: members or null} and, for each interface that
// values have, its members. A member is [name, parameters or null]; a parameter is its name, with "?" where it is optional.
//   members.cjs TYPESCRIPT_DIRECTORY STUB
const [, , directory, stub] = process.argv;
const ts = require(`${directory}/lib/typescript.js`);

const program = ts.createProgram([stub], { target: ts.ScriptTarget.ESNext, lib: ['lib.esnext.d.ts'], strict: true, types: [] });
const checker = program.getTypeChecker();
const file = program.getSourceFile(stub);

const parameterOf = (symbol) => {
  const { dotDotDotToken, questionToken } = symbol.valueDeclaration;
  return `${dotDotDotToken ? '...' : ''}${symbol.name}${questionToken ? '?' : ''}`;
};
const parametersOf = (type) => {
  const signatures = type.getCallSignatures();
  if (signatures.length === 0) return null;
  // The longest overload has all of them; what another leaves out is optional.
  const longest = signatures.reduce((a, b) => (b.parameters.length > a.parameters.length ? b : a));
  const least = Math.min(...signatures.map((signature) => signature.parameters.length));
  return longest.parameters.map((symbol, i) => {
    const text = parameterOf(symbol);
    return i < least || /[?]$|^[.]/.test(text) ? text : `${text}?`;
  });
};
const membersOf = (type) => Object.fromEntries(checker.getPropertiesOfType(type).map(
  (symbol) => [symbol.name, parametersOf(checker.getTypeOfSymbolAtLocation(symbol, file))]));

const ours = (symbol) => symbol.declarations?.some((declaration) => declaration.getSourceFile() === file);
const globals = {};
const standard = [];
const types = {};
for (const symbol of checker.getSymbolsInScope(file, ts.SymbolFlags.Value)) {
  if (!ours(symbol)) standard.push(symbol.name);
  else globals[symbol.name] = { parameters: null, members: {} };
}
for (const symbol of checker.getSymbolsInScope(file, ts.SymbolFlags.Value)) {
  if (!ours(symbol)) continue;
  const type = checker.getTypeOfSymbolAtLocation(symbol, file);
  const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0;
  globals[symbol.name] = { parameters: parametersOf(type), members: isClass ? null : membersOf(type), isClass };
}
for (const symbol of checker.getSymbolsInScope(file, ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) {
  if (ours(symbol)) types[symbol.name] = membersOf(checker.getDeclaredTypeOfSymbol(symbol));
}
console.log(JSON.stringify({ globals, standard, types }));
