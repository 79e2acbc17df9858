"""How we talk on chat platforms; the neutral part needs nothing but the standard library."""
