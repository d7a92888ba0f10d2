-- Takes back the four migrations of v1.1.0. Lost: the categories of products and the gift notes of orders.
BEGIN;
SET LOCAL lock_timeout = '2s';

-- Orders before products, as an order locks them.
ALTER TABLE "orders" DROP COLUMN IF EXISTS "preferences";
DROP INDEX IF EXISTS "products_category_idx";
ALTER TABLE "products" DROP COLUMN IF EXISTS "category";

-- Else Prisma would believe them still applied, and the next release would go without.
DO $$
BEGIN
    IF to_regclass('_prisma_migrations') IS NOT NULL THEN
        DELETE FROM "_prisma_migrations" WHERE "migration_name" IN (
            '20260302100000_order_preferences',
            '20260302100100_product_category',
            '20260302100200_sort_products',
            '20260302100300_product_category_index'
        );
    END IF;
END
$$;

COMMIT;
