"""What languages do to names: one module for each family, and `forms`, which asks the right one."""
