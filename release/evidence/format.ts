/** A format that a reader of evidence takes. */
export interface EvidenceFormat {
  /** Which tools write it. */
  readonly tool: string;
  /** Which file, and how it is made where that is not plain. In Markdown. */
  readonly file: string;
}
