-- Alone, as PostgreSQL refuses it in a transaction. Products can be written to while it is built.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "products_category_idx" ON "products"("category");
