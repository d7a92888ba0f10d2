/** One property and the attribute that it is in the API. */
export interface Attribute {
  readonly property: string;
  readonly key: string;
  readonly type: "boolean" | "number" | "string";
}

/** The attributes for the properties that are set. */
export function attributesOf(table: readonly Attribute[], inputs: Readonly<Record<string, unknown>>) {
  return table
    .filter(({ property }) => inputs[property] !== undefined)
    .map(({ property, key }) => ({ Key: key, Value: String(inputs[property]) }));
}

export function propertiesFrom(
  table: readonly Attribute[],
  attributes: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, unknown> {
  return Object.fromEntries(
    table.map(({ property, key, type }) => {
      const text = attributes?.find((it) => it.Key === key)?.Value;
      if (text === undefined || text === "") return [property, undefined];
      if (type === "boolean") return [property, text === "true"];
      return [property, type === "number" ? Number(text) : text];
    }),
  );
}
