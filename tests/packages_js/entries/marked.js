import { Marked, marked } from 'marked';

console.log(marked.parse(`# Title & more

A *paragraph* with **bold**, \`code\`, [a link](https://example.com "t") and <b>html</b>.

1. one
2. two
   - nested ~~struck~~

| a | b |
|---|:-:|
| 1 | 2 |

\`\`\`js
const x = 1 < 2;
\`\`\`

> quote\\
> more
`));
const own = new Marked({ gfm: true, breaks: true, renderer: { heading({ tokens, depth }) { return `<h${depth} class="x">${this.parser.parseInline(tokens)}</h${depth}>\n`; } } });
console.log(own.parse('## own *heading*\nline\nline'));
console.log(JSON.stringify(marked.lexer('- [x] done\n- [ ] open').map((t) => t.type)));
