import iconv from "iconv-lite";
import { isBigEndian, knownEncoding } from "./encoding.ts";

/** Makes UTF-8 of a stream, piece by piece; a character may lie in two pieces. */
export interface StreamDecoder {
  write(chunk: Buffer): Buffer;
  /** What is left when nothing more comes: a character that was not finished. */
  end(): Buffer;
}

/** The decoder of an encoding; undefined for UTF-8, which needs none. @throws TypeError for a name that is not known */
export function streamDecoder(name: string): StreamDecoder | undefined {
  const known = knownEncoding(name);
  switch (known.kind) {
    case "utf-8":
      return undefined;
    case "utf-16":
      return utf16Decoder(known.bigEndian);
    case "web": {
      const decoder = new TextDecoder(known.name);
      return {
        write: (chunk) => Buffer.from(decoder.decode(chunk, { stream: true })),
        end: () => Buffer.from(decoder.decode()),
      };
    }
    case "iconv":
      return iconvDecoder(known.name);
  }
}

function iconvDecoder(name: string): StreamDecoder {
  const decoder = iconv.getDecoder(name);
  return {
    write: (chunk) => Buffer.from(decoder.write(chunk)),
    end: () => Buffer.from(decoder.end() ?? ""),
  };
}

/** The first two bytes may tell the byte order. */
function utf16Decoder(bigEndian: boolean): StreamDecoder {
  let head: Buffer = Buffer.alloc(0);
  let decoder: StreamDecoder | undefined;
  const begin = (): StreamDecoder => iconvDecoder((isBigEndian(head) ?? bigEndian) ? "utf-16be" : "utf-16le");
  return {
    write(chunk) {
      if (decoder !== undefined) return decoder.write(chunk);
      head = Buffer.concat([head, chunk]);
      if (head.length < 2) return Buffer.alloc(0);
      decoder = begin();
      return decoder.write(head);
    },
    end() {
      if (decoder !== undefined) return decoder.end();
      decoder = begin();
      return Buffer.concat([decoder.write(head), decoder.end()]);
    },
  };
}
