import { stripVTControlCharacters } from "node:util";

// Everything that moves a cursor, rings a bell or turns the writing direction around, but line ends and tabs.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text that came from outside (a program's output, a file) without what could change the terminal. */
export function printable(text: string): string {
  return stripVTControlCharacters(text.replaceAll("\r\n", "\n")).replace(controls, "").replaceAll("\t", "  ");
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text)
    .replace(/\s*\n\s*/g, " ")
    .trim();
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const mark = /\p{Mark}|\u200b|\u200c|\u200d/u;

/** Columns that a text takes, colours aside. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of stripVTControlCharacters(text)) width += mark.test(letter) ? 0 : wide.test(letter) ? 2 : 1;
  return width;
}

/** The text in at most `columns` columns; what is cut off is marked. For text without colours. */
export function shorten(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (widthOf(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const letter of text) {
    const more = widthOf(letter);
    if (width + more > columns - 1) break;
    kept += letter;
    width += more;
  }
  return `${kept.trimEnd()}…`;
}

/** Filled up with spaces to `columns`. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** Words in lines of at most `columns` columns; a word that is longer is cut. For text without colours. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((it) => it !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = shorten(word, columns);
  }
  if (line !== "") lines.push(line);
  return lines;
}
