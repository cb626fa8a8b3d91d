"""Tables, and the rows that a new shop starts with."""

import random
import sqlite3

PRODUCTS = 60
CUSTOMERS = 200
REVIEWS = 160_000

SCHEMA = """
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, price_minor INTEGER, attributes TEXT);
CREATE TABLE reviews (product_id INTEGER, stars INTEGER);
CREATE TABLE stock (product_id INTEGER PRIMARY KEY, free INTEGER);
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER, total_minor INTEGER, receipt TEXT
);
CREATE TABLE audit (id INTEGER PRIMARY KEY, entry BLOB);
"""


def seed(db: sqlite3.Connection) -> None:
    """Fill a new database; the same rows every time."""
    rng = random.Random(7)
    db.execute("BEGIN")
    for number in range(1, PRODUCTS + 1):
        attributes = f'{{"weight_g": {rng.randint(50, 5000)}}}'
        row = (number, f"Product {number}", rng.randint(199, 19999), attributes)
        db.execute("INSERT INTO products VALUES (?, ?, ?, ?)", row)
        db.execute("INSERT INTO stock VALUES (?, 1000000)", (number,))
    reviews = ((rng.randint(1, PRODUCTS), rng.randint(1, 5)) for _ in range(REVIEWS))
    db.executemany("INSERT INTO reviews VALUES (?, ?)", reviews)
    db.executemany(
        "INSERT INTO customers VALUES (?, ?)",
        ((number, f"Customer {number}") for number in range(1, CUSTOMERS + 1)),
    )
    db.execute("CREATE INDEX reviews_by_product ON reviews (product_id)")
    db.execute("COMMIT")
