"""Paper: data in, PDF out. Knows typst and the house style, nothing of customers or orders."""
