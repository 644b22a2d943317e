"""Who lives here and who visits, and what each of them may: pure, as all of the core is."""
