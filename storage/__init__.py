"""Where things are kept: tables, the unit of work and one repository per noun."""
