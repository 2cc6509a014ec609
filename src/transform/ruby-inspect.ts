/** Characters that Ruby writes with a letter. */
const LETTERS: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
};

const SPECIAL = /["\\\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]|#(?=[{$@])/g;

/** A text as Ruby's `String#inspect` shows it: in double quotes, control characters and the beginnings of `#{…}` escaped. */
export function rubyInspect(text: string): string {
  return `"${text.replace(SPECIAL, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  if (character === "#") return "\\#";
  const letter = LETTERS[character];
  if (letter !== undefined) return letter;
  const code = character.charCodeAt(0);
  const hex = code.toString(16).toUpperCase();
  return code < 0x80 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
}
