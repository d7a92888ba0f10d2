-- Expand only: v1.0.0 goes on working on this schema, and each statement may be run again.
-- Rather give up and try later than hold up the orders behind a lock.
SET lock_timeout = '2s';

ALTER TABLE "orders" ADD COLUMN IF NOT EXISTS "preferences" JSONB NOT NULL DEFAULT '{}';

RESET lock_timeout;
