import { getHeapStatistics } from "node:v8";

/** Texts up to here are parsed without asking for room, in characters. */
const SMALL = 1024 * 1024;
/** Bytes of heap that a character of JSON can take: `{},` is an object of 56 bytes and its place in a list. */
const HEAP_PER_CHARACTER = 24;

/**
 * Parses JSON. A text that could take more than the heap has left is refused: V8's parser cannot be stopped, and running out of memory in it
 * would end the process and not only the worker.
 * @throws SyntaxError for what is no JSON, RangeError for a text without room
 */
export function parseJson(text: string): unknown {
  if (text.length > SMALL) {
    const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
    if (text.length * HEAP_PER_CHARACTER > limit - used) {
      throw new RangeError(`a JSON text of ${text.length} characters could take more memory than there is`);
    }
  }
  return JSON.parse(text) as unknown;
}
