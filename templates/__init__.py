"""Message texts, one folder per language, and what renders them."""
