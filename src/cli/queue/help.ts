export type QueueVerb = "inspect" | "check" | "repair";

export const QUEUE_VERBS: Readonly<Record<QueueVerb, string>> = {
  inspect: "what queues there are, how large they are, and what in them is not delivered",
  check: "read everything and verify its checksums; exit code 1 where something is damaged",
  repair: "cut off what was not written whole and keep damaged segments aside; whole events stay",
};

export interface QueueOptions {
  readonly "path.data"?: string;
  readonly "path.queue"?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

export const QUEUE_HELP = `
Examples:
  antler queue inspect
  antler queue inspect --json --path.data /var/lib/antler
  antler queue check main
  antler queue repair --yes --path.queue /srv/queues

Queues of isolated outputs are shown as outputs/<id>. inspect and check may be used while the pipeline runs; repair may not.`;
