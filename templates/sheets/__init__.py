"""Papers made of the texts: laid out by typst, charts by pygal, both imported where needed."""
