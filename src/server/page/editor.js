// A text area with line numbers, a marked line and keys for indentation.

/** What the language's programs are indented by. */
function stepOf(language) {
  return language.startsWith("python") ? "    " : "  ";
}

export class Editor {
  #text;
  #gutter;
  #mark;
  #lines = 0;
  #marked = 0;
  #step = "    ";
  /** Whether Tab indents. Who comes by Tab goes on by Tab; who has begun to write stays, until Escape. */
  #writing = false;

  constructor(text, gutter, mark) {
    this.#text = text;
    this.#gutter = gutter;
    this.#mark = mark;
    text.addEventListener("input", () => {
      this.#writing = true;
      this.#number();
      this.unmark();
    });
    text.addEventListener("pointerdown", () => (this.#writing = true));
    text.addEventListener("blur", () => (this.#writing = false));
    text.addEventListener("scroll", () => this.#follow());
    text.addEventListener("keydown", (event) => this.#key(event));
    this.#number();
  }

  get code() {
    return this.#text.value;
  }

  set code(code) {
    this.#text.value = code;
    this.#text.setSelectionRange(0, 0);
    this.#text.scrollTo(0, 0);
    this.unmark();
    this.#number();
  }

  set language(language) {
    this.#step = stepOf(language);
  }

  /** Marks a line, the first of which is 1; false: there is no such line. */
  mark(line) {
    this.unmark();
    if (line < 1 || line > this.#lines) return false;
    this.#marked = line;
    this.#gutter.children[line - 1].classList.add("wrong");
    this.#text.setAttribute("aria-invalid", "true");
    this.#mark.hidden = false;
    this.#follow();
    return true;
  }

  unmark() {
    if (this.#marked > 0) this.#gutter.children[this.#marked - 1]?.classList.remove("wrong");
    this.#marked = 0;
    this.#mark.hidden = true;
    this.#text.removeAttribute("aria-invalid");
  }

  /** Puts the cursor at the beginning of a line. */
  goTo(line) {
    const at = this.code.split("\n", line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    this.#text.focus();
    this.#text.setSelectionRange(at, at);
    const height = this.#lineHeight();
    const top = (line - 1) * height;
    if (top < this.#text.scrollTop || top + 2 * height > this.#text.scrollTop + this.#text.clientHeight) {
      this.#text.scrollTop = top - this.#text.clientHeight / 3;
    }
  }

  #lineHeight() {
    return parseFloat(getComputedStyle(this.#text).lineHeight);
  }

  #number() {
    const lines = this.code.split("\n").length;
    while (this.#lines < lines) {
      const number = document.createElement("div");
      number.textContent = String(++this.#lines);
      this.#gutter.append(number);
    }
    while (this.#lines > lines) {
      this.#gutter.lastChild.remove();
      --this.#lines;
    }
    this.#follow();
  }

  #follow() {
    this.#gutter.scrollTop = this.#text.scrollTop;
    if (this.#marked > 0) {
      const top = parseFloat(getComputedStyle(this.#text).paddingTop) + (this.#marked - 1) * this.#lineHeight();
      this.#mark.style.top = `${top - this.#text.scrollTop}px`;
    }
  }

  #key(event) {
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing;
    if (!plain) return;
    if (event.key === "Escape") {
      this.#writing = false;
    } else if (event.key === "Tab" && this.#writing) {
      event.preventDefault();
      this.#indent(event.shiftKey);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#insert("\n" + this.#nextIndent());
    }
  }

  /** As far as the line before, and further behind what opens a block. */
  #nextIndent() {
    const before = this.code.slice(0, this.#text.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const indent = /^[ \t]*/.exec(line)[0];
    return /[:{[(]\s*$/.test(line) ? indent + this.#step : indent;
  }

  #indent(out) {
    const { selectionStart: start, selectionEnd: end } = this.#text;
    if (start === end && !out) return this.#insert(this.#step);
    const from = this.code.lastIndexOf("\n", start - 1) + 1;
    const lines = this.code.slice(from, end).split("\n");
    const moved = lines.map((line) => {
      if (!out) return line === "" ? line : this.#step + line;
      const strip = Math.min(/^ */.exec(line)[0].length, this.#step.length);
      return line.slice(strip || (line.startsWith("\t") ? 1 : 0));
    });
    const text = moved.join("\n");
    if (text === lines.join("\n")) return;
    this.#text.setSelectionRange(from, end);
    this.#insert(text);
    const shift = moved[0].length - lines[0].length;
    this.#text.setSelectionRange(Math.max(from, start + shift), from + text.length);
  }

  /** In the place of what is selected, as if typed: so that it can be undone. */
  #insert(text) {
    const done = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
    if (done) return;
    this.#text.setRangeText(text, this.#text.selectionStart, this.#text.selectionEnd, "end");
    this.#text.dispatchEvent(new Event("input"));
  }
}
