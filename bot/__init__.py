"""How we talk on chat platforms. The neutral part imports the standard library only."""
