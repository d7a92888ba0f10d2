/**
 * Settings of a service, from its environment variables.
 *
 * @typedef {object} Settings
 * @property {string} service       "api" or "web"
 * @property {number} port          PORT; 0 lets the system choose
 * @property {string} host          HOST, default 127.0.0.1
 * @property {string} version       VERSION, such as v1.1.0
 * @property {string} environment   ENVIRONMENT, such as blue
 * @property {ReadonlySet<string>} features  FEATURES, separated by commas
 * @property {string} fault         FAULT, see faults.js; empty for none
 */

const knownFeatures = new Set(["categories", "gift-notes", "cheapest-first"]);

/** A setting that is missing or wrong; the message names it. */
export class SettingError extends Error {}

/** Text of a variable that must be set. */
export function required(name, env) {
  const value = env[name];
  if (value === undefined || value === "") throw new SettingError(`${name} is not set`);
  return value;
}

/** @returns {Settings} */
export function readSettings(service, env) {
  const port = Number(required("PORT", env));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SettingError(`PORT must be a whole number from 0 to 65535, not "${env.PORT}"`);
  }
  return {
    service,
    port,
    host: env.HOST || "127.0.0.1",
    version: required("VERSION", env),
    environment: required("ENVIRONMENT", env),
    features: readFeatures(env.FEATURES ?? ""),
    fault: env.FAULT ?? "",
  };
}

function readFeatures(text) {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const unknown = names.find((name) => !knownFeatures.has(name));
  if (unknown !== undefined) {
    throw new SettingError(`FEATURES names "${unknown}"; known are ${[...knownFeatures].join(", ")}`);
  }
  return new Set(names);
}
