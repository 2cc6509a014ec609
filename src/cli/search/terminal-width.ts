/** Characters of a line of a terminal; undefined: the stream is none. COLUMNS says it where the terminal does not. */
export function terminalWidth(stream: NodeJS.WriteStream): number | undefined {
  return stream.isTTY === true ? stream.columns || namedWidth() || 80 : undefined;
}

/** What COLUMNS says; undefined when it says nothing of use. */
export function namedWidth(): number | undefined {
  const columns = Number(process.env["COLUMNS"]);
  return Number.isInteger(columns) && columns > 0 ? columns : undefined;
}
