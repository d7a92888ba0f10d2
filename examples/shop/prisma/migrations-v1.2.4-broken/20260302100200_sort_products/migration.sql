-- Sort the 50 products that are there into their categories, without a lock that readers wait for. A larger table is
-- sorted in batches, outside of a migration.
DO $$
DECLARE
    sorted INTEGER;
BEGIN
    UPDATE "products"
    SET "category" = CASE
        WHEN left("sku", 3) IN ('TRO', 'POT', 'CAN', 'SOI') THEN 'Tools and pots'
        ELSE 'Plants'
    END
    WHERE "id" IN (SELECT "id" FROM "products" WHERE "category" IS NULL ORDER BY "id" LIMIT 1000);
    GET DIAGNOSTICS sorted = ROW_COUNT;
    RAISE NOTICE 'sorted % products', sorted;
END
$$;
