/** Every code that a finding can have, with what it means. Codes are never used again for something else. */
export const CATALOGUE = {
  CONF001: { title: "syntax error", text: "The configuration is not what the language allows at this place." },
  CONF002: { title: "unterminated text", text: "A quoted text or a regular expression has no end." },
  CONF003: { title: "missing closing bracket", text: "A `{`, `[` or `(` has no partner." },
  CONF004: { title: "unknown section", text: "A configuration has the sections input, filter and output." },
  CONF005: { title: "invalid field reference", text: "A field reference is `name` or `[name][name]`." },
  CONF006: { title: "duplicate key", text: "A hash has the same key twice; the later one holds." },
  CONF007: {
    title: "unset variable",
    text: "`${NAME}` names an environment variable that is not set, and gives no default.",
  },
  CONF008: {
    title: "invalid regular expression",
    text: "The expression is not one that Ruby's (Oniguruma's) syntax allows.",
  },
  CONF009: { title: "unknown plugin", text: "There is no plugin of this name, or Antler does not have it." },
  CONF010: {
    title: "option without effect",
    text: "The option is deprecated, has no effect here, or is not supported.",
  },
  CONF011: { title: "missing option", text: "The plugin cannot work without this option." },
  CONF012: { title: "unknown option", text: "The plugin has no option of this name." },
  CONF013: { title: "wrong type", text: "The value is of a kind that the option does not take." },
  CONF014: { title: "value not allowed", text: "The value is none of those that the option takes." },
  CONF015: {
    title: "invalid field reference in an option",
    text: "The option takes a field reference: `name` or `[name][name]`.",
  },
  CONF016: { title: "options do not fit", text: "The plugin's own check found something wrong." },
  CONF017: { title: "duplicate id", text: "Two plugins have the same id; the ledger could not tell them apart." },
  CONF018: { title: "condition that is always the same", text: "The branch is always or never taken." },
  CONF019: {
    title: "no input or no output",
    text: "A pipeline needs something to read from and something to write to.",
  },
  CONF020: { title: "unreadable file", text: "The configuration file cannot be read." },
  SHIP001: { title: "not YAML", text: "The file is not what YAML allows at this place." },
  SHIP002: { title: "unknown setting", text: "The shipper has no setting of this name." },
  SHIP003: { title: "wrong value", text: "The setting does not take this value." },
  SHIP004: { title: "missing setting", text: "The shipper cannot work without this setting." },
  SHIP005: { title: "setting without effect", text: "The setting is known and does nothing here." },
} as const;

export type DiagnosticCode = keyof typeof CATALOGUE;

/** The catalogue as a page of the docs. */
export function renderCatalogue(): string {
  const rows = Object.entries(CATALOGUE).map(([code, { title, text }]) => `| \`${code}\` | ${title} | ${text} |`);
  return `# Errors and warnings\n\nGenerated from src/diagnostics/catalogue.ts.\n\n| code | what | meaning |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}
