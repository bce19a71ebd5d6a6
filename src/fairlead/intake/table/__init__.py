"""Tables in and out at full speed: text and Parquet to columns, columns to Parquet."""
