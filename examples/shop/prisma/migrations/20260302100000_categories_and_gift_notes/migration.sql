-- Expand only: v1.0.0 goes on working on this schema, and each statement may be run again.
-- Rather give up and try later than hold up the orders behind a lock.
SET lock_timeout = '2s';

-- Orders before products, as an order locks them: the other way round the two can wait for each other.
ALTER TABLE "orders" ADD COLUMN IF NOT EXISTS "preferences" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "products" ADD COLUMN IF NOT EXISTS "category" TEXT;

-- CreateIndex
CREATE INDEX IF NOT EXISTS "products_category_idx" ON "products"("category");

-- Sort the products that are there into their categories.
DO $$
DECLARE
    sorted INTEGER;
BEGIN
    UPDATE "products"
    SET "category" = CASE
        WHEN left("sku", 3) IN ('TRO', 'POT', 'CAN', 'SOI') THEN 'Tools and pots'
        ELSE 'Plants'
    END
    WHERE "category" IS NULL;
    GET DIAGNOSTICS sorted = ROW_COUNT;
    RAISE NOTICE 'sorted % products', sorted;
END
$$;

RESET lock_timeout;
