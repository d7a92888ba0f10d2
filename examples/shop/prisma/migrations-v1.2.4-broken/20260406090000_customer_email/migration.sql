-- Fails halfway, on purpose: the first statement succeeds, the second names a column that was never there.
ALTER TABLE "orders" ADD COLUMN "email_normalized" TEXT;

UPDATE "orders" SET "email_normalized" = lower("email");

CREATE INDEX "orders_email_normalized_idx" ON "orders"("email_normalized");
