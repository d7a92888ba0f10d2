import { Document, isScalar, visit } from "yaml";
import type { z } from "zod";

/** A manifest's content before it is checked: what is missing is empty. */
export type ManifestDraft = Readonly<Record<string, z.core.util.JSONType>>;

/** Widest list that stands on one line. */
const widest = 100;

/**
 * A manifest's text.
 *
 * @param schema path of the JSON Schema for editors, relative to the manifest
 */
export function manifestText(draft: ManifestDraft, schema: string): string {
  const document = new Document(draft);
  visit(document, {
    Seq(_, node) {
      const scalars = node.items.filter(isScalar);
      if (scalars.length < node.items.length || node.items.length === 0) return;
      const parts = scalars.map((it) => String(it.value));
      // A list of sentences is read line by line.
      node.flow = parts.join(", ").length <= widest && parts.every((it) => !/\s/.test(it));
    },
  });
  return `# yaml-language-server: $schema=${schema}
${document.toString({ lineWidth: 130, flowCollectionPadding: false })}`;
}
