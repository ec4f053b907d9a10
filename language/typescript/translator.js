// TypeScript to JavaScript: the body of a function of (load) that returns the translator, where load(name) gives one of
// sucrase's modules. Its parts are used one by one and not through its index, which wants more packages for what is not
// needed here: checks of options, source maps as JSON.
const { parse } = load('parser/index');
const { TokenType: tt } = load('parser/tokenizer/types');
const { ContextualKeyword } = load('parser/tokenizer/keywords');
const TokenProcessor = load('TokenProcessor').default;
const NameManager = load('NameManager').default;
const { HelperManager } = load('HelperManager');
const RootTransformer = load('transformers/RootTransformer').default;
const identifyShadowedGlobals = load('identifyShadowedGlobals').default;
const getTSImportedNames = load('util/getTSImportedNames').default;

const OPTIONS = { transforms: ['typescript'], disableESTransforms: true };

const lineStartOf = (text, index) => text.lastIndexOf('\n', index - 1) + 1;

function refusal(message, code, index) {
  const start = lineStartOf(code, index);
  let line = 1;
  for (let i = code.indexOf('\n'); i >= 0 && i < index; i = code.indexOf('\n', i + 1)) line++;
  // Columns count bytes, as the engine's do.
  let column = 1;
  for (const character of code.slice(start, index)) {
    const point = character.codePointAt(0);
    column += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return { message, line, column };
}

const STATEMENTS = new Set([tt._const, tt._var, tt._function, tt._class, tt._enum, tt._for, tt._if, tt._while, tt._try]);
const BEFORE_STATEMENT = new Set([tt.braceL, tt.braceR, tt.semi, tt._export]);

// The first namespace that does more than declare types, which sucrase would leave out without a word.
function namespaceWithValues(tokens, code) {
  for (let i = 0; i + 2 < tokens.length; i++) {
    const token = tokens[i];
    if (token.contextualKeyword !== ContextualKeyword._namespace && token.contextualKeyword !== ContextualKeyword._module) continue;
    if (!token.isType || tokens[i + 1].type !== tt.name || (i > 0 && code.slice(tokens[i - 1].start, tokens[i - 1].end) === 'declare')) continue;
    let at = i + 2;
    while (at < tokens.length && (tokens[at].type === tt.dot || tokens[at].type === tt.name)) at++;
    if (tokens[at].type !== tt.braceL) continue;
    let depth = 0;
    for (; at < tokens.length; at++) {
      const { type } = tokens[at];
      if (type === tt.braceL) depth++;
      if (type === tt.braceR && --depth === 0) break;
      const text = code.slice(tokens[at].start, tokens[at].end);
      const starts = STATEMENTS.has(type) || text === 'let' || text === 'async' || text === 'abstract';
      if (starts && depth === 1 && BEFORE_STATEMENT.has(tokens[at - 1].type) && tokens[at + 1].type !== tt.colon) return token;
    }
    i = at;
  }
  return undefined;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function vlq(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

// The mappings of a source map with one source. Every token stays in its line.
function encodeMappings(source, generated, tokens, places) {
  const lines = [];
  let segments = [];
  let lineStart = 0;
  let nextLine = generated.indexOf('\n') + 1;
  let [line, column, sourceLine, sourceColumn] = [0, 0, 0, 0];
  let [tokenLine, scanned] = [0, 0];
  for (let i = 0; i < tokens.length; i++) {
    const place = places[i];
    if (place === undefined) continue;
    while (nextLine > 0 && place >= nextLine) {
      lines.push(segments.join(','));
      segments = [];
      line++;
      column = 0;
      lineStart = nextLine;
      nextLine = generated.indexOf('\n', nextLine) + 1;
    }
    const { start } = tokens[i];
    for (let end = source.indexOf('\n', scanned); end >= 0 && end < start; end = source.indexOf('\n', scanned)) {
      tokenLine++;
      scanned = end + 1;
    }
    const tokenColumn = start - lineStartOf(source, start);
    segments.push(vlq(place - lineStart - column) + 'A' + vlq(tokenLine - sourceLine) + vlq(tokenColumn - sourceColumn));
    [column, sourceLine, sourceColumn] = [place - lineStart, tokenLine, tokenColumn];
  }
  lines.push(segments.join(','));
  return lines.join(';');
}

return function translate(code, wantMappings) {
  let file;
  try {
    file = parse(code, false, true, false);
  } catch (error) {
    if (error.pos === undefined) throw error;
    return refusal(error.message.replace(/ \(\d+:\d+\)$/, ''), code, error.pos);
  }
  const { tokens, scopes } = file;
  const namespace = namespaceWithValues(tokens, code);
  if (namespace !== undefined) {
    return refusal('a namespace with values in it is not supported; use a module or an object', code, namespace.start);
  }
  const nameManager = new NameManager(code, tokens);
  const helperManager = new HelperManager(nameManager);
  const tokenProcessor = new TokenProcessor(code, tokens, false, true, helperManager);
  identifyShadowedGlobals(tokenProcessor, scopes, getTSImportedNames(tokenProcessor));
  const context = { tokenProcessor, scopes, nameManager, importProcessor: null, helperManager };
  const result = new RootTransformer(context, OPTIONS.transforms, false, OPTIONS).transform();
  return {
    code: result.code,
    mappings: wantMappings ? encodeMappings(code, result.code, tokens, result.mappings) : undefined,
  };
};
