/** `${NAME}` or `${NAME:default}`; names as Logstash takes them. */
const VARIABLE = /\$\{([A-Za-z_.][A-Za-z0-9_.]*)(?::([^}]*))?\}/g;

export interface Substituted {
  readonly text: string;
  /** Variables without value and default. */
  readonly missing: readonly string[];
}

/** Replaces environment variables in a value. Source: Logstash, "Using environment variables in the configuration". */
export function substituteVariables(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Substituted {
  if (!text.includes("${")) return { text, missing: [] };
  const missing: string[] = [];
  const replaced = text.replace(VARIABLE, (whole, name: string, fallback: string | undefined) => {
    const value = (Object.hasOwn(environment, name) ? environment[name] : undefined) ?? fallback;
    if (value === undefined) missing.push(name);
    return value ?? whole;
  });
  return { text: replaced, missing };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "0": "\0",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/**
 * The backslash sequences that Logstash reads in strings with `config.support_escapes`; others stay as they are. Source: Logstash's
 * string_escape.rb.
 */
export function readEscapes(text: string): string {
  return text.replace(/\\(.)/gs, (whole, letter: string) => ESCAPES[letter] ?? whole);
}
