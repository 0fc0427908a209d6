"""The steps of the procedure, one file each, in the document's numbering."""
