/** Any command can be a smoke test: exit 0 when the release is good. SITE_URL and EXPECT_VERSION (or VERSION) say where and what. */
const { SITE_URL, EXPECT_VERSION, VERSION } = process.env;
const expected = EXPECT_VERSION || VERSION;

try {
  if (!SITE_URL || !expected) throw new Error("SITE_URL and EXPECT_VERSION must be set");
  const page = await fetch(SITE_URL, { signal: AbortSignal.timeout(5000) });
  if (page.status !== 200) throw new Error(`the page answered ${page.status}`);
  const file = await fetch(new URL("/version.txt", SITE_URL), { signal: AbortSignal.timeout(5000) });
  const version = (await file.text()).trim();
  if (version !== expected) throw new Error(`version.txt says "${version.slice(0, 40)}", expected "${expected}"`);
  console.log(`ok    ${SITE_URL} serves ${version}`);
} catch (error) {
  console.error(`Smoke test failed: ${error.message}`);
  process.exitCode = 1;
}
