/** Longest wait for the next line of a file that is searched, in milliseconds, and longest line, in bytes. */
const PATIENCE_MS = 10_000;
const LONGEST_LINE = 32 * 1024 * 1024;

/** What of tail-file is used: the search of one file, and where it has come to. */
interface SearchedFile {
  on(event: "error", listener: () => void): void;
  findStartInFile(path: string, match: RegExp, compare: (line: string) => number): Promise<string>;
  _stop(): void;
  readonly posLast: number;
  readonly posNext: number;
  readonly txt: string;
}

/**
 * Offset of the first line of a file (its content if the name ends in `.gz`) that is not `before`; that behind the last whole line if all are.
 * `before` gets lines as latin1, so that a character is a byte. @throws Error for a file that cannot be searched: unreadable, no gzip,
 * lines over 32 MiB
 */
export async function findStart(path: string, before: (line: string) => boolean): Promise<number> {
  // @ts-expect-error It comes without types.
  const loaded = (await import("tail-file")) as { default: new (path: string, options: object) => SearchedFile };
  const TailFile = loaded.default;
  const file = new TailFile(path, { encoding: "latin1", _bufsize: 64 * 1024 });
  file.on("error", () => undefined);
  let lines = 0;
  let end = 0;
  let watch: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    let seen = -1;
    // A line that fills more than what is inflated at a time makes it wait for ever.
    watch = setInterval(() => {
      if (seen === lines) reject(new Error(`no line came for ${PATIENCE_MS / 1000} s`));
      if (file.txt.length > LONGEST_LINE) reject(new Error(`a line is longer than ${LONGEST_LINE} bytes`));
      seen = lines;
    }, PATIENCE_MS);
  });
  const compare = (line: string): number => {
    lines++;
    if (!before(line)) return 0;
    end = file.posNext;
    return 1;
  };
  try {
    await Promise.race([file.findStartInFile(path, /^(.*)$/s, compare), stalled]);
    return file.posLast;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "NOTFOUND" || code === "TARGETOLDER") return end;
    throw error;
  } finally {
    clearInterval(watch);
    file._stop();
  }
}
