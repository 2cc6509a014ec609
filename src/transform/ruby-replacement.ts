/** A part of a Ruby replacement text: literal, or a group by number or name. */
type Part = string | { readonly group: number | string };

/**
 * Compiles a replacement of Ruby's gsub: `\1` to `\9`, `\0` and `\&` for the whole match, `\k<name>`, `\\` for a backslash.
 */
export function compileRubyReplacement(template: string): string | ((...args: unknown[]) => string) {
  const parts: Part[] = [];
  let text = "";
  for (const [whole, digit, name] of template.matchAll(/\\(?:([0-9&])|k<([^>]+)>|(\\))|[^\\]+|\\/gs)) {
    if (digit !== undefined || name !== undefined) {
      if (text !== "") parts.push(text);
      text = "";
      parts.push({ group: name ?? (digit === "&" ? 0 : Number(digit)) });
    } else text += whole === "\\\\" ? "\\" : whole;
  }
  if (parts.length === 0) return text;
  if (text !== "") parts.push(text);
  return (...args) => {
    const last = args.at(-1);
    const named = typeof last === "object" && last !== null ? (last as Record<string, string>) : {};
    return parts
      .map((part) => {
        if (typeof part === "string") return part;
        const value = typeof part.group === "number" ? args[part.group] : named[part.group];
        return typeof value === "string" ? value : "";
      })
      .join("");
  };
}
