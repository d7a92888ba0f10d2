/** What every answer must have; the look after a switch asks for them. */
export const securityHeaders = [
  "content-security-policy",
  "referrer-policy",
  "strict-transport-security",
  "x-content-type-options",
  "x-frame-options",
] as const;

const year = 31_536_000;

/** Headers that protect users, whatever the bucket says. */
export function securityHeadersConfig(contentSecurityPolicy: string) {
  const override = true;
  return {
    contentSecurityPolicy: { contentSecurityPolicy, override },
    contentTypeOptions: { override },
    frameOptions: { frameOption: "DENY", override },
    referrerPolicy: { referrerPolicy: "strict-origin-when-cross-origin", override },
    // Other names below the host are not ours to bind.
    strictTransportSecurity: { accessControlMaxAgeSec: year, includeSubdomains: false, preload: false, override },
  };
}
