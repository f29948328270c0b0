"""Files made from the database: every one appears whole or not at all."""
