-- Takes back 20260302100000_categories_and_gift_notes. Lost: the categories of products and the gift notes of orders.
BEGIN;
SET LOCAL lock_timeout = '2s';

-- Orders before products, as an order locks them.
ALTER TABLE "orders" DROP COLUMN IF EXISTS "preferences";
DROP INDEX IF EXISTS "products_category_idx";
ALTER TABLE "products" DROP COLUMN IF EXISTS "category";

-- Else Prisma would believe it still applied, and the next release would go without.
DO $$
BEGIN
    IF to_regclass('_prisma_migrations') IS NOT NULL THEN
        DELETE FROM "_prisma_migrations" WHERE "migration_name" = '20260302100000_categories_and_gift_notes';
    END IF;
END
$$;

COMMIT;
