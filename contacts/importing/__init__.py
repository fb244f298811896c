"""Lists that come in: reading files, columns and values, making dossiers and purchases of them."""
