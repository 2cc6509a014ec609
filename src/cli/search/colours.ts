export type Colour = "red" | "yellow" | "cyan" | "green" | "dim" | "bold" | "none";

const CODES: Readonly<Record<Exclude<Colour, "none">, string>> = {
  red: "31",
  yellow: "33",
  cyan: "36",
  green: "32",
  dim: "2",
  bold: "1",
};

export function paint(text: string, colour: Colour, on: boolean): string {
  return on && colour !== "none" ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text;
}

/** The colour of a level, by syslog's, log4j's and others' names. */
export function levelColour(level: string | undefined): Colour {
  const name = level?.toLowerCase() ?? "";
  if (/^(?:err|crit|fatal|emerg|alert|severe|panic)/.test(name)) return "red";
  if (/^(?:warn)/.test(name)) return "yellow";
  if (/^(?:debug|trace|verbose|fine)/.test(name)) return "dim";
  return "none";
}

/** Whether a stream wants colours (https://no-color.org). */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && (process.env["NO_COLOR"] ?? "") === "" && process.env["TERM"] !== "dumb";
}
