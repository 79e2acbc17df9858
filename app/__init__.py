"""The composition root: it alone may import everything and puts the parts together."""
