import type { Node } from "libpg-query";
import type { Schema } from "./schema.ts";
import { textsOf, within } from "./tree.ts";

/** PostgreSQL's own functions that defaults are made of and that give one value throughout a statement. */
const steady = new Set(
  (
    "now transaction_timestamp statement_timestamp current_setting current_database current_schema pg_backend_pid txid_current " +
    "lower upper initcap trim btrim ltrim rtrim replace concat concat_ws format length left right substr substring lpad rpad repeat " +
    "md5 sha224 sha256 sha384 sha512 encode decode convert_to convert_from to_char to_date to_timestamp to_number date_trunc date_part " +
    "extract timezone age make_date make_time make_timestamp make_timestamptz make_interval json_build_object json_build_array " +
    "jsonb_build_object jsonb_build_array to_json to_jsonb row_to_json json_object jsonb_object array_to_json hstore " +
    "abs ceil ceiling floor round trunc power sqrt mod greatest least coalesce nullif int4range int8range numrange tsrange tstzrange daterange " +
    "to_tsvector to_tsquery plainto_tsquery array_fill string_to_array array_append array_prepend array_cat point box circle int2 int4 int8 " +
    "numeric text varchar bool float4 float8 timestamp timestamptz date time interval overlay"
  ).split(" "),
);

/**
 * Functions in an expression that may give another value for each row; a table must be written anew for such a default. One that is
 * not known is taken for such a one, as PostgreSQL itself does for functions that do not say otherwise.
 */
export function volatileFunctions(expression: Node | undefined, schema: Schema): string[] {
  return within(expression, "FuncCall").flatMap((call) => {
    const name = textsOf(call.funcname).at(-1) ?? "";
    const known = schema.volatile.get(name);
    return (known ?? !steady.has(name)) ? [`${name}()`] : [];
  });
}
