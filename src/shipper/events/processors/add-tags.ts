import { row } from "../../config/settings.ts";
import { appendTo } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";

export const addTags: ProcessorDefinition = {
  name: "add_tags",
  options: {
    tags: row("list", undefined, "tags to add"),
    target: row("text", "tags", "field that has them"),
  },
  required: ["tags"],
  make(settings) {
    const tags = settings.list("tags");
    const target = settings.optional("target") ?? "tags";
    return {
      reads: [target],
      run(event) {
        appendTo(event, target, tags);
        return true;
      },
    };
  },
};
