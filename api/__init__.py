"""HTTP for tills, shops and partners: JSON under /api/v1, checked strictly, errors as problems."""
