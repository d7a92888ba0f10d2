/** One resource type of the `kubernetes` package. Its properties further in are the API server's own, which checks them. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** As in the API's paths. */
  readonly plural: string;
  /** True for what lies in no namespace. */
  readonly cluster?: true;
  /** What an input has beside `apiVersion`, `kind` and `metadata`. */
  readonly properties: readonly string[];
  /** Paths whose change makes a new object, as the official plugin has them; name and namespace do for every kind. */
  readonly replaceOn?: readonly string[];
  /** What is awaited after it was applied. */
  readonly settles?: "rollout" | "job";
  /** Properties whose content is secret in the state. */
  readonly secret?: readonly string[];
}

/** Where an object lies. */
export interface Place {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** The API's path of a kind's objects in a namespace. */
export function collectionPath({ kind, namespace }: Pick<Place, "kind" | "namespace">): string {
  const api = kind.apiVersion.includes("/") ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  return kind.cluster === true ? `${api}/${kind.plural}` : `${api}/namespaces/${namespace}/${kind.plural}`;
}

export function objectPath(place: Place): string {
  return `${collectionPath(place)}/${place.name}`;
}

/** As a person says it: `Deployment shop/api-blue`. */
export function placeText({ kind, namespace, name }: Place): string {
  return `${kind.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
