-- CreateTable
CREATE TABLE "products" (
    "id" SERIAL NOT NULL,
    "sku" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "price_cents" INTEGER NOT NULL,

    CONSTRAINT "products_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "products_price_not_negative" CHECK ("price_cents" >= 0)
);

-- CreateTable
CREATE TABLE "orders" (
    "id" SERIAL NOT NULL,
    "product_id" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,
    "customer" TEXT NOT NULL,
    "total_cents" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "orders_quantity_positive" CHECK ("quantity" > 0)
);

-- CreateIndex
CREATE UNIQUE INDEX "products_sku_key" ON "products"("sku");

-- CreateIndex
CREATE INDEX "orders_product_id_idx" ON "orders"("product_id");

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "products"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- The 50 products that the shop opens with: ten plants and tools in five sizes.
INSERT INTO "products" ("sku", "name", "price_cents")
SELECT
    upper(left("kind"."code", 3)) || '-' || lpad("size"."number"::text, 2, '0'),
    "kind"."name" || ', ' || "size"."name",
    "kind"."base_cents" * "size"."number" + 49
FROM (VALUES
    (1, 'lav', 'Lavender', 350), (2, 'ros', 'Rosemary', 320), (3, 'tom', 'Tomato plant', 280),
    (4, 'bas', 'Basil', 190), (5, 'ivy', 'Ivy; climbing', 410), (6, 'fer', 'Fern', 450),
    (7, 'tro', 'Trowel', 690), (8, 'pot', 'Clay pot', 240), (9, 'can', 'Watering can', 990),
    (10, 'soi', 'Potting soil', 180)
) AS "kind" ("position", "code", "name", "base_cents"),
(VALUES (1, 'small'), (2, 'medium'), (3, 'large'), (4, 'extra large'), (5, 'giant')) AS "size" ("number", "name")
ORDER BY "kind"."position", "size"."number";
