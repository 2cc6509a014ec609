import { type CodecPlugin, defineCodec } from "../../plugin/definitions.ts";

const DOT = 0x2e;

export const dots: CodecPlugin = defineCodec({
  name: "dots",
  summary: "A dot for each event, to see how fast they come; writes only.",
  options: {},
  examples: [{ title: "A dot an event", config: "dots { }", given: { message: "hello" }, expect: "." }],
  encoder: () => ({ encode: (_event, out) => out.byte(DOT) }),
});
