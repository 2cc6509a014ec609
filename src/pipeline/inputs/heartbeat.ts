import { hostname } from "node:os";
import { FieldReference } from "../../event/field-reference.ts";
import { TextSlice } from "../../event/lazy-value.ts";
import { defineInput, type EcsMode, type InputPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { codec, number, type OptionValues, text } from "../../plugin/options.ts";
import { atMost, BatchFiller } from "../../sources/batch-filler.ts";

const options = {
  message: text({
    description: "The message; without ECS, `epoch` and `sequence` stand for the option sequence of that value",
    default: "ok",
  }),
  interval: number({ description: "Seconds between events", default: 60, range: [0, 2_147_483] }),
  count: number({ description: "Events to make; -1: no end", default: -1, range: [-1, Number.MAX_SAFE_INTEGER] }),
  sequence: text({
    description:
      "A number in `[event][sequence]`, without ECS `clock`: epoch, the seconds since 1970; sequence, 1 and so on; none",
    choices: ["none", "epoch", "sequence"],
  }),
  threads: number({ description: "Threads", default: 1, ignored: "one clock makes the events" }),
  codec: codec({
    description: "Codec",
    default: { name: "plain", options: {} },
    ignored: "events are made as they are",
  }),
};

type Settings = OptionValues<typeof options>;

const SELECTORS = ["epoch", "sequence"];

function selectorOf({ sequence, message }: Settings, ecs: EcsMode): string {
  const chosen = ecs === "disabled" ? (sequence ?? message) : (sequence ?? "none");
  return SELECTORS.includes(chosen) ? chosen : "none";
}

export const heartbeat: InputPlugin = defineInput({
  name: "heartbeat",
  summary: "Makes an event at regular times, to see that a pipeline lives.",
  options,
  examples: [
    { title: "Every minute", config: 'heartbeat { message => "alive" }' },
    {
      title: "Every ten seconds, with the time in seconds",
      config: 'heartbeat { interval => 10 sequence => "epoch" }',
    },
  ],
  defaultCodec: "plain",

  check(settings, ecs) {
    if (settings.sequence !== undefined || !SELECTORS.includes(settings.message)) return [];
    const without = ecs === "disabled";
    const problem: OptionProblem = {
      option: "message",
      severity: "warning",
      message: without
        ? `message => ${settings.message} is deprecated`
        : `message => ${settings.message} is only a text where ECS is on`,
      help: `use sequence => ${settings.message}`,
    };
    return [problem];
  },

  decoder(settings, host) {
    const selector = selectorOf(settings, host.ecs);
    const sequence = new FieldReference(host.ecs === "disabled" ? "clock" : "[event][sequence]");
    const withMessage = selector === "none" || !SELECTORS.includes(settings.message);
    return {
      decode({ bytes, start, end, offset }, event) {
        if (selector === "sequence") sequence.set(event, offset + 1);
        else if (selector === "epoch") sequence.set(event, Math.floor((event.timestamp?.epochMs ?? host.now()) / 1000));
        if (withMessage) event.fields["message"] = new TextSlice(bytes, start, end);
      },
    };
  },

  start(settings, host) {
    const filler = new BatchFiller(host.sink, host.now);
    const source = host.source([[host.ecs === "disabled" ? "host" : "[host][name]", hostname()]]);
    const message = Buffer.from(settings.message);
    let wake: () => void = () => undefined;
    let stopping = false;

    const ended = (async () => {
      for (let made = 0; made !== settings.count && !stopping; made++) {
        const began = performance.now();
        await filler.add(source, message, 0, message.length, made, 0);
        // The next one is far away; and the batch's time is this one's.
        filler.flush();
        if (made + 1 === settings.count) break;
        const left = settings.interval * 1000 - (performance.now() - began);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.max(0, left));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      await filler.drain();
    })();

    return Promise.resolve({
      ended,
      async stop(timeoutMs: number) {
        stopping = true;
        wake();
        await atMost(timeoutMs, ended);
      },
    });
  },
});
