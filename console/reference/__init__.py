"""The reference pages, made from the code; a test fails while a page and the code disagree."""
