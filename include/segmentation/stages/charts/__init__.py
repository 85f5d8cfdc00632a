"""Charts: small pandas tables in, SVG text out."""
