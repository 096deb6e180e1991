"""One file per way of reaching a payer."""
