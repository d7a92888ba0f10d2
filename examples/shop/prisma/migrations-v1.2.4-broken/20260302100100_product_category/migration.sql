-- Not in one migration with the orders: an order locks both tables, and the two could wait for each other.
SET lock_timeout = '2s';

ALTER TABLE "products" ADD COLUMN IF NOT EXISTS "category" TEXT;

RESET lock_timeout;
