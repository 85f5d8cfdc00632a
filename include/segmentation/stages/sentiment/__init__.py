"""How positive the texts of reviews are: scored here, summed up by the SQL of `50_report/reviews`."""
